/**
 * Finding the holes of a stored series, and how complete the newest buckets of its base are (wire contract 2.9). Reads
 * pages, so that a long series neither fills the memory nor holds up everybody else.
 */
import { EPOCH_MS_MAX, type EpochMs, epochMs, toEpochSec } from '../core/time.ts';
import { type SeriesId, seriesParts, siblingSeries } from '../model/series.ts';
import { bucketOpen, MINUTE_MS, timeframe, timeframeMs } from '../model/timeframe.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { SeriesHealthAnswer } from './contract.ts';

/** What is asked. */
export type SeriesHealthQuery = {
  readonly seriesId: SeriesId;
  readonly now: EpochMs;
  readonly gapsMax: number;
  readonly bucketsMax: number;
};

type Gap = SeriesHealthAnswer['recent_gaps'][number];
type Gaps = { readonly count: number; readonly maxSec: number | null; readonly recent: readonly Gap[] };
type Bucket = SeriesHealthAnswer['base_bucket_completeness'][number];

const PAGE = 5_000;
/** Series up to this length are always read; in a longer one the right number of candles is taken as proof. */
const READ_FREELY = 50_000;
const BASE_TIMEFRAME = timeframe('1m');

/** The answer for a series; rejects like the store. */
export async function describeGaps(store: CandleStore, query: SeriesHealthQuery): Promise<SeriesHealthAnswer> {
  const { seriesId, now } = query;
  const lengthMs = timeframeMs(seriesParts(seriesId).timeframe);
  const { count, first, head } = await store.extent(seriesId);
  const isWhole = first !== null && head !== null && (head - first) / lengthMs + 1 === count;
  const gaps = isWhole && count > READ_FREELY ? NO_GAPS : await findGaps(store, query, lengthMs);
  return {
    series_id: seriesId,
    timeframe_seconds: lengthMs / 1000,
    now_time: toEpochSec(now),
    first_time: first === null ? null : toEpochSec(first),
    head_time: head === null ? null : toEpochSec(head),
    lag_seconds: head === null ? null : Math.max(0, toEpochSec(now) - toEpochSec(head)),
    candle_count: count,
    gap_count: gaps.count,
    max_gap_seconds: gaps.maxSec,
    recent_gaps: [...gaps.recent],
    base_series_id: siblingSeries(seriesId, BASE_TIMEFRAME),
    base_bucket_completeness: await findBuckets(store, query, lengthMs),
  };
}

const NO_GAPS: Gaps = { count: 0, maxSec: null, recent: [] };

/** Neighbours that are farther apart than one period, the newest first. */
async function findGaps(store: CandleStore, query: SeriesHealthQuery, lengthMs: number): Promise<Gaps> {
  let [count, maxSec] = [0, 0];
  const recent: Gap[] = [];
  let previous: EpochMs | null = null;
  for await (const openTime of readOpenTimes(store, query.seriesId)) {
    if (previous !== null && openTime - previous > lengthMs) {
      const gap = describeGap(previous, openTime, lengthMs);
      count++;
      maxSec = Math.max(maxSec, gap.delta_seconds);
      recent.unshift(gap);
      if (recent.length > query.gapsMax) recent.pop();
    }
    previous = openTime;
  }
  return { count, maxSec: count === 0 ? null : maxSec, recent };
}

/** Every stored open time, ascending, read a page at a time. */
async function* readOpenTimes(store: CandleStore, seriesId: SeriesId): AsyncGenerator<EpochMs, void, undefined> {
  for (let from = 0; ; ) {
    const range = { seriesId, from: epochMs(from), to: EPOCH_MS_MAX as EpochMs, limit: PAGE, take: 'oldest' } as const;
    const page = await store.read(range);
    for (const { openTime } of page) yield openTime;
    const last = page[page.length - 1];
    if (last === undefined || page.length < PAGE) return;
    from = last.openTime + 1;
  }
}

function describeGap(previous: EpochMs, next: EpochMs, lengthMs: number): Gap {
  return {
    prev_time: toEpochSec(previous),
    next_time: toEpochSec(next),
    delta_seconds: toEpochSec(next) - toEpochSec(previous),
    missing_candles: Math.floor((next - previous) / lengthMs) - 1,
  };
}

/** The newest buckets of the series up to the one of the base's head, ascending; of a base series itself none. */
async function findBuckets(store: CandleStore, query: SeriesHealthQuery, lengthMs: number): Promise<Bucket[]> {
  const baseId = siblingSeries(query.seriesId, BASE_TIMEFRAME);
  const { first, head } = await store.extent(baseId);
  if (lengthMs <= MINUTE_MS || first === null || head === null) return [];
  const last = bucketOpen(head, lengthMs);
  const from = Math.max(bucketOpen(first, lengthMs), last - (query.bucketsMax - 1) * lengthMs);
  const to = epochMs(Math.min(EPOCH_MS_MAX, last + lengthMs));
  const range = { seriesId: baseId, from: epochMs(from), to, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' } as const;
  const present = new Map<number, number>();
  for (const { openTime } of await store.read(range)) {
    const open = bucketOpen(openTime, lengthMs);
    present.set(open, (present.get(open) ?? 0) + 1);
  }
  const expected = lengthMs / MINUTE_MS;
  const buckets: Bucket[] = [];
  for (let open = from; open <= last; open += lengthMs) {
    const actual = present.get(open) ?? 0;
    buckets.push({
      bucket_open_time: open / 1000,
      expected_minutes: expected,
      actual_minutes: actual,
      missing_minutes: Math.max(0, expected - actual),
    });
  }
  return buckets;
}
