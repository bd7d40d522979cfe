/**
 * The wire contract as schemas: what HTTP answers and what travels over `/ws/market`. Times are whole seconds,
 * prices and volumes are JSON numbers, names are those of the seed. OpenAPI and the web page's types come from here.
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

/** Query of `GET /api/market/candles`. */
export const candlesQuery = z.object({
  series_id: z.string().min(1).describe('{exchange}:{market}:{symbol}:{timeframe}'),
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

/** One problem of a request's parameters. */
export const validationProblem = z.object({
  type: z.string(),
  loc: z.array(z.union([z.string(), z.number()])),
  msg: z.string(),
  input: z.unknown(),
});

/** Answer 422. */
export const validationAnswer = z.object({ detail: z.array(validationProblem) }).meta({ id: 'ValidationError' });

/** Answer of any other refusal. */
export const errorAnswer = z.object({ detail: z.string() }).meta({ id: 'Error' });

/** Client to server: start or restart delivery of a series after `since`. */
export const subscribeMessage = z.object({
  type: z.literal('subscribe'),
  series_id: z.string().min(1),
  since: z.int().nullish(),
  supports_batch: z.boolean().nullish(),
});

/** Client to server: end delivery of a series. */
export const unsubscribeMessage = z.object({ type: z.literal('unsubscribe'), series_id: z.string().nullish() });

/** Server to client. */
export const serverMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('candle_forming'), series_id: z.string(), candle: wireCandle }),
  z.object({ type: z.literal('candle_closed'), series_id: z.string(), candle: wireCandle }),
  z.object({ type: z.literal('candles_batch'), series_id: z.string(), candles: z.array(wireCandle) }),
  z.object({
    type: z.literal('gap'),
    series_id: z.string(),
    expected_next_time: z.int(),
    actual_time: z.int(),
  }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string(), series_id: z.string().optional() }),
]);

/** Answer of `GET /api/hotwick/info`: what runs here. */
export const infoAnswer = z
  .object({
    name: z.literal('hotwick'),
    version: z.string(),
    mode: z.string().describe('demo or up'),
    series: z.array(z.string()).describe('series that are kept up to date'),
    speed: z.number().describe('market seconds per real second'),
    market_time: z.int().describe('the clock of the market, Unix seconds'),
  })
  .meta({ id: 'Info' });

/** A candle as a client sees it. */
export type WireCandle = z.infer<typeof wireCandle>;
/** Answer of `GET /api/market/candles`. */
export type CandlesAnswer = z.infer<typeof candlesAnswer>;
/** Answer of `GET /api/hotwick/info`. */
export type InfoAnswer = z.infer<typeof infoAnswer>;
/** Anything the server sends over `/ws/market`. */
export type ServerMessage = z.infer<typeof serverMessage>;
