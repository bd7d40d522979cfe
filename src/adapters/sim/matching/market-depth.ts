/**
 * The market an order meets, told from outside: what stands in the book on both sides, and what was traded. The
 * engine takes from the pools; the next tick brings new ones.
 */
import { type Decimal, subtract, ZERO } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { SimSide } from './sim-order.ts';

/** A quantity that can be had once, possibly at several places. */
export type Pool = { left: Decimal };

/**
 * One price of the book. An order takes from it when its limit reaches `touch`, and pays `price`, or its own limit
 * where that is better: the difference between the two is slippage.
 */
export type DepthLevel = { readonly price: Decimal; readonly touch: Decimal; readonly pool: Pool };

/** Both sides, best first. */
export type MarketDepth = { readonly bids: readonly DepthLevel[]; readonly asks: readonly DepthLevel[] };

/** A public trade; resting orders on the side opposite to its taker may have been part of it. */
export type PublicPrint = { readonly price: Decimal; readonly pool: Pool; readonly taker: SimSide | 'EITHER' };

/** What happened to a market: prints in order, then the book that stands. */
export type MarketTick = {
  readonly time: EpochMs;
  readonly prints: readonly PublicPrint[];
  readonly depth: MarketDepth;
  /** Volume-weighted price of the last minutes, for the filters; `null` leaves it as it is. */
  readonly averagePrice: Decimal | null;
};

/** A book with nothing in it. */
export const EMPTY_DEPTH: MarketDepth = { bids: [], asks: [] };

/** The levels an order of `side` takes from. */
export function levelsAgainst(depth: MarketDepth, side: SimSide): readonly DepthLevel[] {
  return side === 'BUY' ? depth.asks : depth.bids;
}

/** Whether `price` is better than or at `limit` for an order of `side`; every price is without a limit. */
export function reaches(side: SimSide, price: Decimal, limit: Decimal | null): boolean {
  if (limit === null) return true;
  return side === 'BUY' ? price <= limit : price >= limit;
}

/** What stands at exactly `price` on the orders' own side; zero where nothing does. */
export function quantityAt(depth: MarketDepth, side: SimSide, price: Decimal): Decimal {
  const own = side === 'BUY' ? depth.bids : depth.asks;
  return own.find((level) => level.price === price)?.pool.left ?? ZERO;
}

/** Takes `quantity` out of a pool. */
export function drain(pool: Pool, quantity: Decimal): void {
  pool.left = subtract(pool.left, quantity);
}
