/**
 * Commodity channel index: the typical price against its mean, in units of 0.015 mean absolute deviations. The
 * deviation is summed anew over the window for each value: with a changing mean it has no constant-time form.
 */
import type { RangeCandle } from './kdj.ts';
import { numberAt } from './number-window.ts';
import { createSma, pushSma, type Sma } from './sma.ts';

/** State; answers NaN for the first `minimum - 1` candles. */
export type Cci = { readonly typical: Sma };

/** An index over `period` candles that answers from the `minimum`-th on (all of them unless given). */
export function createCci(period: number, minimum: number = period): Cci {
  return { typical: createSma(period, minimum) };
}

/** Adds a candle; answers the index, or NaN during warm-up. Without any deviation it is 0. */
export function pushCci(cci: Cci, candle: RangeCandle): number {
  // Three times the typical price: the factor leaves the index as it is, and sums of integers stay exact.
  const triple = candle.high + candle.low + candle.close;
  const mean = pushSma(cci.typical, triple);
  if (Number.isNaN(mean)) return Number.NaN;
  const deviation = meanDeviation(cci.typical, mean);
  return deviation === 0 ? 0 : (triple - mean) / (0.015 * deviation);
}

/** Mean absolute distance of the window's values from `mean`. */
export function meanDeviation(sma: Sma, mean: number): number {
  const { window } = sma;
  let sum = 0;
  for (let lag = window.size - 1; lag >= 0; lag--) sum += Math.abs(numberAt(window, lag) - mean);
  return sum / window.size;
}
