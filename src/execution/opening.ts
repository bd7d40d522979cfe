/**
 * The start of a run. In comes what the order store holds, beside what the state remembers; afterwards every order that
 * has not ended is in doubt, because what left before the last run ended, and whether it was answered, nobody knows.
 */
import { addMs } from '../core/time.ts';
import type { ExecutionOpened, OrderRecord, ProtectionRecord } from '../model/execution.ts';
import { buildDesk } from './desk-opening.ts';
import { deskOf, type ExecutionState, listDesks, orderOf, startTimer, type Turn } from './execution-state.ts';
import { doubtOrder } from './order-executor.ts';
import { hasEnded } from './order-life.ts';
import { NAKED_TIMER } from './protection.ts';
import { createReconciling } from './reconciling.ts';

/** Makes state and store agree, forgets requests of the last run, and asks about every order that has not ended. */
export function openExecution(turn: Turn, { orders, protections }: ExecutionOpened): void {
  const { state, now } = turn;
  restore(state, orders, protections);
  // What the last run was comparing ended with it.
  state.reconciling = { ...createReconciling(), settledTime: state.reconciling.settledTime };
  state.pollAt = null;
  state.foreignOpen = {};
  // A venue that does not report says so again.
  state.connection = 'up';
  state.rules.request = 'idle';
  state.askedInRow = {};
  for (const desk of listDesks(state)) {
    desk.cancelId = null;
    desk.pausedUntil = null;
    if (desk.nakedSince === null) continue;
    startTimer(turn, `${NAKED_TIMER}${desk.positionId}`, addMs(now, state.config.protection.nakedMaxMs));
  }
  for (const order of Object.values(state.orders)) if (!hasEnded(order)) doubtOrder(turn, order, null);
}

/** The store only adds: the state was there when its newest records were written. */
function restore(
  state: ExecutionState,
  orders: readonly OrderRecord[],
  protections: readonly ProtectionRecord[],
): void {
  const strange = orders.filter((order) => orderOf(state, order.clientOrderId) === null);
  for (const order of strange) state.orders[order.clientOrderId] = order;
  for (const [positionId, own] of Map.groupBy(strange, (order) => order.positionId)) {
    if (deskOf(state, positionId) !== null) continue;
    const memory = protections.find((protection) => protection.positionId === positionId);
    const isOver = memory?.state === 'closed' && own.every(hasEnded);
    if (isOver) continue;
    state.desks[positionId] = buildDesk(own, memory ?? { stopDistance: state.config.protection.adoptedDistance });
  }
}
