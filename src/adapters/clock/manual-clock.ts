/**
 * Time that moves only when told to, for tests and simulation. Timers fire in the order of their times, each at
 * exactly its time, and everything a timer set going in promises is done before the next one fires.
 */
import { assert } from '../../core/assert.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { createTimerQueue } from './timer-queue.ts';

/** A clock moved by hand. A timer that is due already fires with the next move, also one of 0 ms. */
export type ManualClock = Clock & {
  /**
   * Moves to `time`, firing every timer up to and including it; resolves after the last one's promises are done.
   * Rejects when `time` is past or an action throws; the clock then stands at that action's time. Moves asked for
   * while one is running follow it in order.
   */
  readonly advanceTo: (time: EpochMs) => Promise<void>;
  /** Moves `ms` milliseconds ahead of where the clock stands when the moves asked for before are done. */
  readonly advance: (ms: number) => Promise<void>;
};

/** Policy when reached: stop. Timers that re-arm themselves at the same instant would never let time pass. */
const FIRED_PER_INSTANT_MAX = 100_000;

/** A manual clock that stands at `start`. */
export function createManualClock(start: EpochMs): ManualClock {
  const queue = createTimerQueue();
  let present = start;
  let state: 'open' | 'closed' = 'open';
  let lastMove: Promise<void> = Promise.resolve();

  const moveTo = async (target: EpochMs): Promise<void> => {
    assert(target >= present, `a manual clock does not go back from ${present} to ${target}`);
    await letPromisesRun();
    let firedThisInstant = 0;
    for (let next = queue.peek(); next !== null && next.at <= target; next = queue.peek()) {
      firedThisInstant = next.at > present ? 0 : firedThisInstant + 1;
      assert(firedThisInstant <= FIRED_PER_INSTANT_MAX, `timers at ${present} re-arm themselves without end`);
      if (next.at > present) present = next.at;
      queue.remove(next);
      next.action();
      await letPromisesRun();
    }
    present = target;
  };
  const enqueue = (move: () => Promise<void>): Promise<void> => {
    // A failed move was reported to whoever asked for it; the ones behind it still run.
    lastMove = lastMove.then(move, move);
    return lastMove;
  };
  return {
    now: () => present,
    schedule: (at, action) => {
      if (state === 'closed') return () => {};
      const timer = queue.add(at, action);
      return () => queue.remove(timer);
    },
    close: () => {
      state = 'closed';
      queue.clear();
    },
    advanceTo: (time) => enqueue(() => moveTo(time)),
    advance: (ms) => enqueue(async () => moveTo(addMs(present, ms))),
  };
}

/** One turn of the event loop: every promise that can settle without I/O has settled after it. */
function letPromisesRun(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
