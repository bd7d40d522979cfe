/**
 * Standard deviation over the last `period` values from its sums: a constant window gives exactly 0. The sums are
 * taken anew once a window's length, so that nothing stays behind of a value that was larger by many digits.
 */
import { addExact, addSquare, createExactSum, type ExactSum, meanValue, scaledVariance } from './exact-sum.ts';
import { checkedPeriod, createNumberWindow, type NumberWindow, pushNumber } from './number-window.ts';

/** Divisor of the variance: N for a `population`, N - 1 for a `sample`. */
export type Divisor = 'population' | 'sample';

/** State; answers NaN for the first `minimum - 1` values. */
export type Deviation = {
  readonly divisor: Divisor;
  readonly minimum: number;
  readonly window: NumberWindow;
  readonly sum: ExactSum;
  readonly squares: ExactSum;
};

/** A deviation over `period` values that answers from the `minimum`-th on (all of them unless given). */
export function createDeviation(options: {
  readonly period: number;
  readonly divisor: Divisor;
  readonly minimum?: number;
}): Deviation {
  const { period, divisor, minimum = period } = options;
  const sums = { sum: createExactSum(), squares: createExactSum() };
  return { divisor, minimum: checkedPeriod(minimum), window: createNumberWindow(period), ...sums };
}

/** Adds a finite value; answers the deviation, or NaN during warm-up. */
export function pushDeviation(deviation: Deviation, value: number): number {
  const { window, sum, squares } = deviation;
  const dropped = pushNumber(window, value);
  if (!Number.isNaN(dropped)) {
    addExact(sum, -dropped);
    addSquare(squares, dropped, -1);
  }
  addExact(sum, value);
  addSquare(squares, value, 1);
  if (window.start === 0 && window.size === window.capacity) sumAnew(deviation);
  return deviationValue(deviation);
}

function sumAnew({ window, sum, squares }: Deviation): void {
  sum.high = sum.low = squares.high = squares.low = 0;
  for (const value of window.values) {
    addExact(sum, value);
    addSquare(squares, value, 1);
  }
}

/** The deviation of the window now; NaN during warm-up, and for a sample of one. */
export function deviationValue(deviation: Deviation): number {
  const { size } = deviation.window;
  if (size < deviation.minimum) return Number.NaN;
  const divisor = deviation.divisor === 'population' ? size : size - 1;
  return Math.sqrt(scaledVariance(deviation, size) / (size * divisor));
}

/** The mean of the window now, or NaN during warm-up. */
export function deviationMean(deviation: Deviation): number {
  const { size } = deviation.window;
  return size < deviation.minimum ? Number.NaN : meanValue(deviation.sum, size);
}
