import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import {
  BREAKER_LIMITS,
  type Breaker,
  describeBreaker,
  FRESH_BREAKER,
  foldAttempt,
  foldFailure,
} from './circuit-breaker.ts';

const fail = (breaker: Breaker, seconds: number): Breaker =>
  foldFailure(breaker, { at: epochMs(seconds * 1000), error: 'lost' });

describe('circuit breaker', () => {
  it('backs off 1, 2, 4, 8 seconds and opens for 30 at the fifth failure inside a minute', () => {
    let breaker = FRESH_BREAKER;
    const waits = [0, 1, 2, 3, 4].map((second) => {
      breaker = fail(breaker, second);
      return [breaker.state, breaker.lastBackoffS];
    });
    expect(waits).toEqual([
      ['closed', 1],
      ['closed', 2],
      ['closed', 4],
      ['closed', 8],
      ['open', 30],
    ]);
  });

  it('forgets failures older than the window', () => {
    let breaker = FRESH_BREAKER;
    for (const second of [0, 20, 40, 61, 81, 101]) breaker = fail(breaker, second);
    expect(breaker.state).toBe('closed');
  });

  it('lets one attempt through after the cool-down and opens again when that fails', () => {
    let breaker = FRESH_BREAKER;
    for (const second of [0, 1, 2, 3, 4]) breaker = fail(breaker, second);
    expect(foldAttempt(breaker, epochMs(33_999)).answer).toBe('wait');
    const attempt = foldAttempt(breaker, epochMs(34_000));
    expect([attempt.answer, attempt.breaker.state]).toEqual(['go', 'half_open']);
    expect(fail(attempt.breaker, 35).state).toBe('open');
  });

  it('shows what the contract lists', () => {
    const shown = describeBreaker(fail(FRESH_BREAKER, 10), epochMs(10_500));
    expect(shown).toEqual({
      enabled: true,
      state: 'closed',
      window_failures: 1,
      consecutive_failures: 1,
      last_failure_at: 10,
      last_error: 'lost',
      last_backoff_s: 1,
      next_retry_in_s: 0.5,
      config: { crash_budget: 5, budget_window_s: 60, backoff_initial_s: 1, backoff_max_s: 15, open_cooldown_s: 30 },
    });
  });

  it('never waits longer than the cool-down or the largest back-off, and remembers a bounded number of failures', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 60 }), (steps) => {
        let breaker = FRESH_BREAKER;
        let now = 0;
        for (const step of steps) {
          now += step;
          breaker = foldAttempt(foldFailure(breaker, { at: epochMs(now), error: 'x' }), epochMs(now)).breaker;
          expect((breaker.retryAt as number) - now).toBeLessThanOrEqual(BREAKER_LIMITS.openCooldownS * 1000);
          expect(breaker.failures.length).toBeLessThanOrEqual(BREAKER_LIMITS.crashBudget);
        }
      }),
    );
  });
});
