import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { createAcceleratedClock } from './accelerated-clock.ts';

const START = epochMs(1_700_000_000_000);

describe('accelerated clock', () => {
  it('starts where it was told to', () => {
    const clock = createAcceleratedClock({ start: START, speed: 0.001 });
    expect(clock.now()).toBeGreaterThanOrEqual(START);
    expect(clock.now()).toBeLessThan(START + 60_000);
  });

  it('refuses a speed that is no positive number', () => {
    for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => createAcceleratedClock({ start: START, speed })).toThrow(RangeError);
    }
  });
});
