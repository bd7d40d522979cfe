/**
 * When the candle of a place in the history opened, kept as the starts of stretches without a hole: one entry for a
 * whole history, one more for each hole. Plain data; it mutates.
 */
import type { EpochMs } from '../../core/time.ts';

/** Stretches of consecutive candles, oldest first. */
export type TimeIndex = { readonly candleMs: number; stretches: { index: number; time: EpochMs }[] };

/** No candles yet. */
export function createTimeIndex(candleMs: number): TimeIndex {
  return { candleMs, stretches: [] };
}

/** Adds the candle of the next place, and forgets stretches that end before `earliest`. */
export function addTime(
  times: TimeIndex,
  place: { readonly index: number; readonly time: EpochMs },
  earliest: number,
): void {
  const { stretches } = times;
  if (stretches.length > 0 && timeOf(times, place.index) === place.time) return;
  stretches.push({ ...place });
  let unused = 0;
  while ((stretches[unused + 1]?.index ?? Number.POSITIVE_INFINITY) <= earliest) unused++;
  if (unused > 0) times.stretches = stretches.slice(unused);
}

/** Open time of the candle at `index`, not before the earliest kept; by halving. */
export function timeOf({ stretches, candleMs }: TimeIndex, index: number): EpochMs {
  let from = 0;
  let to = stretches.length;
  while (from + 1 < to) {
    const middle = (from + to) >> 1;
    if ((stretches[middle] as { index: number }).index <= index) from = middle;
    else to = middle;
  }
  const { index: start, time } = stretches[from] as { index: number; time: EpochMs };
  return (time + (index - start) * candleMs) as EpochMs;
}
