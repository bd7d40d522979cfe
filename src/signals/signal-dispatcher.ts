/**
 * The dispatcher of signals as a pure state machine: a cycle's candidates in, exactly one signal for each out, in their
 * order. A bounded number of coins is under work at once, each within a deadline; nobody waits for another's history.
 * Nothing here awaits, reads a clock or runs beside: requests and timers are effects. The state mutates in place, is
 * plain data and belongs to whoever folds it.
 */
import { assertNever } from '../core/assert.ts';
import { addMs, type EpochMs } from '../core/time.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { TradeSignal } from '../model/signal.ts';
import { waitingSince } from './coin-history.ts';
import { abandon, askHistory, type CoinShelf, foldAnswer, foldCandles, foldGap, touchCoin } from './coin-shelf.ts';
import type { DispatchEffect, DispatcherConfig, DispatchInput, SignalsAsked } from './dispatch-events.ts';
import { judgeCoin } from './dispatch-job.ts';
import { deriveTradeSignal } from './trade-signal.ts';

/** One candidate of the running cycle; `startedTime` is `null` while it waits for its turn. */
type Job = {
  readonly instrumentId: InstrumentId;
  startedTime: EpochMs | null;
  signal: TradeSignal | null;
};

type Cycle = { readonly traceId: string; readonly jobs: readonly Job[] };

/** Everything the dispatcher remembers. */
export type SignalDispatcherState = CoinShelf & {
  cycle: Cycle | null;
  /** When the timer that was started last runs out. */
  timerAt: EpochMs | null;
  phase: 'running' | 'stopped';
};

/** Id of the one timer. */
const TIMER_ID = 'signals';

/** A dispatcher that knows no coin. */
export function createSignalDispatcher(config: DispatcherConfig): SignalDispatcherState {
  const counts = { cycleCount: 0, requestCount: 0, useCount: 0 };
  return { config, coins: {}, requests: {}, cycle: null, ...counts, timerAt: null, phase: 'running' };
}

/** Folds one input and answers what it asks for. */
export function foldSignalDispatcher(state: SignalDispatcherState, input: DispatchInput): readonly DispatchEffect[] {
  const effects: DispatchEffect[] = [];
  const now = input.receivedTime;
  switch (input.kind) {
    case 'signalsAsked':
      startCycle(state, input, effects);
      break;
    case 'signalCandlesClosed':
      foldCandles(state, input, effects);
      break;
    case 'signalGapFound':
      foldGap(state, input.gap);
      break;
    case 'signalHistoryFetched':
    case 'signalHistoryFailed':
      foldAnswer(state, input);
      break;
    case 'timerFired':
      if (input.timerId === TIMER_ID) state.timerAt = null;
      break;
    case 'signalsStopped':
      state.phase = 'stopped';
      for (const { instrumentId } of Object.values(state.requests)) abandon(state, instrumentId, effects);
      endCycle(state, { now, reason: 'stopped' }, effects);
      break;
    default:
      return assertNever(input);
  }
  work(state, now, effects);
  return effects;
}

function startCycle(state: SignalDispatcherState, input: SignalsAsked, effects: DispatchEffect[]): void {
  const { traceId, receivedTime: now } = input;
  endCycle(state, { now, reason: `overtaken by cycle ${traceId}` }, effects);
  state.cycleCount++;
  const jobs = input.instrumentIds.map((instrumentId): Job => ({ instrumentId, startedTime: null, signal: null }));
  state.cycle = { traceId, jobs };
  if (state.phase === 'stopped') endCycle(state, { now, reason: 'stopped' }, effects);
}

/** Whoever still waits gets HOLD. Requests go on: what they bring serves the next cycle. */
function endCycle(
  state: SignalDispatcherState,
  { now, reason }: { readonly now: EpochMs; readonly reason: string },
  effects: DispatchEffect[],
): void {
  for (const job of state.cycle?.jobs ?? []) if (job.signal === null) hold(state, job, { now, reason, effects });
  closeCycle(state, effects);
}

type Ending = { readonly now: EpochMs; readonly reason: string; readonly effects: DispatchEffect[] };

function hold(state: SignalDispatcherState, job: Job, { now, reason, effects }: Ending): void {
  const traceId = state.cycle?.traceId ?? '';
  const none = deriveTradeSignal([], state.config.profile, { instrumentId: job.instrumentId, at: now, traceId });
  answer(job, { ...none, reason }, effects);
}

function answer(job: Job, signal: TradeSignal, effects: DispatchEffect[]): void {
  job.signal = signal;
  effects.push({ kind: 'signalDerived', signal });
}

function closeCycle(state: SignalDispatcherState, effects: DispatchEffect[]): void {
  const { cycle } = state;
  const signals = cycle?.jobs.flatMap(({ signal }) => (signal === null ? [] : [signal])) ?? [];
  if (cycle === null || signals.length < cycle.jobs.length) return;
  state.cycle = null;
  effects.push({ kind: 'signalCycleEnded', traceId: cycle.traceId, signals });
}

/** Goes on with every candidate as far as it can: those under work first, then as many waiting ones as may begin. */
function work(state: SignalDispatcherState, now: EpochMs, effects: DispatchEffect[]): void {
  const { cycle, config } = state;
  if (cycle === null) return;
  let wakeAt = Number.POSITIVE_INFINITY;
  let working = 0;
  for (const job of startedFirst(cycle.jobs)) {
    if (working >= config.workersMax && job.startedTime === null) break;
    job.startedTime ??= now;
    const deadline = deadlineOf(state, job.instrumentId, job.startedTime);
    const outcome = now >= deadline ? 'late' : goOn(state, job, { now, effects });
    if (outcome === 'late') giveUp(state, job, { now, effects });
    if (typeof outcome === 'string') continue;
    working++;
    wakeAt = Math.min(wakeAt, deadline, outcome.until);
  }
  closeCycle(state, effects);
  if (working > 0 && (state.timerAt === null || wakeAt < state.timerAt)) {
    state.timerAt = wakeAt as EpochMs;
    effects.push({ kind: 'startTimer', timerId: TIMER_ID, at: state.timerAt });
  }
}

/** A request that hangs since an earlier cycle has used up its time as well. */
function deadlineOf(state: SignalDispatcherState, instrumentId: InstrumentId, startedTime: EpochMs): EpochMs {
  const coin = state.coins[instrumentId];
  const since = coin === undefined ? null : waitingSince(coin);
  return addMs(Math.min(startedTime, since ?? startedTime) as EpochMs, state.config.deadlineMs);
}

function giveUp(
  state: SignalDispatcherState,
  job: Job,
  { now, effects }: { readonly now: EpochMs; readonly effects: DispatchEffect[] },
): void {
  abandon(state, job.instrumentId, effects);
  hold(state, job, { now, reason: `timeout >${state.config.deadlineMs / 1000}s`, effects });
}

function startedFirst(jobs: readonly Job[]): readonly Job[] {
  const open = jobs.filter(({ signal }) => signal === null);
  return [
    ...open.filter(({ startedTime }) => startedTime !== null),
    ...open.filter(({ startedTime }) => startedTime === null),
  ];
}

function goOn(
  state: SignalDispatcherState,
  job: Job,
  { now, effects }: { readonly now: EpochMs; readonly effects: DispatchEffect[] },
): 'done' | { readonly until: number } {
  const coin = touchCoin(state, job.instrumentId, effects);
  const traceId = state.cycle?.traceId ?? '';
  const judged = judgeCoin(coin, { now, traceId, cycle: state.cycleCount, graceMs: state.config.graceMs });
  askHistory(state, coin, { asks: judged.asks, traceId, now, effects });
  if (judged.signal === null) return { until: judged.until };
  answer(job, judged.signal, effects);
  return 'done';
}
