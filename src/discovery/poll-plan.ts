/**
 * When to ask next. A job is asked at its interval; while the venue says to stay away (429, 418) or can not be reached,
 * a back-off is added that doubles from its least to its most and ends with the first success (problem A-2). Other
 * answers mean that there is no data now, and change nothing.
 */
import type { EpochMs } from '../core/time.ts';

/** What is asked for. */
export type PollJob = 'announcements' | 'instruments';

/** How asking ended; `status` is `null` where no answer came. */
export type PollOutcome = { readonly kind: 'answered' } | { readonly kind: 'failed'; readonly status: number | null };

/** Times of one job; plain data. */
export type PollState = { dueTime: EpochMs; backoffMs: number; failures: number };

/** Limits of a job. */
export type PollLimits = { readonly intervalMs: number; readonly backoffMinMs: number; readonly backoffMaxMs: number };

/** Due at once. */
export function createPoll(): PollState {
  return { dueTime: 0 as EpochMs, backoffMs: 0, failures: 0 };
}

/** Asks at the next round whatever the interval says, unless the venue said to stay away. */
export function askSooner(poll: PollState): PollState {
  return poll.backoffMs > 0 ? { ...poll } : { ...poll, dueTime: 0 as EpochMs };
}

/** Whether to ask at `now`; asking moves the next time on, so that a lost answer does not ask twice. */
export function takeDue(poll: PollState, { now, intervalMs }: { now: EpochMs; intervalMs: number }): 'due' | 'later' {
  if (now < poll.dueTime) return 'later';
  poll.dueTime = (now + intervalMs + poll.backoffMs) as EpochMs;
  return 'due';
}

/** Folds how asking ended at `now`. */
export function foldPollOutcome(
  poll: PollState,
  outcome: PollOutcome,
  { now, intervalMs, backoffMinMs, backoffMaxMs }: PollLimits & { readonly now: EpochMs },
): void {
  if (outcome.kind === 'answered') {
    poll.backoffMs = 0;
    poll.failures = 0;
  } else {
    poll.failures++;
    const isAway = outcome.status === 429 || outcome.status === 418 || outcome.status === null;
    if (isAway) poll.backoffMs = Math.min(backoffMaxMs, Math.max(backoffMinMs, poll.backoffMs * 2));
  }
  poll.dueTime = (now + intervalMs + poll.backoffMs) as EpochMs;
}
