/**
 * KDJ: where the close lies in the range of the last `period` candles (RSV), smoothed twice by thirds, and J = 3K - 2D.
 * K and D begin at 50.
 */
import { createExtreme, type Extreme, pushExtreme } from './extremes.ts';
import { checkedPeriod } from './number-window.ts';

/** A candle as far as a range needs it; low <= close <= high. */
export type RangeCandle = { readonly high: number; readonly low: number; readonly close: number };

/** State with its newest values. */
export type Kdj = {
  readonly firstMove: number;
  readonly highest: Extreme;
  readonly lowest: Extreme;
  seen: number;
  k: number;
  d: number;
  j: number;
};

/**
 * KDJ over `period` candles. Candles before the one with index `firstMove` leave K and D at 50; ranges of fewer than
 * `period` candles are taken as they are. It answers from the first candle on; the seed's share is below 1e-12 of it
 * after 75 candles.
 */
export function createKdj(period: number, firstMove = 0): Kdj {
  checkedPeriod(period);
  const ranges = { highest: createExtreme('highest', period), lowest: createExtreme('lowest', period) };
  return { firstMove, ...ranges, seen: 0, k: 50, d: 50, j: 50 };
}

/** Adds a candle; answers the state with its new values. A range of zero height counts as its middle. */
export function pushKdj(kdj: Kdj, candle: RangeCandle): Readonly<Kdj> {
  const high = pushExtreme(kdj.highest, candle.high);
  const low = pushExtreme(kdj.lowest, candle.low);
  if (kdj.seen >= kdj.firstMove) {
    const rsv = high > low ? (100 * (candle.close - low)) / (high - low) : 50;
    kdj.k = (2 * kdj.k + rsv) / 3;
    kdj.d = (2 * kdj.d + kdj.k) / 3;
    kdj.j = 3 * kdj.k - 2 * kdj.d;
  }
  kdj.seen++;
  return kdj;
}
