/**
 * History, instruments and time over REST. In come requests in our own terms, out go model values or typed failures;
 * an empty page of history is given only when the venue really has nothing there.
 */
import { z } from 'zod';
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, isVenueMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { Instrument, MarketType } from '../../model/instrument.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HistoryRequest } from '../../ports/feed.ts';
import { MARKET_RULES } from './endpoints.ts';
import { parseExchangeInfo } from './exchange-info.ts';
import { parseKlineRows } from './kline-row.ts';
import { parseWeightPerMinute } from './rate-limits.ts';
import type { RestClient } from './rest-client.ts';
import { type KlineStream, resolveStream } from './symbol-name.ts';

/** What the requests need. */
export type MarketDataContext = {
  readonly client: RestClient;
  readonly clock: Clock;
  readonly onFault: (failure: Failure) => void;
};

const timeShape = z.object({ serverTime: z.number() });

/** One page of closed candles that lie wholly inside [`from`, `to`), ascending from `from` on. */
export async function fetchHistoryPage(
  context: MarketDataContext,
  request: HistoryRequest,
): Promise<Result<readonly ClosedCandle[], Failure>> {
  const stream = resolveStream(request.seriesId);
  if (!stream.ok) return stream;
  const rules = MARKET_RULES[stream.value.market];
  const needed = countOpens(request, stream.value.lengthMs);
  if (needed <= 0) return ok([]);
  const limit = Math.min(rules.pageLimit, needed);
  const answer = await context.client.get({
    host: stream.value.market,
    path: rules.klinesPath,
    query: {
      symbol: stream.value.symbol,
      interval: stream.value.timeframe,
      startTime: request.from,
      endTime: request.to - 1,
      limit,
    },
    weight: rules.klinesWeight(limit),
    purpose: request.purpose,
  });
  if (!answer.ok) return answer;
  const { url, body, asOf } = answer.value;
  return readPage({ url, body, asOf, request, stream: stream.value, now: context.clock.now() });
}

/** Candle openings in [from, to); may be zero or less when it holds none. */
function countOpens({ from, to }: HistoryRequest, lengthMs: number): number {
  return Math.ceil(to / lengthMs) - Math.ceil(from / lengthMs);
}

function readPage(page: {
  readonly url: string;
  readonly body: unknown;
  readonly asOf: EpochMs;
  readonly request: HistoryRequest;
  readonly stream: KlineStream;
  readonly now: EpochMs;
}): Result<readonly ClosedCandle[], Failure> {
  const { url, request } = page;
  const rows = parseKlineRows(page.body, page);
  if (!rows.ok) return err(failure('venue_answer_malformed', { url, reason: rows.error }));
  const { candles, unfinished } = rows.value;
  // Empty would mean that the venue has none. It has, only its clock has not reached the end of the period yet.
  if (candles.length === 0 && unfinished > 0 && request.to <= page.now) {
    return err(failure('venue_unreachable', { url, reason: "by the venue's clock the period is not over yet" }));
  }
  return ok(candles.slice(0, MARKET_RULES[page.stream.market].pageLimit));
}

/** Every instrument of a market in the venue's order, and the venue's own limit for the budget; symbols we can not express are left out and reported once. */
export async function fetchInstrumentList(
  context: MarketDataContext,
  market: MarketType,
): Promise<Result<readonly Instrument[], Failure>> {
  const { exchangeInfoPath: path, exchangeInfoWeight: weight } = MARKET_RULES[market];
  const answer = await context.client.get({ host: market, path, query: {}, weight, purpose: 'reconcile' });
  if (!answer.ok) return answer;
  const { url, body } = answer.value;
  const weightPerMinute = parseWeightPerMinute(body);
  if (weightPerMinute !== null) context.client.learnLimit(market, weightPerMinute);
  const parsed = parseExchangeInfo(body, market);
  if (!parsed.ok) return err(failure('venue_answer_malformed', { url, reason: parsed.error }));
  const { instruments, unusable } = parsed.value;
  if (unusable.length > 0) {
    const reason = `${unusable.length} symbols are left out: ${unusable.slice(0, 5).join('; ')}`;
    context.onFault(failure('venue_answer_malformed', { url, reason }));
  }
  return ok(instruments);
}

/** The clock of the futures market, which both markets share to the millisecond. */
export async function fetchVenueTime(context: MarketDataContext): Promise<Result<EpochMs, Failure>> {
  const answer = await context.client.get({
    host: 'futures',
    path: MARKET_RULES.futures.timePath,
    query: {},
    weight: 1,
    purpose: 'reconcile',
  });
  if (!answer.ok) return answer;
  const { url, body } = answer.value;
  const parsed = timeShape.safeParse(body);
  if (!parsed.success || !isVenueMs(parsed.data.serverTime)) {
    return err(failure('venue_answer_malformed', { url, reason: 'it holds no server time in milliseconds' }));
  }
  return ok(parsed.data.serverTime);
}
