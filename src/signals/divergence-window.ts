/**
 * Which candles the divergence book analyses. The reference cuts its window into overlapping pieces and answers with
 * the newest complete one, which is up to eleven candles old and jumps while a listing is young; the product analyses
 * the newest candles.
 */
import type { DivergenceLag, TimeframeParams } from './hot-coin-params.ts';

/** `length` candles that end `lag` candles before the newest. */
export type DivergenceWindow = { readonly length: number; readonly lag: number };

/** Fewer candles are not analysed. */
const LENGTH_MIN = 60;
const LENGTH_MAX = 200;

/** A third of the evaluated candles, 60 to 200. */
function lengthOf(candles: number): number {
  return Math.max(LENGTH_MIN, Math.min(LENGTH_MAX, Math.floor(candles / 3)));
}

/**
 * The newest analysed candles of a series with `size` candles in its window, or `null` when there are too few. A
 * listing younger than a fresh window is analysed whole.
 */
export function divergenceWindow(lag: DivergenceLag, params: TimeframeParams, size: number): DivergenceWindow | null {
  if (lag === 'parity') return griddedWindow(size, size - 1);
  const length = Math.min(size, lengthOf(params.windowCandles));
  return length < LENGTH_MIN ? null : { length, lag: 0 };
}

/** The reference's piece for the candle with index `index` of a window of `candles` in all. */
export function griddedWindow(candles: number, index: number): DivergenceWindow | null {
  const length = lengthOf(candles);
  if (index < length) return null;
  const step = Math.max(1, Math.floor(length / 8));
  return { length, lag: ((index - length) % step) + 1 };
}
