/**
 * The greater and the smaller of exact prices; `Math.max` and `Math.min` do not take them.
 */
import type { Price } from '../model/money.ts';

/** The greater one. */
export function higher(a: Price, b: Price): Price {
  if (a > b) return a;
  return b;
}

/** The smaller one. */
export function lower(a: Price, b: Price): Price {
  if (a < b) return a;
  return b;
}
