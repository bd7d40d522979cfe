/**
 * Every order by number and by client order id, and the open ones of each account. In: orders as they are taken and
 * as they end. Out: lookups. Orders are never forgotten, because forgetting one would make a query deny it.
 */
import { isStopType, type SimOrder } from './sim-order.ts';

/** Policy when reached: new orders are refused. */
export const ORDERS_MAX = 1_000_000;

/** How many orders are open, and how many of them are stop orders. */
type OpenCounts = { readonly open: number; readonly algo: number };

const NO_COUNTS: OpenCounts = { open: 0, algo: 0 };

/** The orders of all accounts. */
export class OrderArchive {
  readonly #bySymbol = new Map<string, Map<number, SimOrder>>();
  /** Newest order of each client order id. */
  readonly #byClientId = new Map<string, SimOrder>();
  /** By account, oldest first. */
  readonly #open = new Map<string, Set<SimOrder>>();
  readonly #openBySymbol = new Map<string, number>();
  /** By account and symbol: counted as orders come and go, because every new order asks. */
  readonly #counts = new Map<string, OpenCounts>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(order: SimOrder): void {
    this.#size++;
    const { account, symbol, clientOrderId } = order.draft;
    const key = symbolKey(account, symbol);
    const ofSymbol = this.#bySymbol.get(key) ?? new Map<number, SimOrder>();
    this.#bySymbol.set(key, ofSymbol.set(order.orderId, order));
    this.#byClientId.set(`${key}:${clientOrderId}`, order);
    const open = this.#open.get(account) ?? new Set<SimOrder>();
    this.#open.set(account, open.add(order));
    this.#count(order, 1);
  }

  /** Takes an order that ended out of the open ones. */
  close(order: SimOrder): void {
    const wasOpen = this.#open.get(order.draft.account)?.delete(order) ?? false;
    if (wasOpen) this.#count(order, -1);
  }

  #count({ draft }: SimOrder, change: 1 | -1): void {
    const key = symbolKey(draft.account, draft.symbol);
    const { open, algo } = this.#counts.get(key) ?? NO_COUNTS;
    this.#counts.set(key, { open: open + change, algo: algo + (isStopType(draft.type) ? change : 0) });
    this.#openBySymbol.set(draft.symbol, this.openCount(draft.symbol) + change);
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
    const orders = [...(this.#open.get(account) ?? [])];
    return symbol === null ? orders : orders.filter((order) => order.draft.symbol === symbol);
  }

  /** How many orders of a symbol are open, and how many of them are stop orders. */
  counts(account: string, symbol: string): OpenCounts {
    return this.#counts.get(symbolKey(account, symbol)) ?? NO_COUNTS;
  }

  /** Every order of a symbol, oldest first. */
  all(account: string, symbol: string): Iterable<SimOrder> {
    return this.#bySymbol.get(symbolKey(account, symbol))?.values() ?? [];
  }
}

function symbolKey(account: string, symbol: string): string {
  return `${account}:${symbol}`;
}
