/**
 * The ledger stage: verdicts, what became of intents, closed trades and prices in; rows, outcomes and trades to be stored
 * out. A pure fold: the same inputs give the same ledger, byte for byte.
 */
import { assertNever } from '../core/assert.ts';
import type { EpochMs } from '../core/time.ts';
import type { DecisionRecord } from '../model/decision.ts';
import type { LedgerBatch, LedgerRow, TradeContext } from '../model/ledger.ts';
import type { ClosedPosition } from '../model/position.ts';
import { createLedgerTurn, type LedgerState, type LedgerTurn } from './ledger-state.ts';
import { measure } from './outcomes.ts';
import { beginTrade, type ClosedLeg, dropTrade, endTrade, keepLeg, noteSale, type SaleScope } from './trades.ts';
import { endSurplus, type Judgement, keepExit, keepFate, keepJudgement, tidyRows } from './verdict-rows.ts';

export { createLedger, type LedgerState } from './ledger-state.ts';
export { groundOf, type OrderGround, type SaleScope } from './trades.ts';
export type { Judgement } from './verdict-rows.ts';

/** What can enter. */
export type LedgerInput =
  | {
      readonly kind: 'exitDecided';
      readonly time: EpochMs;
      readonly configHash: string;
      readonly record: DecisionRecord;
      readonly scope: SaleScope;
    }
  | {
      readonly kind: 'intentRefused';
      readonly time: EpochMs;
      readonly intentId: string;
      readonly code: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'intentEnded';
      readonly time: EpochMs;
      readonly intentId: string;
      readonly outcome: 'filled' | 'partial' | 'nothing';
    }
  | { readonly kind: 'positionClosed'; readonly closed: ClosedPosition }
  /** A round's prices of the instruments that `measuredInstruments` names; `null` or missing is not known. */
  | {
      readonly kind: 'pricesSeen';
      readonly time: EpochMs;
      readonly prices: Readonly<Record<string, number | null>>;
    };

/** Folds one input; answers what is to be stored, `null` when nothing is. */
export function foldLedger(state: LedgerState, input: LedgerInput): LedgerBatch | null {
  const turn = createLedgerTurn(state);
  take(turn, input);
  return batchOf(turn);
}

function take(turn: LedgerTurn, input: LedgerInput): void {
  switch (input.kind) {
    case 'exitDecided': {
      const at = { now: input.time, configHash: input.configHash };
      noteSale(turn, keepExit(turn, input.record, at), input.scope);
      break;
    }
    case 'intentRefused': {
      const { time, intentId, code, reason } = input;
      takeFate(turn, intentId, { kind: 'refused', time, code, reason });
      break;
    }
    case 'intentEnded':
      takeFate(turn, input.intentId, { kind: input.outcome, time: input.time });
      break;
    case 'positionClosed':
      endTrade(turn, input.closed);
      break;
    case 'pricesSeen':
      measure(turn, input.prices, input.time);
      tidyRows(turn, input.time);
      break;
    default:
      assertNever(input);
  }
}

/** Folds verdicts of one moment about buying, made under these settings; answers the row of each and what is to be stored. */
export function foldJudgements(
  state: LedgerState,
  judgements: readonly Judgement[],
  at: { readonly now: EpochMs; readonly configHash: string },
): { readonly rows: readonly LedgerRow[]; readonly batch: LedgerBatch | null } {
  const turn = createLedgerTurn(state);
  const rows = judgements.map((judgement) => keepJudgement(turn, judgement, at));
  for (const row of rows) if (row.outcome === 'approved') beginTrade(turn, row);
  endSurplus(turn);
  return { rows, batch: batchOf(turn) };
}

function takeFate(turn: LedgerTurn, intentId: string, fate: Parameters<typeof keepFate>[2]): void {
  const row = keepFate(turn, intentId, fate);
  const isNothing = fate.kind === 'nothing' || fate.kind === 'refused';
  if (row?.kind === 'entry' && row.positionId !== null && isNothing) dropTrade(turn, row.positionId);
}

/** Folds a closed leg; answers what it was decided by and what is to be stored. */
export function foldClosedLeg(
  state: LedgerState,
  closed: ClosedLeg,
): { readonly context: TradeContext; readonly batch: LedgerBatch | null } {
  const turn = createLedgerTurn(state);
  const context = keepLeg(turn, closed);
  return { context, batch: batchOf(turn) };
}

/** How much of a position an intent sells; `null` when it is none of an open trade. */
export function saleScopeOf({ trades }: LedgerState, positionId: string, intentId: string): SaleScope | null {
  const trade = Object.hasOwn(trades, positionId) ? trades[positionId] : undefined;
  return trade?.exits[intentId]?.scope ?? null;
}

/** Whose prices are to be seen with the next round, each once. */
export function measuredInstruments({ pending }: LedgerState): readonly string[] {
  return [...new Set(pending.map(({ instrumentId }) => instrumentId))];
}

function batchOf({ rows, outcomes, trades }: LedgerTurn): LedgerBatch | null {
  return rows.length + outcomes.length + trades.length === 0 ? null : { rows, outcomes, trades };
}
