/**
 * A circuit breaker per ingest job (wire contract 4.4): failures inside a window open it, a cool-down lets one attempt
 * through, success closes it. A pure fold over times, so that it can be tested and shown.
 */
import type { EpochMs } from '../../core/time.ts';

/** Limits of a breaker, in seconds as the contract lists them. */
export type BreakerLimits = {
  readonly crashBudget: number;
  readonly budgetWindowS: number;
  readonly backoffInitialS: number;
  readonly backoffMaxS: number;
  readonly openCooldownS: number;
};

/** The contract's defaults. */
export const BREAKER_LIMITS: BreakerLimits = {
  crashBudget: 5,
  budgetWindowS: 60,
  backoffInitialS: 1,
  backoffMaxS: 15,
  openCooldownS: 30,
};

/** State of a breaker; failures are remembered only inside the window, at most `crashBudget` of them. */
export type Breaker = {
  readonly state: 'closed' | 'open' | 'half_open';
  readonly failures: readonly EpochMs[];
  readonly consecutive: number;
  readonly lastFailure: { readonly at: EpochMs; readonly error: string } | null;
  readonly lastBackoffS: number;
  readonly retryAt: EpochMs | null;
};

/** A breaker that has seen nothing. */
export const FRESH_BREAKER: Breaker = {
  state: 'closed',
  failures: [],
  consecutive: 0,
  lastFailure: null,
  lastBackoffS: 0,
  retryAt: null,
};

/** After a failure: open for the cool-down when the budget is used up, else a back-off that doubles. */
export function foldFailure(
  breaker: Breaker,
  failure: { readonly at: EpochMs; readonly error: string },
  limits: BreakerLimits = BREAKER_LIMITS,
): Breaker {
  const from = failure.at - limits.budgetWindowS * 1000;
  const failures = [...breaker.failures.filter((at) => at > from), failure.at].slice(-limits.crashBudget);
  const consecutive = breaker.consecutive + 1;
  const isSpent = failures.length >= limits.crashBudget || breaker.state === 'half_open';
  const backoffS = Math.min(limits.backoffMaxS, limits.backoffInitialS * 2 ** Math.min(consecutive - 1, 20));
  const waitS = isSpent ? limits.openCooldownS : backoffS;
  return {
    state: isSpent ? 'open' : 'closed',
    failures,
    consecutive,
    lastFailure: failure,
    lastBackoffS: waitS,
    retryAt: (failure.at + waitS * 1000) as EpochMs,
  };
}

/** Before an attempt: `wait` until `retryAt`, or `go`; an open breaker whose time is over lets one attempt through. */
export function foldAttempt(
  breaker: Breaker,
  now: EpochMs,
): { readonly answer: 'go' | 'wait'; readonly breaker: Breaker } {
  if (breaker.retryAt !== null && now < breaker.retryAt) return { answer: 'wait', breaker };
  return { answer: 'go', breaker: breaker.state === 'open' ? { ...breaker, state: 'half_open' } : breaker };
}

/** What the debug page shows of a breaker. */
export function describeBreaker(breaker: Breaker, now: EpochMs, limits: BreakerLimits = BREAKER_LIMITS): object {
  const { retryAt, lastFailure } = breaker;
  return {
    enabled: true,
    state: breaker.state,
    window_failures: breaker.failures.filter((at) => at > now - limits.budgetWindowS * 1000).length,
    consecutive_failures: breaker.consecutive,
    last_failure_at: lastFailure === null ? null : lastFailure.at / 1000,
    last_error: lastFailure?.error ?? null,
    last_backoff_s: breaker.lastBackoffS,
    next_retry_in_s: retryAt === null || retryAt <= now ? 0 : (retryAt - now) / 1000,
    config: {
      crash_budget: limits.crashBudget,
      budget_window_s: limits.budgetWindowS,
      backoff_initial_s: limits.backoffInitialS,
      backoff_max_s: limits.backoffMaxS,
      open_cooldown_s: limits.openCooldownS,
    },
  };
}
