/**
 * Every order by number and by client order id, and the open ones of each account. In: orders as they are taken and
 * as they end. Out: lookups. Orders are never forgotten, because forgetting one would make a query deny it.
 */
import { isOpenOrder, isStopType, type SimOrder } from './sim-order.ts';

/** Policy when reached: new orders are refused. */
export const ORDERS_MAX = 1_000_000;

/** The orders of all accounts. */
export class OrderArchive {
  readonly #bySymbol = new Map<string, Map<number, SimOrder>>();
  /** Newest order of each client order id. */
  readonly #byClientId = new Map<string, SimOrder>();
  readonly #open = new Map<string, Map<string, SimOrder>>();
  readonly #openBySymbol = new Map<string, number>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(order: SimOrder): void {
    this.#size++;
    const { account, symbol, clientOrderId } = order.draft;
    mapOf(this.#bySymbol, symbolKey(account, symbol)).set(order.orderId, order);
    this.#byClientId.set(`${symbolKey(account, symbol)}:${clientOrderId}`, order);
    mapOf(this.#open, account).set(`${symbol}:${order.orderId}`, order);
    this.#openBySymbol.set(symbol, this.openCount(symbol) + 1);
  }

  /** Takes an order that ended out of the open ones. */
  close(order: SimOrder): void {
    const { account, symbol } = order.draft;
    const wasOpen = this.#open.get(account)?.delete(`${symbol}:${order.orderId}`) ?? false;
    if (wasOpen) this.#openBySymbol.set(symbol, this.openCount(symbol) - 1);
  }

  /** How many orders of a symbol are open, of all accounts. */
  openCount(symbol: string): number {
    return this.#openBySymbol.get(symbol) ?? 0;
  }

  byNumber(account: string, symbol: string, orderId: number): SimOrder | null {
    return this.#bySymbol.get(symbolKey(account, symbol))?.get(orderId) ?? null;
  }

  byClientId(account: string, symbol: string, clientOrderId: string): SimOrder | null {
    return this.#byClientId.get(`${symbolKey(account, symbol)}:${clientOrderId}`) ?? null;
  }

  /** Open orders of an account, oldest first, of one symbol or all. */
  open(account: string, symbol: string | null): readonly SimOrder[] {
    const orders = [...(this.#open.get(account)?.values() ?? [])];
    return symbol === null ? orders : orders.filter((order) => order.draft.symbol === symbol);
  }

  /** How many orders of a symbol are open, and how many of them are stop orders. */
  counts(account: string, symbol: string): { readonly open: number; readonly algo: number } {
    let open = 0;
    let algo = 0;
    for (const order of this.#open.get(account)?.values() ?? []) {
      if (order.draft.symbol !== symbol || !isOpenOrder(order)) continue;
      open++;
      if (isStopType(order.draft.type)) algo++;
    }
    return { open, algo };
  }

  /** Every order of a symbol, oldest first. */
  all(account: string, symbol: string): Iterable<SimOrder> {
    return this.#bySymbol.get(symbolKey(account, symbol))?.values() ?? [];
  }
}

function symbolKey(account: string, symbol: string): string {
  return `${account}:${symbol}`;
}

function mapOf<K>(maps: Map<string, Map<K, SimOrder>>, key: string): Map<K, SimOrder> {
  let map = maps.get(key);
  if (map === undefined) {
    map = new Map();
    maps.set(key, map);
  }
  return map;
}
