/**
 * The execution stage: approved intents and the venue's answers in, requests and facts about orders, fills and
 * protection out. Its faces are `createExecution` and `foldExecution`. The state is plain data and mutates in place; what
 * it asks to be saved must be on the disk before anything else it asks for is done.
 */
import type { ExecutionEffect, ExecutionFact, ExecutionInput } from '../model/execution.ts';
import type { PositionId } from '../model/intent.ts';
import type { ClientOrderId } from '../model/order.ts';
import type { Desk } from './desk.ts';
import { foldRules, foldRulesFailure, nextRefresh, rulesOf } from './exchange-info-cache.ts';
import type { ExecutionConfig } from './execution-config.ts';
import {
  createExecutionState,
  createTurn,
  deskOf,
  type ExecutionState,
  effectsOf,
  listDesks,
  orderOf,
  startTimer,
  type Turn,
} from './execution-state.ts';
import { keepPolling, POLL_TIMER, takePollTimer } from './open-orders.ts';
import { openExecution } from './opening.ts';
import {
  askAnew,
  takeAnswer,
  takeCancelAnswer,
  takeOrderTimer,
  takeQueried,
  takeReplaced,
  takeReport,
} from './order-executor.ts';
import { ORDER_TIMER } from './order-moves.ts';
import { alarmNaked, NAKED_TIMER } from './protection.ts';
import {
  beginReconciling,
  compareSoon,
  stepReconciling,
  takeBalances,
  takeHistory,
  takeOpenOrders,
  takeReconcileTimer,
} from './reconciler.ts';
import { advanceAll, takeIntent } from './spot-engine.ts';
import { RECONCILE_TIMER } from './weighing.ts';

export { parseClientOrderId } from './client-order-id.ts';
export { DEFAULT_EXECUTION_CONFIG, type ExecutionConfig } from './execution-config.ts';
export { type ExecutionState, orderOf } from './execution-state.ts';
export { type ExecutionView, type PositionView, readExecution } from './execution-view.ts';

/** Every timer of the stage begins with this. */
export const EXECUTION_TIMER = 'execution:';
const RULES_TIMER = 'execution:rules';

/** What one input led to. */
export type ExecutionOutput = {
  readonly facts: readonly ExecutionFact[];
  readonly effects: readonly ExecutionEffect[];
};

/** A stage that knows nothing; it admits no entry before `executionOpened` and a comparison with the venue. */
export function createExecution(config: ExecutionConfig): ExecutionState {
  return createExecutionState(config);
}

/** Folds one input and answers what follows from it; facts in the order they became true. */
export function foldExecution(state: ExecutionState, input: ExecutionInput): ExecutionOutput {
  const turn = createTurn(state, input.receivedTime);
  take(turn, input);
  advanceAll(turn);
  stepReconciling(turn);
  if (isShortOfBalance(turn)) compareSoon(turn);
  // What was adopted just now is looked after at once.
  if (turn.facts.some((fact) => fact.kind === 'mismatchFound')) advanceAll(turn);
  keepPolling(turn);
  return { facts: turn.facts, effects: effectsOf(turn) };
}

type InputOf<Kind extends ExecutionInput['kind']> = Extract<ExecutionInput, { kind: Kind }>;

const TAKERS: { readonly [Kind in ExecutionInput['kind']]: (turn: Turn, input: InputOf<Kind>) => void } = {
  executionOpened: (turn, input) => {
    openExecution(turn, input);
    askForRules(turn);
    beginReconciling(turn);
  },
  intentApproved: (turn, { intent }) => takeIntent(turn, intent),
  orderAnswered: (turn, { clientOrderId, outcome }) => takeAnswer(turn, clientOrderId, outcome),
  orderReplaced: (turn, input) => takeReplaced(turn, deskOfOrder(turn, input.clientOrderId), input),
  cancelAnswered: (turn, { clientOrderId, answer }) =>
    takeCancelAnswer(turn, deskOfOrder(turn, clientOrderId), { id: clientOrderId, answer }),
  orderQueried: (turn, { clientOrderId, answer }) => takeQueried(turn, clientOrderId, answer),
  orderReported: (turn, { report }) => {
    takeReport(turn, report);
  },
  openOrdersFetched: (turn, input) => takeOpenOrders(turn, input),
  ordersFetched: (turn, input) => takeHistory(turn, input),
  balancesFetched: (turn, { answer }) => takeBalances(turn, answer),
  tradingRulesFetched: (turn, input) => takeRules(turn, input),
  venueChanged: (turn, { connection }) => {
    turn.state.connection = connection;
    if (connection === 'down' || turn.state.reconciling.phase === 'closed') return;
    // Reports were missed meanwhile, and questions were in vain.
    askAnew(turn);
    beginReconciling(turn);
  },
  timerFired: (turn, { timerId }) => takeTimer(turn, timerId),
};

function take<Kind extends ExecutionInput['kind']>(turn: Turn, input: InputOf<Kind>): void {
  TAKERS[input.kind as Kind](turn, input);
}

function deskOfOrder({ state }: Turn, id: ClientOrderId): Desk | null {
  const order = orderOf(state, id);
  return order === null ? null : deskOf(state, order.positionId);
}

function askForRules(turn: Turn): void {
  const { rules } = turn.state;
  if (rules.request === 'asked') return;
  rules.request = 'asked';
  turn.effects.push({ kind: 'fetchTradingRules' });
}

function takeRules(turn: Turn, { answer }: InputOf<'tradingRulesFetched'>): void {
  const { state, now } = turn;
  const { quoteAsset } = state.config;
  if (answer.ok)
    foldRules(
      state.rules,
      answer.value.filter((rule) => rule.quoteAsset === quoteAsset),
      now,
    );
  else foldRulesFailure(state.rules);
  const { rules, retryMaxMs } = state.config;
  // A position whose rules are unknown can neither be protected nor sold: it does not wait as entries do.
  const retryMs = isHeldUnruled(state) ? Math.min(rules.retryMs, retryMaxMs) : rules.retryMs;
  startTimer(turn, RULES_TIMER, nextRefresh(answer.ok ? null : answer.error, { ...rules, retryMs }, now));
}

function isHeldUnruled(state: ExecutionState): boolean {
  return listDesks(state).some(({ instrumentId }) => rulesOf(state.rules, instrumentId) === null);
}

/** Whether the venue refused an order because the account has less than we believe. */
function isShortOfBalance({ facts }: Turn): boolean {
  return facts.some(
    (fact) =>
      fact.kind === 'orderMoved' &&
      fact.order.state === 'rejected' &&
      fact.order.failure?.code === 'balance_insufficient',
  );
}

/** Timers of a desk that waited need nothing of their own: every input lets every desk go on. */
function takeTimer(turn: Turn, timerId: string): void {
  const { state } = turn;
  if (timerId === RULES_TIMER) askForRules(turn);
  else if (timerId === POLL_TIMER) takePollTimer(turn);
  else if (timerId === RECONCILE_TIMER) takeReconcileTimer(turn);
  else if (timerId.startsWith(ORDER_TIMER)) {
    const order = orderOf(state, timerId.slice(ORDER_TIMER.length) as ClientOrderId);
    if (order !== null) takeOrderTimer(turn, order, deskOf(state, order.positionId));
  } else if (timerId.startsWith(NAKED_TIMER)) {
    const desk = deskOf(state, timerId.slice(NAKED_TIMER.length) as PositionId);
    if (desk !== null) alarmNaked(turn, desk);
  }
}
