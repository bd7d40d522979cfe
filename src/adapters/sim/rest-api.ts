/**
 * The REST routes of both markets, without sockets: a path and a query in, weight and answer out. Weights, limits and
 * error codes are those of the exchange's documentation.
 */
import { err, ok, type Result } from '../../core/result.ts';
import type { InstrumentId, MarketType } from '../../model/instrument.ts';
import { DayWindow } from './day-window.ts';
import { toFuturesExchangeInfo, toSpotExchangeInfo } from './exchange-info.ts';
import { badRequest, type RestRefusal, readInteger, readSymbols, readTime, requireText } from './rest-params.ts';
import { toPaddedText } from './sim-grid.ts';
import { parseSimInterval } from './sim-interval.ts';
import type { SimInstrument } from './sim-market.ts';
import type { SimView } from './sim-view.ts';
import type { SimKey } from './spot/sim-accounts.ts';
import { toDayTicker, toKlineArray, wirePlaces } from './wire-frames.ts';

/** Answer of a route: the JSON body or a refusal. */
export type RestAnswer = Result<unknown, RestRefusal>;

/** A route that a path leads to: what the request weighs and how it is answered. */
export type RestRoute = {
  readonly market: MarketType;
  /** Who may ask: anybody, a key's signature, or that of a key that may trade. */
  readonly security: 'none' | 'signed' | 'trade';
  /** New orders the request makes. */
  readonly orders: number;
  /** Whether a request that succeeds costs nothing. */
  readonly free: 'onSuccess' | 'never';
  readonly weight: (query: URLSearchParams) => number;
  /** The key is there wherever a signature is needed. */
  readonly answer: (query: URLSearchParams, key: SimKey | null) => RestAnswer;
};

/** What the routes work with. */
export type RestApiOptions = {
  readonly view: SimView;
  readonly weightLimit: Readonly<Record<MarketType, number>>;
  /** The exchange's own idea of the time, in milliseconds since the epoch. */
  readonly serverTime: () => number;
};

const KLINES_DEFAULT = 500;
const KLINES_MAX = { spot: 1_000, futures: 1_500 } as const;

/** Every market-data route by its method and path. */
export function createRestRoutes(options: RestApiOptions): ReadonlyMap<string, RestRoute> {
  const { view, weightLimit } = options;
  const windows = new Map<InstrumentId, DayWindow>();
  const routes = new Map<string, RestRoute>();
  const markets = new Set(view.market.instruments.map((instrument) => instrument.market));
  for (const market of markets) {
    const prefix = market === 'spot' ? '/api/v3' : '/fapi/v1';
    const add = (path: string, weight: RestRoute['weight'], answer: RestRoute['answer']): void => {
      const open = { security: 'none', orders: 0, free: 'never' } as const;
      routes.set(`GET ${prefix}${path}`, { market, ...open, weight, answer });
    };
    const one = (): number => 1;
    add('/ping', one, () => ok({}));
    add('/time', one, () => ok({ serverTime: options.serverTime() }));
    add(
      '/exchangeInfo',
      () => (market === 'spot' ? 20 : 1),
      (query) => answerExchangeInfo({ view, market, weightLimit: weightLimit[market] }, query),
    );
    add(
      '/klines',
      (query) => klinesWeight(market, query),
      (query) => answerKlines(view, market, query),
    );
    add(
      '/ticker/24hr',
      (query) => tickerWeight(market, query),
      (query) => answerDayTickers({ view, market, windows }, query),
    );
    add(
      '/ticker/price',
      (query) => (query.has('symbol') ? 1 : 2) * (market === 'spot' ? 2 : 1),
      (query) => answerPrices(view, market, query),
    );
  }
  return routes;
}

function klinesWeight(market: MarketType, query: URLSearchParams): number {
  if (market === 'spot') return 2;
  const limit = Number(query.get('limit') ?? KLINES_DEFAULT);
  if (limit < 100) return 1;
  if (limit < 500) return 2;
  return limit <= 1_000 ? 5 : 10;
}

function tickerWeight(market: MarketType, query: URLSearchParams): number {
  if (market === 'futures') return query.has('symbol') ? 1 : 40;
  const symbols = readSymbols(query);
  if (!symbols.ok) return 2;
  if (symbols.value === null || symbols.value.length > 100) return 80;
  return symbols.value.length > 20 ? 40 : 2;
}

type InfoContext = { readonly view: SimView; readonly market: MarketType; readonly weightLimit: number };

function answerExchangeInfo(context: InfoContext, query: URLSearchParams): RestAnswer {
  const { view, market, weightLimit } = context;
  // The futures market has no parameters here and answers everything.
  const chosen = market === 'spot' ? selectInstruments(view, market, query) : ok(view.listed(market));
  if (!chosen.ok) return chosen;
  const now = view.now();
  const listed = chosen.value.map((instrument) => ({
    instrument,
    status: view.market.status(instrument.instrumentId, now),
  }));
  const facts = { now, weightLimit };
  return ok(market === 'spot' ? toSpotExchangeInfo(listed, facts) : toFuturesExchangeInfo(listed, facts));
}

function selectInstruments(
  view: SimView,
  market: MarketType,
  query: URLSearchParams,
): Result<readonly SimInstrument[], RestRefusal> {
  const symbols = readSymbols(query);
  if (!symbols.ok) return symbols;
  if (symbols.value === null) return ok(view.listed(market));
  const found: SimInstrument[] = [];
  for (const symbol of symbols.value) {
    const instrument = view.find(market, symbol);
    if (instrument === null) return badRequest(-1121, 'Invalid symbol.');
    found.push(instrument);
  }
  return ok(found);
}

function answerKlines(view: SimView, market: MarketType, query: URLSearchParams): RestAnswer {
  const symbol = requireText(query, 'symbol');
  if (!symbol.ok) return symbol;
  const text = requireText(query, 'interval');
  if (!text.ok) return text;
  const startTime = readTime(query, 'startTime');
  if (!startTime.ok) return startTime;
  const endTime = readTime(query, 'endTime');
  if (!endTime.ok) return endTime;
  const limit = readLimit(market, query);
  if (!limit.ok) return limit;
  const instrument = view.find(market, symbol.value);
  if (instrument === null) return badRequest(-1121, 'Invalid symbol.');
  const interval = parseSimInterval(text.value);
  if (interval === null) return badRequest(-1120, 'Invalid interval.');
  const [from, to] = [startTime.value, endTime.value];
  if (market === 'futures' && from !== null && to !== null && from > to) {
    return badRequest(-1023, 'Start time is greater than end time.');
  }
  if (!['0', null].includes(query.get('timeZone'))) {
    return err({ status: 400, code: -1104, msg: "Not all sent parameters were read: 'timeZone' is not simulated." });
  }
  const rows = view.klines(instrument, { interval, startTime: from, endTime: to, limit: limit.value });
  const places = wirePlaces(instrument);
  return ok(rows.map((row) => toKlineArray(row, interval, places)));
}

/** Spot caps a limit that is too large; futures refuses it. */
function readLimit(market: MarketType, query: URLSearchParams): Result<number, RestRefusal> {
  const limit = readInteger(query, 'limit');
  if (!limit.ok) return limit;
  const value = limit.value ?? KLINES_DEFAULT;
  const tooMany = market === 'futures' && value > KLINES_MAX.futures;
  if (value === 0 || tooMany) return badRequest(-1130, "Data sent for parameter 'limit' is not valid.");
  return ok(Math.min(value, KLINES_MAX[market]));
}

type TickerContext = {
  readonly view: SimView;
  readonly market: MarketType;
  /** One rolling window per instrument that was ever asked for. */
  readonly windows: Map<InstrumentId, DayWindow>;
};

function answerDayTickers(context: TickerContext, query: URLSearchParams): RestAnswer {
  const { view, market, windows } = context;
  const chosen = selectInstruments(view, market, query);
  if (!chosen.ok) return chosen;
  const now = view.now();
  const tickers: unknown[] = [];
  for (const instrument of chosen.value) {
    const window = windows.get(instrument.instrumentId) ?? new DayWindow(view, instrument);
    windows.set(instrument.instrumentId, window);
    const day = window.at(now);
    if (day !== null) tickers.push(toDayTicker(day, instrument, now));
  }
  return ok(query.has('symbol') ? (tickers[0] ?? {}) : tickers);
}

function answerPrices(view: SimView, market: MarketType, query: URLSearchParams): RestAnswer {
  const chosen = selectInstruments(view, market, query);
  if (!chosen.ok) return chosen;
  const prices: unknown[] = [];
  for (const instrument of chosen.value) {
    const latest = view.klines(instrument, { interval: '1m', startTime: null, endTime: null, limit: 1 })[0];
    if (latest === undefined) continue;
    const price = toPaddedText(latest.close, wirePlaces(instrument).price);
    const time = market === 'futures' ? { time: view.now() } : {};
    prices.push({ symbol: instrument.symbol, price, ...time });
  }
  return ok(query.has('symbol') ? (prices[0] ?? {}) : prices);
}
