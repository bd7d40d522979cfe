/**
 * Drives a timer queue with one timer of the operating system. In come the clock's own `now` and how fast it runs;
 * due timers fire in order, and one that is added while others fire waits for the next turn of the event loop.
 */
import type { EpochMs } from '../../core/time.ts';
import type { Cancel } from '../../ports/clock.ts';
import { createTimerQueue } from './timer-queue.ts';

/** A clock's present and how many of its milliseconds pass in one real millisecond. */
export type TimePace = { readonly now: () => EpochMs; readonly speed: number };

/** Timers that fire by themselves. */
export type RealTimers = {
  readonly schedule: (at: EpochMs, action: () => void) => Cancel;
  readonly close: () => void;
};

/**
 * Longest single wait, in real milliseconds. It keeps delays far below the 2^31 ms that `setTimeout` can hold, and
 * after a step of the system clock or a suspended laptop a far timer is at most this late.
 */
const WAIT_MAX_MS = 30_000;

/** Timers over `pace`; they do not keep the process alive. */
export function createRealTimers(pace: TimePace): RealTimers {
  const queue = createTimerQueue();
  let armed: { readonly handle: NodeJS.Timeout; readonly at: EpochMs } | null = null;
  let state: 'open' | 'firing' | 'closed' = 'open';

  const disarm = (): void => {
    if (armed !== null) clearTimeout(armed.handle);
    armed = null;
  };
  const arm = (): void => {
    const next = queue.peek();
    if (next === null || state !== 'open') {
      disarm();
      return;
    }
    if (armed !== null && armed.at === next.at) return;
    disarm();
    const waitMs = Math.min(WAIT_MAX_MS, Math.max(0, Math.ceil((next.at - pace.now()) / pace.speed)));
    armed = { handle: setTimeout(fire, waitMs).unref(), at: next.at };
  };
  const fire = (): void => {
    armed = null;
    state = 'firing';
    const present = pace.now();
    const orderEnd = queue.nextOrder();
    try {
      for (let next = queue.peek(); next !== null && next.at <= present; next = queue.peek()) {
        // A timer added by an action: left for the next turn, or an action that re-arms itself would starve I/O.
        if (next.order >= orderEnd) break;
        queue.remove(next);
        next.action();
      }
    } finally {
      if (state === 'firing') state = 'open';
      arm();
    }
  };
  return {
    schedule: (at, action) => {
      if (state === 'closed') return () => {};
      const timer = queue.add(at, action);
      arm();
      return () => {
        queue.remove(timer);
        arm();
      };
    },
    close: () => {
      state = 'closed';
      queue.clear();
      disarm();
    },
  };
}
