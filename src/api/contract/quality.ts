/**
 * What the stored candles of one UTC day are worth, by their certificates.
 */
import { z } from 'zod';
import { seriesIdText } from './candles.ts';

const count = z.int().min(0);

/** Query of `GET /api/market/quality`. */
export const qualityQuery = z.object({
  series_id: seriesIdText,
  day: z.iso.date().describe('UTC day, YYYY-MM-DD'),
});

/** Answer of `GET /api/market/quality`; of a running day, what is over of it. */
export const qualityAnswer = z
  .object({
    series_id: z.string(),
    day: z.string(),
    expected: count,
    present: count,
    missing: count.describe('expected - present'),
    unexplained: count.describe('missing without the exchange having none'),
    revised: count.describe('candles whose numbers changed after they were first stored'),
    by_status: z.object({ final: count, repaired: count, exchange_gap: count, no_trade: count }),
    by_source: z.object({ ws: count, rest: count, archive: count, ingest: count, derived: count }),
    holes: z.array(
      z.object({
        from_time: z.int().describe('Unix seconds, inclusive'),
        to_time: z.int().describe('Unix seconds, exclusive'),
        reason: z.enum(['exchange_gap', 'unknown', 'unrecorded']),
      }),
    ),
  })
  .meta({ id: 'DayQuality' });

/** Answer of `GET /api/market/quality`. */
export type QualityAnswer = z.infer<typeof qualityAnswer>;
