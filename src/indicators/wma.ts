/**
 * Weighted moving average: the newest of `period` values counts `period` times, the oldest once.
 */
import { addExact, createExactSum, type ExactSum, sumValue } from './exact-sum.ts';
import { createNumberWindow, type NumberWindow, pushNumber } from './number-window.ts';

/** State; answers NaN for the first `period - 1` values. */
export type Wma = { readonly window: NumberWindow; readonly sum: ExactSum; readonly weighted: ExactSum };

/** An average of `period` values. */
export function createWma(period: number): Wma {
  return { window: createNumberWindow(period), sum: createExactSum(), weighted: createExactSum() };
}

/** Adds a finite value; answers the average, or NaN during warm-up. */
export function pushWma(wma: Wma, value: number): number {
  const { window, sum, weighted } = wma;
  const dropped = pushNumber(window, value);
  if (!Number.isNaN(dropped)) {
    // Every value loses one weight, which takes the dropped one, whose weight was 1, out by itself.
    addExact(weighted, -sum.high);
    addExact(weighted, -sum.low);
    addExact(sum, -dropped);
  }
  addExact(sum, value);
  for (const part of split(value, window.size)) addExact(weighted, part);
  if (window.size < window.capacity) return Number.NaN;
  return sumValue(weighted) / ((window.capacity * (window.capacity + 1)) / 2);
}

/** `value * weight` in two exact parts. */
function split(value: number, weight: number): readonly [number, number] {
  const scaled = 134_217_729 * value;
  const big = scaled - (scaled - value);
  return [big * weight, (value - big) * weight];
}
