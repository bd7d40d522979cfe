/**
 * What a move of an order means for its position and for everybody who listens. In come a record before and after
 * evidence with the fills that are new, out go facts, each once, and what is held.
 */
import { add, type Decimal, multiply, subtract } from '../core/decimal.ts';
import { addMs } from '../core/time.ts';
import type { OrderRecord } from '../model/execution.ts';
import type { Fill } from '../model/order.ts';
import { bookFill, type Desk } from './desk.ts';
import { buildDesk } from './desk-opening.ts';
import { pauseDesk, resumeDesk } from './desk-pause.ts';
import {
  deskOf,
  putDesk,
  putOrder,
  retireOrders,
  reviveOrders,
  startTimer,
  type Turn,
  tellMismatch,
} from './execution-state.ts';
import { hasEnded, isInDoubt, isResting, type OrderMove } from './order-life.ts';

/** Timer of an order: its answer is late, its next question is due, or it rests for too long. */
export const ORDER_TIMER = 'execution:order:';

/** Keeps a move: tells the state, books every new fill once, and tells how an intent ended. */
export function applyMove(turn: Turn, before: OrderRecord, { order, fills }: OrderMove): void {
  if (order === before) return;
  putOrder(turn, order);
  for (const fill of fills) tellFill(turn, order, fill);
  if (fills.length > 0) bookFills(turn, order, fills);
  if (!isInDoubt(order)) delete turn.state.askedInRow[order.clientOrderId];
  if (order.state === 'unknown' && before.state !== 'unknown') askSoon(turn, order);
  judgeStop(turn, before, order);
  if (!hasEnded(before) && hasEnded(order)) tellEnd(turn, order);
  if (deskOf(turn.state, order.positionId) === null) judgeLeftover(turn, before, order);
}

/** An order whose position is over must not rest: its coins may be another position's by now. */
function judgeLeftover(turn: Turn, before: OrderRecord, order: OrderRecord): void {
  const { instrumentId, clientOrderId: id } = order;
  if (hasEnded(order)) retireOrders(turn.state, (each) => each.clientOrderId === id);
  if (!isResting(order) || isResting(before)) return;
  turn.effects.push({ kind: 'cancelOrder', key: { instrumentId, clientOrderId: id } });
  tellMismatch(turn, { kind: 'orphanOrder', clientOrderId: id });
}

/** Evidence left the order in doubt: it is asked about when its timer runs out. */
function askSoon(turn: Turn, { clientOrderId: id }: OrderRecord): void {
  startTimer(turn, `${ORDER_TIMER}${id}`, addMs(turn.now, turn.state.config.retryMinMs));
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

/**
 * A stop that went without us, or that the venue did not take, is not placed again at once. One that never reached the
 * venue is: to find that out took seconds already, and nothing says that the next one will not be taken.
 */
function judgeStop(turn: Turn, before: OrderRecord, order: OrderRecord): void {
  const desk = deskOf(turn.state, order.positionId);
  if (order.purpose !== 'protection' || desk === null) return;
  if (isResting(order) && before.venueOrderId === null) resumeDesk(desk);
  const isOurs = desk.cancelId === order.clientOrderId;
  const neverWas = before.state === 'unknown' && order.state === 'rejected';
  const isGone = hasEnded(order) && !hasEnded(before) && order.state !== 'filled';
  if (isGone && !isOurs && !neverWas) pauseDesk(turn, desk);
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
