/**
 * Binance as a Feed: USD-M futures and spot klines, live and historical. In come series to watch, out go candle events
 * and what is alive; `feedUp` is told only with a frame of that very series in hand. Limits: other programs behind the
 * same address are known only by the venue's own count of weight, their connections not at all; nothing here stores or
 * repairs: after a `feedUp` the caller fetches what it missed.
 */
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed, FeedSink } from '../../ports/feed.ts';
import type { Random } from '../../ports/random.ts';
import type { RequestLedger } from '../../ports/request-ledger.ts';
import { BINANCE_ENDPOINTS, type BinanceEndpoints } from './endpoints.ts';
import { fetchHistoryPage, fetchInstrumentList, fetchVenueTime, type MarketDataContext } from './market-data.ts';
import { type RequestBudgetStats, RestClient } from './rest-client.ts';
import { SeriesWatcher } from './series-watcher.ts';
import { BINANCE_TIMINGS, type BinanceTimings } from './timings.ts';

/** What a Binance feed is made of; `endpoints` and `timings` default to production. */
export type BinanceFeedOptions = {
  readonly clock: Clock;
  readonly random: Random;
  /** Takes events in order; must not throw. */
  readonly sink: FeedSink;
  /** Takes what went wrong and was dealt with: corrupt frames, silence, refusals. Must not throw. */
  readonly onFault: (failure: Failure) => void;
  readonly endpoints?: Partial<BinanceEndpoints>;
  readonly timings?: Partial<BinanceTimings>;
  /**
   * Remembers bans and spent weight across restarts; without it they are forgotten with the feed. It stays the caller's:
   * close it after the feed.
   */
  readonly ledger?: RequestLedger;
  /** A client that is shared with others, whose budget is one then; closing the feed closes it. */
  readonly client?: RestClient;
};

/** A Feed that shows how its requests stand with the venue's limits, for metrics. */
export type BinanceFeed = Feed & { readonly requestBudget: () => RequestBudgetStats };

/** A feed on Binance's public market data; no credentials, no event before the first `watch`. */
export function createBinanceFeed(options: BinanceFeedOptions): BinanceFeed {
  const { clock, onFault } = options;
  const endpoints = { ...BINANCE_ENDPOINTS, ...options.endpoints };
  const timings = { ...BINANCE_TIMINGS, ...options.timings };
  const { ledger } = options;
  const { requestTimeoutMs } = timings;
  const client = options.client ?? new RestClient({ clock, endpoints, requestTimeoutMs, ledger, onFault });
  const context: MarketDataContext = { client, clock, onFault };
  const watcher = new SeriesWatcher({ ...options, endpoints, timings });
  return {
    watch: (seriesId) => watcher.watch(seriesId),
    unwatch: (seriesId) => watcher.unwatch(seriesId),
    fetchHistory: (request) => fetchHistoryPage(context, request),
    fetchInstruments: (market) => fetchInstrumentList(context, market),
    fetchTime: () => fetchVenueTime(context),
    requestBudget: () => client.budget(),
    close: async () => {
      await Promise.all([watcher.close(), client.close()]);
    },
  };
}
