/**
 * On-balance volume: volume of candles that closed higher minus that of candles that closed lower, from 0 on.
 */
import { addExact, createExactSum, type ExactSum, sumValue } from './exact-sum.ts';

/** State. */
export type Obv = { readonly sum: ExactSum; previousClose: number };

/** Zero, before the first candle. */
export function createObv(): Obv {
  return { sum: createExactSum(), previousClose: Number.NaN };
}

/** Adds a candle; answers the balance, 0 for the first one. */
export function pushObv(obv: Obv, candle: { readonly close: number; readonly volume: number }): number {
  if (candle.close > obv.previousClose) addExact(obv.sum, candle.volume);
  else if (candle.close < obv.previousClose) addExact(obv.sum, -candle.volume);
  obv.previousClose = candle.close;
  return sumValue(obv.sum);
}
