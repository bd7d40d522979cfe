/**
 * Orders from the moment they are decided until the venue has said how they ended. In come drafts and answers, out go
 * requests, moves of records and fills, each once. An order is sent once: when nobody knows what became of it, it is
 * asked about with growing waits until the venue answers, and what it may cost stays reserved.
 */
import { backoffMs } from '../core/backoff.ts';
import { add, type Decimal, multiply, subtract } from '../core/decimal.ts';
import type { Result } from '../core/result.ts';
import { addMs } from '../core/time.ts';
import type { OrderPurpose, OrderRecord } from '../model/execution.ts';
import { type Failure, failure } from '../model/failure.ts';
import type { ClientOrderId, Fill, OrderReport, OrderTerms, ReplaceOutcome, SubmitOutcome } from '../model/order.ts';
import { clientOrderId, parseClientOrderId } from './client-order-id.ts';
import { bookFill, type Desk } from './desk.ts';
import { buildDesk } from './desk-opening.ts';
import { pauseDesk, resumeDesk } from './desk-pause.ts';
import { countMetric } from './execution-metrics.ts';
import { deskOf, orderOf, putDesk, putOrder, reviveOrders, startTimer, type Turn } from './execution-state.ts';
import {
  foldRefusal,
  foldReport,
  hasEnded,
  isAwaited,
  isInDoubt,
  isResting,
  markSent,
  markUnknown,
  type OrderMove,
} from './order-life.ts';

/** An order as it is decided. */
export type OrderDraft = Pick<OrderRecord, 'intentId' | 'reason' | 'traceId'> & {
  readonly purpose: OrderPurpose;
  readonly terms: OrderTerms;
  /** The resting order that must be cancelled first. */
  readonly replaces: ClientOrderId | null;
};

/** Timer of an order: its answer is late, its next question is due, or it rests for too long. */
export const ORDER_TIMER = 'execution:order:';
/** An order that the venue told of and then denies this often in a row is over. */
const DENIALS_MAX = 5;

/** Makes the order's record and sends it; the record is saved in the same burst, before the order leaves. */
export function sendOrder(turn: Turn, desk: Desk, draft: OrderDraft): OrderRecord {
  const { now, state } = turn;
  const { purpose, intentId, reason, terms, traceId, replaces } = draft;
  const { positionId, instrumentId } = desk;
  desk.orderCount++;
  const id = clientOrderId({ positionId, purpose, number: desk.orderCount });
  const order: OrderRecord = {
    clientOrderId: id,
    ...{ intentId, positionId, instrumentId, side: terms.side, purpose, reason, terms },
    ...{ state: 'intent', venueOrderId: null, filledQuantity: 0n as OrderRecord['filledQuantity'], fills: [] },
    ...{ createdTime: now, updatedTime: now, traceId, failure: null },
  };
  putOrder(turn, order);
  const sent = markSent(order, now);
  putOrder(turn, sent);
  putDesk(turn, desk);
  countMetric(state.metrics, 'orderAttempt', now);
  const approved = { clientOrderId: id, instrumentId, terms };
  if (replaces === null) turn.effects.push({ kind: 'submitOrder', order: approved });
  else {
    desk.cancelId = replaces;
    turn.effects.push({ kind: 'replaceOrder', cancel: { instrumentId, clientOrderId: replaces }, order: approved });
  }
  startTimer(turn, `${ORDER_TIMER}${id}`, addMs(now, state.config.answerTimeoutMs));
  return sent;
}

/** Asks the venue to end an order. */
export function cancelOrder(turn: Turn, desk: Desk, order: OrderRecord): void {
  const { instrumentId, clientOrderId: id } = order;
  desk.cancelId = id;
  turn.effects.push({ kind: 'cancelOrder', key: { instrumentId, clientOrderId: id } });
  startTimer(turn, `${ORDER_TIMER}${id}`, addMs(turn.now, turn.state.config.answerTimeoutMs));
}

/** Says that nobody knows what became of an order, and asks the venue. */
export function doubtOrder(turn: Turn, order: OrderRecord, reason: Failure | null): void {
  if (hasEnded(order)) return;
  const next = markUnknown(order, reason, turn.now);
  if (next !== order) putOrder(turn, next);
  ask(turn, next);
}

function ask(turn: Turn, { instrumentId, clientOrderId: id }: OrderRecord): void {
  turn.effects.push({ kind: 'queryOrder', key: { instrumentId, clientOrderId: id } });
  startTimer(turn, `${ORDER_TIMER}${id}`, addMs(turn.now, turn.state.config.answerTimeoutMs));
}

/** Asks at once about every order that nobody knows about. */
export function askAnew(turn: Turn): void {
  turn.state.askedInRow = {};
  for (const order of Object.values(turn.state.orders)) if (order.state === 'unknown') ask(turn, order);
}

/** Asks again after a wait that grows with every fruitless question. */
function askLater(turn: Turn, id: ClientOrderId): void {
  const { retryMinMs, retryMaxMs } = turn.state.config;
  const asked = turn.state.askedInRow[id] ?? 0;
  turn.state.askedInRow[id] = asked + 1;
  const wait = backoffMs(asked, 1, { minMs: retryMinMs, maxMs: retryMaxMs });
  startTimer(turn, `${ORDER_TIMER}${id}`, addMs(turn.now, wait));
}

/** Takes the answer to a submitted order. */
export function takeAnswer(turn: Turn, id: ClientOrderId, outcome: SubmitOutcome): void {
  const order = orderOf(turn.state, id);
  if (order === null) return;
  const { metrics } = turn.state;
  if (outcome.phase === 'accepted') {
    countMetric(metrics, 'orderSuccess', turn.now);
    applyMove(turn, order, foldReport(order, outcome.report, turn.now));
    return;
  }
  if (!isInDoubt(order)) return;
  countMetric(metrics, 'orderError', turn.now);
  const isThere = outcome.failure.code === 'order_duplicate';
  if (outcome.phase === 'unknown' || isThere) doubtOrder(turn, order, outcome.failure);
  else refuse(turn, order, outcome.failure);
}

/**
 * Takes the answer to a replacement. Where the cancel did not happen the old order may have ended by itself, and where
 * nobody knows both are asked about.
 */
export function takeReplaced(
  turn: Turn,
  desk: Desk | null,
  answer: { readonly cancelId: ClientOrderId; readonly clientOrderId: ClientOrderId; readonly outcome: ReplaceOutcome },
): void {
  const { cancelId, outcome } = answer;
  const replaced = orderOf(turn.state, cancelId);
  if (replaced !== null) {
    if (outcome.cancelled !== null) applyMove(turn, replaced, foldReport(replaced, outcome.cancelled, turn.now));
    else doubtOrder(turn, replaced, outcome.outcome.phase === 'accepted' ? null : outcome.outcome.failure);
  }
  endCancel(desk, cancelId);
  if (outcome.cancelled === null && desk !== null) pauseDesk(turn, desk);
  takeAnswer(turn, answer.clientOrderId, outcome.outcome);
}

/** Takes the answer to a cancel; a cancel that failed leaves the order in doubt, because it may have ended before. */
export function takeCancelAnswer(
  turn: Turn,
  desk: Desk | null,
  { id, answer }: { readonly id: ClientOrderId; readonly answer: Result<OrderReport, Failure> },
): void {
  const order = orderOf(turn.state, id);
  if (order !== null) {
    if (answer.ok) applyMove(turn, order, foldReport(order, answer.value, turn.now));
    else doubtOrder(turn, order, answer.error);
  }
  endCancel(desk, id);
  if (!answer.ok && desk !== null) pauseDesk(turn, desk);
}

function endCancel(desk: Desk | null, id: ClientOrderId): void {
  if (desk !== null && desk.cancelId === id) desk.cancelId = null;
}

/** Takes the answer to a question about an order; `null` is the venue's word that there is none. */
export function takeQueried(turn: Turn, id: ClientOrderId, answer: Result<OrderReport | null, Failure>): void {
  const order = orderOf(turn.state, id);
  if (order === null) return;
  if (answer.ok && answer.value !== null) {
    delete turn.state.askedInRow[id];
    applyMove(turn, order, foldReport(order, answer.value, turn.now));
    return;
  }
  if (hasEnded(order)) return;
  if (!answer.ok) {
    askLater(turn, id);
    return;
  }
  const denied = failure('order_refused', { reason: 'the venue is certain that it does not have it' });
  refuse(turn, order, denied);
}

/** What the venue says it did not take has ended, unless it told of the order before: then it is asked again. */
function refuse(turn: Turn, order: OrderRecord, reason: Failure): void {
  const next = foldRefusal(order, reason, turn.now);
  if (hasEnded(next)) {
    applyMove(turn, order, { order: next, fills: [] });
    return;
  }
  if (next !== order) putOrder(turn, next);
  if ((turn.state.askedInRow[order.clientOrderId] ?? 0) < DENIALS_MAX) {
    askLater(turn, order.clientOrderId);
    return;
  }
  const { clientOrderId: id } = order;
  turn.facts.push({ kind: 'mismatchFound', mismatch: { kind: 'orderVanished', clientOrderId: id }, time: turn.now });
  applyMove(turn, order, { order: { ...next, state: 'expired', updatedTime: turn.now }, fills: [] });
}

/** Takes a report that came by itself or in a list; tells whether the order is one of ours that we know. */
export function takeReport(turn: Turn, report: OrderReport): 'known' | 'unknown' {
  const order = orderOf(turn.state, report.clientOrderId);
  if (order === null) return 'unknown';
  applyMove(turn, order, foldReport(order, report, turn.now));
  return 'known';
}

/** Keeps a move: tells the state, books every new fill once, and tells how an intent ended. */
function applyMove(turn: Turn, before: OrderRecord, { order, fills }: OrderMove): void {
  if (order === before) return;
  putOrder(turn, order);
  for (const fill of fills) tellFill(turn, order, fill);
  if (fills.length > 0) bookFills(turn, order, fills);
  if (!isInDoubt(order)) delete turn.state.askedInRow[order.clientOrderId];
  judgeStop(turn, before, order);
  if (!hasEnded(before) && hasEnded(order)) tellEnd(turn, order);
}

function tellFill(turn: Turn, order: OrderRecord, fill: Fill): void {
  const { positionId, instrumentId, side, purpose, reason, clientOrderId: id, traceId } = order;
  const whose = { positionId, instrumentId, side, purpose, reason, clientOrderId: id };
  turn.facts.push({ kind: 'orderFilled', ...whose, fill, traceId, time: turn.now });
  turn.state.fillCount++;
  moveWallet(turn, order, fill);
}

/** A position that was over is held again when a fill of it comes late: it must be looked after, so its desk opens. */
function bookFills(turn: Turn, order: OrderRecord, fills: readonly Fill[]): void {
  const { state } = turn;
  const desk = deskOf(state, order.positionId);
  if (desk === null) {
    const orders = reviveOrders(state, order.positionId);
    state.desks[order.positionId] = buildDesk(orders, { stopDistance: state.config.protection.adoptedDistance });
  } else for (const fill of fills) bookFill(desk, fill, order.side);
  putDesk(turn, deskOf(state, order.positionId) as Desk);
}

/** Keeps the account's balances near the truth between two readings. */
function moveWallet({ state: { wallet } }: Turn, order: OrderRecord, fill: Fill): void {
  if (wallet === null) return;
  const [base = '', quote = ''] = (order.instrumentId.split(':').at(-1) ?? '').split('/');
  const sign = (order.side === 'buy' ? 1n : -1n) as bigint;
  const move = (asset: string, change: bigint): void => {
    wallet[asset] = add<Decimal>(wallet[asset] ?? (0n as Decimal), change as Decimal);
  };
  move(base, sign * fill.quantity);
  move(quote, -sign * multiply(fill.price, fill.quantity));
  move(fill.feeAsset, subtract<Decimal>(0n as Decimal, fill.fee));
}

/** A stop that went without us, or that the venue did not take, is not placed again at once. */
function judgeStop(turn: Turn, before: OrderRecord, order: OrderRecord): void {
  const desk = deskOf(turn.state, order.positionId);
  if (order.purpose !== 'protection' || desk === null) return;
  if (isResting(order) && before.venueOrderId === null) resumeDesk(desk);
  const isOurs = desk.cancelId === order.clientOrderId;
  if (hasEnded(order) && !hasEnded(before) && order.state !== 'filled' && !isOurs) pauseDesk(turn, desk);
}

/** One fact ends an intent: it was refused, or its order is done. */
function tellEnd(turn: Turn, order: OrderRecord): void {
  const { purpose, intentId, positionId, instrumentId } = order;
  if (purpose === 'protection') return;
  const { now, state } = turn;
  const desk = state.desks[positionId];
  const outcome = order.state === 'filled' ? 'filled' : order.fills.length > 0 ? 'partial' : 'nothing';
  if (purpose === 'exit' && desk !== undefined) {
    if (outcome === 'filled') desk.exitKeys[intentId] = 'done';
    else delete desk.exitKeys[intentId];
  }
  if (order.state === 'rejected' && outcome === 'nothing') {
    if (state.entries[instrumentId]?.intentId === intentId) delete state.entries[instrumentId];
    const code = order.failure?.code ?? 'order_refused';
    const reason = order.failure?.message ?? 'the venue refused the order';
    turn.facts.push({ kind: 'intentRefused', intentId, positionId, instrumentId, code, reason, time: now });
    return;
  }
  turn.facts.push({ kind: 'intentDone', intentId, positionId, outcome, time: now });
}

/** A timer of an order ran out: its answer is late, or it is time to ask again. */
export function takeOrderTimer(turn: Turn, order: OrderRecord, desk: Desk | null): void {
  if (hasEnded(order)) return;
  if (desk?.cancelId === order.clientOrderId) {
    desk.cancelId = null;
    doubtOrder(turn, order, failure('order_outcome_unknown', { clientOrderId: order.clientOrderId }));
    return;
  }
  if (isAwaited(order)) {
    doubtOrder(turn, order, failure('order_outcome_unknown', { clientOrderId: order.clientOrderId }));
  }
}

/** Takes in an order of ours that only the venue knew, with every fill of it; the desk of its position is open. */
export function adoptOrder(turn: Turn, desk: Desk, report: OrderReport): void {
  const { positionId, instrumentId, traceId } = desk;
  const parts = parseClientOrderId(report.clientOrderId);
  if (parts === null) return;
  desk.orderCount = Math.max(desk.orderCount, parts.number);
  const { purpose } = parts;
  const reason = ({ open: 'entry', exit: 'operator', protection: 'protection' } as const)[purpose];
  const empty: OrderRecord = {
    ...{ clientOrderId: report.clientOrderId, intentId: `adopted:${report.clientOrderId}`, positionId, instrumentId },
    ...{ side: report.side, purpose, reason, terms: null, state: 'unknown', venueOrderId: report.venueOrderId },
    ...{ filledQuantity: 0n as OrderRecord['filledQuantity'], fills: [] },
    ...{ createdTime: turn.now, updatedTime: turn.now, traceId, failure: null },
  };
  applyMove(turn, empty, foldReport(empty, report, turn.now));
  putDesk(turn, desk);
}
