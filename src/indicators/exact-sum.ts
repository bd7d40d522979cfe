/**
 * Running sums that do not drift: a sum is held as an unevaluated pair of doubles (about 32 digits), so that adding
 * and removing a window's numbers for years leaves the sum of what is in the window. Sums of integers are exact.
 * Source of the error-free steps: T. J. Dekker, Numerische Mathematik 18 (1971); D. E. Knuth, TAOCP volume 2, 4.2.2.
 */

/** A sum `high + low` with `low` at most half a unit of `high`'s last place. */
export type ExactSum = { high: number; low: number };

/** Splits a double into two halves of 26 bits. */
const SPLITTER = 134_217_729;

/** Zero. */
export function createExactSum(): ExactSum {
  return { high: 0, low: 0 };
}

/** Adds `value`; subtract with `-value`. */
export function addExact(sum: ExactSum, value: number): void {
  const high = sum.high + value;
  const part = high - sum.high;
  const error = sum.high - (high - part) + (value - part) + sum.low;
  sum.high = high + error;
  sum.low = error - (sum.high - high);
}

/** Adds the square of `value`, every digit of it; a negative `sign` subtracts it. */
export function addSquare(sum: ExactSum, value: number, sign: 1 | -1): void {
  const square = value * value;
  addExact(sum, sign * square);
  addExact(sum, sign * squareError(value, square));
}

/** What `square` lacks of the exact square of `value`. */
function squareError(value: number, square: number): number {
  const scaled = SPLITTER * value;
  const big = scaled - (scaled - value);
  const small = value - big;
  return small * small - (square - big * big - 2 * big * small);
}

/** The sum as the nearest double. */
export function sumValue(sum: ExactSum): number {
  return sum.high + sum.low;
}

/** `sum / count`: equal rational means give equal doubles while the sums are integers below 2^53. */
export function meanValue(sum: ExactSum, count: number): number {
  const mean = sum.high / count;
  // The remainder of the division is exact to twice the digits; without it a constant series would move in its last bit.
  const back = mean * count;
  const scaledMean = SPLITTER * mean;
  const bigMean = scaledMean - (scaledMean - mean);
  const error = bigMean * count - back + (mean - bigMean) * count;
  return mean + (sum.high - back - error + sum.low) / count;
}

/** `count * squares - sum^2`, which is `count^2` times the variance; 0 where only rounding is left. */
export function scaledVariance(sums: { readonly sum: ExactSum; readonly squares: ExactSum }, count: number): number {
  const { sum, squares } = sums;
  const square = sum.high * sum.high;
  const total: ExactSum = { high: count * squares.high, low: 0 };
  addExact(total, productError(count, squares.high, total.high));
  addExact(total, count * squares.low);
  addExact(total, -square);
  addExact(total, -squareError(sum.high, square));
  addExact(total, -2 * sum.high * sum.low);
  const value = sumValue(total);
  return value > square * VARIANCE_NOISE ? value : 0;
}

/** Pairs carry about 104 bits; what lies below 2^-98 of the square is rounding. */
const VARIANCE_NOISE = 2 ** -98;

function productError(count: number, value: number, product: number): number {
  const scaled = SPLITTER * value;
  const big = scaled - (scaled - value);
  return big * count - product + (value - big) * count;
}
