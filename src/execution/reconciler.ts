/**
 * The comparison of own records with the venue, at the start and whenever reports may have been missed, and the poll that
 * repeats the cheap part of it. In come the venue's answers, out go questions, adopted orders, cancels of what is left
 * over and flags. Entries stay closed until every difference is settled; exits go on.
 */
import { assertNever } from '../core/assert.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Result } from '../core/result.ts';
import { addMs, type EpochMs } from '../core/time.ts';
import type { Balance } from '../model/balance.ts';
import type { Mismatch } from '../model/execution.ts';
import { type Failure, failure } from '../model/failure.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { OrderKey, OrderReport } from '../model/order.ts';
import { parseClientOrderId } from './client-order-id.ts';
import { createDesk } from './desk.ts';
import { rulesOf } from './exchange-info-cache.ts';
import { deskOf, type ExecutionState, listDesks, notify, orderOf, startTimer, type Turn } from './execution-state.ts';
import { adoptOrder, doubtOrder, takeReport } from './order-executor.ts';
import { hasEnded, isInDoubt, isResting } from './order-life.ts';
import { type Difference, findShortages, planReconciliation, spreadShortage } from './reconciliation.ts';
import { createReconciling } from './reconciling.ts';

/** Timer of the poll for open orders. */
export const POLL_TIMER = 'execution:poll';
/** Timer of a question of the reconciliation that is to be asked again. */
export const RECONCILE_TIMER = 'execution:reconcile';
/** Instruments whose orders are looked through. Policy beyond it: those of open positions first, then by name. */
const INSTRUMENTS_MAX = 60;
/** A balance that is too low is read again after this before it is believed. */
const WEIGH_AGAIN_MS = 2_000;

/** Begins a comparison; one that is under way begins again. */
export function beginReconciling(turn: Turn): void {
  const { state, now } = turn;
  const { failuresInRow } = state.reconciling;
  state.reconciling = { ...createReconciling(), phase: 'asking', askedTime: now, failuresInRow };
  turn.effects.push({ kind: 'fetchOpenOrders', askedTime: now }, { kind: 'fetchBalances' });
}

/** Takes a list of open orders: of the comparison under way, or of the poll. */
export function takeOpenOrders(
  turn: Turn,
  { answer, askedTime }: { readonly answer: Result<readonly OrderReport[], Failure>; readonly askedTime: EpochMs },
): void {
  const { reconciling } = turn.state;
  const isAwaited = reconciling.phase === 'asking' && reconciling.askedTime === askedTime;
  if (!answer.ok) {
    if (isAwaited) askAgainLater(turn);
    return;
  }
  if (isAwaited) reconciling.openOrders = answer.value;
  compareOpenOrders(turn, answer.value, askedTime);
}

/** An order of ours that rests is in the list, or is asked about; one in the list that nobody needs is cancelled. */
function compareOpenOrders(turn: Turn, reports: readonly OrderReport[], askedTime: EpochMs): void {
  const { state } = turn;
  const listed = new Set(reports.map((report) => report.clientOrderId));
  for (const order of Object.values(state.orders)) {
    const isMissing = isResting(order) && !listed.has(order.clientOrderId) && order.updatedTime < askedTime;
    if (isMissing) doubtOrder(turn, order, null);
  }
  for (const report of reports) takeListed(turn, report);
}

function takeListed(turn: Turn, report: OrderReport): void {
  const { state } = turn;
  const parts = parseClientOrderId(report.clientOrderId);
  if (parts === null || takeReport(turn, report) === 'known' || state.reconciling.phase !== 'settled') return;
  const desk = deskOf(state, parts.positionId);
  const { clientOrderId, instrumentId } = report;
  if (desk === null) sweep(turn, { instrumentId, clientOrderId });
  else {
    adoptOrder(turn, desk, report);
    tell(turn, { kind: 'orderAdopted', positionId: desk.positionId, clientOrderId });
  }
}

/** Cancels an order of ours that belongs to nothing; the poll sees whether it went. */
function sweep(turn: Turn, key: OrderKey): void {
  turn.effects.push({ kind: 'cancelOrder', key });
  tell(turn, { kind: 'orphanOrder', clientOrderId: key.clientOrderId });
}

function tell(turn: Turn, mismatch: Mismatch): void {
  turn.state.reconciling.mismatches++;
  turn.facts.push({ kind: 'mismatchFound', mismatch, time: turn.now });
}

/** Takes the orders of one instrument. */
export function takeHistory(
  turn: Turn,
  {
    instrumentId,
    answer,
  }: { readonly instrumentId: InstrumentId; readonly answer: Result<readonly OrderReport[], Failure> },
): void {
  const { reconciling } = turn.state;
  if (reconciling.phase !== 'looking' || !Object.hasOwn(reconciling.histories, instrumentId)) return;
  if (answer.ok) reconciling.histories[instrumentId] = answer.value;
  else askAgainLater(turn);
}

/** Takes balances; those that were read while something was filled say nothing. */
export function takeBalances(turn: Turn, answer: Result<readonly Balance[], Failure>): void {
  const { state } = turn;
  const { reconciling } = state;
  const isAwaited = reconciling.phase === 'asking' || reconciling.phase === 'weighing';
  if (!answer.ok) {
    if (isAwaited) askAgainLater(turn);
    return;
  }
  reconciling.balances = answer.value;
  const isStill = reconciling.fillCount === state.fillCount && !Object.values(state.orders).some(isInDoubt);
  if (!isStill && reconciling.phase !== 'asking') return;
  state.wallet = Object.fromEntries(answer.value.map(({ asset, free, locked }) => [asset, sum(free, locked)]));
}

function sum<D extends bigint>(a: D, b: D): D {
  return ((a as bigint) + b) as D;
}

/** Asks what is still missing once more, after a wait. */
function askAgainLater(turn: Turn): void {
  const { reconciling, config } = turn.state;
  const limits = { minMs: config.retryMinMs * 4, maxMs: config.retryMaxMs };
  startTimer(turn, RECONCILE_TIMER, addMs(turn.now, backoffMs(reconciling.failuresInRow, 1, limits)));
  reconciling.failuresInRow++;
}

/** The timer of the comparison: asks what is missing. */
export function takeReconcileTimer(turn: Turn): void {
  const { reconciling } = turn.state;
  switch (reconciling.phase) {
    case 'closed':
    case 'settled':
      return;
    case 'asking':
      if (reconciling.openOrders === null) {
        reconciling.askedTime = turn.now;
        turn.effects.push({ kind: 'fetchOpenOrders', askedTime: turn.now });
      }
      if (reconciling.balances === null) turn.effects.push({ kind: 'fetchBalances' });
      return;
    case 'looking':
      for (const [name, orders] of Object.entries(reconciling.histories)) {
        if (orders === null) fetchOrders(turn, name as InstrumentId);
      }
      return;
    case 'weighing':
      askBalances(turn);
      return;
    default:
      assertNever(reconciling.phase);
  }
}

function fetchOrders(turn: Turn, instrumentId: InstrumentId): void {
  const since = Math.max(0, turn.now - turn.state.config.lookbackMs) as EpochMs;
  turn.effects.push({ kind: 'fetchOrders', instrumentId, since });
}

function askBalances(turn: Turn): void {
  turn.state.reconciling.balances = null;
  turn.state.reconciling.fillCount = turn.state.fillCount;
  turn.effects.push({ kind: 'fetchBalances' });
}

/** Goes on to the next phase when everything the present one waits for is there. Called after every input. */
export function stepReconciling(turn: Turn): void {
  const { reconciling, rules } = turn.state;
  const { phase, openOrders, balances, histories } = reconciling;
  if (phase === 'asking' && openOrders !== null && balances !== null && rules.fetchedTime !== null) {
    look(turn, openOrders, balances);
  }
  if (reconciling.phase === 'looking' && isLookedThrough(turn.state, Object.values(reconciling.histories))) {
    settleOrders(turn, reconciling.openOrders ?? [], Object.values(histories));
  }
  if (reconciling.phase === 'weighing' && reconciling.balances !== null) weigh(turn, reconciling.balances);
}

function look(turn: Turn, openOrders: readonly OrderReport[], balances: readonly Balance[]): void {
  const { state } = turn;
  state.reconciling.phase = 'looking';
  state.reconciling.histories = {};
  for (const instrumentId of instrumentsToLookAt(state, openOrders, balances)) {
    state.reconciling.histories[instrumentId] = null;
    fetchOrders(turn, instrumentId);
  }
}

/** Where orders of ours may be: open positions, open orders, and assets that the account has. */
function instrumentsToLookAt(
  state: ExecutionState,
  openOrders: readonly OrderReport[],
  balances: readonly Balance[],
): readonly InstrumentId[] {
  const held = listDesks(state).map((desk) => desk.instrumentId);
  const doubted = Object.values(state.orders).filter((order) => !hasEnded(order));
  const ordered = openOrders.filter((order) => parseClientOrderId(order.clientOrderId) !== null);
  const owned = new Set(balances.map((balance) => balance.asset));
  const tradable = Object.values(state.rules.byInstrument).filter(
    ({ baseAsset, quoteAsset }) => quoteAsset === state.config.quoteAsset && owned.has(baseAsset),
  );
  const rest = [...doubted, ...ordered, ...tradable].map((named) => named.instrumentId).sort();
  return [...new Set([...held, ...rest])].slice(0, INSTRUMENTS_MAX);
}

function isLookedThrough(state: ExecutionState, histories: readonly (readonly OrderReport[] | null)[]): boolean {
  return histories.every((orders) => orders !== null) && !Object.values(state.orders).some(isInDoubt);
}

function settleOrders(
  turn: Turn,
  openOrders: readonly OrderReport[],
  histories: readonly (readonly OrderReport[] | null)[],
): void {
  const { state } = turn;
  const past = histories.flatMap((orders) => orders ?? []);
  for (const report of past) takeReport(turn, report);
  const differences = planReconciliation({
    isKnown: (report) => orderOf(state, report.clientOrderId) !== null,
    deskOf: (positionId) => deskOf(state, positionId),
    rulesOf: (instrumentId) => rulesOf(state.rules, instrumentId),
    openOrders,
    histories: past,
  });
  for (const difference of differences) settle(turn, difference);
  state.reconciling.phase = 'weighing';
  state.reconciling.isShortSeen = false;
  askBalances(turn);
}

function settle(turn: Turn, difference: Difference): void {
  switch (difference.kind) {
    case 'adoptOrder': {
      const { positionId, report } = difference;
      const desk = deskOf(turn.state, positionId);
      if (desk !== null) adoptOrder(turn, desk, report);
      tell(turn, { kind: 'orderAdopted', positionId, clientOrderId: report.clientOrderId });
      return;
    }
    case 'adoptPosition':
      adoptPosition(turn, difference);
      return;
    case 'cancelOrphan':
      sweep(turn, difference.key);
      return;
    case 'flag':
      tell(turn, difference.mismatch);
      return;
    default:
      assertNever(difference);
  }
}

function adoptPosition(turn: Turn, found: Extract<Difference, { kind: 'adoptPosition' }>): void {
  const { positionId, instrumentId, baseAsset, quantity, reports } = found;
  const stopDistance = turn.state.config.protection.adoptedDistance;
  const desk = createDesk({ positionId, instrumentId, baseAsset, traceId: `adopted:${positionId}`, stopDistance });
  turn.state.desks[positionId] = desk;
  for (const report of reports) adoptOrder(turn, desk, report);
  tell(turn, { kind: 'positionAdopted', positionId, quantity });
  notify(turn, 'warn', failure('position_adopted', { positionId, instrumentId }));
}

/** The last phase: what the fills say we hold must be there. */
function weigh(turn: Turn, balances: readonly Balance[]): void {
  const { state, now } = turn;
  const { reconciling } = state;
  const hasMoved = reconciling.fillCount !== state.fillCount || Object.values(state.orders).some(isInDoubt);
  const desks = listDesks(state);
  const shortages = findShortages(desks, balances);
  if (hasMoved || (shortages.length > 0 && !reconciling.isShortSeen)) {
    reconciling.isShortSeen = !hasMoved;
    reconciling.balances = null;
    startTimer(turn, RECONCILE_TIMER, addMs(now, WEIGH_AGAIN_MS));
    return;
  }
  spreadShortage(desks, shortages);
  for (const shortage of shortages) {
    tell(turn, shortage);
    notify(turn, 'error', failure('balance_short', { asset: shortage.asset }));
  }
  turn.facts.push({ kind: 'reconciled', mismatches: reconciling.mismatches, time: now });
  state.reconciling = { ...createReconciling(), phase: 'settled', fillCount: state.fillCount };
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
