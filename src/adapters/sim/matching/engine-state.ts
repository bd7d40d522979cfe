/**
 * What the matching engine holds: accounts, books, counters, and the other side of every trade. Everything the engine
 * does is told as events, in order, before the call that caused them returns.
 */
import type { Decimal } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { OrderArchive } from './order-archive.ts';
import type { OrderList } from './order-list.ts';
import type { SimFill, SimOrder } from './sim-order.ts';
import type { SymbolBook } from './symbol-book.ts';
import { Wallet } from './wallet.ts';

/** What a commission is taken from: what the trade brings, the quote asset always, or BNB at its discount. */
export type CommissionMode = 'received' | 'quote' | 'bnb';

/** Rates as ratios, and what they are taken from. */
export type CommissionPlan = {
  readonly maker: Decimal;
  readonly taker: Decimal;
  readonly mode: CommissionMode;
};

/** A trading account. */
export type SimAccount = {
  readonly id: string;
  readonly wallet: Wallet;
  commission: CommissionPlan;
  /** Time of the last change of a balance. */
  updateTime: EpochMs;
};

/** What an order went through. */
export type OrderExecution = 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED' | 'REPLACED' | 'TRADE_PREVENTION';

/** Everything that is told about orders, lists and balances. */
export type EngineEvent =
  | {
      readonly kind: 'order';
      readonly execution: OrderExecution;
      readonly order: SimOrder;
      readonly fill: SimFill | null;
      /** Client order id of the request that cancelled it, where there was one. */
      readonly cancelId: string | null;
      readonly time: EpochMs;
    }
  | { readonly kind: 'list'; readonly list: OrderList; readonly time: EpochMs }
  | { readonly kind: 'balances'; readonly account: string; readonly assets: readonly string[]; readonly time: EpochMs };

/** How an engine behaves where exchanges and simulations differ. */
export type EngineOptions = {
  /** Smallest unit of a commission; it is rounded down to it. */
  readonly commissionUnit: Decimal;
  /** Whether orders wait behind what already stands at their price. */
  readonly queue: 'modelled' | 'none';
  /** Whether orders of accounts meet each other, or only the market. */
  readonly meeting: 'accounts' | 'market';
  readonly onEvent: (event: EngineEvent) => void;
};

/** The engine's data; its functions change it in place. */
export type EngineState = {
  readonly options: EngineOptions;
  readonly books: Map<string, SymbolBook>;
  readonly accounts: Map<string, SimAccount>;
  readonly archive: OrderArchive;
  readonly lists: Map<number, OrderList>;
  /** Lists that may go on when the running call is over. */
  readonly unfinishedLists: Set<number>;
  /** The market's side of every trade; its totals are what accounts lost or won against it. */
  readonly outside: Wallet;
  /** Commissions taken. */
  readonly fees: Wallet;
  readonly next: { order: number; trade: number; list: number };
};

/** The account called `id`; stops when there is none, because orders are only taken from accounts that exist. */
export function accountOf(state: EngineState, id: string): SimAccount {
  const account = state.accounts.get(id);
  if (account === undefined) throw new RangeError(`there is no account ${id}`);
  return account;
}

/** The book of `symbol`; stops when there is none. */
export function bookOf(state: EngineState, symbol: string): SymbolBook {
  const book = state.books.get(symbol);
  if (book === undefined) throw new RangeError(`there is no symbol ${symbol}`);
  return book;
}

/** Tells that balances changed. */
export function tellBalances(state: EngineState, account: SimAccount, change: BalanceChange): void {
  account.updateTime = change.time;
  state.options.onEvent({ kind: 'balances', account: account.id, ...change });
}

/** Which balances changed, and when. */
export type BalanceChange = { readonly assets: readonly string[]; readonly time: EpochMs };

/** A wallet that may owe: the other side of the trades. */
export function createOutside(): Wallet {
  return new Wallet('boundless');
}
