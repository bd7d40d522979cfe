/**
 * What happens to a position next: buy, protect, sell, protect the rest, let go. In comes a desk after anything about it
 * changed, out goes at most one request, and none while the venue's word about an earlier one is missing. Nothing is
 * remembered about where in this sequence a position is: it follows from its orders and what it holds.
 */
import { addMs } from '../core/time.ts';
import type { OrderRecord } from '../model/execution.ts';
import type { ProtectIntent, TradeIntent } from '../model/intent.ts';
import type { Quantity } from '../model/money.ts';
import type { TradingRules } from '../model/trading-rules.ts';
import { type Desk, sellableOf } from './desk.ts';
import { openPosition } from './entries.ts';
import { rulesOf } from './exchange-info-cache.ts';
import {
  deskOf,
  type ExecutionState,
  listDesks,
  liveOrders,
  putDesk,
  retireOrders,
  startTimer,
  type Turn,
} from './execution-state.ts';
import { admitExit, isWorthKeeping, sellNext } from './exits.ts';
import { cancelOrder } from './order-executor.ts';
import { isAwaited, isResting } from './order-life.ts';
import { ORDER_TIMER } from './order-moves.ts';
import { beginStop, placeStop, watchProtection } from './protection.ts';
import { quantityMin, quantizeQuantity } from './quantize.ts';

/** Takes an approved intent and does what can be done of it at once. */
export function takeIntent(turn: Turn, intent: TradeIntent): void {
  const desk = admit(turn, intent);
  if (desk !== null) advanceDesk(turn, desk);
}

function admit(turn: Turn, intent: TradeIntent): Desk | null {
  if (intent.kind === 'open') return openPosition(turn, intent);
  return intent.kind === 'exit' ? admitExit(turn, intent) : moveStop(turn, intent);
}

/** A stop may move either way; a position that is not open has none to move. */
function moveStop(turn: Turn, { positionId, stopPrice }: ProtectIntent): Desk | null {
  const desk = deskOf(turn.state, positionId);
  if (desk === null || stopPrice <= 0n || desk.softwareStop === stopPrice) return null;
  desk.softwareStop = stopPrice;
  desk.isUnprotectableTold = false;
  putDesk(turn, desk);
  return desk;
}

/** Advances every desk. */
export function advanceAll(turn: Turn): void {
  for (const desk of listDesks(turn.state)) advanceDesk(turn, desk);
}

/** Does the next thing for a position, if there is one and nothing is in the way. */
export function advanceDesk(turn: Turn, desk: Desk): void {
  const { state } = turn;
  const rules = rulesOf(state.rules, desk.instrumentId);
  beginStop(turn, desk);
  if (!isBusy(state, desk)) actOn(turn, desk, rules);
  if (deskOf(state, desk.positionId) === null) return;
  retireOrders(state, (order) => isSpentStop(order, desk));
  watchProtection(turn, desk, { rules, orders: liveOrders(state, desk.positionId) });
}

/** Stops that ended without a fill tell nothing more; a trailing stop would pile them up. */
function isSpentStop(order: OrderRecord, desk: Desk): boolean {
  return order.positionId === desk.positionId && order.purpose === 'protection' && order.fills.length === 0;
}

function actOn(turn: Turn, desk: Desk, rules: TradingRules | null): void {
  const orders = liveOrders(turn.state, desk.positionId);
  const stops = orders.filter((order) => order.purpose === 'protection');
  const stop = stops.at(-1) ?? null;
  const isPaused = desk.pausedUntil !== null && turn.now < desk.pausedUntil;
  const superfluous = findSuperfluous(turn, desk, { orders, stops, rules });
  if (superfluous !== null) {
    if (!isPaused) cancelOrder(turn, desk, superfluous);
    return;
  }
  if (orders.length === 0 && isNothing(desk, rules)) {
    releaseDesk(turn, desk);
    return;
  }
  if (rules !== null && desk.exits.length > 0) {
    sellNext(turn, desk, { rules, stop });
    // An exit that could not be ordered leaves room for the next one.
    if (!isBusy(turn.state, desk)) actOn(turn, desk, rules);
    return;
  }
  if (orders.length === 0 && isOver(desk, { rules, dustValue: turn.state.config.dustValue })) {
    releaseDesk(turn, desk);
    return;
  }
  if (rules === null || isPaused || desk.softwareStop === null) return;
  placeStop(turn, desk, { rules, stop });
}

/** An order that must go before anything else: a second stop, a stop of nothing, an entry that is too old or overtaken. */
function findSuperfluous(
  turn: Turn,
  desk: Desk,
  {
    orders,
    stops,
    rules,
  }: { orders: readonly OrderRecord[]; stops: readonly OrderRecord[]; rules: TradingRules | null },
): OrderRecord | null {
  if (stops.length > 1) return stops[0] ?? null;
  const [stop] = stops;
  if (stop !== undefined && stop.state === 'new' && isNothing(desk, rules)) return stop;
  const resting = orders.find((order) => order.purpose !== 'protection' && isResting(order));
  if (resting === undefined) return null;
  const until = addMs(resting.createdTime, turn.state.config.orderTimeoutMs);
  if (resting.terms === null || turn.now >= until || desk.exits.length > 0) return resting;
  startTimer(turn, `${ORDER_TIMER}${resting.clientOrderId}`, until);
  return null;
}

/** Whether anything of the desk waits for the venue's word. */
function isBusy(state: ExecutionState, desk: Desk): boolean {
  return desk.cancelId !== null || liveOrders(state, desk.positionId).some(isAwaited);
}

/** Whether less is held than the smallest order sells. */
function isNothing(desk: Desk, rules: TradingRules | null): boolean {
  if (desk.isGivenUp) return true;
  const sellable = sellableOf(desk);
  if (rules === null) return sellable === 0n;
  const quantity = quantizeQuantity(sellable, rules, 'market');
  return quantity === 0n || quantity < quantityMin(rules, 'market');
}

/** Whether a position has come to its end: nothing to sell, or a rest that is worth nothing. */
function isOver(
  desk: Desk,
  { rules, dustValue }: { readonly rules: TradingRules | null; readonly dustValue: bigint },
): boolean {
  if (isNothing(desk, rules)) return true;
  if (rules === null || desk.lastPrice === null) return false;
  const rest = quantizeQuantity(sellableOf(desk), rules, 'market');
  const isWorthless = (rest * desk.lastPrice) / 10n ** 18n < dustValue;
  return isWorthless && !isWorthKeeping(rest, { rules, estimate: desk.lastPrice, dustValue });
}

/** Lets a position go, with what can not be sold of it as dust. */
function releaseDesk(turn: Turn, desk: Desk): void {
  const { state, now, facts } = turn;
  const { positionId, instrumentId, held } = desk;
  for (const { intentId } of desk.exits)
    facts.push({ kind: 'intentDone', intentId, positionId, outcome: 'nothing', time: now });
  desk.exits = [];
  watchProtection(turn, desk, { rules: rulesOf(state.rules, instrumentId), orders: [] });
  if (held > 0n) facts.push({ kind: 'dustLeft', positionId, instrumentId, quantity: held as Quantity, time: now });
  facts.push({ kind: 'positionReleased', positionId, time: now });
  putDesk(turn, desk, 'closed');
  delete state.desks[positionId];
  retireOrders(state, (order) => order.positionId === positionId);
}
