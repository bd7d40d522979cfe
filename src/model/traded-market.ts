/**
 * One market among all that a venue has, with its figures of the last 24 hours: what lists of markets are made of.
 */
import type { Decimal } from '../core/decimal.ts';

/** One market; numbers that the venue does not tell are `null`. */
export type TradedMarket = {
  /** The venue's own spelling, `BTCUSDT`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly lastPrice: Decimal | null;
  /** Of the last 24 hours, like the change. */
  readonly quoteVolume: Decimal | null;
  readonly changePercent: Decimal | null;
};
