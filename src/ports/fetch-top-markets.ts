/**
 * Everything that trades in a market, on request: what lists of the largest markets are made from.
 */
import type { Result } from '../core/result.ts';
import type { Failure } from '../model/failure.ts';
import type { MarketType } from '../model/instrument.ts';
import type { TradedMarket } from '../model/traded-market.ts';

/** Asks the venue for everything that trades in a market, in the venue's order; fails as the venue's requests do. */
export type FetchTopMarkets = (market: MarketType) => Promise<Result<readonly TradedMarket[], Failure>>;
