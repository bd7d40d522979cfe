/**
 * Time as a recording has it. It moves from record to record; a timer fires where the recording says that one of its time
 * fired, and by itself when the recording is past it for longer than a timer is ever late. So the order of timers and
 * other events at one instant is the recorded one, and timers that the recording does not know fire all the same.
 */
import { assert } from '../../core/assert.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';

/** A clock that is moved by whoever plays the recording. Moves must not overlap. */
export type RecordedClock = Clock & {
  /** Moves to `time`; fires what has waited for its record for too long, each at its own time, with its promises. */
  readonly passTo: (time: EpochMs) => Promise<void>;
  /** Fires the earliest set timer that is due at `at`, if there is one, at the present; its promises are not awaited. */
  readonly fire: (at: EpochMs) => void;
  /** One turn of the event loop: every promise that can settle without I/O has settled after it. */
  readonly settle: () => Promise<void>;
};

type Timer = { readonly at: EpochMs; readonly action: () => void };

/** How late a timer of a busy process may be and still wait for its record. */
const PATIENCE_MS = 50;
/** Policy when reached: stop, as with every clock. */
const TIMERS_MAX = 1_000_000;

/** A clock that stands at `start`. */
export function createRecordedClock(start: EpochMs): RecordedClock {
  /** By the order they were set; few enough to be searched. */
  let timers: Timer[] = [];
  let present = start;
  let state: 'open' | 'closed' = 'open';
  const take = (timer: Timer): void => {
    timers = timers.filter((other) => other !== timer);
  };
  const settle = (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(resolve);
    });
  const passTo = async (time: EpochMs): Promise<void> => {
    for (let late = earliest(timers); late !== null && late.at + PATIENCE_MS < time; late = earliest(timers)) {
      take(late);
      if (late.at > present) present = late.at;
      late.action();
      await settle();
    }
    if (time > present) present = time;
  };
  return {
    now: () => present,
    schedule: (at, action) => {
      if (state === 'closed') return () => {};
      assert(timers.length < TIMERS_MAX, `more than ${TIMERS_MAX} timers are pending`);
      const timer = { at, action };
      timers.push(timer);
      return () => take(timer);
    },
    close: () => {
      state = 'closed';
      timers = [];
    },
    passTo,
    fire: (at) => {
      const timer = timers.find((each) => each.at === at);
      if (timer === undefined) return;
      take(timer);
      timer.action();
    },
    settle,
  };
}

/** The one that is due first; of several the one set first. */
function earliest(timers: readonly Timer[]): Timer | null {
  return timers.reduce<Timer | null>((first, timer) => (first === null || timer.at < first.at ? timer : first), null);
}
