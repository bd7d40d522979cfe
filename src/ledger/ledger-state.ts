/**
 * What the ledger remembers between two inputs: rows whose verdict may go on, prices that are still to be looked at, and
 * what open trades were decided by. Everything else is in the store.
 */
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { LedgerOutcome, LedgerRow, LedgerTrade, TradeContext } from '../model/ledger.ts';

/** A row that goes on while its verdict is given again; `unsavedSince` is when what changed of it first was not stored. */
export type OpenRow = { row: LedgerRow; unsavedSince: EpochMs | null };

/** A price to be looked at again; `next` is the horizon that comes. */
export type Measurement = {
  readonly number: number;
  readonly instrumentId: InstrumentId;
  readonly time: EpochMs;
  readonly price: number;
  next: number;
  highest: number;
  lowest: number;
};

/** What an open position was decided by, and each of its sales by intent. */
export type OpenTrade = Omit<TradeContext, 'exitDecidedPrice'> & {
  /** Of the entry. */
  readonly intentId: string | null;
  readonly confidence: number | null;
  readonly exits: Record<string, { readonly price: string | null; readonly scope: 'whole' | 'part' }>;
};

/** The state; plain data that mutates in place. */
export type LedgerState = {
  /** Rows made so far. */
  made: number;
  /** By coin and verdict. */
  readonly open: Record<string, OpenRow>;
  pending: Measurement[];
  readonly trades: Record<string, OpenTrade>;
};

/** A verdict that comes back within this time goes on in its row. */
export const QUIET_MS = 120_000;
/** A row covers this much at most. */
export const ROW_SPAN_MS = 3_600_000;
/** What only repeats is stored this long after it changed. */
export const SAVE_MS = 60_000;
/** Rows that may go on. Policy beyond it: the one given least recently ends. */
export const OPEN_MAX = 2_000;
/** Prices to be looked at. Policy beyond it: the oldest is given up, and its outcomes say so. */
export const PENDING_MAX = 5_000;
/** Open trades whose decisions are remembered. Policy beyond it: the oldest is forgotten. */
export const TRADES_MAX = 1_000;

/** A ledger without a row. */
export function createLedger(): LedgerState {
  return { made: 0, open: {}, pending: [], trades: {} };
}

/** One input on its way: the state and what changed. */
export type LedgerTurn = {
  readonly state: LedgerState;
  readonly rows: LedgerRow[];
  readonly outcomes: LedgerOutcome[];
  readonly trades: LedgerTrade[];
};

/** A turn. */
export function createLedgerTurn(state: LedgerState): LedgerTurn {
  return { state, rows: [], outcomes: [], trades: [] };
}
