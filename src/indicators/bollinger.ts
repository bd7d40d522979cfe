/**
 * Bollinger bands: the mean of `period` values and `width` standard deviations around it.
 */
import { createDeviation, type Deviation, type Divisor, deviationMean, pushDeviation } from './deviation.ts';

/** State with its newest bands; all of them NaN during warm-up. */
export type Bollinger = {
  readonly width: number;
  readonly deviation: Deviation;
  middle: number;
  upper: number;
  lower: number;
};

/** Bands over `period` values, `width` deviations wide; warm-up takes `period` values. */
export function createBollinger(options: {
  readonly period: number;
  readonly width: number;
  readonly divisor: Divisor;
}): Bollinger {
  const { period, width, divisor } = options;
  const bands = { middle: Number.NaN, upper: Number.NaN, lower: Number.NaN };
  return { width, deviation: createDeviation({ period, divisor }), ...bands };
}

/** Adds a finite value; answers the state with its new bands. */
export function pushBollinger(bollinger: Bollinger, value: number): Readonly<Bollinger> {
  const spread = bollinger.width * pushDeviation(bollinger.deviation, value);
  const middle = deviationMean(bollinger.deviation);
  bollinger.middle = middle;
  bollinger.upper = middle + spread;
  bollinger.lower = middle - spread;
  return bollinger;
}
