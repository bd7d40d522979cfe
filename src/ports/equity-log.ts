/**
 * The history of equity: minutes as they are over, and of the same samples longer bars that are kept longer.
 */
import type { EpochMs } from '../core/time.ts';
import type { EquityBar } from '../model/equity-bar.ts';
import { MINUTE_MS } from '../model/timeframe.ts';

const DAY_MS = 86_400_000;

/**
 * Lengths of bars and for how long each is kept, counted back from the newest bar; policy beyond: the oldest is forgotten
 * with the next save. None holds more than 10,080 bars.
 */
export const EQUITY_TIERS = [
  { lengthMs: MINUTE_MS, keptMs: 7 * DAY_MS },
  { lengthMs: 15 * MINUTE_MS, keptMs: 90 * DAY_MS },
  { lengthMs: 240 * MINUTE_MS, keptMs: 730 * DAY_MS },
  { lengthMs: DAY_MS, keptMs: 3_650 * DAY_MS },
] as const;

/** A length of which bars are kept. */
export type EquityTierMs = (typeof EQUITY_TIERS)[number]['lengthMs'];

/** Bars of one length that begin at `from` or later. */
export type EquityBarsWanted = { readonly lengthMs: EquityTierMs; readonly from: EpochMs };

/**
 * - `save` takes minutes and stores all of them in bars of every length, or nothing; after it resolves they survive a
 *   killed process. A minute that is there already is merged with what comes, which counts as the later: saving the same
 *   twice changes nothing.
 * - `load` answers ascending by time. `firstTime` is when the history begins, as exactly as what is kept says,
 *   `null` without one.
 * - Failures reject with `FailureError` (`store_unavailable`, `store_corrupt`); nothing is half-written.
 */
export type EquityLog = {
  readonly save: (minutes: readonly EquityBar[]) => Promise<void>;
  readonly load: (wanted: EquityBarsWanted) => Promise<readonly EquityBar[]>;
  readonly firstTime: () => Promise<EpochMs | null>;
  /** Releases the storage; later calls reject. Safe to call twice. */
  readonly close: () => Promise<void>;
};
