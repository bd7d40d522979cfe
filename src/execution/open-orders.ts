/**
 * The venue's list of open orders against ours. In comes the list and when it was asked for, out go questions about orders
 * of ours that are not in it, and cancels of those in it that belong to nothing.
 */
import { addMs, type EpochMs } from '../core/time.ts';
import type { OrderKey, OrderReport } from '../model/order.ts';
import { parseClientOrderId } from './client-order-id.ts';
import { deskOf, startTimer, type Turn, tellMismatch } from './execution-state.ts';
import { adoptOrder } from './order-adoption.ts';
import { doubtOrder, takeReport } from './order-executor.ts';
import { hasEnded, isResting } from './order-life.ts';

/** Timer of the poll for open orders. */
export const POLL_TIMER = 'execution:poll';

/** An order of ours that rests is in the list, or is asked about; one in the list that nobody needs is cancelled. */
export function compareOpenOrders(turn: Turn, reports: readonly OrderReport[], askedTime: EpochMs): void {
  const { state } = turn;
  const listed = new Set(reports.map((report) => report.clientOrderId));
  for (const order of Object.values(state.orders)) {
    const isMissing = isResting(order) && !listed.has(order.clientOrderId) && order.updatedTime < askedTime;
    if (isMissing) doubtOrder(turn, order, null);
  }
  state.foreignOpen = {};
  for (const report of reports) takeListed(turn, report);
}

function takeListed(turn: Turn, report: OrderReport): void {
  const { state } = turn;
  const parts = parseClientOrderId(report.clientOrderId);
  if (parts === null) state.foreignOpen[report.instrumentId] = (state.foreignOpen[report.instrumentId] ?? 0) + 1;
  if (parts === null || takeReport(turn, report) === 'known' || state.reconciling.phase !== 'settled') return;
  const desk = deskOf(state, parts.positionId);
  const { clientOrderId, instrumentId } = report;
  if (desk === null) sweep(turn, { instrumentId, clientOrderId });
  else {
    adoptOrder(turn, desk, report);
    tellMismatch(turn, { kind: 'orderAdopted', positionId: desk.positionId, clientOrderId });
  }
}

/** Cancels an order of ours that belongs to nothing; the poll sees whether it went. */
export function sweep(turn: Turn, key: OrderKey): void {
  turn.effects.push({ kind: 'cancelOrder', key });
  tellMismatch(turn, { kind: 'orphanOrder', clientOrderId: key.clientOrderId });
}

/** Keeps the poll going while there is anything to look after. */
export function keepPolling(turn: Turn): void {
  const { state, now } = turn;
  const isIdle =
    Object.keys(state.desks).length === 0 && !Object.values(state.orders).some((order) => !hasEnded(order));
  if (isIdle || state.pollAt !== null) return;
  state.pollAt = addMs(now, state.config.pollMs);
  startTimer(turn, POLL_TIMER, state.pollAt);
}

/** The poll is due: asks for the open orders and, unless a comparison does, for the balances. */
export function takePollTimer(turn: Turn): void {
  const { state, now } = turn;
  state.pollAt = null;
  if (state.reconciling.phase === 'asking') return;
  turn.effects.push({ kind: 'fetchOpenOrders', askedTime: now });
  if (state.reconciling.phase !== 'settled') return;
  state.reconciling.fillCount = state.fillCount;
  turn.effects.push({ kind: 'fetchBalances' });
}
