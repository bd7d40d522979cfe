/**
 * The quality of one UTC day of a series as the wire shows it. Of a day that is running only the candles that can be
 * over are expected, of one to come none.
 */
import { type EpochMs, epochMs, toEpochSec, toIsoText } from '../core/time.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { bucketOpen, timeframeMs } from '../model/timeframe.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import { type DayQuality, summarizeQuality } from '../reports/quality.ts';
import type { QualityAnswer } from './contract.ts';

const DAY_MS = 86_400_000;

const NOTHING: Omit<DayQuality, 'day'> = {
  expected: 0,
  present: 0,
  missing: 0,
  byStatus: { final: 0, repaired: 0, exchange_gap: 0, no_trade: 0 },
  bySource: { ws: 0, rest: 0, archive: 0, ingest: 0, derived: 0 },
  revised: 0,
  holes: [],
  unexplained: 0,
};

/** The answer for the day that starts at `day`; rejects like the store. */
export async function readDayQuality(
  store: CandleStore,
  query: { readonly seriesId: SeriesId; readonly day: number; readonly now: EpochMs },
): Promise<QualityAnswer> {
  const { seriesId, day, now } = query;
  const from = epochMs(day);
  const over = bucketOpen(now, timeframeMs(seriesParts(seriesId).timeframe));
  const to = epochMs(Math.min(day + DAY_MS, Math.max(day, over)));
  const summary = to === from ? NOTHING : await summarize(store, { seriesId, from, to });
  return {
    series_id: seriesId,
    day: toIsoText(from).slice(0, 10),
    expected: summary.expected,
    present: summary.present,
    missing: summary.missing,
    unexplained: summary.unexplained,
    revised: summary.revised,
    by_status: { ...summary.byStatus },
    by_source: { ...summary.bySource },
    holes: summary.holes.map((hole) => ({
      from_time: toEpochSec(hole.from),
      to_time: toEpochSec(hole.to),
      reason: hole.reason,
    })),
  };
}

type Stretch = { readonly seriesId: SeriesId; readonly from: EpochMs; readonly to: EpochMs };

async function summarize(store: CandleStore, stretch: Stretch): Promise<Omit<DayQuality, 'day'>> {
  const { seriesId, from, to } = stretch;
  const lengthMs = timeframeMs(seriesParts(seriesId).timeframe);
  const stored = await store.read({ seriesId, from, to, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' });
  // Candles off the grid, which only an operator can have posted, fill no period.
  const candles = stored.filter(({ openTime }) => openTime % lengthMs === 0);
  const gaps = await store.readGaps(seriesId, { from, to });
  return summarizeQuality({ seriesId, from, to, candles, gaps })[0] ?? NOTHING;
}
