/**
 * The fold of the stream: history, then a subscription after its last candle, then live candles; a lost socket comes
 * back with `since` = the last closed candle. Whatever arrives twice, late or for another series, the closed list stays
 * the server's: ascending, without a hole that is not being filled, without a repeat.
 */
import type { ServerMessage, WireCandle } from '../../src/api/contract.ts';
import { assertNever } from './assert-never.ts';
import { retryDelayMs } from './backoff.ts';
import { EMPTY_WINDOW, holesAfter, lastClosedTime, mergeClosed, mergeForming } from './candle-window.ts';
import { afterClosed, afterForming } from './data-age.ts';
import { withNotice, withoutNotice } from './notices.ts';
import { foldRefill, PAGE_MAX, type Stamp, startRefill } from './refill.ts';
import type { Series } from './series.ts';
import {
  type CandlesOutcome,
  type History,
  NO_FRESHNESS,
  type SessionCommand,
  type SessionInput,
  type SessionState,
  type SessionStep,
} from './session-state.ts';

/** Candles of the first read. */
export const HISTORY_LIMIT = 2000;
/** A socket that was open for this long ends a row of failures; a server that accepts and drops is not hammered. */
const STEADY_MS = 5000;
/** Reads after which a history that keeps changing is taken as it is. */
const HISTORY_READS_MAX = 20;
/** A refused subscription is tried again after this long. */
const CAPACITY_WAIT_MS = 15_000;

/** The state after `input`, and what has to be done. */
export function stepSession(state: SessionState, input: SessionInput): SessionStep {
  switch (input.kind) {
    case 'seriesSelected':
      return select(state, input.series);
    case 'historyAnswered':
      return input.generation === state.generation ? foldHistory(state, input.outcome, input) : only(state);
    case 'refillAnswered':
      return input.generation === state.generation ? foldRefill(state, input.outcome, input) : only(state);
    case 'socketOpened':
      return rejoin({ ...state, link: { ...state.link, openedAt: input.at, retryAt: null } });
    case 'messageReceived':
      return isForUs(state, input.message) ? foldMessage(state, input.message, input) : only(state);
    case 'socketLost':
      return lose(state, input);
    case 'historyDoubted':
      return readAgain(state);
    case 'retryDue':
      return retryNow(state);
    case 'noticeDismissed':
      return only(withoutNotice(state, input.id));
    default:
      return assertNever(input);
  }
}

function only(state: SessionState): SessionStep {
  return { state, commands: [] };
}

function readHistory(state: SessionState, delayMs: number): SessionCommand {
  const read = { seriesId: state.series.id, since: null, limit: HISTORY_LIMIT };
  return { kind: 'readCandles', purpose: 'history', generation: state.generation, read, delayMs };
}

function select(state: SessionState, series: Series): SessionStep {
  const leave: SessionCommand[] = state.isSubscribed
    ? [{ kind: 'send', message: { type: 'unsubscribe', series_id: state.series.id } }]
    : [];
  const next: SessionState = {
    ...state,
    series,
    generation: state.generation + 1,
    history: { kind: 'loading' },
    historyReads: 0,
    historyFailures: 0,
    isSubscribed: false,
    window: EMPTY_WINDOW,
    refill: null,
    notices: [],
    freshness: NO_FRESHNESS,
    closedLive: 0,
    lastSocketTime: null,
  };
  return { state: next, commands: [...leave, { kind: 'stopReads' }, readHistory(next, 0)] };
}

function foldHistory(state: SessionState, outcome: CandlesOutcome, now: Stamp): SessionStep {
  if (outcome.kind === 'refused') {
    return only({ ...state, history: { kind: 'refused', detail: outcome.detail } });
  }
  if (outcome.kind === 'unreachable') return retryHistory(state, now);
  const window = mergeClosed(state.window, outcome.answer.candles);
  const history: History = window.closed.length === 0 ? { kind: 'backfilling' } : { kind: 'ready' };
  const freshness = afterClosed(state.freshness, window, state.series.stepSec);
  const next = { ...state, window, history, freshness, historyReads: state.historyReads + 1, historyFailures: 0 };
  const again = isSettled(state, next, outcome.answer.candles)
    ? []
    : [readHistory(next, retryDelayMs(next.historyReads, now.random))];
  const subscribed = subscribe(next);
  return { state: subscribed.state, commands: [...subscribed.commands, ...again] };
}

/**
 * Whether the history needs no further read. A cold server answers with little and fills older candles in behind it,
 * so a short answer counts only when the next one begins at the same candle; an empty one never does.
 */
function isSettled(before: SessionState, after: SessionState, candles: readonly WireCandle[]): boolean {
  if (candles.length >= HISTORY_LIMIT) return true;
  if (after.history.kind === 'backfilling') return false;
  if (after.historyReads >= HISTORY_READS_MAX) return true;
  return before.window.closed[0]?.candle_time === after.window.closed[0]?.candle_time;
}

function retryHistory(state: SessionState, now: Stamp): SessionStep {
  const historyFailures = state.historyFailures + 1;
  const history: History = state.window.closed.length > 0 ? state.history : { kind: 'unreachable' };
  const next = { ...state, history, historyFailures };
  return { state: next, commands: [readHistory(next, retryDelayMs(historyFailures, now.random))] };
}

/** Subscribes after the last closed candle, once there is both a history and an open socket. */
function subscribe(state: SessionState): SessionStep {
  if (state.link.openedAt === null || state.isSubscribed) return only(state);
  if (state.history.kind === 'unreachable') return { state, commands: [readHistory(state, 0)] };
  if (state.history.kind === 'loading' || state.history.kind === 'refused') return only(state);
  return { state: { ...state, isSubscribed: true }, commands: [subscription(state)] };
}

/**
 * After a loss the candles held are read once more: the stream goes on with `since` and never tells what was corrected
 * before it. Newer ones are left to the stream, so that no hole can come of it.
 */
function rejoin(state: SessionState): SessionStep {
  const subscribed = subscribe(state);
  const held = state.window.closed.slice(-HISTORY_LIMIT);
  const first = held[0]?.candle_time;
  if (state.link.failures === 0 || state.history.kind !== 'ready' || first === undefined) return subscribed;
  const read = { seriesId: state.series.id, since: first - state.series.stepSec, limit: held.length };
  const { generation } = state;
  const again: SessionCommand = { kind: 'readCandles', purpose: 'history', generation, read, delayMs: 0 };
  return { state: subscribed.state, commands: [...subscribed.commands, again] };
}

/** The stream never tells of a correction, so the candles are read again; anywhere but live they are read anyway. */
function readAgain(state: SessionState): SessionStep {
  if (!state.isSubscribed || state.history.kind !== 'ready') return only(state);
  return { state, commands: [readHistory(state, 0)] };
}

function subscription(state: SessionState): SessionCommand {
  const since = lastClosedTime(state.window);
  return { kind: 'send', message: { type: 'subscribe', series_id: state.series.id, since, supports_batch: true } };
}

function isForUs(state: SessionState, message: ServerMessage): boolean {
  return state.isSubscribed && (message.series_id === undefined || message.series_id === state.series.id);
}

function foldMessage(state: SessionState, message: ServerMessage, now: Stamp): SessionStep {
  switch (message.type) {
    case 'candle_forming': {
      const window = mergeForming(state.window, message.candle);
      const freshness = window === state.window ? state.freshness : afterForming(state.freshness, now.at);
      return only({ ...state, window, freshness });
    }
    case 'candle_closed':
      return foldClosed(state, [message.candle]);
    case 'candles_batch':
      return foldClosed(state, message.candles);
    case 'gap': {
      const after = message.expected_next_time - state.series.stepSec;
      return startRefill(state, { after, before: message.actual_time });
    }
    case 'error':
      return foldError(state, message, now);
    default:
      return assertNever(message);
  }
}

function foldClosed(state: SessionState, candles: readonly WireCandle[]): SessionStep {
  const last = lastClosedTime(state.window);
  const window = mergeClosed(state.window, candles);
  const fresh = candles.filter(({ candle_time }) => last !== null && candle_time > last).length;
  const next: SessionState = {
    ...state,
    window,
    history: window.closed.length > 0 ? { kind: 'ready' } : state.history,
    freshness: afterClosed(state.freshness, window, state.series.stepSec),
    closedLive: state.closedLive + fresh,
    lastSocketTime: candles.at(-1)?.candle_time ?? state.lastSocketTime,
  };
  // A catch-up as long as the server's page may have more behind it: subscribing again asks for the next page.
  const nextPage = candles.length >= PAGE_MAX ? [subscription(next)] : [];
  const holes = last === null ? null : holesAfter(window, last, state.series.stepSec);
  const filling = holes === null ? only(next) : startRefill(next, holes);
  return { state: filling.state, commands: [...nextPage, ...filling.commands] };
}

type ErrorMessage = Extract<ServerMessage, { type: 'error' }>;

function foldError(state: SessionState, message: ErrorMessage, now: Stamp): SessionStep {
  if (message.code !== 'capacity') {
    return only(withNotice(state, { kind: 'serverError', detail: message.message, at: now.at }));
  }
  const next = { ...withNotice(state, { kind: 'capacity', at: now.at }), isSubscribed: false };
  return { state: next, commands: [readHistory(next, CAPACITY_WAIT_MS)] };
}

function lose(state: SessionState, now: Stamp): SessionStep {
  const { openedAt } = state.link;
  const wasSteady = openedAt !== null && now.at - openedAt >= STEADY_MS;
  const failures = wasSteady ? 1 : state.link.failures + 1;
  const delayMs = retryDelayMs(failures, now.random);
  const link = { openedAt: null, failures, retryAt: now.at + delayMs };
  return { state: { ...state, link, isSubscribed: false }, commands: [{ kind: 'openSocket', delayMs }] };
}

function retryNow(state: SessionState): SessionStep {
  if (state.link.retryAt === null) return only(state);
  const link = { ...state.link, retryAt: null };
  return { state: { ...state, link }, commands: [{ kind: 'openSocket', delayMs: 0 }] };
}
