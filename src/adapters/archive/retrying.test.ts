import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { failure } from '../../model/failure.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { createSeededRandom } from '../memory/seeded-random.ts';
import { type Attempt, type RetryPolicy, retrying } from './retrying.ts';

const broken = failure('venue_unreachable', { url: 'x', reason: 'y' });
const again = (retryAfterMs = 0): Attempt<string> => ({ kind: 'again', failure: broken, retryAfterMs });

function policyOf(
  stop = new AbortController(),
): RetryPolicy & { readonly clock: ReturnType<typeof createManualClock> } {
  const clock = createManualClock(epochMs(1_700_000_000_000));
  const backoff = { minMs: 100, maxMs: 1_000 };
  return { clock, random: createSeededRandom(1), stop: stop.signal, attemptsMax: 3, backoff };
}

/** Lets whatever waits for the clock happen. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('retrying', () => {
  it('waits longer each time, no less than asked, and gives up after its attempts', async () => {
    const policy = policyOf();
    const times: number[] = [];
    const result = retrying(policy, async () => {
      times.push(policy.clock.now());
      return again(times.length === 2 ? 5_000 : 0);
    });
    for (let step = 0; step < 60; step++) {
      await settle();
      await policy.clock.advance(100);
    }
    expect(await result).toEqual({ ok: false, error: broken });
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits).toHaveLength(2);
    expect(waits[0]).toBeLessThanOrEqual(200);
    expect(waits[1]).toBeGreaterThanOrEqual(5_000);
  });

  it('does not repeat what fails for good', async () => {
    let count = 0;
    const result = await retrying(policyOf(), async (): Promise<Attempt<string>> => {
      count++;
      return { kind: 'failed', failure: broken };
    });
    expect([result.ok, count]).toEqual([false, 1]);
  });

  it('ends a wait when a stop is asked for', async () => {
    const stop = new AbortController();
    const policy = policyOf(stop);
    const result = retrying(policy, async () => again());
    await settle();
    stop.abort();
    expect(await result).toEqual({ ok: false, error: broken });
  });
});
