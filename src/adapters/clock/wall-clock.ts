/**
 * The present as the machine knows it. In comes the system clock, which may be set back at any time; out goes a time
 * that never does.
 */
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { createRealTimers } from './real-timers.ts';

/** What a wall clock reads: UTC milliseconds, which may jump, and milliseconds since some instant, which do not. */
export type SystemTime = { readonly wallMs: () => number; readonly steadyMs: () => number };

const SYSTEM_TIME: SystemTime = { wallMs: () => Date.now(), steadyMs: () => performance.now() };

/** Share of real time by which the answer still moves while the system clock is behind it. */
const CATCH_UP_RATE = 0.5;

/**
 * The wall clock. When the system clock is set back the answer goes on at half speed until the system clock has
 * caught up: time never runs backwards, and no timer stands still meanwhile.
 */
export function createWallClock(system: SystemTime = SYSTEM_TIME): Clock {
  let last = system.wallMs();
  let lastSteady = system.steadyMs();
  const now = (): EpochMs => {
    const steady = system.steadyMs();
    last = Math.max(system.wallMs(), last + Math.max(0, steady - lastSteady) * CATCH_UP_RATE);
    lastSteady = steady;
    return epochMs(Math.floor(last));
  };
  const timers = createRealTimers({ now, speed: 1 });
  return { now, schedule: timers.schedule, close: timers.close };
}
