/**
 * Filling holes: a `gap` message, or a jump that nobody announced, becomes one read over HTTP from the candle before
 * the hole. What is still missing is asked for a few more times, because the server may be repairing it.
 */

import { retryDelayMs } from './backoff.ts';
import { mergeClosed, missingInside, type Span } from './candle-window.ts';
import { withNotice } from './notices.ts';
import type { CandlesOutcome, Refill, SessionCommand, SessionState, SessionStep } from './session-state.ts';

/** Largest page of `GET /api/market/candles`. */
export const PAGE_MAX = 5000;
/** Waits before asking again for what an answer left open: the server's own repair takes seconds, rarely a minute. */
const REPAIR_WAITS_MS = [2000, 5000, 15_000, 45_000] as const;

function read(state: SessionState, refill: Refill, delayMs: number): SessionCommand {
  const slots = (refill.before - refill.after) / state.series.stepSec;
  // A hole that a page cannot span is longer than the window: the newest page replaces all that is on screen.
  const since = slots > PAGE_MAX || refill.after < 0 ? null : refill.after;
  const request = { seriesId: state.series.id, since, limit: PAGE_MAX };
  return { kind: 'readCandles', purpose: 'refill', generation: state.generation, read: request, delayMs };
}

/** Starts filling `span`, or widens the refill under way; does nothing when that one covers it already. */
export function startRefill(state: SessionState, span: Span): SessionStep {
  const running = state.refill;
  if (running !== null && running.after <= span.after && running.before >= span.before) return { state, commands: [] };
  const refill: Refill = {
    after: Math.min(span.after, running?.after ?? span.after),
    before: Math.max(span.before, running?.before ?? span.before),
    filled: running?.filled ?? 0,
    tries: 0,
    failures: 0,
  };
  return { state: { ...state, refill }, commands: [read(state, refill, 0)] };
}

/** Takes in the answer to a refill read. */
export function foldRefill(state: SessionState, outcome: CandlesOutcome, now: Stamp): SessionStep {
  const refill = state.refill;
  if (refill === null) return { state, commands: [] };
  if (outcome.kind !== 'candles') return retryRefill(state, refill, now);
  const { stepSec } = state.series;
  const missingBefore = missingInside(state.window, refill, stepSec);
  const window = mergeClosed(state.window, outcome.answer.candles);
  const missing = missingInside(window, refill, stepSec);
  const filled = refill.filled + Math.max(0, missingBefore - missing);
  const merged = { ...state, window, refill: { ...refill, filled, tries: refill.tries + 1, failures: 0 } };
  const wait = REPAIR_WAITS_MS[refill.tries];
  if (missing > 0 && wait !== undefined) return { state: merged, commands: [read(state, merged.refill, wait)] };
  return { state: concluded(merged, { filled, missing, at: now.at }), commands: [] };
}

/** Time and randomness of the input that is being folded. */
export type Stamp = { readonly at: number; readonly random: number };

function retryRefill(state: SessionState, refill: Refill, now: Stamp): SessionStep {
  const next = { ...refill, failures: refill.failures + 1 };
  return { state: { ...state, refill: next }, commands: [read(state, next, retryDelayMs(next.failures, now.random))] };
}

type Conclusion = { readonly filled: number; readonly missing: number; readonly at: number };

function concluded(state: SessionState, { filled, missing, at }: Conclusion): SessionState {
  const told = filled > 0 ? withNotice(state, { kind: 'filled', count: filled, at }) : state;
  const warned = missing > 0 ? withNotice(told, { kind: 'missing', count: missing, at }) : told;
  return { ...warned, refill: null };
}
