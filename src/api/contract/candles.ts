/**
 * Candles on the wire: one shape for closed and forming ones, and history over HTTP.
 */
import { z } from 'zod';

/** A candle on the wire, closed or forming alike; the envelope says which. */
export const wireCandle = z
  .object({
    candle_time: z.int().describe('open time, Unix seconds'),
    open: z.number(),
    high: z.number(),
    low: z.number(),
    close: z.number(),
    volume: z.number().describe('base-asset volume'),
  })
  .meta({ id: 'Candle' });

/** The series a request is about. */
export const seriesIdText = z.string().min(1).describe('{exchange}:{market}:{symbol}:{timeframe}');

/** Query of `GET /api/market/candles`. */
export const candlesQuery = z.object({
  series_id: seriesIdText,
  since: z.coerce.number().int().min(0).optional().describe('exclusive cursor: candles with candle_time > since'),
  limit: z.coerce.number().int().min(1).max(5000).default(500),
});

/** Answer of `GET /api/market/candles`: stored closed candles, ascending. */
export const candlesAnswer = z
  .object({
    series_id: z.string(),
    server_head_time: z.int().nullable().describe('largest stored candle_time of the series'),
    candles: z.array(wireCandle),
  })
  .meta({ id: 'Candles' });

/** A candle as a client sees it. */
export type WireCandle = z.infer<typeof wireCandle>;
/** Answer of `GET /api/market/candles`. */
export type CandlesAnswer = z.infer<typeof candlesAnswer>;
