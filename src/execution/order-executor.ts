/**
 * Orders from the moment they are decided until the venue has said how they ended. In come drafts and answers, out go
 * requests, moves of records and fills, each once. An order is sent once: when nobody knows what became of it, it is
 * asked about with growing waits until the venue answers, and what it may cost stays reserved.
 */
import { backoffMs } from '../core/backoff.ts';
import type { Result } from '../core/result.ts';
import { addMs } from '../core/time.ts';
import type { OrderPurpose, OrderRecord } from '../model/execution.ts';
import { type Failure, failure } from '../model/failure.ts';
import type { ClientOrderId, OrderReport, OrderTerms, ReplaceOutcome, SubmitOutcome } from '../model/order.ts';
import { clientOrderId } from './client-order-id.ts';
import { type Desk, lowerStop } from './desk.ts';
import { DESK_TIMER, pauseDesk, resumeDesk } from './desk-pause.ts';
import { countMetric } from './execution-metrics.ts';
import { orderOf, putDesk, putOrder, startTimer, type Turn } from './execution-state.ts';
import { foldRefusal, foldReport, hasEnded, isAwaited, isInDoubt, markSent, markUnknown } from './order-life.ts';
import { applyMove, ORDER_TIMER } from './order-moves.ts';

/** An order as it is decided. */
export type OrderDraft = Pick<OrderRecord, 'intentId' | 'reason' | 'traceId'> & {
  readonly purpose: OrderPurpose;
  readonly terms: OrderTerms;
  /** The resting order that must be cancelled first. */
  readonly replaces: ClientOrderId | null;
};

/** An order that the venue told of and then denies this often in a row is over. */
const DENIALS_MAX = 4;
/** A stop that the market was below is not moved up again for so long. */
const STOP_LOWERED_MS = 60_000;

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

/** Asks again after a wait that grows with every fruitless question, and when the venue says that it will know. */
function askLater(turn: Turn, id: ClientOrderId, reason: Failure): void {
  const { retryMinMs, retryMaxMs } = turn.state.config;
  const asked = turn.state.askedInRow[id] ?? 0;
  turn.state.askedInRow[id] = asked + 1;
  const wait = backoffMs(asked, 1, { minMs: retryMinMs, maxMs: retryMaxMs });
  const { retryAfterMs } = reason.context;
  const isTold = reason.code === 'order_outcome_unknown' && typeof retryAfterMs === 'number';
  startTimer(turn, `${ORDER_TIMER}${id}`, addMs(turn.now, isTold ? Math.min(wait, retryAfterMs) : wait));
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
  if (desk !== null && replaced !== null) restoreStop(turn, desk, { replaced, outcome });
}

/** A stop that was moved beyond the market is gone and the new one refused: the old place is better than none. */
function restoreStop(
  turn: Turn,
  desk: Desk,
  { replaced, outcome: { cancelled, outcome } }: { readonly replaced: OrderRecord; readonly outcome: ReplaceOutcome },
): void {
  const { terms } = replaced;
  const isBeyond = outcome.phase === 'refused' && outcome.failure.code === 'order_would_trigger';
  if (cancelled === null || !isBeyond || terms === null || !('stopPrice' in terms)) return;
  lowerStop(desk, terms.stopPrice, addMs(turn.now, STOP_LOWERED_MS));
  resumeDesk(desk);
  startTimer(turn, `${DESK_TIMER}${desk.positionId}`, addMs(turn.now, STOP_LOWERED_MS));
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
    askLater(turn, id, answer.error);
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
    askLater(turn, order.clientOrderId, reason);
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
