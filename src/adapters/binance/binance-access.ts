/**
 * All that a service asks of Binance, over one REST client: the feed, the watch on the spot market, the venue and the
 * lists of markets spend one budget of request weight for each market, remembered in one ledger.
 */
import type { Result } from '../../core/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { TradingRules } from '../../model/trading-rules.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FeedSink } from '../../ports/feed.ts';
import type { MarketWatch, MarketWatchSink } from '../../ports/market-watch.ts';
import type { Random } from '../../ports/random.ts';
import type { RequestLedger } from '../../ports/request-ledger.ts';
import { type BinanceFeed, createBinanceFeed } from './binance-feed.ts';
import { BINANCE_ENDPOINTS, type BinanceEndpoints } from './endpoints.ts';
import { createBinanceMarketWatch } from './market-watch.ts';
import { RestClient } from './rest-client.ts';
import { BINANCE_TIMINGS, type BinanceTimings } from './timings.ts';
import { createTopMarkets, type TopMarketsSource } from './top-markets.ts';
import { type BinanceVenue, createBinanceVenue } from './trading/binance-venue.ts';
import type { ApiCredentials } from './trading/credentials.ts';
import { OrderBudget } from './trading/order-budget.ts';
import { RulesKeeper } from './trading/rules-keeper.ts';
import { TRADING_TIMINGS } from './trading/trading-timings.ts';

/** What the access is made of; `endpoints` and `timings` default to production. */
export type BinanceAccessOptions = {
  /** Paces requests and streams. */
  readonly clock: Clock;
  /** Real time, for how long lists are kept. */
  readonly wallClock: Clock;
  readonly random: Random;
  /** Takes what went wrong and was dealt with. Must not throw. */
  readonly onFault: (failure: Failure) => void;
  readonly endpoints?: Partial<BinanceEndpoints>;
  readonly timings?: Partial<BinanceTimings>;
  /** Remembers bans and spent weight across restarts; close it after the access. */
  readonly ledger?: RequestLedger;
  /** How long the list of symbols is kept. */
  readonly symbolsTtlMs?: number;
};

/** The access: one feed, a watch on everything that trades on spot, a venue, and markets by volume. */
export type BinanceAccess = {
  readonly openFeed: (sink: FeedSink) => BinanceFeed;
  /** Only instruments of `quoteAsset` are told; `onFault` takes what went wrong in the watch. */
  readonly openMarketWatch: (watch: { readonly sink: MarketWatchSink; readonly quoteAsset: string }) => MarketWatch;
  /** Spot as a venue and an account; it begins to connect at once, and is closed before the access. */
  readonly openVenue: (credentials: ApiCredentials) => BinanceVenue;
  readonly fetchTopMarkets: TopMarketsSource['fetch'];
  /** The rules of trading on spot, which everybody may know; within the pause after a failure that failure again. */
  readonly fetchTradingRules: () => Promise<Result<readonly TradingRules[], Failure>>;
  /** Ends every request; a feed or watch that was opened is closed before. Safe to call twice. */
  readonly close: () => Promise<void>;
};

/** Opens the access; nothing is asked and no stream opened before somebody wants it. */
export function openBinance(options: BinanceAccessOptions): BinanceAccess {
  const { clock, wallClock, onFault, ledger, symbolsTtlMs } = options;
  const endpoints = { ...BINANCE_ENDPOINTS, ...options.endpoints };
  const timings = { ...BINANCE_TIMINGS, ...options.timings };
  const { requestTimeoutMs } = timings;
  const client = new RestClient({ clock, endpoints, requestTimeoutMs, ledger, onFault });
  const topMarkets = createTopMarkets({
    clock: wallClock,
    client,
    // A page that waits for a list wants to know sooner than history that nobody waits for.
    requestTimeoutMs: requestTimeoutMs / 2,
    ...(symbolsTtlMs === undefined ? {} : { symbolsTtlMs }),
  });
  const rules = new RulesKeeper({ clock, client, onFault, budget: new OrderBudget(), timings: TRADING_TIMINGS });
  return {
    fetchTradingRules: () => rules.fetch(),
    openFeed: (sink) => createBinanceFeed({ ...options, sink, endpoints, timings, client }),
    openMarketWatch: (watch) => createBinanceMarketWatch({ ...options, ...watch, endpoints, timings, client }),
    openVenue: (credentials) => createBinanceVenue({ ...options, timings: {}, endpoints, client, credentials }),
    fetchTopMarkets: topMarkets.fetch,
    close: () => {
      rules.close();
      return client.close();
    },
  };
}
