/**
 * What the factors said of each series and what was drawn of it, on durable storage, as it was known at any candle.
 */
import type { EpochMs } from '../core/time.ts';
import type {
  ChartChange,
  ChartCheckpoint,
  ChartPosition,
  FactorEvent,
  Instruction,
  ToldHead,
} from '../model/chart.ts';
import type { SeriesId } from '../model/series.ts';

/** Where the current chart of a series stands. */
export type ChartHead = ChartPosition & {
  /**
   * `all` when the chart takes in every candle that is stored of the series; `some` when candles were saved since by
   * somebody who did not say that the chart knows them.
   */
  readonly coverage: 'all' | 'some';
};

/** Which events to read: those that became known at `from` <= t < `to`, of one factor or of all. */
export type EventRange = {
  readonly seriesId: SeriesId;
  readonly factor?: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** The newest ones are kept. */
  readonly limit: number;
};

/** What stood when the candle opening at `at` had closed, of versions above `after`. */
export type DrawnRange = {
  readonly seriesId: SeriesId;
  readonly at: EpochMs;
  readonly after: number;
};

/** Instructions ascending by version, and the newest version of anything drawn up to that candle, 0 when nothing was. */
export type DrawnState = { readonly instructions: readonly Instruction[]; readonly version: number };

/**
 * - Changes of one series come in the order of their candles. An event of a known (series, factor, key), a head of a
 *   known (series, factor, time) and an instruction of a known (series, id, version) are left as they are, so saving
 *   the same again changes nothing. A change of an older generation than the current one is ignored.
 * - The first change of a higher generation that is `current` makes it the one that every read answers from, all that
 *   was saved of it before included; what older generations held is forgotten, a bounded part with each save.
 * - Nothing of the current generation is forgotten: superseded and retired instructions stay readable at the candles
 *   at which they stood. So a chart takes room in proportion to the candles it was made of, as these do.
 * - `save` is one transaction. A store that shares a file with the candles saves them in one commit (`CommitBurst`).
 * - A generation that has an origin shows what that one held until then as its own, with its own versions; it is not
 *   copied for it. A checkpoint of the current generation, or of what it goes on from, is found as long as candles up
 *   to it are as they were; of many the ones at doubling distances from the head are kept.
 * - Reads answer from one generation, events and heads ascending by time. Two reads with the same `head` before and
 *   after are of one state.
 * - Failures reject with `FailureError` (`store_unavailable`, `store_corrupt`); nothing is half-written.
 */
export type ChartStore = {
  readonly save: (changes: readonly ChartChange[]) => Promise<void>;
  /** `null` before the series has a current chart. */
  readonly head: (seriesId: SeriesId) => Promise<ChartHead | null>;
  /** The highest generation that anything was saved of, whatever its standing; 0 when nothing was. */
  readonly newestGeneration: (seriesId: SeriesId) => Promise<number>;
  /** The newest checkpoint of the current chart whose head is before the candle; `null` when there is none. */
  readonly readCheckpoint: (seriesId: SeriesId, before: EpochMs) => Promise<ChartCheckpoint | null>;
  readonly readEvents: (range: EventRange) => Promise<readonly FactorEvent[]>;
  /** What was told of the head of each factor that has one at that candle, by factor name. */
  readonly readHeads: (seriesId: SeriesId, at: EpochMs) => Promise<readonly ToldHead[]>;
  readonly readDrawn: (range: DrawnRange) => Promise<DrawnState>;
  /**
   * Ids that stood when the candle opening at `at` had closed and reach into [`from`, `at`], ascending; a line that
   * grows reaches to the newest candle.
   */
  readonly readActiveIds: (range: {
    readonly seriesId: SeriesId;
    readonly from: EpochMs;
    readonly at: EpochMs;
  }) => Promise<readonly string[]>;
  /** Releases the storage; later calls reject. Safe to call twice. */
  readonly close: () => Promise<void>;
};
