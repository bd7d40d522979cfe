/**
 * Taking an order in: what is checked, what is set aside, and how it starts to work. In: a draft. Out: the order, or
 * the exchange's refusal, in which case nothing has changed.
 */
import { type Decimal, greater, ZERO } from '../../../core/decimal.ts';
import { err, ok, type Result } from '../../../core/result.ts';
import type { EpochMs } from '../../../core/time.ts';
import { accountOf, type EngineState, tellBalances } from './engine-state.ts';
import { levelsAgainst, quantityAt, reaches } from './market-depth.ts';
import { ORDERS_MAX } from './order-archive.ts';
import { finish, needOf, reserve } from './settlement.ts';
import {
  isMarketType,
  isOpenOrder,
  isStopType,
  isTriggered,
  type OrderDraft,
  type Reservation,
  type SimOrder,
  type VenueRefusal,
} from './sim-order.ts';
import { opposite, queueOf, type SymbolBook } from './symbol-book.ts';
import { findBrokenRule } from './symbol-rules.ts';
import { surveyOffers, take } from './taking.ts';

const INSUFFICIENT: VenueRefusal = { code: -2010, msg: 'Account has insufficient balance for requested action.' };

/** Why `draft` is not taken, or `null`; balances are looked at when money is set aside. */
export function findRefusal(state: EngineState, book: SymbolBook, draft: OrderDraft): VenueRefusal | null {
  if (book.status !== 'TRADING') return { code: -1013, msg: 'Market is closed.' };
  const counts = state.archive.counts(draft.account, draft.symbol);
  const context = { ...book, openOrders: counts.open, openAlgoOrders: counts.algo };
  const broken = findBrokenRule(draft, book.rules, context);
  if (broken !== null) return broken;
  const known = state.archive.byClientId(draft.account, draft.symbol, draft.clientOrderId);
  if (known !== null && isOpenOrder(known)) return { code: -2010, msg: 'Duplicate order sent.' };
  if (book.lastPrice !== null && isTriggered(draft, book.lastPrice)) {
    return { code: -2010, msg: 'Stop price would trigger immediately.' };
  }
  if (draft.type === 'LIMIT_MAKER' && wouldMatch(state, book, draft)) {
    return { code: -2010, msg: 'Order would immediately match and take.' };
  }
  if (state.archive.size >= ORDERS_MAX)
    return { code: -1008, msg: 'Server is currently overloaded with other requests.' };
  return null;
}

/** Whether a limit order would take at once. */
export function wouldMatch(state: EngineState, book: SymbolBook, draft: OrderDraft): boolean {
  const level = levelsAgainst(book.depth, draft.side).find((one) => one.pool.left > 0n);
  if (level !== undefined && reaches(draft.side, level.touch, draft.price)) return true;
  const maker = state.options.meeting === 'accounts' ? queueOf(book, opposite(draft.side)).best() : null;
  return maker !== null && maker.draft.price !== null && reaches(draft.side, maker.draft.price, draft.price);
}

/** A new order that nothing is set aside for yet. */
export function createOrder(state: EngineState, draft: OrderDraft, at: { listId: number; time: EpochMs }): SimOrder {
  return {
    draft,
    orderId: state.next.order++,
    listId: at.listId,
    createdTime: at.time,
    status: 'NEW',
    quantity: draft.quantity ?? ZERO,
    executed: ZERO,
    executedQuote: ZERO,
    fills: [],
    workingTime: null,
    updateTime: at.time,
    reservation: null,
    ahead: ZERO,
  };
}

/** What the order pays with, and how much of it has to be set aside. */
export function demandOf(state: EngineState, book: SymbolBook, order: SimOrder): Pick<Reservation, 'asset' | 'amount'> {
  const { draft } = order;
  const isBuy = draft.side === 'BUY';
  const asset = isBuy ? book.rules.quote : book.rules.base;
  if (draft.type !== 'MARKET') return { asset, amount: draft.quoteQuantity ?? needOf(order) };
  if (isBuy) return { asset, amount: draft.quoteQuantity ?? surveyOffers(state, book, order).cost };
  return { asset, amount: draft.quantity ?? surveyOffers(state, book, order).quantity };
}

/** Sets money aside for orders that share it; the largest demand is enough, as only one of them will be executed. */
export function reserveFor(state: EngineState, book: SymbolBook, orders: readonly SimOrder[]): 'reserved' | 'short' {
  const demands = orders.map((order) => demandOf(state, book, order));
  const amount = demands.reduce((most, demand) => greater(demand.amount, most), ZERO as Decimal);
  const [order, demand] = [orders[0], demands[0]];
  if (order === undefined || demand === undefined) return 'reserved';
  const reservation = reserve(accountOf(state, order.draft.account), demand.asset, amount);
  if (reservation === null) return 'short';
  reservation.holders = orders.length;
  for (const holder of orders) holder.reservation = reservation;
  return 'reserved';
}

/** Takes an order by itself: checked, funded, told, and at work. */
export function placeOrder(
  state: EngineState,
  book: SymbolBook,
  { draft, time }: { readonly draft: OrderDraft; readonly time: EpochMs },
): Result<SimOrder, VenueRefusal> {
  const refusal = findRefusal(state, book, draft);
  if (refusal !== null) return err(refusal);
  const order = createOrder(state, draft, { listId: -1, time });
  if (reserveFor(state, book, [order]) === 'short') {
    state.next.order--;
    return err(INSUFFICIENT);
  }
  state.archive.add(order);
  announce(state, order, time);
  startWork(state, book, { order, time });
  return ok(order);
}

/** Tells a new order and the balance it locks. */
export function announce(state: EngineState, order: SimOrder, time: EpochMs): void {
  state.options.onEvent({ kind: 'order', execution: 'NEW', order, fill: null, cancelId: null, time });
  const asset = order.reservation?.asset;
  if (asset !== undefined) tellBalances(state, accountOf(state, order.draft.account), { assets: [asset], time });
}

/** Lets an order wait for its stop price, or work at once. */
export function startWork(state: EngineState, book: SymbolBook, at: { order: SimOrder; time: EpochMs }): void {
  if (isStopType(at.order.draft.type)) book.stops.set(at.order.orderId, at.order);
  else work(state, book, at);
}

/** Lets an order take what it may, and rest or end with what is left. */
export function work(state: EngineState, book: SymbolBook, { order, time }: { order: SimOrder; time: EpochMs }): void {
  const { draft } = order;
  order.workingTime = time;
  const isShort = draft.timeInForce === 'FOK' && surveyOffers(state, book, order).quantity < order.quantity;
  const outcome = isShort ? 'done' : take(state, book, { order, time });
  if (outcome === 'prevented') {
    finish(state, order, { status: 'EXPIRED_IN_MATCH', execution: 'TRADE_PREVENTION', time });
    return;
  }
  if (!isOpenOrder(order)) return;
  if (isMarketType(draft.type) || draft.timeInForce !== 'GTC') {
    finish(state, order, { status: 'EXPIRED', execution: 'EXPIRED', time });
    return;
  }
  order.ahead = state.options.queue === 'modelled' ? quantityAt(book.depth, draft.side, priceOf(draft)) : ZERO;
  queueOf(book, draft.side).add(order);
}

function priceOf(draft: OrderDraft): Decimal {
  return draft.price ?? ZERO;
}

/** Whether the account can pay for a buy at any price that has just been triggered; takes what is missing from it. */
export function coverTriggered(state: EngineState, book: SymbolBook, order: SimOrder): 'covered' | 'short' {
  const { reservation, draft } = order;
  if (reservation === null || draft.side === 'SELL' || !isMarketType(draft.type)) return 'covered';
  if (draft.quoteQuantity !== null) return 'covered';
  const { cost } = surveyOffers(state, book, order);
  const missing = (cost - reservation.amount) as Decimal;
  if (missing <= 0n) return 'covered';
  const { wallet } = accountOf(state, draft.account);
  if (!wallet.has(reservation.asset, missing)) return 'short';
  wallet.lock(reservation.asset, missing);
  reservation.amount = cost;
  return 'covered';
}
