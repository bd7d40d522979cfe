/**
 * Money and orders in one step: what is set aside when an order is taken, what moves when it is executed, what is
 * given back when it ends. Every amount that leaves one wallet arrives in another: accounts, fees and the outside
 * together never gain or lose anything.
 */
import { add, type Decimal, decimal, divide, multiply, subtract, truncateToStep, ZERO } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import {
  accountOf,
  bookOf,
  type EngineState,
  type OrderExecution,
  type SimAccount,
  tellBalances,
} from './engine-state.ts';
import {
  isMarketType,
  leftOf,
  type Reservation,
  type SimFill,
  type SimOrder,
  type SimOrderStatus,
} from './sim-order.ts';
import type { SymbolRules } from './symbol-rules.ts';

const BNB_DISCOUNT = decimal('0.75');

/** An execution to be settled. */
export type Execution = {
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly role: 'maker' | 'taker';
  readonly tradeId: number;
  readonly time: EpochMs;
  /** Who is on the other side: the market outside, or an account's order that is settled by itself. */
  readonly against: 'outside' | 'account';
  /** Whether it completes the order. */
  readonly isWhole: boolean;
};

/** Locks `amount` for orders to come; `null` when the account has not got it. */
export function reserve(account: SimAccount, asset: string, amount: Decimal): Reservation | null {
  if (!account.wallet.has(asset, amount)) return null;
  account.wallet.lock(asset, amount);
  return { asset, amount, holders: 0 };
}

/** What a limit order needs set aside for what is left of it, in the asset it pays. */
export function needOf(order: SimOrder): Decimal {
  const { draft } = order;
  if (draft.side === 'SELL') return leftOf(order);
  return multiply(draft.price ?? draft.stopPrice ?? ZERO, leftOf(order));
}

/** Executes a part of `order`: amounts move, the commission is taken, the fill is told. */
export function settle(state: EngineState, order: SimOrder, execution: Execution): void {
  const { rules } = bookOf(state, order.draft.symbol);
  const account = accountOf(state, order.draft.account);
  const { price, quantity, time } = execution;
  const quote = multiply(price, quantity);
  const isBuy = order.draft.side === 'BUY';
  order.executed = add(order.executed, quantity);
  order.executedQuote = add(order.executedQuote, quote);
  if (order.draft.quoteQuantity !== null) order.quantity = order.executed;
  pay(account, order, isBuy ? quote : quantity);
  const [received, asset] = isBuy ? [quantity, rules.base] : [quote, rules.quote];
  account.wallet.receive(asset, received);
  if (execution.against === 'outside') {
    state.outside.receive(rules.base, isBuy ? (-quantity as Decimal) : quantity);
    state.outside.receive(rules.quote, isBuy ? quote : (-quote as Decimal));
  }
  const fee = takeCommission(state, account, { order, rules, quote, received, role: execution.role });
  const fill: SimFill = {
    tradeId: execution.tradeId,
    price,
    quantity,
    quote,
    commission: fee.amount,
    commissionAsset: fee.asset,
    time,
    role: execution.role,
  };
  order.fills.push(fill);
  order.updateTime = time;
  order.status = execution.isWhole ? 'FILLED' : 'PARTIALLY_FILLED';
  if (execution.isWhole) release(state, order);
  state.options.onEvent({ kind: 'order', execution: 'TRADE', order, fill, cancelId: null, time });
  const assets = [...new Set([rules.base, rules.quote, fee.asset])];
  tellBalances(state, account, { assets, time });
}

/** Takes `cost` out of what the order has set aside, and frees what it no longer needs. */
function pay(account: SimAccount, order: SimOrder, cost: Decimal): void {
  const { reservation, draft } = order;
  if (reservation === null) throw new RangeError(`order ${order.orderId} has nothing set aside`);
  const spent = subtract(reservation.amount, cost);
  const isCosted = draft.side === 'BUY' && isMarketType(draft.type);
  const needed = isCosted || draft.quoteQuantity !== null ? spent : needOf(order);
  const kept = needed > 0n ? needed : ZERO;
  account.wallet.lock(reservation.asset, subtract(kept, reservation.amount));
  reservation.amount = kept;
  account.wallet.receive(reservation.asset, -cost as Decimal);
}

type FeeCase = {
  readonly order: SimOrder;
  readonly rules: SymbolRules;
  readonly quote: Decimal;
  readonly received: Decimal;
  readonly role: 'maker' | 'taker';
};

function takeCommission(
  state: EngineState,
  account: SimAccount,
  fee: FeeCase,
): { readonly amount: Decimal; readonly asset: string } {
  const { rules, quote, received, order, role } = fee;
  const { mode } = account.commission;
  const rate = account.commission[role];
  const unit = state.options.commissionUnit;
  const whole = (value: Decimal): Decimal => truncateToStep(value, unit);
  const inBnb =
    mode === 'bnb' ? commissionInBnb(state, { quoteAsset: rules.quote, amount: multiply(quote, rate) }) : null;
  let taken = { amount: whole(multiply(received, rate)), asset: order.draft.side === 'BUY' ? rules.base : rules.quote };
  if (mode === 'quote') taken = { amount: whole(multiply(quote, rate)), asset: rules.quote };
  if (inBnb !== null && account.wallet.has('BNB', whole(inBnb))) taken = { amount: whole(inBnb), asset: 'BNB' };
  account.wallet.receive(taken.asset, -taken.amount as Decimal);
  state.fees.receive(taken.asset, taken.amount);
  return taken;
}

/** A commission in the quote asset as BNB at its discount; `null` when BNB has no price in it. */
function commissionInBnb(
  state: EngineState,
  fee: { readonly quoteAsset: string; readonly amount: Decimal },
): Decimal | null {
  const price = fee.quoteAsset === 'BNB' ? null : (state.books.get(`BNB${fee.quoteAsset}`)?.lastPrice ?? null);
  return price === null ? null : divide(multiply(fee.amount, BNB_DISCOUNT), price);
}

/** Ends an order that was not filled whole: what it had set aside is free again, and the end is told. */
export function finish(
  state: EngineState,
  order: SimOrder,
  end: {
    readonly status: SimOrderStatus;
    readonly execution: OrderExecution;
    readonly time: EpochMs;
    readonly cancelId?: string;
  },
): void {
  const asset = order.reservation?.asset ?? null;
  order.status = end.status;
  order.updateTime = end.time;
  release(state, order);
  state.options.onEvent({
    kind: 'order',
    execution: end.execution,
    order,
    fill: null,
    cancelId: end.cancelId ?? null,
    time: end.time,
  });
  if (asset !== null) {
    tellBalances(state, accountOf(state, order.draft.account), { assets: [asset], time: end.time });
  }
}

/** Lets go of the reservation; the last order that held it frees what is left. */
function release(state: EngineState, order: SimOrder): void {
  state.archive.close(order);
  const { reservation } = order;
  if (reservation === null) return;
  order.reservation = null;
  reservation.holders--;
  if (reservation.holders > 0) return;
  const { wallet } = accountOf(state, order.draft.account);
  wallet.lock(reservation.asset, -reservation.amount as Decimal);
  reservation.amount = ZERO;
}
