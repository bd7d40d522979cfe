/**
 * Prices as the rules compute with them. `whole`: a series' first close sets a power of ten that turns its prices into
 * integers of about eleven digits. Sums of integers are exact in a double, so that two averages are equal exactly when
 * the prices say so, and the same chart at a millionth of the price gives the same numbers to the last bit. `raw`:
 * the doubles nearest to the prices, with the roundings of the reference.
 */
import { type Decimal, toFloat } from '../core/decimal.ts';
import type { Distance, PriceUnits } from './hot-coin-params.ts';

/** Digits of the first close; 60 prices a thousand times as high still add up below 2^53. */
const DIGITS = 11;
const DECIMALS = 18;
/** A scaled price this near to an integer was one before it became a double. */
const SNAP = 1e-4;

/** `price * factor` is the scaled price; the factor is `10^exponent`. */
export type PriceScale = { readonly units: PriceUnits; readonly exponent: number; readonly factor: number };

/** The scale of a series whose first close is `price` (positive and finite). */
export function scaleOfFloat(price: number, units: PriceUnits): PriceScale {
  if (units === 'raw') return RAW;
  const magnitude = Number(price.toExponential().split('e')[1]);
  return scale(DIGITS - 1 - magnitude);
}

/** The scale of a series whose first close is `price` (positive). */
export function scaleOfDecimal(price: Decimal, units: PriceUnits): PriceScale {
  if (units === 'raw') return RAW;
  return scale(DIGITS - price.toString().length + DECIMALS);
}

const RAW: PriceScale = { units: 'raw', exponent: 0, factor: 1 };

function scale(exponent: number): PriceScale {
  return { units: 'whole', exponent, factor: 10 ** exponent };
}

/** A price that arrived as a double, scaled. */
export function scaleFloat(price: number, { units, factor }: PriceScale): number {
  return units === 'raw' ? price : snap(price * factor);
}

function snap(scaled: number): number {
  const whole = Math.round(scaled);
  return Math.abs(scaled - whole) < SNAP ? whole : scaled;
}

/** An exact price, scaled; digits beyond the scale become the fraction. */
export function scaleDecimal(price: Decimal, { units, exponent }: PriceScale): number {
  if (units === 'raw') return toFloat(price);
  const steps = DECIMALS - exponent;
  return snap(steps > 0 ? Number(price) / 10 ** steps : Number(price) * 10 ** -steps);
}

/** What `distance` is at a price of `close`, in scaled prices. */
export function scaledDistance(distance: Distance, close: number, factor: number): number {
  return 'amount' in distance ? distance.amount * factor : distance.share * close;
}
