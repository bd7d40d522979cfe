/**
 * Simple moving average and moving sum over the last `period` values, without drift.
 */
import { addExact, createExactSum, type ExactSum, meanValue, sumValue } from './exact-sum.ts';
import { checkedPeriod, createNumberWindow, type NumberWindow, pushNumber } from './number-window.ts';

/** State; its first `minimum - 1` values give NaN, then the mean of at most `period` values. */
export type Sma = { readonly minimum: number; readonly window: NumberWindow; readonly sum: ExactSum };

/** An average of `period` values that answers from the `minimum`-th on (all of them unless given). */
export function createSma(period: number, minimum: number = period): Sma {
  return { minimum: checkedPeriod(minimum), window: createNumberWindow(period), sum: createExactSum() };
}

/** Adds a finite value; answers the mean, or NaN during warm-up. */
export function pushSma(sma: Sma, value: number): number {
  const dropped = pushNumber(sma.window, value);
  if (!Number.isNaN(dropped)) addExact(sma.sum, -dropped);
  addExact(sma.sum, value);
  return smaValue(sma);
}

/** The mean of the window now, or NaN during warm-up. */
export function smaValue(sma: Sma): number {
  const { size } = sma.window;
  return size < sma.minimum ? Number.NaN : meanValue(sma.sum, size);
}

/** The sum of the window now, or NaN during warm-up. */
export function movingSum(sma: Sma): number {
  return sma.window.size < sma.minimum ? Number.NaN : sumValue(sma.sum);
}
