/**
 * Taking lists of orders in, and letting them go on. In: drafts of the legs. Out: the list with its orders, or the
 * exchange's refusal. A list is taken whole or not at all.
 */
import { err, ok, type Result } from '../../../core/result.ts';
import type { EpochMs } from '../../../core/time.ts';
import { bookOf, type EngineState } from './engine-state.ts';
import type { ListKind, OrderList } from './order-list.ts';
import { finishList, nextOfList } from './order-lists.ts';
import { announce, createOrder, findRefusal, reserveFor, startWork, wouldMatch } from './placing.ts';
import { finish } from './settlement.ts';
import type { OrderDraft, SimOrder, VenueRefusal } from './sim-order.ts';
import type { SymbolBook } from './symbol-book.ts';

/** A list before it is taken: of an OCO both legs; otherwise the first order and the one or two that wait for it. */
export type ListDraft = {
  readonly kind: ListKind;
  readonly clientListId: string;
  readonly legs: readonly OrderDraft[];
  readonly time: EpochMs;
};

const WRONG_PRICES: VenueRefusal = {
  code: -2010,
  msg: 'The relationship of the prices for the orders is not correct.',
};
const INSUFFICIENT: VenueRefusal = { code: -2010, msg: 'Account has insufficient balance for requested action.' };

/** Takes a list. */
export function placeList(state: EngineState, book: SymbolBook, draft: ListDraft): Result<OrderList, VenueRefusal> {
  const refusal = findListRefusal(state, book, draft);
  if (refusal !== null) return err(refusal);
  const listId = state.next.list++;
  const { time } = draft;
  const orders = draft.legs.map((leg) => createOrder(state, leg, { listId, time }));
  const starting = draft.kind === 'OCO' ? orders : orders.slice(0, 1);
  if (reserveFor(state, book, starting) === 'short') {
    state.next.list--;
    state.next.order -= orders.length;
    return err(INSUFFICIENT);
  }
  const first = draft.legs[0] as OrderDraft;
  const list: OrderList = {
    listId,
    kind: draft.kind,
    account: first.account,
    symbol: first.symbol,
    clientListId: draft.clientListId,
    createdTime: time,
    orders,
    statusType: 'EXEC_STARTED',
    status: 'EXECUTING',
  };
  state.lists.set(listId, list);
  for (const order of orders) {
    if (!starting.includes(order)) order.status = 'PENDING_NEW';
    state.archive.add(order);
  }
  state.options.onEvent({ kind: 'list', list, time });
  for (const order of orders) announce(state, order, time);
  for (const order of starting) startWork(state, book, { order, time });
  state.unfinishedLists.add(listId);
  return ok(list);
}

function findListRefusal(state: EngineState, book: SymbolBook, draft: ListDraft): VenueRefusal | null {
  const ids = new Set(draft.legs.map((leg) => leg.clientOrderId));
  if (ids.size !== draft.legs.length) return { code: -2010, msg: 'Duplicate order sent.' };
  const openLists = [...state.lists.values()].filter(
    (list) =>
      list.status === 'EXECUTING' && list.account === draft.legs[0]?.account && list.symbol === book.rules.symbol,
  );
  if (openLists.length >= book.rules.listsMax) return { code: -1013, msg: 'Filter failure: MAX_NUM_ORDER_LISTS' };
  const checked = draft.kind === 'OCO' ? draft.legs : draft.legs.slice(0, 1);
  if (draft.kind === 'OCO' && isMisplaced(book, draft.legs)) return WRONG_PRICES;
  if (draft.kind === 'OTOCO' && !isAscending(draft.legs.slice(1))) return WRONG_PRICES;
  for (const leg of checked) {
    const refusal = findRefusal(state, book, leg);
    if (refusal !== null) return refusal;
  }
  return null;
}

function isMisplaced(book: SymbolBook, legs: readonly OrderDraft[]): boolean {
  const [above, below] = legs.map(levelOf);
  const last = book.lastPrice;
  if (above === undefined || below === undefined || !isAscending(legs)) return true;
  return last !== null && (above <= last || below >= last);
}

/** Whether the leg above, which comes first, is above the one below. */
function isAscending(legs: readonly OrderDraft[]): boolean {
  const [above, below] = legs.map(levelOf);
  return above !== undefined && below !== undefined && above > below;
}

function levelOf(leg: OrderDraft): bigint | undefined {
  return leg.stopPrice ?? leg.price ?? undefined;
}

/** Lets every list that something happened to go on; bounded by the legs, as each of them starts and ends once. */
export function continueLists(state: EngineState, time: EpochMs): void {
  for (const listId of state.unfinishedLists) {
    state.unfinishedLists.delete(listId);
    const list = state.lists.get(listId);
    if (list !== undefined) continueList(state, list, time);
  }
}

function continueList(state: EngineState, list: OrderList, time: EpochMs): void {
  const next = nextOfList(list);
  const book = bookOf(state, list.symbol);
  const waiting = list.orders.slice(1);
  if (next === 'done') finishList(state, list, time);
  if (next === 'start') startWaiting(state, book, { waiting, time });
  if (next === 'abandon') endAll(state, waiting, time);
  if (next === 'start' || next === 'abandon') state.unfinishedLists.add(list.listId);
}

/** Starts the orders that waited; where they can not be paid for or would match at once they expire. */
function startWaiting(
  state: EngineState,
  book: SymbolBook,
  { waiting, time }: { readonly waiting: readonly SimOrder[]; readonly time: EpochMs },
): void {
  const isImpossible = waiting.some(({ draft }) => draft.type === 'LIMIT_MAKER' && wouldMatch(state, book, draft));
  if (isImpossible || reserveFor(state, book, waiting) === 'short') {
    endAll(state, waiting, time);
    return;
  }
  for (const order of waiting) {
    order.status = 'NEW';
    order.updateTime = time;
    announce(state, order, time);
  }
  for (const order of waiting) startWork(state, book, { order, time });
}

function endAll(state: EngineState, orders: readonly SimOrder[], time: EpochMs): void {
  for (const order of orders) finish(state, order, { status: 'EXPIRED', execution: 'EXPIRED', time });
}
