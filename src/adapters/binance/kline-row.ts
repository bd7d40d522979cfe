/**
 * Rows of the klines request to closed candles. In comes the untrusted answer and what was asked, out go the candles
 * of [from, to) whose period was over when the venue answered, ascending; one bad row spoils the whole answer.
 */
import { z } from 'zod';
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, isVenueMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { HistoryRequest } from '../../ports/feed.ts';
import { parseColumns } from './kline-columns.ts';
import { toClosedCandle } from './kline-frame.ts';
import { describeIssue } from './schema-issue.ts';
import type { KlineStream } from './symbol-name.ts';

/**
 * Open time, open, high, low, close, volume, close time (not used), quote volume, trades, taker base, taker quote; a
 * twelfth element is unused by Binance. Source: "Kline/Candlestick data", spot and futures.
 */
const klineRow = z
  .tuple([
    z.number(),
    z.string(),
    z.string(),
    z.string(),
    z.string(),
    z.string(),
    z.unknown(),
    z.string(),
    z.int().min(0),
    z.string(),
    z.string(),
  ])
  .rest(z.unknown());
const klineRows = z.array(klineRow);

type KlineRow = z.infer<typeof klineRow>;

/** What was asked, and the venue's time at which the answer is certain to hold. */
export type RowContext = {
  readonly request: HistoryRequest;
  readonly stream: KlineStream;
  readonly asOf: EpochMs;
};

/** Candles of an answer, and how many rows of the asked stretch were left out because their period was not over. */
export type ParsedRows = { readonly candles: readonly ClosedCandle[]; readonly unfinished: number };

/** The closed candles in `body`, or what is wrong with it. */
export function parseKlineRows(body: unknown, context: RowContext): Result<ParsedRows, string> {
  const parsed = klineRows.safeParse(body);
  if (!parsed.success) return err(describeIssue(parsed.error));
  const candles: ClosedCandle[] = [];
  let unfinished = 0;
  let previous = -1;
  for (const row of parsed.data) {
    const candle = parseRow(row, context);
    if (!candle.ok) return candle;
    const { openTime } = candle.value;
    if (openTime <= previous) return err(`row ${openTime} is not after row ${previous}`);
    previous = openTime;
    const place = placeRow(openTime, context);
    if (place === 'closed') candles.push(candle.value);
    if (place === 'unfinished') unfinished++;
  }
  return ok({ candles, unfinished });
}

function parseRow(row: KlineRow, { stream, request }: RowContext): Result<ClosedCandle, string> {
  const [openTime, open, high, low, close, volume, , quoteVolume, trades, takerBaseVolume, takerQuoteVolume] = row;
  if (!isVenueMs(openTime)) return err(`open time ${openTime} is not in milliseconds`);
  if (openTime % stream.lengthMs !== 0) return err(`open time ${openTime} is not aligned to ${stream.timeframe}`);
  const texts = { open, high, low, close, volume, quoteVolume, takerBaseVolume, takerQuoteVolume, trades };
  const columns = parseColumns(texts);
  if (!columns.ok) return err(`row ${openTime}: ${columns.error}`);
  return ok(toClosedCandle(columns.value, { seriesId: request.seriesId, openTime, source: request.source }));
}

function placeRow(openTime: EpochMs, { request, stream, asOf }: RowContext): 'outside' | 'unfinished' | 'closed' {
  const end = openTime + stream.lengthMs;
  if (openTime < request.from || end > request.to) return 'outside';
  return end > asOf ? 'unfinished' : 'closed';
}
