/**
 * One input on its way through the trading stages: the state, the time, and what it leads to.
 */
import type { EpochMs } from '../../core/time.ts';
import type { LedgerBatch } from '../../model/ledger.ts';
import type { TradeSignal } from '../../model/signal.ts';
import type { TradingEffect, TradingEvent } from './trading-events.ts';
import type { Told, TradingState } from './trading-state.ts';

/** The turn; effects in the order they are to be performed. */
export type TradingTurn = {
  readonly state: TradingState;
  readonly now: EpochMs;
  readonly effects: TradingEffect[];
  readonly events: TradingEvent[];
  /** What the ledger keeps of it. */
  readonly ledger: LedgerBatch[];
  /** The signals under decision. */
  readonly signals: Map<string, TradeSignal>;
};

/** A turn at `now`. */
export function createTradingTurn(state: TradingState, now: EpochMs): TradingTurn {
  return { state, now, effects: [], events: [], ledger: [], signals: new Map() };
}

type EventOf = TradingEvent extends infer Each
  ? Each extends unknown
    ? Omit<Each, 'time' | 'traceId'>
    : never
  : never;

/** Keeps something for people. */
export function note(turn: TradingTurn, event: EventOf, traceId: string | null = null): void {
  turn.events.push({ time: turn.now, traceId, ...event } as TradingEvent);
}

/** Lets earlier stages hear of something with the next input, which is asked for at the end of the turn. */
export function tell(turn: TradingTurn, told: Told): void {
  turn.state.told.push(told);
}

/** What the turn asks for. */
export function effectsOfTurn({ state, effects, events, ledger }: TradingTurn): readonly TradingEffect[] {
  return [
    ...(ledger.length === 0 ? [] : [{ kind: 'saveLedger', batch: joinBatches(ledger) } as const]),
    ...effects,
    ...(events.length === 0 ? [] : [{ kind: 'tellTrading', events } as const]),
    ...(state.told.length === 0 ? [] : [{ kind: 'continueTrading' } as const]),
  ];
}

/** The newest of each row counts. */
export function joinBatches(batches: readonly LedgerBatch[]): LedgerBatch {
  const rows = new Map(batches.flatMap((batch) => batch.rows.map((row) => [row.number, row] as const)));
  return {
    rows: [...rows.values()].sort((a, b) => a.number - b.number),
    outcomes: batches.flatMap(({ outcomes }) => outcomes),
    trades: batches.flatMap(({ trades }) => trades),
  };
}
