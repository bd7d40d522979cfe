/**
 * One symbol's book: the accounts' resting orders, the stop orders that wait, and the market as it was last told.
 */
import type { Decimal } from '../../../core/decimal.ts';
import { EMPTY_DEPTH, type MarketDepth } from './market-depth.ts';
import { OrderQueue } from './order-queue.ts';
import type { SimOrder, SimSide } from './sim-order.ts';
import type { SymbolRules } from './symbol-rules.ts';

/** A symbol that is traded. */
export type SymbolBook = {
  rules: SymbolRules;
  status: 'TRADING' | 'HALT';
  readonly bids: OrderQueue;
  readonly asks: OrderQueue;
  /** Waiting stop orders, oldest first; bounded by the filters. */
  readonly stops: Map<number, SimOrder>;
  depth: MarketDepth;
  lastPrice: Decimal | null;
  averagePrice: Decimal | null;
};

/** A book without orders and without a market. */
export function createSymbolBook(rules: SymbolRules): SymbolBook {
  return {
    rules,
    status: 'TRADING',
    bids: new OrderQueue('BUY'),
    asks: new OrderQueue('SELL'),
    stops: new Map(),
    depth: EMPTY_DEPTH,
    lastPrice: null,
    averagePrice: null,
  };
}

/** Resting orders of `side`. */
export function queueOf(book: SymbolBook, side: SimSide): OrderQueue {
  return side === 'BUY' ? book.bids : book.asks;
}

/** The side that an order of `side` meets. */
export function opposite(side: SimSide): SimSide {
  return side === 'BUY' ? 'SELL' : 'BUY';
}
