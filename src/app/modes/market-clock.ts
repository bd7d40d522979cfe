/**
 * The market's time as a mode wants it: the wall's at speed 1, running on from a chosen moment otherwise.
 */
import { createAcceleratedClock } from '../../adapters/clock/accelerated-clock.ts';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import type { EpochMs } from '../../core/time.ts';
import { bucketOpen } from '../../model/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';

/** A clock that starts at `start` and runs `speed` times as fast as the wall's. */
export function createMarketClock(start: EpochMs, speed: number): Clock {
  return createAcceleratedClock({ start, speed });
}

/** The wall's present, at the start of its minute. */
export function currentMinute(): EpochMs {
  const clock = createWallClock();
  const now = clock.now();
  clock.close();
  return bucketOpen(now, 60_000);
}
