/**
 * The life of one order as a fold: a record and a piece of evidence in, the next record and the fills that are new out.
 * Evidence may come late, twice and in any order: fills only ever add up, each trade id once, and an end stays an end.
 */
import { add, ZERO } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { OrderRecord, OrderState } from '../model/execution.ts';
import type { Failure } from '../model/failure.ts';
import type { Quantity } from '../model/money.ts';
import type { Fill, OrderReport, OrderStatus, OrderTerms } from '../model/order.ts';

/** A record after evidence, and the fills that nobody told before. */
export type OrderMove = { readonly order: OrderRecord; readonly fills: readonly Fill[] };

const STATE_OF: Readonly<Record<OrderStatus, OrderState>> = {
  open: 'new',
  partiallyFilled: 'partiallyFilled',
  filled: 'filled',
  cancelled: 'cancelled',
  rejected: 'rejected',
  expired: 'expired',
};

const ENDS: readonly OrderState[] = ['filled', 'cancelled', 'expired', 'rejected'];

/** Whether nothing more is expected of an order. */
export function hasEnded(order: Pick<OrderRecord, 'state'>): boolean {
  return ENDS.includes(order.state);
}

/** Whether the venue has an order that may still be executed, as far as we know. */
export function isResting(order: Pick<OrderRecord, 'state'>): boolean {
  return order.state === 'new' || order.state === 'partiallyFilled';
}

/** Whether only the venue can say what became of an order. */
export function isInDoubt(order: Pick<OrderRecord, 'state'>): boolean {
  return order.state === 'sent' || order.state === 'unknown';
}

/** Whether an order rests until it is cancelled; the others end by themselves as soon as the venue has them. */
export function isGoodTillCancelled({ terms }: Pick<OrderRecord, 'terms'>): boolean {
  return terms === null || (terms.type === 'limit' ? terms.timeInForce === 'GTC' : isStop(terms.type));
}

function isStop(type: OrderTerms['type']): boolean {
  return type === 'stop' || type === 'oco';
}

/** Whether nothing else may be done for the position before the venue has said more about this order. */
export function isAwaited(order: OrderRecord): boolean {
  return isInDoubt(order) || (isResting(order) && !isGoodTillCancelled(order));
}

/**
 * Takes what the venue says. A report with fewer fills than we know is an old one: it can end an order, because an end
 * is final, but never take a fill back or open what ended. The one end that gives way is our own verdict that there is
 * no such order: a venue that shows it is right about it. A report that tells of more than its fills leaves the order in
 * doubt.
 */
export function foldReport(order: OrderRecord, report: OrderReport, time: EpochMs): OrderMove {
  const known = new Set(order.fills.map((fill) => fill.tradeId));
  const fills = report.fills.filter(({ tradeId }) => !known.has(tradeId) && known.add(tradeId));
  const all = fills.length === 0 ? order.fills : sortFills([...order.fills, ...fills]);
  const filledQuantity = all === order.fills ? order.filledQuantity : sumOfFills(all);
  const told = filledQuantity < report.filledQuantity ? 'unknown' : STATE_OF[report.status];
  const state = nextState(order, told, filledQuantity);
  const venueOrderId = order.venueOrderId ?? report.venueOrderId;
  const isSame = state === order.state && fills.length === 0 && venueOrderId === order.venueOrderId;
  if (isSame) return { order, fills };
  const failure = hasEnded({ state }) && state === order.state ? order.failure : null;
  return {
    order: { ...order, state, venueOrderId, fills: all, filledQuantity, updatedTime: time, failure },
    fills,
  };
}

function nextState(order: OrderRecord, told: OrderState, filledQuantity: Quantity): OrderState {
  const isOurVerdict = order.state === 'rejected' && order.venueOrderId === null;
  if (hasEnded(order) && !isOurVerdict) return order.state;
  return told === 'new' && filledQuantity > 0n ? 'partiallyFilled' : told;
}

function sortFills(fills: Fill[]): readonly Fill[] {
  return fills.sort((a, b) => a.eventTime - b.eventTime);
}

/** Exact sum of the quantities of fills. */
export function sumOfFills(fills: readonly Fill[]): Quantity {
  return fills.reduce((total, fill) => add(total, fill.quantity), ZERO as Quantity);
}

/** The order was decided and is on its way. */
export function markSent(order: OrderRecord, time: EpochMs): OrderRecord {
  return { ...order, state: 'sent', updatedTime: time };
}

/** Nobody knows what became of the order; an end is not doubted. */
export function markUnknown(order: OrderRecord, failure: Failure | null, time: EpochMs): OrderRecord {
  return hasEnded(order) || order.state === 'unknown'
    ? order
    : { ...order, state: 'unknown', failure, updatedTime: time };
}

/**
 * The venue took nothing, or is certain that there is no such order. What it told of the order before outweighs that:
 * the record is then in doubt.
 */
export function foldRefusal(order: OrderRecord, failure: Failure, time: EpochMs): OrderRecord {
  if (hasEnded(order)) return order;
  if (order.venueOrderId !== null || order.fills.length > 0) return markUnknown(order, failure, time);
  return { ...order, state: 'rejected', failure, updatedTime: time };
}
