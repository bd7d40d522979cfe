/**
 * Candles handed in over HTTP. Numbers may be written as JSON numbers, numeric strings or booleans; decimal text is
 * taken exactly.
 */
import { z } from 'zod';
import { wireCandle } from './candles.ts';

/** Most candles in one batch. */
export const BATCH_MAX = 20_000;

/** Body of `POST /api/market/ingest/candle_closed` and `candle_forming`. */
export const ingestBody = z.object({ series_id: z.string(), candle: wireCandle }).meta({ id: 'IngestCandle' });

/** Their answer. */
export const ingestAnswer = z
  .object({ ok: z.literal(true), series_id: z.string(), candle_time: z.int() })
  .meta({ id: 'IngestAnswer' });

/** Body of `POST /api/dev/market/ingest/candles_closed_batch`; of equal times the last one counts. */
export const ingestBatchBody = z
  .object({
    series_id: z.string(),
    candles: z.array(wireCandle).min(1).max(BATCH_MAX).optional(),
    publish_ws: z.boolean().default(false).describe('whether subscribers hear of them'),
  })
  .meta({ id: 'IngestBatch' });

/** Its answer; `count` is what was sent. */
export const ingestBatchAnswer = z
  .object({
    ok: z.literal(true),
    series_id: z.string(),
    count: z.int(),
    first_candle_time: z.int().nullable(),
    last_candle_time: z.int().nullable(),
  })
  .meta({ id: 'IngestBatchAnswer' });
