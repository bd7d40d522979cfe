/**
 * The greatest and the smallest value of the newest `size` candles, by monotonic queues: constant amortised work a
 * candle, and of equal values the earliest stands in front.
 */
import type { Price } from '../../model/money.ts';

/** Candidates for the greatest and the smallest value, ascending by index; the first of each is the one. */
export type RunningExtreme = {
  readonly size: number;
  readonly highs: { index: number; value: Price }[];
  readonly lows: { index: number; value: Price }[];
};

/** No candles yet. */
export function createExtreme(size: number): RunningExtreme {
  return { size, highs: [], lows: [] };
}

/** Adds the candle of `index` and forgets the one that leaves. */
export function extend(
  extreme: RunningExtreme,
  index: number,
  candle: { readonly high: Price; readonly low: Price },
): void {
  const { highs, lows, size } = extreme;
  for (let last = highs.at(-1); last !== undefined && last.value < candle.high; last = highs.at(-1)) highs.pop();
  for (let last = lows.at(-1); last !== undefined && last.value > candle.low; last = lows.at(-1)) lows.pop();
  highs.push({ index, value: candle.high });
  lows.push({ index, value: candle.low });
  if ((highs[0] as { index: number }).index <= index - size) highs.shift();
  if ((lows[0] as { index: number }).index <= index - size) lows.shift();
}
