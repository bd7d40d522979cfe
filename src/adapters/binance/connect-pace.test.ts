import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { createSeededRandom } from '../memory/seeded-random.ts';
import { AttemptWindow } from './attempt-window.ts';
import { ConnectPace } from './connect-pace.ts';

const T = 1_767_225_600_000;

function setUp(attemptsMax = 300) {
  const clock = createManualClock(epochMs(T));
  const begun: number[] = [];
  const need = { now: true };
  const pace = new ConnectPace({
    clock,
    random: createSeededRandom(3),
    backoff: { minMs: 500, maxMs: 30_000 },
    attempts: new AttemptWindow(attemptsMax),
    isNeeded: () => need.now,
    begin: () => begun.push(clock.now() - T),
  });
  return { clock, begun, need, pace };
}

describe('ConnectPace', () => {
  it('begins the first connection at once', () => {
    const { begun, pace } = setUp();
    pace.first();
    expect(begun).toEqual([0]);
  });

  it('waits longer after each failure, between half of and the whole ceiling, at most 30 s', async () => {
    const { clock, begun, pace } = setUp();
    pace.first();
    for (let failure = 0; failure < 10; failure++) {
      pace.afterFailure();
      await clock.advance(30_000);
      const ceiling = Math.min(30_000, 500 * 2 ** failure);
      const waited = (begun.at(-1) ?? 0) - failure * 30_000;
      expect(waited).toBeGreaterThanOrEqual(ceiling / 2);
      expect(waited).toBeLessThanOrEqual(ceiling);
    }
    expect(begun).toHaveLength(11);
  });

  it('starts over after a stable life', async () => {
    const { clock, begun, pace } = setUp();
    pace.first();
    for (let failure = 0; failure < 6; failure++) {
      pace.afterFailure();
      await clock.advance(30_000);
    }
    pace.markStable();
    pace.afterFailure();
    await clock.advance(500);
    expect(begun).toHaveLength(8);
  });

  it('replaces a stable connection at once and backs off when that keeps failing', async () => {
    const { clock, begun, pace } = setUp();
    pace.first();
    pace.besideWorking();
    expect(begun).toHaveLength(2);
    pace.besideWorking();
    expect(begun).toHaveLength(2);
    await clock.advance(500);
    expect(begun).toHaveLength(3);
  });

  it('keeps one beginning pending, and none that is not needed any more', async () => {
    const { clock, begun, need, pace } = setUp();
    pace.afterFailure();
    pace.afterFailure();
    pace.first();
    await clock.advance(1_000);
    expect(begun).toHaveLength(1);
    pace.afterFailure();
    need.now = false;
    await clock.advance(60_000);
    expect(begun).toHaveLength(1);
  });

  it('waits for the cap of attempts', async () => {
    const { clock, begun, pace } = setUp(1);
    pace.first();
    pace.besideWorking();
    await clock.advance(299_999);
    expect(begun).toEqual([0]);
    await clock.advance(1);
    expect(begun).toEqual([0, 300_000]);
  });

  it('begins nothing after it was closed', async () => {
    const { clock, begun, pace } = setUp();
    pace.afterFailure();
    pace.close();
    await clock.advance(60_000);
    expect(begun).toEqual([]);
  });
});
