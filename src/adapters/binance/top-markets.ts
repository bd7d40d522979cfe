/**
 * Everything that trades in a market with its figures of the last 24 hours: the list of symbols, which seldom changes
 * and is kept for a while, joined with the tickers of now. The venue's answers in, exact numbers out; what can not be
 * read is left out. It has its own client, which knows what others behind this address spend from the venue's count.
 */
import { z } from 'zod';
import { type Decimal, parseDecimal } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { MarketType } from '../../model/instrument.ts';
import type { Clock } from '../../ports/clock.ts';
import { BINANCE_ENDPOINTS, type BinanceEndpoints, MARKET_RULES } from './endpoints.ts';
import { RestClient } from './rest-client.ts';
import { describeIssue } from './schema-issue.ts';

/** One market; numbers that the venue does not tell are `null`. */
export type TradedMarket = {
  /** `BTCUSDT`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly lastPrice: Decimal | null;
  readonly quoteVolume: Decimal | null;
  readonly changePercent: Decimal | null;
};

/** A source of markets by volume. */
export type TopMarketsSource = {
  /** Everything that trades, in the venue's order. */
  readonly fetch: (market: MarketType) => Promise<Result<readonly TradedMarket[], Failure>>;
  /** Ends every request. Safe to call twice. */
  readonly close: () => Promise<void>;
};

/** What a source is made of. */
export type TopMarketsOptions = {
  /** Real time. */
  readonly clock: Clock;
  readonly endpoints?: Partial<BinanceEndpoints>;
  /** Takes what went wrong and was dealt with. Must not throw. */
  readonly onFault: (failure: Failure) => void;
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
  const { clock, onFault, symbolsTtlMs = SYMBOLS_TTL_MS } = options;
  const endpoints = { ...BINANCE_ENDPOINTS, ...options.endpoints };
  const client = new RestClient({ clock, endpoints, requestTimeoutMs: REQUEST_TIMEOUT_MS, onFault });
  const kept = new Map<MarketType, { readonly symbols: readonly Listed[]; readonly at: EpochMs }>();
  const loadSymbols = async (market: MarketType): Promise<Result<readonly Listed[], Failure>> => {
    const known = kept.get(market);
    if (known !== undefined && clock.now() - known.at < symbolsTtlMs) return ok(known.symbols);
    const symbols = await fetchSymbols(client, market);
    if (symbols.ok) kept.set(market, { symbols: symbols.value, at: clock.now() });
    // What was listed an hour ago is nearly what is listed now.
    return symbols.ok || known === undefined ? symbols : ok(known.symbols);
  };
  return {
    fetch: async (market) => {
      const [symbols, tickers] = await Promise.all([loadSymbols(market), fetchTickers(client, market)]);
      if (!symbols.ok) return symbols;
      return tickers.ok ? ok(join(symbols.value, tickers.value)) : tickers;
    },
    close: () => client.close(),
  };
}

async function fetchSymbols(client: RestClient, market: MarketType): Promise<Result<readonly Listed[], Failure>> {
  const { exchangeInfoPath: path, exchangeInfoWeight: weight } = MARKET_RULES[market];
  const answer = await client.get({ market, path, query: {}, weight, purpose: 'signals' });
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
  client: RestClient,
  market: MarketType,
): Promise<Result<ReadonlyMap<string, Ticker>, Failure>> {
  const { path, weight } = TICKERS[market];
  const answer = await client.get({ market, path, query: {}, weight, purpose: 'signals' });
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
