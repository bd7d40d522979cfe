/**
 * Wilder's smoothing (also called SMMA or RMA), alpha = 1 / period, seeded with the mean of the first `period` values.
 * Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978).
 */
import { createExponential, type Ema, pushEma } from './ema.ts';
import { checkedPeriod } from './number-window.ts';

/** State of Wilder's smoothing. */
export type Wilder = Ema;

/** A smoothing over `period` values that answers from the `period`-th on. */
export function createWilder(period: number): Wilder {
  return createExponential({ period, alpha: 1 / checkedPeriod(period), seed: 'mean' });
}

/** Adds a finite value; answers the smoothed value, or NaN during warm-up. */
export const pushWilder: (wilder: Wilder, value: number) => number = pushEma;
