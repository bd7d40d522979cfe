import { createAcceleratedClock } from '../../src/adapters/clock/accelerated-clock.ts';
import { createManualClock } from '../../src/adapters/clock/manual-clock.ts';
import { createWallClock } from '../../src/adapters/clock/wall-clock.ts';
import { addMs, epochMs } from '../../src/core/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { describeClockContract } from './clock.contract.ts';

const START = epochMs(1_700_000_000_000);

/**
 * Waits until the clock is there. The last 5 ms are longer than any wait a clock arms for a timer that is due already,
 * so the event loop fires those first, however late it is.
 */
function passOn(clock: Clock, ms: number): Promise<void> {
  const target = addMs(clock.now(), ms);
  return new Promise((resolve) => {
    const look = (): void => {
      if (clock.now() >= target) setTimeout(resolve, 5);
      else setTimeout(look, 1);
    };
    look();
  });
}

describeClockContract('the wall clock', {
  create: () => {
    const clock = createWallClock();
    return { clock, pass: (ms) => passOn(clock, ms) };
  },
  stepMs: 10,
});

describeClockContract('the accelerated clock', {
  create: () => {
    const clock = createAcceleratedClock({ start: START, speed: 600 });
    return { clock, pass: (ms) => passOn(clock, ms) };
  },
  stepMs: 6_000,
});

describeClockContract('the manual clock', {
  create: () => {
    const clock = createManualClock(START);
    return { clock, pass: (ms) => clock.advance(ms) };
  },
  stepMs: 60_000,
});
