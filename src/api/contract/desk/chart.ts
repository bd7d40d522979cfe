/**
 * The chart of one coin with what we did there, and the log of events behind it.
 */
import { z } from 'zod';
import { sec, text } from './parts.ts';

/** One line of the event log (hotcoin.md 5.5). Readers rely on `schema_version`. */
export const deskEvent = z
  .object({
    id: z.int().describe('grows by one with everything the desk knows of, former runs included'),
    ts: sec,
    seq: z.int().describe('grows by one within a run'),
    schema_version: z.int(),
    run_id: z.string(),
    config_hash: z.string(),
    event_type: z.string(),
    trace_id: z.string().optional(),
    payload: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'DeskEvent' });

/** Query of `GET /hotcoin/api/events`; several types are separated by commas. */
export const eventsQuery = z.object({
  type: z.string().optional(),
  symbol: z.string().optional(),
  trace_id: z.string().optional(),
  position_id: z.string().optional(),
  before: z.string().optional().describe('only events with a lower id'),
  limit: z.string().optional().describe('1..500, 100'),
});

/** Answer of `GET /hotcoin/api/events`, newest first. */
export const eventsAnswer = z
  .object({
    events: z.array(deskEvent),
    next_before: z.int().nullable().describe('ask for older ones with it; null when there are none'),
    types: z.array(z.string()).describe('types that can be asked for'),
    ts: sec,
  })
  .meta({ id: 'Events' });

/** Query of `GET /hotcoin/api/chart`; numbers that are none count as the default, ones out of range as their bound. */
export const chartQuery = z.object({
  symbol: z.string().describe('[A-Z0-9]{5,20}'),
  interval: z.string().optional().describe('1m 5m 15m 1h 4h 1d; 5m'),
  days: z.string().optional().describe('1..30, 3'),
  bars_limit: z.string().optional().describe('100..2000, 800'),
  trace_id: z.string().optional().describe('only what belongs to this chain; [A-Za-z0-9_-]{1,80}'),
  scores: z.string().optional().describe('1: with the newest scores of each timeframe'),
});

/** A buy or sell on the chart; `time` is the open time of its candle. */
export const chartMarker = z
  .object({
    time: sec,
    at: sec.describe('when it was filled'),
    side: z.enum(['BUY', 'SELL']),
    price: z.string(),
    qty: z.string(),
    reason: z.string(),
    trace_id: text,
    position_id: z.string(),
    client_order_id: z.string(),
  })
  .meta({ id: 'ChartMarker' });

/** Answer of `GET /hotcoin/api/chart`. */
export const deskChartAnswer = z
  .object({
    symbol: z.string(),
    interval: z.string(),
    klines: z
      .array(
        z.object({
          time: sec,
          open: z.number(),
          high: z.number(),
          low: z.number(),
          close: z.number(),
          volume: z.number(),
        }),
      )
      .describe('closed candles, oldest first'),
    markers: z.array(chartMarker).describe('oldest first'),
    trade_points: z
      .array(chartMarker.extend({ related_events: z.array(deskEvent).describe('at most 12, oldest first') }))
      .describe('the markers with the events of their chain'),
    scores: z.record(z.string(), z.object({ ss: z.number().nullable(), bs: z.number().nullable() })),
    ts: sec,
  })
  .meta({ id: 'DeskChart' });

/** Answer 400 of `GET /hotcoin/api/chart`. */
export const chartRefusal = z
  .object({ error: z.enum(['invalid_symbol', 'invalid_interval', 'invalid_trace_id']) })
  .meta({ id: 'ChartRefusal' });

/** One line of the event log. */
export type DeskEvent = z.infer<typeof deskEvent>;
/** Answer of `GET /hotcoin/api/events`. */
export type EventsAnswer = z.infer<typeof eventsAnswer>;
/** A buy or sell on the chart. */
export type ChartMarker = z.infer<typeof chartMarker>;
/** Answer of `GET /hotcoin/api/chart`. */
export type DeskChartAnswer = z.infer<typeof deskChartAnswer>;
