/**
 * Announcements from the engine to whoever listens in or outside the process.
 */
import type { CandleGap, ClosedCandle, FormingCandle } from '../model/candle.ts';
import type { SeriesId } from '../model/series.ts';

/** What is announced of a series. */
export type MarketMessage =
  | { readonly kind: 'candlesClosed'; readonly seriesId: SeriesId; readonly candles: readonly ClosedCandle[] }
  | { readonly kind: 'candleForming'; readonly seriesId: SeriesId; readonly candle: FormingCandle }
  | { readonly kind: 'candleGap'; readonly seriesId: SeriesId; readonly gap: CandleGap };

/** Takes messages one at a time in publication order; a returned promise is awaited before the next message. */
export type BusHandler = (message: MarketMessage) => void | Promise<void>;

/** Counters of one subscription, for metrics and tests. */
export type BusSubscription = {
  readonly close: () => void;
  /** Messages waiting, and forming messages that a newer one replaced while they waited. */
  readonly stats: () => { readonly waiting: number; readonly coalesced: number };
};

/**
 * - Order is kept per series and subscription.
 * - A slow subscriber does not delay others. For it, a waiting `candleForming` is replaced by a newer one of the same
 *   series (*coalesce latest*); `candlesClosed` and `candleGap` are never dropped. When more than the bound of those
 *   wait, `publish` resolves only after there is room (*block*).
 * - A closed candle whose (series, open time, revision, status) was already delivered is dropped as a duplicate within
 *   a bounded memory of recent ids; a correction has another revision or status.
 * - A handler that throws loses its subscription; the reason goes to the `onError` the bus was made with.
 */
export type Bus = {
  readonly publish: (message: MarketMessage) => Promise<void>;
  readonly subscribe: (handler: BusHandler) => BusSubscription;
  readonly close: () => Promise<void>;
};
