/**
 * Everything that trades in a market with its figures of the last 24 hours: the list of symbols, which seldom changes
 * and is kept for a while, joined with the tickers of now. The venue's answers in, exact numbers out; what can not be
 * read is left out. Requests go through the client of whoever opens it, so that all of them share one budget.
 */
import { z } from 'zod';
import { parseDecimal } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { MarketType } from '../../model/instrument.ts';
import type { TradedMarket } from '../../model/traded-market.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FetchTopMarkets } from '../../ports/fetch-top-markets.ts';
import { MARKET_RULES } from './endpoints.ts';
import type { RestClient } from './rest-client.ts';
import { describeIssue } from './schema-issue.ts';

/** A source of markets by volume. */
export type TopMarketsSource = {
  /** Everything that trades, in the venue's order. */
  readonly fetch: FetchTopMarkets;
};

/** What a source is made of. */
export type TopMarketsOptions = {
  /** Real time. */
  readonly clock: Clock;
  readonly client: RestClient;
  /** Longest wait for an answer, on the client's clock. */
  readonly requestTimeoutMs?: number;
  /** How long the list of symbols is kept. */
  readonly symbolsTtlMs?: number;
};

const SYMBOLS_TTL_MS = 3_600_000;
const REQUEST_TIMEOUT_MS = 5_000;

/** Tickers of all symbols at once. Source: Binance API documentation, `ticker/24hr` without a symbol. */
const TICKERS: Readonly<Record<MarketType, { readonly path: string; readonly weight: number }>> = {
  futures: { path: '/fapi/v1/ticker/24hr', weight: 40 },
  spot: { path: '/api/v3/ticker/24hr', weight: 80 },
};

const symbolShape = z.object({
  symbol: z.string(),
  status: z.string(),
  baseAsset: z.string(),
  quoteAsset: z.string(),
  contractType: z.string().nullish(),
});
const tickerShape = z.object({
  symbol: z.string(),
  lastPrice: z.string().nullish(),
  quoteVolume: z.string().nullish(),
  priceChangePercent: z.string().nullish(),
});
const symbolsShape = z.object({ symbols: z.array(z.unknown()) });
const tickersShape = z.array(z.unknown());

type Listed = Pick<TradedMarket, 'symbol' | 'base' | 'quote'>;
type Ticker = z.infer<typeof tickerShape>;

/** A source on Binance's public REST interface. */
export function createTopMarkets(options: TopMarketsOptions): TopMarketsSource {
  const { clock, client, symbolsTtlMs = SYMBOLS_TTL_MS, requestTimeoutMs: timeoutMs = REQUEST_TIMEOUT_MS } = options;
  const asker = { client, timeoutMs };
  const kept = new Map<MarketType, { readonly symbols: readonly Listed[]; readonly at: EpochMs }>();
  const loadSymbols = async (market: MarketType): Promise<Result<readonly Listed[], Failure>> => {
    const known = kept.get(market);
    if (known !== undefined && clock.now() - known.at < symbolsTtlMs) return ok(known.symbols);
    const symbols = await fetchSymbols(asker, market);
    if (symbols.ok) kept.set(market, { symbols: symbols.value, at: clock.now() });
    // What was listed an hour ago is nearly what is listed now.
    return symbols.ok || known === undefined ? symbols : ok(known.symbols);
  };
  return {
    fetch: async (market) => {
      const [symbols, tickers] = await Promise.all([loadSymbols(market), fetchTickers(asker, market)]);
      if (!symbols.ok) return symbols;
      return tickers.ok ? ok(join(symbols.value, tickers.value)) : tickers;
    },
  };
}

type Asker = { readonly client: RestClient; readonly timeoutMs: number };

async function fetchSymbols(
  { client, timeoutMs }: Asker,
  market: MarketType,
): Promise<Result<readonly Listed[], Failure>> {
  const { exchangeInfoPath: path, exchangeInfoWeight: weight } = MARKET_RULES[market];
  const answer = await client.get({ host: market, path, query: {}, weight, purpose: 'signals', timeoutMs });
  if (!answer.ok) return answer;
  const parsed = symbolsShape.safeParse(answer.value.body);
  if (!parsed.success) return malformed(answer.value.url, parsed.error);
  return ok(
    parsed.data.symbols.flatMap((entry) => {
      const symbol = symbolShape.safeParse(entry);
      if (!symbol.success || symbol.data.status !== 'TRADING') return [];
      if (market === 'futures' && symbol.data.contractType !== 'PERPETUAL') return [];
      return [{ symbol: symbol.data.symbol, base: symbol.data.baseAsset, quote: symbol.data.quoteAsset }];
    }),
  );
}

async function fetchTickers(
  { client, timeoutMs }: Asker,
  market: MarketType,
): Promise<Result<ReadonlyMap<string, Ticker>, Failure>> {
  const { path, weight } = TICKERS[market];
  const answer = await client.get({ host: market, path, query: {}, weight, purpose: 'signals', timeoutMs });
  if (!answer.ok) return answer;
  const parsed = tickersShape.safeParse(answer.value.body);
  if (!parsed.success) return malformed(answer.value.url, parsed.error);
  const tickers = parsed.data.flatMap((entry) => {
    const ticker = tickerShape.safeParse(entry);
    return ticker.success ? [[ticker.data.symbol, ticker.data] as const] : [];
  });
  return ok(new Map(tickers));
}

function malformed(url: string, error: z.ZodError): Result<never, Failure> {
  return err(failure('venue_answer_malformed', { url, reason: describeIssue(error) }));
}

function join(symbols: readonly Listed[], tickers: ReadonlyMap<string, Ticker>): readonly TradedMarket[] {
  return symbols.map((listed) => {
    const ticker = tickers.get(listed.symbol);
    return {
      ...listed,
      lastPrice: parseDecimal(ticker?.lastPrice ?? ''),
      quoteVolume: parseDecimal(ticker?.quoteVolume ?? ''),
      changePercent: parseDecimal(ticker?.priceChangePercent ?? ''),
    };
  });
}
