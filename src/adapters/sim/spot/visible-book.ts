/**
 * The book as everybody sees it: the market's levels with what is left of them, and the accounts' resting orders. In:
 * an engine's book. Out: prices with quantities, best first; a hidden part of an order is not shown.
 */
import { add, type Decimal } from '../../../core/decimal.ts';
import type { DepthLevel } from '../matching/market-depth.ts';
import { leftOf, type SimOrder, type SimSide } from '../matching/sim-order.ts';
import { queueOf, type SymbolBook } from '../matching/symbol-book.ts';
import { places8 } from './order-json.ts';

/** A price and what stands there. */
export type VisibleLevel = { readonly price: Decimal; readonly quantity: Decimal };
/** Both sides, best first. */
export type VisibleBook = { readonly bids: readonly VisibleLevel[]; readonly asks: readonly VisibleLevel[] };

/** At most `limit` levels a side. */
export function visibleBook(book: SymbolBook, limit: number): VisibleBook {
  return { bids: visibleSide(book, 'BUY', limit), asks: visibleSide(book, 'SELL', limit) };
}

function visibleSide(book: SymbolBook, side: SimSide, limit: number): readonly VisibleLevel[] {
  const quantities = new Map<Decimal, Decimal>();
  const put = (price: Decimal, quantity: Decimal): void => {
    if (quantity > 0n) quantities.set(price, add(quantities.get(price) ?? (0n as Decimal), quantity));
  };
  const levels: readonly DepthLevel[] = side === 'BUY' ? book.depth.bids : book.depth.asks;
  for (const { price, pool } of levels) put(price, pool.left);
  for (const order of queueOf(book, side).inPriority()) {
    if (order.draft.price !== null) put(order.draft.price, shownOf(order));
  }
  const direction = side === 'BUY' ? -1 : 1;
  return [...quantities]
    .sort(([a], [b]) => (a < b ? -direction : a > b ? direction : 0))
    .slice(0, limit)
    .map(([price, quantity]) => ({ price, quantity }));
}

/** An iceberg shows one part at a time. */
function shownOf(order: SimOrder): Decimal {
  const left = leftOf(order);
  const part = order.draft.icebergQuantity;
  return part !== null && part < left ? part : left;
}

/** Levels as the exchange spells them. */
export function toLevelTexts(levels: readonly VisibleLevel[]): readonly (readonly [string, string])[] {
  return levels.map(({ price, quantity }) => [places8(price), places8(quantity)] as const);
}
