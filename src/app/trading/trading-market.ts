/**
 * The market of the hot-coin system: what a composition hands in.
 */
import type { RequestBudget } from '../../api/contract.ts';
import type { Surroundings } from '../../engine/index.ts';
import type { Feed, FeedSink } from '../../ports/feed.ts';
import type { MarketWatch, MarketWatchSink } from '../../ports/market-watch.ts';

/** The market as trading needs it, within one budget of requests. */
export type TradingMarket = {
  readonly openFeed: (sink: FeedSink) => Feed;
  readonly openWatch: (sink: MarketWatchSink) => MarketWatch;
  /** What is spent of the exchange's patience; absent where it has no end. */
  readonly readBudgets?: () => readonly RequestBudget[];
  /** Tells what the surroundings were like, where the market knows it; otherwise they are measured. */
  readonly onSurroundings?: (tell: (surroundings: Surroundings) => void) => void;
  /** Called after feed, watch and venue were closed. */
  readonly close: () => Promise<void>;
};
