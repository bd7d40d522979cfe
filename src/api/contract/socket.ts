/**
 * Messages of the sockets `/ws/market` and `/ws/debug`, one JSON object per text frame.
 */
import { z } from 'zod';
import { wireCandle } from './candles.ts';

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

/** Server to client, reserved: something about a series that people should read. Nothing sends it yet. */
export const systemMessage = z.object({
  type: z.literal('system'),
  series_id: z.string(),
  event: z.string(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()),
});

/** One thing that happened inside the server, for the debug page. */
export const debugEvent = z
  .object({
    ts_ms: z.int(),
    source: z.literal('backend'),
    pipe: z.enum(['read', 'write']),
    event: z.string().describe('stable code such as `write.http.ingest_candle_closed_done`'),
    series_id: z.string().nullable(),
    level: z.enum(['info', 'warn', 'error']),
    message: z.string(),
    data: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'DebugEvent' });

/** Server to client on `/ws/debug`. */
export const debugMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('debug_snapshot'), events: z.array(debugEvent) }),
  z.object({ type: z.literal('debug_event'), event: debugEvent }),
]);

/** Anything the server sends over `/ws/market`. */
export type ServerMessage = z.infer<typeof serverMessage>;
/** One thing that happened inside the server. */
export type DebugEvent = z.infer<typeof debugEvent>;
/** Anything the server sends over `/ws/debug`. */
export type DebugMessage = z.infer<typeof debugMessage>;
