/**
 * Market time that runs as fast as this process keeps up with. Each turn of the event loop moves it by a fixed step, so
 * a machine with other work makes a world slower, never stranger: no answer is late because we were, and a silence is
 * the exchange's. Real sockets are served between any two timers.
 */
import { createManualClock } from '../../src/adapters/clock/manual-clock.ts';
import type { EpochMs } from '../../src/core/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** Where it starts and how far one turn moves it. */
export type PacedClockOptions = {
  readonly start: EpochMs;
  readonly stepMs: number;
  /** Hears what an action threw; time stands still afterwards. */
  readonly onError: (error: unknown) => void;
};

/**
 * A paced clock. It stands until `go`, because what reads files while a world is made does so in other threads, which no
 * turn of the event loop waits for. `close` ends it for good.
 */
export type PacedClock = Clock & { readonly go: () => void };

/** A paced clock that stands at `start`. */
export function createPacedClock({ start, stepMs, onError }: PacedClockOptions): PacedClock {
  const clock = createManualClock(start);
  let state: 'standing' | 'running' | 'closed' = 'standing';
  const run = async (): Promise<void> => {
    // An advance gives the event loop at least one turn, so sockets are read while this loops.
    while (state === 'running') await clock.advance(stepMs);
  };
  return {
    now: clock.now,
    schedule: clock.schedule,
    go: () => {
      if (state !== 'standing') return;
      state = 'running';
      run().catch(onError);
    },
    close: () => {
      state = 'closed';
      clock.close();
    },
  };
}
