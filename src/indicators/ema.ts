/**
 * Exponential moving average, alpha = 2 / (period + 1).
 */
import { addExact, createExactSum, type ExactSum, meanValue } from './exact-sum.ts';
import { checkedPeriod } from './number-window.ts';

/**
 * What an average starts from: the `first` value (it answers at once and forgets the seed later), or the `mean` of
 * the first `period` values (it answers from then on).
 */
export type Seed = 'first' | 'mean';

/** State; `value` is NaN during warm-up. */
export type Ema = {
  readonly period: number;
  readonly alpha: number;
  readonly seed: Seed;
  readonly sum: ExactSum;
  seen: number;
  value: number;
};

/** An average over about `period` values. */
export function createEma(period: number, seed: Seed = 'first'): Ema {
  return createExponential({ period, alpha: 2 / (checkedPeriod(period) + 1), seed });
}

/** Any exponential average: `alpha` is the weight of the newest value. */
export function createExponential(options: Pick<Ema, 'period' | 'alpha' | 'seed'>): Ema {
  const { period, alpha, seed } = options;
  return { period: checkedPeriod(period), alpha, seed, sum: createExactSum(), seen: 0, value: Number.NaN };
}

/** Adds a finite value; answers the average, or NaN during warm-up. */
export function pushEma(ema: Ema, value: number): number {
  if (ema.seen >= ema.period || (ema.seen > 0 && ema.seed === 'first')) {
    ema.value = ema.alpha * value + (1 - ema.alpha) * ema.value;
    return ema.value;
  }
  ema.seen++;
  if (ema.seed === 'first') {
    ema.seen = ema.period;
    ema.value = value;
    return value;
  }
  addExact(ema.sum, value);
  if (ema.seen === ema.period) ema.value = meanValue(ema.sum, ema.period);
  return ema.value;
}
