/**
 * The decision ledger as it is stored: why each candidate was bought or not, why each position was sold, and what the
 * price did afterwards.
 */
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { PositionId } from '../model/intent.ts';
import type { LedgerBatch, LedgerOutcome, LedgerRow, LedgerTrade } from '../model/ledger.ts';

/** A row with what is known so far of the price after it, by horizon, shortest first. */
export type LedgerEntry = { readonly row: LedgerRow; readonly outcomes: readonly LedgerOutcome[] };

/** Rows of one coin whose stretch touches [`from`, `to`), newest first, at most `limit`. */
export type CoinQuery = {
  readonly instrumentId: InstrumentId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly limit: number;
};

/** Rows that began in [`from`, `to`) with a number above `after`, ascending by number, at most `limit`. */
export type PageQuery = {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly after: number;
  readonly limit: number;
};

/** Everything about one position: its entry and exits ascending by number, its legs in order, its end last. */
export type PositionEntries = { readonly entries: readonly LedgerEntry[]; readonly trades: readonly LedgerTrade[] };

/**
 * - `save` stores a batch as a whole or not at all: each row in the place of an earlier one of its number, each outcome
 *   and trade once, where one that is there already stays. After it resolves the batch survives a killed process.
 * - Bounded: rows further than the store's bound below the newest number are forgotten with their outcomes along the
 *   way, refused ones before any that bought or sold; trades beyond their bound, the oldest first.
 * - `readTrades` answers legs and ends whose exit is in [`from`, `to`), by their exit.
 * - Failures reject with `FailureError` (`store_unavailable`, `store_corrupt`); nothing is half-written.
 */
export type DecisionLedger = {
  readonly save: (batch: LedgerBatch) => Promise<void>;
  readonly readCoin: (query: CoinQuery) => Promise<readonly LedgerEntry[]>;
  readonly readPage: (query: PageQuery) => Promise<readonly LedgerEntry[]>;
  readonly readPosition: (positionId: PositionId) => Promise<PositionEntries>;
  readonly readTrades: (range: { readonly from: EpochMs; readonly to: EpochMs }) => Promise<readonly LedgerTrade[]>;
  /** Releases the storage; later calls reject. Safe to call twice. */
  readonly close: () => Promise<void>;
};
