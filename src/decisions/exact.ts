/**
 * Fractions meeting exact money: a fraction is a double, and what it says in decimal to twelve places is what counts
 * (0.05 is five hundredths, not the double next to it; what averages leave beyond the twelfth place is noise).
 */

import { assert } from '../core/assert.ts';
import { add, type Decimal, decimalFromFloat, divide, multiply, ONE, subtract } from '../core/decimal.ts';

/** A finite fraction as the decimal it means. */
export function exact(fraction: number): Decimal {
  const value = decimalFromFloat(Number(fraction.toFixed(12)));
  assert(value !== null, `a fraction is not a finite number: ${fraction}`);
  return value;
}

/** `fraction` of `amount`. */
export function shareOf<D extends Decimal>(amount: D, fraction: number): D {
  return multiply(amount, exact(fraction)) as D;
}

/** `price` moved by `fraction` of itself, up or (below 0) down. */
export function movedBy<D extends Decimal>(price: D, fraction: number): D {
  return multiply(price, add(ONE, exact(fraction))) as D;
}

/** How far `price` is above `base`, as an exact fraction of it; `base` is above 0. */
export function gainOf(price: Decimal, base: Decimal): Decimal {
  return divide(subtract(price, base), base);
}
