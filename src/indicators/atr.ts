/**
 * Average true range after Wilder: the range of a candle including the step from the close before it, smoothed.
 */
import type { RangeCandle } from './kdj.ts';
import { createWilder, pushWilder, type Wilder } from './wilder.ts';

/**
 * What the very first candle counts, which has no close before it: its `height`, or it is left out (`skipped`) and
 * warm-up takes one candle more.
 */
export type FirstRange = 'height' | 'skipped';

/** State; `previousClose` is NaN before the first candle. */
export type Atr = { readonly first: FirstRange; readonly average: Wilder; previousClose: number };

/** A range averaged over `period` candles. */
export function createAtr(period: number, first: FirstRange = 'height'): Atr {
  return { first, average: createWilder(period), previousClose: Number.NaN };
}

/** Adds a candle; answers the average, or NaN during warm-up. */
export function pushAtr(atr: Atr, candle: RangeCandle): number {
  const { previousClose } = atr;
  const isFirst = Number.isNaN(previousClose);
  atr.previousClose = candle.close;
  if (isFirst && atr.first === 'skipped') return Number.NaN;
  return pushWilder(atr.average, isFirst ? candle.high - candle.low : trueRange(candle, previousClose));
}

/** The largest of the candle's height and its reaches from the close before it. */
export function trueRange(candle: RangeCandle, previousClose: number): number {
  return Math.max(candle.high, previousClose) - Math.min(candle.low, previousClose);
}
