/**
 * What the averages of one candle say, as bits of a column: rules that ask "at any of the last 30 candles" then read
 * bits instead of prices. A fact whose earlier candle lies before the window is not one.
 */
import type { Series } from './series-state.ts';

/** MA5 crossed above MA20. */
export const UP_5_20 = 1;
/** MA5 crossed below MA20. */
export const DOWN_5_20 = 2;
/** MA10 crossed above MA20. */
export const UP_10_20 = 4;
/** MA10 crossed below MA20. */
export const DOWN_10_20 = 8;
/** MA5 crossed above MA10. */
export const UP_5_10 = 16;
/** MA5 below MA10. */
export const BELOW_5_10 = 32;
/** MA5 below MA20. */
export const BELOW_5_20 = 64;
/** MA5 above MA20. */
export const ABOVE_5_20 = 128;
/** A silver valley within 20 candles. */
export const SHORT_SILVER = 256;
/** MA5, MA10, MA20 and MA30 within 0.3 % of their mean. */
export const BONDED = 512;
/** The close crossed above MA20. */
export const UP_CLOSE = 1024;
/** The close crossed below MA20. */
export const DOWN_CLOSE = 2048;

/** Crosses that open a silver valley. */
export const VALLEY_CROSSES = UP_5_20 | UP_5_10 | UP_10_20;

const BOND_PERCENT = 0.3;
const SHORT_SILVER_CANDLES = 20;

/** The facts of the newest candle. */
export function maFacts(series: Series): number {
  const { columns, size } = series;
  const { at, close, ma5, ma10, ma20, ma30 } = columns;
  const f = ma5[at] as number;
  const m = ma10[at] as number;
  const s = ma20[at] as number;
  let facts = f < m ? BELOW_5_10 : 0;
  if (f < s) facts |= BELOW_5_20;
  if (f > s) facts |= ABOVE_5_20;
  if (spreadPercent([f, m, s, ma30[at] as number]) < BOND_PERCENT) facts |= BONDED;
  if (size < 2) return facts;
  facts |= cross([ma5, ma20], at, [UP_5_20, DOWN_5_20]);
  facts |= cross([ma10, ma20], at, [UP_10_20, DOWN_10_20]);
  facts |= cross([ma5, ma10], at, [UP_5_10, 0]);
  facts |= cross([close, ma20], at, [UP_CLOSE, DOWN_CLOSE]);
  // The newest candle's crosses count for its own valley, so its column is written before the look back.
  columns.maFacts[at] = facts;
  return isShortSilver(series) ? facts | SHORT_SILVER : facts;
}

function cross(
  [a, b]: readonly [Float64Array, Float64Array],
  at: number,
  [up, down]: readonly [number, number],
): number {
  const now = (a[at] as number) - (b[at] as number);
  const before = (a[at - 1] as number) - (b[at - 1] as number);
  if (now > 0 && before <= 0) return up;
  return now < 0 && before >= 0 ? down : 0;
}

function isShortSilver({ columns, size }: Series): boolean {
  const { at, ma5, ma10, ma20 } = columns;
  if (size <= SHORT_SILVER_CANDLES) return false;
  const isBull = (ma5[at] as number) > (ma10[at] as number) && (ma10[at] as number) > (ma20[at] as number);
  if (!isBull || !((ma20[at - SHORT_SILVER_CANDLES] as number) > (ma20[at - 1] as number))) return false;
  return hasFact(columns.maFacts, VALLEY_CROSSES, { from: at - SHORT_SILVER_CANDLES + 1, to: at });
}

/** Whether any candle from `from` to `to` (both included, negative ones ignored) has one of the facts. */
export function hasFact(
  facts: Float64Array,
  wanted: number,
  range: { readonly from: number; readonly to: number },
): boolean {
  for (let at = range.to; at >= range.from && at >= 0; at--) {
    if (((facts[at] as number) & wanted) !== 0) return true;
  }
  return false;
}

/** Distance between the highest and the lowest in percent of their mean, over those that are there. */
export function spreadPercent(values: readonly number[]): number {
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (value > highest) highest = value;
    if (value < lowest) lowest = value;
    sum += value;
    count++;
  }
  return (100 * (highest - lowest)) / (sum / count);
}
