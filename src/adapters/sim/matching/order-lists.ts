/**
 * Orders that depend on each other. OCO: two legs over one reservation, the first to work ends the other. OTO and
 * OTOCO: one order first, and when it is filled whole the ones that wait for it. In: what happens to members. Out: the
 * ends of the others and the list's state.
 */
import type { EpochMs } from '../../../core/time.ts';
import type { EngineState } from './engine-state.ts';
import type { OrderList } from './order-list.ts';
import { finish } from './settlement.ts';
import { isOpenOrder, type SimOrder } from './sim-order.ts';
import { queueOf, type SymbolBook } from './symbol-book.ts';

/** A member of a list, and when. */
export type Member = { readonly order: SimOrder; readonly time: EpochMs };

/** The members that end when `order` is executed. */
function siblingsOf(list: OrderList, order: SimOrder): readonly SimOrder[] {
  const pair = list.kind === 'OCO' ? list.orders : list.orders.slice(1);
  return pair.includes(order) ? pair.filter((other) => other !== order && isOpenOrder(other)) : [];
}

/** Takes an order out of the book, wherever it waits there. */
export function removeFromBook(book: SymbolBook, order: SimOrder): void {
  if (book.stops.delete(order.orderId)) return;
  if (order.draft.price !== null && order.workingTime !== null) queueOf(book, order.draft.side).remove(order);
}

/** Ends the other leg of a pair. */
export function endSiblings(state: EngineState, book: SymbolBook, { order, time }: Member): void {
  const list = state.lists.get(order.listId);
  if (list === undefined) return;
  for (const other of siblingsOf(list, order)) {
    removeFromBook(book, other);
    finish(state, other, { status: 'EXPIRED', execution: 'EXPIRED', time });
  }
}

/** Ends every open member, as a cancel of any of them does. */
export function cancelMembers(
  state: EngineState,
  book: SymbolBook,
  cancel: { readonly list: OrderList; readonly time: EpochMs; readonly cancelId: string },
): void {
  for (const order of cancel.list.orders) {
    if (!isOpenOrder(order)) continue;
    removeFromBook(book, order);
    const { time, cancelId } = cancel;
    finish(state, order, { status: 'CANCELED', execution: 'CANCELED', time, cancelId });
  }
}

/** What a list does next: wait, start the orders that waited for its first one, or end. */
export function nextOfList(list: OrderList): 'wait' | 'start' | 'abandon' | 'done' {
  const [first, ...rest] = list.orders;
  if (list.status === 'ALL_DONE' || first === undefined) return 'wait';
  if (list.orders.every((order) => !isOpenOrder(order))) return 'done';
  if (list.kind === 'OCO' || rest[0]?.status !== 'PENDING_NEW') return 'wait';
  if (first.status === 'FILLED') return 'start';
  return isOpenOrder(first) ? 'wait' : 'abandon';
}

/** Notes a list's end and tells it. */
export function finishList(state: EngineState, list: OrderList, time: EpochMs): void {
  list.status = 'ALL_DONE';
  list.statusType = 'ALL_DONE';
  state.options.onEvent({ kind: 'list', list, time });
}
