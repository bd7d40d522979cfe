/**
 * Public routes of the spot book: depth, best prices, average price, recent trades. In: a symbol. Out: what stands
 * and trades now, the same that orders meet.
 */
import { multiply } from '../../../core/decimal.ts';
import { ok, type Result } from '../../../core/result.ts';
import { epochMs } from '../../../core/time.ts';
import type { RestAnswer, RestRoute } from '../rest-api.ts';
import { badRequest, type RestRefusal, readInteger, readSymbols } from '../rest-params.ts';
import { bucketOpenOf, SIM_MINUTE_MS } from '../sim-interval.ts';
import type { SimInstrument } from '../sim-market.ts';
import { type MarketMoment, momentsOf } from './market-moments.ts';
import { places8 } from './order-json.ts';
import type { SpotDesk } from './spot-desk.ts';
import { type PublicCall, publicRoute } from './spot-route.ts';
import { toLevelTexts, type VisibleBook, visibleBook } from './visible-book.ts';

const DEPTH_DEFAULT = 100;
const DEPTH_MAX = 5_000;
const TRADES_DEFAULT = 500;
const TRADES_MAX = 1_000;
/** Minutes looked back for recent trades. */
const TRADE_MINUTES = 30;

/** Every public route of the book. */
export function createBookRoutes(desk: SpotDesk): ReadonlyMap<string, RestRoute> {
  const route = publicRoute(desk);
  const bookWeight = (query: URLSearchParams): number => (query.has('symbol') ? 2 : 4);
  return new Map([
    route('GET /api/v3/depth', { weight: depthWeight, answer: answerDepth }),
    route('GET /api/v3/ticker/bookTicker', { weight: bookWeight, answer: answerBookTickers }),
    route('GET /api/v3/avgPrice', { weight: 2, answer: answerAverage }),
    route('GET /api/v3/trades', { weight: 25, answer: answerTrades }),
    route('GET /api/v3/aggTrades', { weight: 4, answer: answerAggTrades }),
    route('GET /sapi/v1/system/status', { weight: 1, answer: () => ok({ status: 0, msg: 'normal' }) }),
  ]);
}

function depthWeight(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? DEPTH_DEFAULT);
  if (limit <= 100) return 5;
  if (limit <= 500) return 25;
  return limit <= 1_000 ? 50 : 250;
}

function bookOf(desk: SpotDesk, instrument: SimInstrument, limit: number): VisibleBook {
  const book = desk.engine.book(instrument.symbol);
  return book === null ? { bids: [], asks: [] } : visibleBook(book, limit);
}

function answerDepth({ desk, params }: PublicCall): RestAnswer {
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const limit = readInteger(params, 'limit');
  if (!limit.ok) return limit;
  if (limit.value === 0) return badRequest(-1130, "Data sent for parameter 'limit' is not valid.");
  const { bids, asks } = bookOf(desk, instrument.value, Math.min(DEPTH_MAX, limit.value ?? DEPTH_DEFAULT));
  const lastUpdateId = desk.driver.updateId(instrument.value);
  return ok({ lastUpdateId, bids: toLevelTexts(bids), asks: toLevelTexts(asks) });
}

function answerBookTickers({ desk, params }: PublicCall): RestAnswer {
  const symbols = readSymbols(params);
  if (!symbols.ok) return symbols;
  const wanted = symbols.value ?? desk.view.listed('spot').map((one) => one.symbol);
  const tickers: unknown[] = [];
  for (const symbol of wanted) {
    const instrument = desk.view.find('spot', symbol);
    if (instrument === null) return badRequest(-1121, 'Invalid symbol.');
    desk.driver.sync(instrument);
    tickers.push(toBookTicker(instrument, bookOf(desk, instrument, 1)));
  }
  return ok(params.has('symbol') ? (tickers[0] ?? {}) : tickers);
}

function toBookTicker(instrument: SimInstrument, { bids, asks }: VisibleBook): unknown {
  const [bid, ask] = [bids[0], asks[0]];
  return {
    symbol: instrument.symbol,
    bidPrice: places8(bid?.price ?? null),
    bidQty: places8(bid?.quantity ?? null),
    askPrice: places8(ask?.price ?? null),
    askQty: places8(ask?.quantity ?? null),
  };
}

function answerAverage({ desk, params }: PublicCall): RestAnswer {
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const book = desk.engine.book(instrument.value.symbol);
  const price = places8(book?.averagePrice ?? book?.lastPrice ?? null);
  return ok({ mins: 5, price, closeTime: desk.now() });
}

/** The newest moments of a symbol, oldest first. */
function recentMoments(call: PublicCall): Result<readonly MarketMoment[], RestRefusal> {
  const { desk, params } = call;
  const instrument = desk.instrument(params);
  if (!instrument.ok) return instrument;
  const limit = readInteger(params, 'limit');
  if (!limit.ok) return limit;
  const now = desk.now();
  const running = bucketOpenOf('1m', now);
  const from = epochMs(Math.max(0, running - TRADE_MINUTES * SIM_MINUTE_MS));
  const period = { from, to: epochMs(running + SIM_MINUTE_MS) };
  const rows = desk.view.market.minutes(instrument.value.instrumentId, period);
  const { seed } = desk.view.market;
  const moments = rows.flatMap((row) => momentsOf(row, instrument.value, seed)).filter((moment) => moment.time <= now);
  return ok(moments.slice(-Math.min(TRADES_MAX, limit.value ?? TRADES_DEFAULT)));
}

function answerTrades(call: PublicCall): RestAnswer {
  const moments = recentMoments(call);
  if (!moments.ok) return moments;
  return ok(
    moments.value.map(({ lastTradeId, price, quantity, time, taker }) => ({
      id: lastTradeId,
      price: places8(price),
      qty: places8(quantity),
      quoteQty: places8(multiply(price, quantity)),
      time,
      isBuyerMaker: taker === 'SELL',
      isBestMatch: true,
    })),
  );
}

function answerAggTrades(call: PublicCall): RestAnswer {
  const moments = recentMoments(call);
  if (!moments.ok) return moments;
  return ok(
    moments.value.map(({ firstTradeId, lastTradeId, price, quantity, time, taker }) => ({
      a: lastTradeId,
      p: places8(price),
      q: places8(quantity),
      f: firstTradeId,
      l: lastTradeId,
      T: time,
      m: taker === 'SELL',
      M: true,
    })),
  );
}
