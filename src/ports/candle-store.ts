/**
 * Closed candles on durable storage.
 */
import type { EpochMs } from '../core/time.ts';
import type { CandleGap, ClosedCandle } from '../model/candle.ts';
import type { SeriesId } from '../model/series.ts';

/** What is saved together. */
export type SaveBatch = { readonly candles: readonly ClosedCandle[]; readonly gaps: readonly CandleGap[] };

/** What one `save` changed, in candles. */
export type SaveCounts = { readonly inserted: number; readonly changed: number; readonly unchanged: number };

/** Extent of a stored series; `null` times when it is empty. */
export type SeriesExtent = {
  readonly count: number;
  readonly first: EpochMs | null;
  readonly head: EpochMs | null;
  /** Grows with every save that holds a candle or a gap of the series, by this process or another; 0 before the first. */
  readonly version: number;
};

/** A candle for those who pass its numbers on: open time, prices and base volume, each as its canonical decimal text. */
export type CandleText = {
  readonly openTime: EpochMs;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
};

/** Which candles to read: open times `from` <= t < `to`, at most `limit`, from the oldest or the newest end. */
export type CandleRange = {
  readonly seriesId: SeriesId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly limit: number;
  readonly take: 'oldest' | 'newest';
};

/** Candles of a range as they were when the one opening at `head` was the newest of the series. */
export type KnownRange = CandleRange & { readonly head: EpochMs };

/**
 * One row per (series, open time).
 *
 * - `save` is one transaction: after it resolves everything is durable against a killed process, before that nothing
 *   is visible. Saving the same again changes nothing. A candle of a lower source rank never replaces one of a higher
 *   (`SOURCE_RANK`). The stored revision is 1 for a new candle and grows by one each time the numbers or the base
 *   count change; the given revision is ignored.
 * - A saved candle cuts its own period out of every recorded gap of its series, so `readGaps` never covers a stored
 *   candle; a saved gap replaces what was recorded of the same stretch, and touching gaps of one reason are merged.
 * - Reads return candles ascending by open time with the stored revision; numbers are the exact decimals saved.
 * - What a series was is kept: each state of a candle that was replaced, with the newest candle of the series at that
 *   moment, and the candles that came when later ones were there already. It takes room with every correction, for as
 *   long as the candles themselves. What one `save` holds becomes known together.
 * - A read that begins after `extent` was answered sees at least what `version` counted then, so what was read between
 *   two answers of one version is what the series held all that time.
 * - Failures reject with `FailureError` (`store_unavailable`, `store_corrupt`); nothing is half-written.
 */
export type CandleStore = {
  readonly save: (batch: SaveBatch) => Promise<SaveCounts>;
  readonly read: (range: CandleRange) => Promise<readonly ClosedCandle[]>;
  /** The same candles as `read`, as texts: several times cheaper where nothing is computed. */
  readonly readTexts: (range: CandleRange) => Promise<readonly CandleText[]>;
  /**
   * Candles ascending with the numbers and the revision of that moment; without those that came later, and none after
   * the head. Empty when the series never had a candle there that was its newest.
   */
  readonly readKnown: (range: KnownRange) => Promise<readonly ClosedCandle[]>;
  /** Gap stretches that overlap [`from`, `to`), ascending by `from`. */
  readonly readGaps: (
    seriesId: SeriesId,
    period: { readonly from: EpochMs; readonly to: EpochMs },
  ) => Promise<readonly CandleGap[]>;
  /** One consistent look at the series, cheap enough to take before every answer. */
  readonly extent: (seriesId: SeriesId) => Promise<SeriesExtent>;
  /** Every series with at least one candle, ascending by id. */
  readonly listSeries: () => Promise<readonly SeriesId[]>;
  /** Releases the storage; later calls reject. Safe to call twice. */
  readonly close: () => Promise<void>;
};
