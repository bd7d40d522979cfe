/**
 * Resting orders of one side of a book by price and time. In: orders that rest or leave. Out: the best one, and all
 * of them in priority. Finding a price costs a binary search over the prices in use.
 */
import type { Decimal } from '../../../core/decimal.ts';
import type { SimOrder, SimSide } from './sim-order.ts';

type PriceLevel = { readonly price: Decimal; readonly orders: Map<number, SimOrder> };

/** One side of a book; every order in it has a price. */
export class OrderQueue {
  readonly #side: SimSide;
  /** Worst price first, so that the best one leaves from the end. */
  readonly #levels: PriceLevel[] = [];

  constructor(side: SimSide) {
    this.#side = side;
  }

  add(order: SimOrder): void {
    const price = priceOf(order);
    const at = this.#find(price);
    const level = this.#levels[at];
    if (level !== undefined && level.price === price) level.orders.set(order.orderId, order);
    else this.#levels.splice(at, 0, { price, orders: new Map([[order.orderId, order]]) });
  }

  remove(order: SimOrder): void {
    const price = priceOf(order);
    const at = this.#find(price);
    const level = this.#levels[at];
    if (level === undefined || level.price !== price) return;
    level.orders.delete(order.orderId);
    if (level.orders.size === 0) this.#levels.splice(at, 1);
  }

  /** The order that is executed next, or `null`. */
  best(): SimOrder | null {
    return this.#levels[this.#levels.length - 1]?.orders.values().next().value ?? null;
  }

  /** Best price first, then earliest. The queue must not change meanwhile. */
  *inPriority(): IterableIterator<SimOrder> {
    for (let at = this.#levels.length - 1; at >= 0; at--) yield* (this.#levels[at] as PriceLevel).orders.values();
  }

  /** Index of the level at `price`, or where it belongs. */
  #find(price: Decimal): number {
    let low = 0;
    let high = this.#levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = (this.#levels[middle] as PriceLevel).price;
      if (this.#side === 'BUY' ? other < price : other > price) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function priceOf(order: SimOrder): Decimal {
  const { price } = order.draft;
  if (price === null) throw new RangeError(`order ${order.orderId} can not rest without a price`);
  return price;
}
