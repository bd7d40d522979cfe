/**
 * What a move of the market does to resting orders. In: prints and the book that stands. Out: fills of orders whose
 * turn came, stop orders set to work, and the new book. An order behind others at its price waits until what came
 * before it was traded, or the market goes through.
 */
import { type Decimal, lesser, subtract, ZERO } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { EngineState } from './engine-state.ts';
import { execute } from './executing.ts';
import {
  drain,
  levelsAgainst,
  type MarketTick,
  type Pool,
  type PublicPrint,
  quantityAt,
  reaches,
} from './market-depth.ts';
import { endSiblings } from './order-lists.ts';
import { coverTriggered, work } from './placing.ts';
import { finish } from './settlement.ts';
import { isTriggered, leftOf, type SimOrder, type SimSide } from './sim-order.ts';
import { opposite, queueOf, type SymbolBook } from './symbol-book.ts';

/** Moves a market. */
export function applyTick(state: EngineState, book: SymbolBook, tick: MarketTick): void {
  if (tick.averagePrice !== null) book.averagePrice = tick.averagePrice;
  if (book.status !== 'TRADING') return;
  for (const print of tick.prints) {
    book.lastPrice = print.price;
    if (print.taker !== 'BUY') fillByPrint(state, book, { print, side: 'BUY', time: tick.time });
    if (print.taker !== 'SELL') fillByPrint(state, book, { print, side: 'SELL', time: tick.time });
  }
  book.depth = tick.depth;
  for (const side of ['BUY', 'SELL'] as const) {
    fillCrossed(state, book, { side, time: tick.time });
    if (state.options.queue === 'modelled') shortenQueue(book, side);
  }
  triggerStops(state, book, tick.time);
}

type SideOfPrint = { readonly print: PublicPrint; readonly side: SimSide; readonly time: EpochMs };

/** Fills orders of `side` that a public trade reached. */
function fillByPrint(state: EngineState, book: SymbolBook, { print, side, time }: SideOfPrint): void {
  const traded = print.pool.left;
  const reached: SimOrder[] = [];
  for (const order of queueOf(book, side).inPriority()) {
    if (!reaches(side, print.price, order.draft.price)) break;
    reached.push(order);
  }
  for (const order of reached) {
    const isThrough = order.draft.price !== print.price;
    const turn = subtract(traded, isThrough ? ZERO : order.ahead);
    order.ahead = isThrough || turn >= 0n ? ZERO : (-turn as Decimal);
    fillFrom(state, book, { order, pool: print.pool, most: turn, time });
  }
}

type FillFrom = { readonly order: SimOrder; readonly pool: Pool; readonly most: Decimal; readonly time: EpochMs };

/** Fills a resting order at its own price from a pool. */
function fillFrom(state: EngineState, book: SymbolBook, { order, pool, most, time }: FillFrom): void {
  const left = leftOf(order);
  const available = lesser(most, pool.left);
  const quantity = lesser(left, available);
  const { price } = order.draft;
  if (quantity <= 0n || price === null || !isResting(order)) return;
  drain(pool, quantity);
  const isWhole = quantity === left;
  const tradeId = state.next.trade++;
  const execution = { price, quantity, role: 'maker', tradeId, time, against: 'outside', isWhole } as const;
  execute(state, book, { order, execution });
}

/** An order reached may have ended meanwhile, as the other leg of one that was filled. */
function isResting(order: SimOrder): boolean {
  return order.status === 'NEW' || order.status === 'PARTIALLY_FILLED';
}

/** Fills orders of `side` that the new book has come to or over. */
function fillCrossed(
  state: EngineState,
  book: SymbolBook,
  { side, time }: { readonly side: SimSide; readonly time: EpochMs },
): void {
  const queue = queueOf(book, side);
  for (const { touch, pool } of levelsAgainst(book.depth, side)) {
    for (let order = queue.best(); order !== null && pool.left > 0n; order = queue.best()) {
      if (!reaches(side, touch, order.draft.price)) return;
      fillFrom(state, book, { order, pool, most: pool.left, time });
    }
  }
}

/** Others before an order may have gone away: no more can be ahead than stands at its price, where that is known. */
function shortenQueue(book: SymbolBook, side: SimSide): void {
  const worst = levelsAgainst(book.depth, opposite(side)).at(-1);
  if (worst === undefined) return;
  for (const order of queueOf(book, side).inPriority()) {
    const { price } = order.draft;
    if (price === null || !reaches(side, worst.touch, price)) return;
    const standing = quantityAt(book.depth, side, price);
    if (order.ahead > standing) order.ahead = standing;
  }
}

function triggerStops(state: EngineState, book: SymbolBook, time: EpochMs): void {
  const last = book.lastPrice;
  if (last === null || book.stops.size === 0) return;
  for (const order of [...book.stops.values()]) {
    // One that was triggered before may have ended this one, as the other leg of its pair.
    if (!book.stops.has(order.orderId) || !isTriggered(order.draft, last)) continue;
    book.stops.delete(order.orderId);
    endSiblings(state, book, { order, time });
    order.updateTime = time;
    if (coverTriggered(state, book, order) === 'short') {
      finish(state, order, { status: 'EXPIRED', execution: 'EXPIRED', time });
    } else {
      order.workingTime = time;
      state.options.onEvent({ kind: 'order', execution: 'NEW', order, fill: null, cancelId: null, time });
      work(state, book, { order, time });
    }
    if (order.listId >= 0) state.unfinishedLists.add(order.listId);
  }
}
