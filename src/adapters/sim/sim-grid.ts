/**
 * The number grid of an instrument: prices are whole multiples of its tick, quantities of its step. In: exact
 * decimals. Out: integer units for arithmetic, padded text for the wire. Nothing is ever rounded away on output.
 */
import { type Decimal, multiply, ONE, toDecimalText } from '../../core/decimal.ts';

/** Tick of the prices and step of the quantities of one instrument; both positive. */
export type SimGrid = { readonly priceTick: Decimal; readonly quantityStep: Decimal };

/** Decimals an exact decimal can have; the smallest unit is 10^-18. */
const SCALE = 18;

/** `units` (an integer) times `unit`. */
export function fromUnits(units: number, unit: Decimal): Decimal {
  return (BigInt(units) * unit) as Decimal;
}

/** How many whole times `unit` fits into `value`; exact below 2^53. */
export function toUnits(value: Decimal, unit: Decimal): number {
  return Number(value / unit);
}

/** `value * part / whole`, truncated; `part` and `whole` are integers, `whole` positive. */
export function shareOf(value: Decimal, part: number, whole: number): Decimal {
  return ((value * BigInt(part)) / BigInt(whole)) as Decimal;
}

/** Decimals needed to write multiples of `unit`: 2 for 0.01 and 0.05, 0 for 1 and 10. */
export function decimalsOf(unit: Decimal): number {
  const text = toDecimalText(unit);
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

/** Plain text with at least `decimals` decimals, more where the value has more. */
export function toPaddedText(value: Decimal, decimals: number): string {
  const text = toDecimalText(value);
  if (decimals === 0) return text;
  const point = text.indexOf('.');
  if (point < 0) return `${text}.${'0'.repeat(decimals)}`;
  return text.padEnd(point + 1 + decimals, '0');
}

/** The largest power of ten, at most 1, that every value is a multiple of. */
export function commonUnit(values: Iterable<Decimal>): Decimal {
  let unit: bigint = ONE;
  let places = 0;
  for (const value of values) {
    while (value % unit !== 0n && places < SCALE) {
      unit /= 10n;
      places++;
    }
  }
  return unit as Decimal;
}

/** The unit of quote amounts: one tick times one step. */
export function quoteUnitOf(grid: SimGrid): Decimal {
  return multiply(grid.priceTick, grid.quantityStep);
}

/** The larger of two; `Math.max` does not take exact decimals. */
export function highest(a: Decimal, b: Decimal): Decimal {
  if (a > b) return a;
  return b;
}

/** The smaller of two. */
export function lowest(a: Decimal, b: Decimal): Decimal {
  if (a < b) return a;
  return b;
}
