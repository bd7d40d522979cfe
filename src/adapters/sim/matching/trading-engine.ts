/**
 * The matching engine: accounts and orders against a market told from outside and against each other. In: orders,
 * cancels and market ticks with their times. Out: results and, before a call returns, every event it caused, in
 * order. Nothing is read from a clock, a random source or the network, so the same calls give the same trades.
 */
import { assert } from '../../../core/assert.ts';
import { type Decimal, ZERO } from '../../../core/decimal.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import { type EpochMs, epochMs } from '../../../core/time.ts';
import {
  accountOf,
  bookOf,
  type CommissionPlan,
  createOutside,
  type EngineOptions,
  type EngineState,
  type SimAccount,
} from './engine-state.ts';
import type { MarketTick } from './market-depth.ts';
import { OrderArchive } from './order-archive.ts';
import type { OrderList } from './order-list.ts';
import { cancelMembers, removeFromBook } from './order-lists.ts';
import { findRefusal, placeOrder } from './placing.ts';
import { continueLists, type ListDraft, placeList } from './placing-lists.ts';
import { finish } from './settlement.ts';
import { isOpenOrder, type OrderDraft, type SimOrder, type VenueRefusal } from './sim-order.ts';
import { createSymbolBook, type SymbolBook } from './symbol-book.ts';
import type { SymbolRules } from './symbol-rules.ts';
import { applyTick } from './ticking.ts';
import { Wallet } from './wallet.ts';

/** An account to open. */
export type AccountOpening = {
  readonly id: string;
  readonly kind: 'funded' | 'boundless';
  readonly commission: CommissionPlan;
};

/** A cancel; `cancelId` is the client order id of the request. */
export type CancelRequest = { readonly order: SimOrder; readonly time: EpochMs; readonly cancelId: string };

const UNKNOWN: VenueRefusal = { code: -2011, msg: 'Unknown order sent.' };

/** Accounts, books and orders. */
export class TradingEngine {
  readonly #state: EngineState;

  constructor(options: EngineOptions) {
    this.#state = {
      options,
      books: new Map(),
      accounts: new Map(),
      archive: new OrderArchive(),
      lists: new Map(),
      unfinishedLists: new Set(),
      outside: createOutside(),
      fees: createOutside(),
      next: { order: 1, trade: 1, list: 0 },
    };
  }

  /** Adds a symbol; stops when there is one of that name. */
  addSymbol(rules: SymbolRules): void {
    assert(!this.#state.books.has(rules.symbol), `two symbols named ${rules.symbol}`);
    this.#state.books.set(rules.symbol, createSymbolBook(rules));
  }

  /** Changes the rules of a symbol, or adds it; orders in its book stay as they are. */
  setRules(rules: SymbolRules): void {
    const book = this.#state.books.get(rules.symbol);
    if (book === undefined) this.addSymbol(rules);
    else book.rules = rules;
  }

  /** Opens an account without any balance; stops when there is one of that name. */
  openAccount(opening: AccountOpening): SimAccount {
    const { id, kind, commission } = opening;
    assert(!this.#state.accounts.has(id), `two accounts named ${id}`);
    const account: SimAccount = { id, wallet: new Wallet(kind), commission, updateTime: epochMs(0) };
    this.#state.accounts.set(id, account);
    return account;
  }

  account(id: string): SimAccount | null {
    return this.#state.accounts.get(id) ?? null;
  }

  /** The book of a symbol, to be read only. */
  book(symbol: string): SymbolBook | null {
    return this.#state.books.get(symbol) ?? null;
  }

  /** Sets whether a symbol is traded; orders stay in the book of a halted one. */
  setStatus(symbol: string, status: 'TRADING' | 'HALT'): void {
    bookOf(this.#state, symbol).status = status;
  }

  place(draft: OrderDraft, time: EpochMs): Result<SimOrder, VenueRefusal> {
    const placed = placeOrder(this.#state, bookOf(this.#state, draft.symbol), { draft, time });
    continueLists(this.#state, time);
    return placed;
  }

  /** The refusal that `place` would answer, balances apart, or `null`. */
  test(draft: OrderDraft): VenueRefusal | null {
    return findRefusal(this.#state, bookOf(this.#state, draft.symbol), draft);
  }

  placeList(draft: ListDraft): Result<OrderList, VenueRefusal> {
    const symbol = draft.legs[0]?.symbol ?? '';
    const placed = placeList(this.#state, bookOf(this.#state, symbol), draft);
    continueLists(this.#state, draft.time);
    return placed;
  }

  /** Ends an open order, and with it the list it belongs to. */
  cancel({ order, time, cancelId }: CancelRequest): Result<SimOrder, VenueRefusal> {
    if (!isOpenOrder(order)) return err(UNKNOWN);
    const list = this.#state.lists.get(order.listId);
    if (list !== undefined) this.cancelList(list, { time, cancelId });
    else {
      removeFromBook(bookOf(this.#state, order.draft.symbol), order);
      finish(this.#state, order, { status: 'CANCELED', execution: 'CANCELED', time, cancelId });
    }
    return ok(order);
  }

  /** Ends every open order of a list. */
  cancelList(
    list: OrderList,
    { time, cancelId }: { readonly time: EpochMs; readonly cancelId: string },
  ): Result<OrderList, VenueRefusal> {
    if (list.status === 'ALL_DONE') return err(UNKNOWN);
    cancelMembers(this.#state, bookOf(this.#state, list.symbol), { list, time, cancelId });
    this.#state.unfinishedLists.add(list.listId);
    continueLists(this.#state, time);
    return ok(list);
  }

  /** Ends every open order of a symbol, as when it leaves the exchange; each is told under its own id. */
  cancelSymbol(symbol: string, time: EpochMs): void {
    if (this.orders.openCount(symbol) === 0) return;
    for (const account of this.#state.accounts.keys()) {
      for (const order of this.orders.open(account, symbol)) {
        this.cancel({ order, time, cancelId: order.draft.clientOrderId });
      }
    }
  }

  /** Moves a market; what that fills and triggers is told before this returns. */
  tick(symbol: string, tick: MarketTick): void {
    applyTick(this.#state, bookOf(this.#state, symbol), tick);
    continueLists(this.#state, tick.time);
  }

  /** Orders by number, by client order id, open and all. */
  get orders(): OrderArchive {
    return this.#state.archive;
  }

  list(listId: number): OrderList | null {
    return this.#state.lists.get(listId) ?? null;
  }

  /** Every list of an account, oldest first. */
  lists(account: string): readonly OrderList[] {
    return [...this.#state.lists.values()].filter((list) => list.account === account);
  }

  /** Adds to a balance from outside, as a deposit does; counted as an inflow of the whole. */
  deposit(account: string, amount: { readonly asset: string; readonly quantity: Decimal }): void {
    accountOf(this.#state, account).wallet.receive(amount.asset, amount.quantity);
  }

  /** What accounts, fees and the market's side hold of an asset together: what was ever deposited, to the last digit. */
  totalOf(asset: string): Decimal {
    let total: bigint = this.#state.outside.total(asset) + this.#state.fees.total(asset);
    for (const account of this.#state.accounts.values()) total += account.wallet.total(asset);
    return total === 0n ? ZERO : (total as Decimal);
  }

  /** Commissions taken in an asset. */
  feesOf(asset: string): Decimal {
    return this.#state.fees.total(asset);
  }
}
