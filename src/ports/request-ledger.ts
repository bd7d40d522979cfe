/**
 * What a program must remember about a venue's request limits across restarts: whoever forgets a ban and asks again
 * makes it longer.
 */
import type { EpochMs } from '../core/time.ts';

/** Time in which a venue is left alone. */
export type RequestPause = {
  /** What the venue answered: 429 is "slow down", 418 is a ban. */
  readonly status: 429 | 418;
  readonly from: EpochMs;
  /** Exclusive end, later than `from`. */
  readonly until: EpochMs;
  /** Which pause in a row this is, from 1. */
  readonly strikes: number;
};

/** The newest knowledge of one budget. */
export type RequestLedgerEntry = {
  /** Names the budget: the host and what of it the limits are counted for, such as `fapi.binance.com/futures`. */
  readonly scope: string;
  /** Start of the venue's minute in which `usedWeight` was counted. */
  readonly minute: EpochMs;
  readonly usedWeight: number;
  readonly pause: RequestPause | null;
};

/**
 * One entry per scope.
 *
 * - `save` merges: the pause that ends later stays (of two with one end, the given), the later minute stays, and of one
 *   minute the larger weight. So two processes that save in turn never shorten each other's pause.
 * - After `save` resolves the entry survives a killed process. A bounded number of scopes is kept; beyond it the one
 *   whose minute and pause are furthest past is forgotten.
 * - Failures reject with `FailureError` (`store_unavailable`, `store_corrupt`); nothing is half-written.
 */
export type RequestLedger = {
  /** The entry of `scope`, `null` when there is none. */
  readonly load: (scope: string) => Promise<RequestLedgerEntry | null>;
  readonly save: (entry: RequestLedgerEntry) => Promise<void>;
  /** Releases the storage; later calls reject. Safe to call twice. */
  readonly close: () => Promise<void>;
};
