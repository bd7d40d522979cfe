/**
 * Doing something again until it works, with waits that grow: in comes an attempt that says whether another one is
 * worth it, out goes its value or the last failure. Attempts and waits are bounded, and a stop ends any wait at once.
 */
import { type BackoffLimits, backoffMs } from '../../core/backoff.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';

/** What came of one attempt; `retryAfterMs` is the least wait that was asked for. */
export type Attempt<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'again'; readonly failure: Failure; readonly retryAfterMs: number };

/** How often and how patiently. */
export type RetryPolicy = {
  readonly clock: Clock;
  readonly random: Random;
  readonly stop: AbortSignal;
  readonly attemptsMax: number;
  readonly backoff: BackoffLimits;
  /** Told why, each time before the wait for another attempt. */
  readonly onRetry?: (failure: Failure) => void;
};

/** Runs `attempt` until it is done, fails for good, has been tried `attemptsMax` times or a stop is asked for. */
export async function retrying<T>(
  policy: RetryPolicy,
  attempt: () => Promise<Attempt<T>>,
): Promise<Result<T, Failure>> {
  for (let count = 0; ; count++) {
    const outcome = await attempt();
    if (outcome.kind === 'done') return ok(outcome.value);
    const isLast = outcome.kind === 'failed' || count + 1 >= policy.attemptsMax;
    if (isLast || policy.stop.aborted) return err(outcome.failure);
    policy.onRetry?.(outcome.failure);
    await pause(policy, Math.max(outcome.retryAfterMs, backoffMs(count, policy.random.next(), policy.backoff)));
    if (policy.stop.aborted) return err(outcome.failure);
  }
}

/** Resolves after so many milliseconds of the clock, or when a stop is asked for. */
function pause({ clock, stop }: RetryPolicy, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      stop.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.schedule(addMs(clock.now(), ms), finish);
    stop.addEventListener('abort', finish, { once: true });
  });
}
