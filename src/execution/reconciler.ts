/**
 * The comparison of own records with the venue, at the start and whenever reports may have been missed, as a
 * procedure of phases. In come the venue's answers, out go questions, adopted orders, cancels of what is left over and
 * flags. Entries stay closed until every difference is settled; exits go on.
 */
import { assertNever } from '../core/assert.ts';
import { backoffMs } from '../core/backoff.ts';
import type { Result } from '../core/result.ts';
import { addMs, type EpochMs } from '../core/time.ts';
import type { Balance } from '../model/balance.ts';
import type { Failure } from '../model/failure.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { OrderReport } from '../model/order.ts';
import { parseClientOrderId } from './client-order-id.ts';
import { rulesOf } from './exchange-info-cache.ts';
import {
  deskOf,
  type ExecutionState,
  listDesks,
  orderOf,
  startTimer,
  type Turn,
  tellMismatch,
} from './execution-state.ts';
import { compareOpenOrders, sweep } from './open-orders.ts';
import { adoptOrder, adoptPosition } from './order-adoption.ts';
import { takeReport } from './order-executor.ts';
import { hasEnded, isInDoubt } from './order-life.ts';
import { type Difference, planReconciliation } from './reconciliation.ts';
import { createReconciling } from './reconciling.ts';
import { RECONCILE_TIMER, WEIGH_SOON_MS, weigh } from './weighing.ts';

/** Instruments whose orders are looked through. Policy beyond it: those of open positions first, then by name. */
const INSTRUMENTS_MAX = 60;
/** Orders that were made so long before the last comparison may have been missed by it: clocks and lists differ a little. */
const COMPARED_MARGIN_MS = 60_000;
/** Least time between two comparisons that an answer of the venue causes. */
const COMPARED_MS = 60_000;

/** Begins a comparison; one that is under way begins again, unless it began at this very moment. */
export function beginReconciling(turn: Turn): void {
  const { state, now } = turn;
  const { failuresInRow, settledTime, phase, askedTime, openOrders } = state.reconciling;
  if (phase === 'asking' && askedTime === now && openOrders === null) return;
  state.reconciling = { ...createReconciling(), phase: 'asking', askedTime: now, failuresInRow, settledTime };
  turn.effects.push({ kind: 'fetchOpenOrders', askedTime: now }, { kind: 'fetchBalances' });
}

/** Begins a comparison because an answer does not fit what we believe, unless the last one ended just now. */
export function compareSoon(turn: Turn): void {
  const settledTime = lastCompared(turn);
  const isRecent = settledTime !== null && turn.now - settledTime < COMPARED_MS;
  if (turn.state.reconciling.phase !== 'settled' || isRecent) return;
  beginReconciling(turn);
}

/** When the last comparison ended; unknown where the clock was put back since, because nothing follows from it then. */
function lastCompared({ state, now }: Turn): EpochMs | null {
  const { settledTime } = state.reconciling;
  return settledTime !== null && settledTime > now ? null : settledTime;
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
      if (Object.values(turn.state.orders).some(isInDoubt)) {
        startTimer(turn, RECONCILE_TIMER, addMs(turn.now, WEIGH_SOON_MS));
      } else askBalances(turn);
      return;
    default:
      assertNever(reconciling.phase);
  }
}

/** What was compared before need not be read again: a start after a busy week would spend its minute of requests on it. */
function fetchOrders(turn: Turn, instrumentId: InstrumentId): void {
  const settledTime = lastCompared(turn);
  const compared = settledTime === null ? 0 : settledTime - COMPARED_MARGIN_MS;
  const since = Math.max(0, compared, turn.now - turn.state.config.lookbackMs) as EpochMs;
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
      tellMismatch(turn, { kind: 'orderAdopted', positionId, clientOrderId: report.clientOrderId });
      return;
    }
    case 'adoptPosition':
      adoptPosition(turn, difference);
      return;
    case 'cancelOrphan':
      sweep(turn, difference.key);
      return;
    case 'flag':
      tellMismatch(turn, difference.mismatch);
      return;
    default:
      assertNever(difference);
  }
}
