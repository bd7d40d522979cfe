/**
 * A kline event of a stream to a candle update. In comes untrusted JSON, out goes a checked update of the stream it
 * was subscribed for, or the reason why it is unusable. Unknown fields are ignored, missing ones are refused, and the
 * venue's own close time is not even read.
 */
import { z } from 'zod';
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, isVenueMs } from '../../core/time.ts';
import { type CandleColumns, type CandleSource, type ClosedCandle, isNoTrade } from '../../model/candle.ts';
import type { ClosedReceived, FormingReceived } from '../../model/events.ts';
import type { SeriesId } from '../../model/series.ts';
import { parseColumns } from './kline-columns.ts';
import { describeIssue } from './schema-issue.ts';
import type { KlineStream } from './symbol-name.ts';

/** One update of a stream's running or just finished candle. */
export type KlineUpdate = {
  readonly state: 'forming' | 'closed';
  readonly openTime: EpochMs;
  readonly eventTime: EpochMs;
  readonly columns: CandleColumns;
};

/** Letters of the kline event, spot and futures alike. Source: Binance "Kline/Candlestick Streams". */
const klineEvent = z.object({
  e: z.literal('kline'),
  E: z.number(),
  s: z.string(),
  st: z.number().optional(),
  k: z.object({
    t: z.number(),
    s: z.string(),
    i: z.string(),
    o: z.string(),
    c: z.string(),
    h: z.string(),
    l: z.string(),
    v: z.string(),
    n: z.int().min(0),
    x: z.boolean(),
    q: z.string(),
    V: z.string(),
    Q: z.string(),
  }),
});

type KlineEvent = z.infer<typeof klineEvent>;

/** Since the merge of 2026-06-30 futures streams may carry COIN-M events, marked with another number than this. */
const USD_MARGINED = 1;

/** The update in `data`; `foreign` for an event of the COIN-M market, which is none of ours; else what is wrong. */
export function parseKlineFrame(data: unknown, stream: KlineStream): Result<KlineUpdate | 'foreign', string> {
  const parsed = klineEvent.safeParse(data);
  if (!parsed.success) return err(describeIssue(parsed.error));
  const event = parsed.data;
  if (stream.market === 'futures' && event.st !== undefined && event.st !== USD_MARGINED) return ok('foreign');
  const fault = findIdentityFault(event, stream);
  if (fault !== null) return err(fault);
  return parseUpdate(event, stream);
}

function findIdentityFault(event: KlineEvent, stream: KlineStream): string | null {
  if (event.k.s !== stream.symbol || event.s !== stream.symbol) {
    return `it is of ${event.s} (${event.k.s}), subscribed was ${stream.symbol}`;
  }
  if (event.k.i !== stream.timeframe) return `it is of interval ${event.k.i}, subscribed was ${stream.timeframe}`;
  return null;
}

function parseUpdate(event: KlineEvent, stream: KlineStream): Result<KlineUpdate, string> {
  const { k, E: eventTime } = event;
  const openTime = k.t;
  if (!isVenueMs(openTime)) return err(`open time ${openTime} is not in milliseconds`);
  if (!isVenueMs(eventTime)) return err(`event time ${eventTime} is not in milliseconds`);
  if (openTime % stream.lengthMs !== 0) return err(`open time ${openTime} is not aligned to ${stream.timeframe}`);
  if (eventTime < openTime) return err(`event time ${eventTime} is before open time ${openTime}`);
  // The venue's own close time is the end minus 1 ms, so an event stamped with it is the earliest honest close.
  if (k.x && eventTime < openTime + stream.lengthMs - 1)
    return err(`closed at ${eventTime}, before its period is over`);
  const columns = parseColumns({
    open: k.o,
    high: k.h,
    low: k.l,
    close: k.c,
    volume: k.v,
    quoteVolume: k.q,
    takerBaseVolume: k.V,
    takerQuoteVolume: k.Q,
    trades: k.n,
  });
  if (!columns.ok) return columns;
  return ok({ state: k.x ? 'closed' : 'forming', openTime, eventTime, columns: columns.value });
}

/** The feed event that tells `update` of the series `seriesId`. */
export function toCandleEvent(
  update: KlineUpdate,
  context: { readonly seriesId: SeriesId; readonly receivedTime: EpochMs },
): FormingReceived | ClosedReceived {
  const { seriesId, receivedTime } = context;
  const { eventTime, openTime, columns } = update;
  if (update.state === 'closed') {
    const candle = toClosedCandle(columns, { seriesId, openTime, source: 'ws' });
    return { kind: 'closedReceived', receivedTime, eventTime, candle };
  }
  const candle = { kind: 'candleForming', seriesId, openTime, ...columns } as const;
  return { kind: 'formingReceived', receivedTime, eventTime, candle };
}

/** A closed candle as the venue gave it: complete in itself, not stored yet. */
export function toClosedCandle(
  columns: CandleColumns,
  identity: { readonly seriesId: SeriesId; readonly openTime: EpochMs; readonly source: CandleSource },
): ClosedCandle {
  const { seriesId, openTime, source } = identity;
  const status = isNoTrade(columns) ? 'no_trade' : 'final';
  const certificate = { source, status, baseCount: 1, baseExpected: 1, revision: 0 } as const;
  return { kind: 'candleClosed', seriesId, openTime, ...columns, certificate };
}
