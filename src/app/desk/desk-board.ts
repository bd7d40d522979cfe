/**
 * What the desk remembers of what trading told: the newest lines of the event log, closed trades, signals by coin, and
 * what refused entries. In come events and lines as they happen, out go copies. Everything is bounded; what is forgotten
 * here is still in the files.
 */
import { createSignalBoard, type SignalBoard } from '../../adapters/memory/signal-board.ts';
import type { DeskEvent, DeskTrade } from '../../api/contract.ts';
import type { EventsFound, EventsWanted } from '../../api/desk/desk-ports.ts';
import type { TradingEvent } from '../../engine/index.ts';
import type { DecisionRecord } from '../../model/decision.ts';
import type { EventLine } from '../trading/exports/trading-exports.ts';

/** An entry that a rule refused, the newest of its coin and rule. */
export type EntryRefusal = {
  readonly record: DecisionRecord;
  /** When it began to be refused so. */
  readonly since: number;
};

/** How many got how far since the start. */
export type BoardCounts = {
  readonly anomalies: number;
  readonly chosen: number;
  readonly approved: number;
  readonly refusedBy: Readonly<Record<string, number>>;
};

/** Events kept, those of every round apart: they would drive out what is rare. Policy beyond: the oldest is forgotten. */
const EVENTS_MAX = 5_000;
const ROUNDS_MAX = 500;
const TRADES_MAX = 500;
const REFUSALS_MAX = 200;
const ROUND_TYPES: ReadonlySet<string> = new Set(['candidate_snapshot', 'signal_snapshot']);

/** Remembers for the desk. */
export class DeskBoard {
  readonly signals: SignalBoard = createSignalBoard();
  readonly #events: DeskEvent[] = [];
  readonly #rounds: DeskEvent[] = [];
  readonly #trades: DeskTrade[] = [];
  readonly #refusals = new Map<string, EntryRefusal>();
  readonly #refusedBy: Record<string, number> = {};
  readonly #listeners = new Set<() => void>();
  #made = 0;
  #counts = { anomalies: 0, chosen: 0, approved: 0 };

  /** Takes what trading tells; tells whoever waits for a change. */
  take(events: readonly TradingEvent[]): void {
    for (const event of events) this.#takeOne(event);
    for (const listener of [...this.#listeners]) listener();
  }

  /** Takes a line of the event log. */
  takeLine(line: EventLine): void {
    const event = { id: ++this.#made, ...line };
    const isOfRound = ROUND_TYPES.has(line.event_type);
    if (isOfRound) keep(this.#rounds, event, ROUNDS_MAX);
    else keep(this.#events, event, EVENTS_MAX);
  }

  /** Takes a closed leg. */
  takeTrade(trade: DeskTrade): void {
    keep(this.#trades, trade, TRADES_MAX);
  }

  /** Hears of every change until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Newest first. */
  trades(limit: number): readonly DeskTrade[] {
    return this.#trades.slice(-limit).reverse();
  }

  /** The lines that are wanted, newest first. */
  find(wanted: EventsWanted): EventsFound {
    const found: DeskEvent[] = [];
    for (const event of this.#newestFirst(wanted.before)) {
      if (!isWanted(event, wanted)) continue;
      if (found.length === wanted.limit) return { events: found, hasOlder: true };
      found.push(event);
    }
    return { events: found, hasOlder: false };
  }

  /** Newest first. */
  refusals(): readonly EntryRefusal[] {
    return [...this.#refusals.values()].reverse();
  }

  counts(): BoardCounts {
    return { ...this.#counts, refusedBy: { ...this.#refusedBy } };
  }

  *#newestFirst(before: number | null): Generator<DeskEvent> {
    let [event, round] = [this.#events.length - 1, this.#rounds.length - 1];
    while (event >= 0 || round >= 0) {
      const [a, b] = [this.#events[event], this.#rounds[round]];
      const isEvent = a !== undefined && (b === undefined || a.id > b.id);
      const newest = (isEvent ? a : b) as DeskEvent;
      if (isEvent) event--;
      else round--;
      if (before === null || newest.id < before) yield newest;
    }
  }

  #takeOne(event: TradingEvent): void {
    if (event.kind === 'anomaly') this.#counts.anomalies++;
    else if (event.kind === 'candidatesChosen') this.#counts.chosen = event.chosen.length;
    else if (event.kind === 'signals') for (const signal of event.signals) this.signals.put(signal);
    else if (event.kind === 'decision' && event.record.kind === 'entry') this.#takeEntry(event.record);
  }

  #takeEntry(record: DecisionRecord): void {
    if (record.outcome === 'approved') {
      this.#counts.approved++;
      return;
    }
    const rule = record.gate ?? 'no rule';
    this.#refusedBy[rule] = (this.#refusedBy[rule] ?? 0) + 1;
    const key = `${rule}|${record.instrumentId}`;
    const since = this.#refusals.get(key)?.since ?? record.time;
    // Taken out and put back: the newest is the last.
    this.#refusals.delete(key);
    this.#refusals.set(key, { record, since });
    const [oldest] = this.#refusals.keys();
    if (this.#refusals.size > REFUSALS_MAX && oldest !== undefined) this.#refusals.delete(oldest);
  }
}

function keep<T>(kept: T[], value: T, max: number): void {
  kept.push(value);
  if (kept.length > max) kept.shift();
}

function isWanted(event: DeskEvent, { types, symbol, traceId, positionId }: EventsWanted): boolean {
  if (types !== null && !types.includes(event.event_type)) return false;
  if (traceId !== null && event.trace_id !== traceId) return false;
  if (positionId !== null && event.payload['position_id'] !== positionId) return false;
  return symbol === null || namesSymbol(event.payload, symbol);
}

function namesSymbol(payload: DeskEvent['payload'], symbol: string): boolean {
  if (payload['symbol'] === symbol) return true;
  const several = payload['symbols'] ?? payload['top_symbols'];
  return Array.isArray(several) && several.includes(symbol);
}
