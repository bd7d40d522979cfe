/**
 * Which checkpoints of a chart are kept: their distances from the newest one about double, so that from any candle of
 * the past the way back to one is at most about as long as the way forward to the head.
 */
import type { EpochMs } from '../core/time.ts';

/** Most checkpoints of a chart (policy: the oldest are let go, and what is before them is computed from the start). */
export const CHECKPOINTS_MAX = 24;

/** The times to keep, descending, of `times` descending. */
export function keepCheckpoints(times: readonly EpochMs[]): readonly EpochMs[] {
  const newest = times[0] ?? (0 as EpochMs);
  const kept: EpochMs[] = [];
  for (const [place, time] of times.entries()) {
    const older = times[place + 1];
    const last = kept.at(-1);
    const isBridged = older !== undefined && last !== undefined && newest - older <= 2 * (newest - last);
    if (!isBridged) kept.push(time);
  }
  return kept.slice(0, CHECKPOINTS_MAX);
}
