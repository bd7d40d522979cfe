/**
 * Market time that runs faster than real time, for demonstrations and long tests. Only the machine's steady clock is
 * read, so setting the system clock does not disturb it.
 */
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { createRealTimers } from './real-timers.ts';

/** Where market time starts and how many of its milliseconds pass in one real millisecond (above 0). */
export type AcceleratedClockOptions = { readonly start: EpochMs; readonly speed: number };

/**
 * A clock with `now = start + real time since its creation * speed`. Timers fire in order, but late by up to one real
 * millisecond times `speed`. Throws `RangeError` unless `speed` is a positive finite number.
 */
export function createAcceleratedClock(options: AcceleratedClockOptions): Clock {
  const { start, speed } = options;
  if (!Number.isFinite(speed) || speed <= 0) throw new RangeError(`not a speed: ${speed}`);
  const origin = performance.now();
  const now = (): EpochMs => epochMs(Math.floor(start + (performance.now() - origin) * speed));
  const timers = createRealTimers({ now, speed });
  return { now, schedule: timers.schedule, close: timers.close };
}
