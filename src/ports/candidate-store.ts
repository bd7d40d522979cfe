/**
 * What discovery must remember across restarts: its candidates with the history of their heat, what it knows of the
 * exchange's lists, and the first day of each coin.
 */
import type { EpochMs } from '../core/time.ts';
import type { Candidate, CandidateBatch, HeatRecord } from '../model/candidate.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { ListingMemory } from '../model/listing-facts.ts';

/** What was stored, and a line for each row that could not be read and was left where it is. */
export type Restored<T> = { readonly value: T; readonly skipped: readonly string[] };

/** A stretch of heat history: [`from`, `to`), ascending, the first `limit` records. */
export type HeatQuery = {
  readonly instrumentId: InstrumentId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly limit: number;
};

/**
 * - `saveBatch` stores a batch as a whole or not at all: candidates saved and removed, and their heat. Of one candidate
 *   at most one heat record is kept for each of the store's intervals, whoever asks how often; looking and writing are
 *   one step. Heat older than the store's retention is forgotten along the way.
 * - `saveListings` makes the stored memory equal to the given one; `loadListings` answers `null` before the first.
 * - After a save resolves it survives a killed process. Saves take effect in the order of their calls.
 * - A row that can not be read is skipped and named; it never hides the others.
 * - Failures reject with `FailureError` (`store_unavailable`, `store_corrupt`); nothing is half-written.
 */
export type CandidateStore = {
  readonly loadCandidates: () => Promise<Restored<readonly Candidate[]>>;
  readonly saveBatch: (batch: CandidateBatch) => Promise<void>;
  readonly loadHeat: (query: HeatQuery) => Promise<Restored<readonly HeatRecord[]>>;
  readonly loadListings: () => Promise<Restored<ListingMemory | null>>;
  readonly saveListings: (memory: ListingMemory) => Promise<void>;
  /** First traded day by instrument. */
  readonly loadListedTimes: () => Promise<Restored<ReadonlyMap<InstrumentId, EpochMs>>>;
  readonly saveListedTime: (instrumentId: InstrumentId, listedTime: EpochMs) => Promise<void>;
  /** Releases the storage; later calls reject. Safe to call twice. */
  readonly close: () => Promise<void>;
};
