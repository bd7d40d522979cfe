/**
 * What the execution stage remembers, and one turn of its fold: the state with what the turn tells and asks for. Every
 * change of a record goes through the turn, so that what must be on the disk is known at its end.
 */
import { type Decimal, multiply, ZERO } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { ExecutionEffect, ExecutionFact, Mismatch, OrderRecord, ProtectionRecord } from '../model/execution.ts';
import type { Failure } from '../model/failure.ts';
import type { PositionId } from '../model/intent.ts';
import type { Money } from '../model/money.ts';
import type { ClientOrderId } from '../model/order.ts';
import { type Desk, nakedMsOf } from './desk.ts';
import { createExchangeInfoCache, type ExchangeInfoCache } from './exchange-info-cache.ts';
import type { ExecutionConfig } from './execution-config.ts';
import { createExecutionMetrics, type ExecutionMetrics } from './execution-metrics.ts';
import { hasEnded } from './order-life.ts';
import { createPrecheckStatistics, type PrecheckStatistics } from './precheck-statistics.ts';
import { createReconciling, type Reconciling } from './reconciling.ts';

/** The state; plain data. */
export type ExecutionState = {
  readonly config: ExecutionConfig;
  rules: ExchangeInfoCache;
  /** Orders that have not ended, and those of open desks. */
  orders: Record<string, OrderRecord>;
  /** Orders that ended with their desk, oldest first, so that a late report finds them. */
  pastOrders: Record<string, OrderRecord>;
  /** Open positions. */
  desks: Record<string, Desk>;
  /** Newest accepted entry of each instrument. */
  entries: Record<string, { readonly intentId: string; readonly time: EpochMs }>;
  /** Questions asked in a row about each order in doubt. */
  askedInRow: Record<string, number>;
  reconciling: Reconciling;
  connection: 'up' | 'down';
  /** What the account has of each asset, as last read and moved by our fills since; `null` before it was read. */
  wallet: Record<string, Decimal> | null;
  /** Fills booked so far: tells whether anything moved between a question and its answer. */
  fillCount: number;
  statistics: PrecheckStatistics;
  metrics: ExecutionMetrics;
  pollAt: EpochMs | null;
  /** Open orders of the account that are not ours, by instrument, as last listed. */
  foreignOpen: Record<string, number>;
};

/** Orders kept after their position was closed. Policy beyond it: the oldest are forgotten. */
export const PAST_ORDERS_MAX = 500;

/** A stage that knows nothing and admits no entry. */
export function createExecutionState(config: ExecutionConfig): ExecutionState {
  return {
    config,
    rules: createExchangeInfoCache(),
    orders: {},
    pastOrders: {},
    desks: {},
    entries: {},
    askedInRow: {},
    reconciling: createReconciling(),
    connection: 'up',
    wallet: null,
    fillCount: 0,
    statistics: createPrecheckStatistics(0 as EpochMs),
    metrics: createExecutionMetrics(),
    pollAt: null,
    foreignOpen: {},
  };
}

/** One input under way. */
export type Turn = {
  readonly state: ExecutionState;
  readonly now: EpochMs;
  readonly facts: ExecutionFact[];
  readonly effects: ExecutionEffect[];
  readonly changedOrders: Map<ClientOrderId, OrderRecord>;
  readonly changedDesks: Map<PositionId, ProtectionRecord>;
};

/** A turn at `now`. */
export function createTurn(state: ExecutionState, now: EpochMs): Turn {
  return { state, now, facts: [], effects: [], changedOrders: new Map(), changedDesks: new Map() };
}

/** The effects of a turn: what must be saved goes before everything that may leave. */
export function effectsOf(turn: Turn): readonly ExecutionEffect[] {
  if (turn.changedOrders.size === 0 && turn.changedDesks.size === 0) return turn.effects;
  const orders = [...turn.changedOrders.values()];
  const protections = [...turn.changedDesks.values()];
  return [{ kind: 'saveExecution', orders, protections }, ...turn.effects];
}

/** The record of an order, also of one that ended with its desk. */
export function orderOf(state: ExecutionState, id: ClientOrderId): OrderRecord | null {
  if (Object.hasOwn(state.orders, id)) return state.orders[id] ?? null;
  return Object.hasOwn(state.pastOrders, id) ? (state.pastOrders[id] ?? null) : null;
}

/** The desk of a position, `null` when it is not open. */
export function deskOf(state: ExecutionState, positionId: PositionId): Desk | null {
  return Object.hasOwn(state.desks, positionId) ? (state.desks[positionId] ?? null) : null;
}

/** Open desks in the order of their ids, so that plans do not depend on history. */
export function listDesks(state: ExecutionState): readonly Desk[] {
  return Object.values(state.desks).sort((a, b) => (a.positionId < b.positionId ? -1 : 1));
}

/** Keeps a record that changed and tells of it. */
export function putOrder(turn: Turn, order: OrderRecord): void {
  const { state } = turn;
  const isPast = Object.hasOwn(state.pastOrders, order.clientOrderId) && hasEnded(order);
  if (!isPast) delete state.pastOrders[order.clientOrderId];
  (isPast ? state.pastOrders : state.orders)[order.clientOrderId] = order;
  turn.changedOrders.set(order.clientOrderId, order);
  turn.facts.push({ kind: 'orderMoved', order, time: turn.now });
}

/** Notes that what must be remembered of a desk changed. */
export function putDesk(turn: Turn, desk: Desk, state: ProtectionRecord['state'] = 'open'): void {
  const { positionId, instrumentId, stopDistance, softwareStop, orderCount, traceId } = desk;
  turn.changedDesks.set(positionId, {
    positionId,
    instrumentId,
    state,
    stopDistance,
    stopPrice: softwareStop,
    orderCount,
    nakedMs: nakedMsOf(desk, turn.now),
    traceId,
    updatedTime: turn.now,
  });
}

/** Asks for a timer. */
export function startTimer(turn: Turn, timerId: string, at: EpochMs): void {
  turn.effects.push({ kind: 'startTimer', timerId, at });
}

/** Tells people. */
export function notify(turn: Turn, level: 'info' | 'warn' | 'error', failure: Failure): void {
  turn.effects.push({ kind: 'notify', level, failure });
}

/** Tells of a difference between records and venue, and counts it. */
export function tellMismatch(turn: Turn, mismatch: Mismatch): void {
  turn.state.reconciling.mismatches++;
  turn.facts.push({ kind: 'mismatchFound', mismatch, time: turn.now });
}

/** Records of the orders of a position that have not ended, oldest first. */
export function liveOrders(state: ExecutionState, positionId: PositionId): readonly OrderRecord[] {
  return Object.values(state.orders).filter((order) => order.positionId === positionId && !hasEnded(order));
}

/** Moves records out of the way: they ended, and their desk needs them no more. */
export function retireOrders(state: ExecutionState, isOver: (order: OrderRecord) => boolean): void {
  const over = Object.values(state.orders).filter((order) => hasEnded(order) && isOver(order));
  if (over.length === 0) return;
  for (const order of over) {
    delete state.orders[order.clientOrderId];
    state.pastOrders[order.clientOrderId] = order;
  }
  const ids = Object.keys(state.pastOrders);
  for (const id of ids.slice(0, Math.max(0, ids.length - PAST_ORDERS_MAX))) delete state.pastOrders[id];
}

/** Brings the orders of a position back among those that matter, and answers them. */
export function reviveOrders(state: ExecutionState, positionId: PositionId): readonly OrderRecord[] {
  for (const [id, order] of Object.entries(state.pastOrders)) {
    if (order.positionId !== positionId) continue;
    delete state.pastOrders[id];
    state.orders[id] = order;
  }
  return Object.values(state.orders).filter((order) => order.positionId === positionId);
}

/** Quote money of entries whose end is not known: it counts as spent until the venue has spoken. */
export function reservedQuote(state: ExecutionState, quoteAsset: string): Money {
  let total = 0n;
  for (const order of Object.values(state.orders)) {
    const isEntry = order.purpose === 'open' && !hasEnded(order);
    if (isEntry && order.instrumentId.endsWith(`/${quoteAsset}`)) total += openValue(order);
  }
  return total as Money;
}

/** What an entry may still cost. */
function openValue({ terms, fills }: OrderRecord): bigint {
  const spent = fills.reduce<bigint>((sum, fill) => sum + multiply(fill.price, fill.quantity), 0n);
  const most = mostValue(terms);
  return most > spent ? most - spent : 0n;
}

function mostValue(terms: OrderRecord['terms']): bigint {
  if (terms?.type === 'marketByQuote') return terms.quoteAmount;
  return terms?.type === 'limit' ? multiply(terms.quantity, terms.price) : ZERO;
}
