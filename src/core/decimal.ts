/**
 * Exact decimals as branded bigints that count units of 10^-18. Addition, subtraction and comparison are the native
 * operators (`a + b`, `a < b`) behind the names below; a product of two venue-grid numbers (at most 9 decimals each)
 * is exact. Chosen over a decimal library by measurement: docs/adr/0002-decimals-are-scaled-bigints.md.
 */
import type { Brand } from './brand.ts';

/** An exact decimal number, scaled by 10^18. Compare with `<`, `===`; do arithmetic with the functions here. */
export type Decimal = Brand<bigint, 'Decimal'>;

const SCALE = 18;
const ONE_RAW = 10n ** 18n;
const POWERS: readonly bigint[] = Array.from({ length: SCALE + 1 }, (_, exponent) => 10n ** BigInt(exponent));
/** Digits that always fit a double's 53-bit integer range. */
const SAFE_DIGITS = 15;
const TEXT_LENGTH_MAX = 64;
/** Units of 10^-8, the finest that venues use: crossings to and from doubles are short there. */
const GRID = 1e8;
const GRID_RAW = 10n ** 10n;
const SAFE_UNITS = 1e15;

/** Zero. */
export const ZERO = 0n as Decimal;
/** One. */
export const ONE = ONE_RAW as Decimal;

/**
 * A decimal from plain text such as `-12.0345`; `null` when the text is no plain decimal number, is longer than 64
 * characters, or has a non-zero digit beyond the 18th decimal. Exponents, signs other than a leading `-`, spaces and
 * empty parts are refused.
 */
export function parseDecimal(text: string): Decimal | null {
  const length = text.length;
  if (length === 0 || length > SAFE_DIGITS + 1) return parseLong(text);
  let mantissa = 0;
  let point = -1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) mantissa = mantissa * 10 + (code - 48);
    else if (code === 46 && point < 0) point = i;
    else return parseLong(text);
  }
  if (point === 0 || point === length - 1 || (point < 0 && length > SAFE_DIGITS)) return parseLong(text);
  const decimals = point < 0 ? 0 : length - point - 1;
  return (BigInt(mantissa) * (POWERS[SCALE - decimals] as bigint)) as Decimal;
}

function parseLong(text: string): Decimal | null {
  if (text.length > TEXT_LENGTH_MAX) return null;
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return null;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > SCALE) return null;
  const raw = BigInt(`${match[2]}${fraction}`) * (POWERS[SCALE - fraction.length] as bigint);
  return (match[1] === '-' ? -raw : raw) as Decimal;
}

/** A decimal from literal text in code and tests; throws `RangeError` where `parseDecimal` returns `null`. */
export function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === null) throw new RangeError(`not a decimal number: ${text}`);
  return value;
}

/**
 * The decimal a double displays as (its shortest round-trip text), for inputs that arrive as JSON numbers; `null` for
 * NaN, infinities and magnitudes whose digits do not fit.
 */
export function decimalFromFloat(value: number): Decimal | null {
  if (!Number.isFinite(value)) return null;
  // Two decimal numbers of at most 15 digits never share a double: the one that is found is the one displayed.
  const units = Math.round(value * GRID);
  if (Math.abs(units) < SAFE_UNITS && units / GRID === value) return (BigInt(units) * GRID_RAW) as Decimal;
  const text = String(value);
  if (!text.includes('e')) return parseDecimal(text);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return null;
  const digits = `${match[2]}${match[3] ?? ''}`;
  const exponent = Number(match[4]) - (match[3] ?? '').length;
  if (exponent < -(SCALE + digits.length) || exponent > 40) return null;
  const plain = exponent >= 0 ? digits + '0'.repeat(exponent) : placePoint(digits, -exponent);
  return parseDecimal(`${match[1]}${plain}`);
}

function placePoint(digits: string, decimals: number): string {
  const padded = digits.padStart(decimals + 1, '0');
  return `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
}

/** Canonical text: no exponent, no trailing zeros, no `-0`. Equal decimals give equal text. */
export function toDecimalText(value: Decimal): string {
  if (value < 0n) return `-${toDecimalText(-value as Decimal)}`;
  let digits = value.toString();
  if (digits.length <= SCALE) digits = digits.padStart(SCALE + 1, '0');
  const point = digits.length - SCALE;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === 48) end--;
  return end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`;
}

/**
 * What `toDecimalText(parseDecimal(text))` gives, without arithmetic where `text` is canonical already; `null` as for
 * `parseDecimal`.
 */
export function toCanonicalText(text: string): string | null {
  if (isCanonicalUnsigned(text)) return text;
  const value = parseDecimal(text);
  return value === null ? null : toDecimalText(value);
}

function isCanonicalUnsigned(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > TEXT_LENGTH_MAX) return false;
  let point = -1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46 && point < 0) point = i;
    else if (code < 48 || code > 57) return false;
  }
  const whole = point < 0 ? length : point;
  if (whole === 0 || (whole > 1 && text.charCodeAt(0) === 48)) return false;
  return point < 0 || (point < length - 1 && length - point - 1 <= SCALE && text.charCodeAt(length - 1) !== 48);
}

/** The nearest double. Lossy: for indicators, scores and charts only. */
export function toFloat(value: Decimal): number {
  // Both parts are exact, so the quotient is rounded once, as reading the text would round it.
  const units = (value as bigint) / GRID_RAW;
  const exact = Number(units);
  if (units * GRID_RAW === value && Math.abs(exact) <= Number.MAX_SAFE_INTEGER) return exact / GRID;
  return Number(toDecimalText(value));
}

/** Exact sum. */
export function add<D extends Decimal>(a: D, b: D): D {
  return ((a as bigint) + b) as D;
}

/** Exact difference. */
export function subtract<D extends Decimal>(a: D, b: D): D {
  return ((a as bigint) - b) as D;
}

/** Product, exact up to 18 decimals and truncated towards zero beyond them. */
export function multiply(a: Decimal, b: Decimal): Decimal {
  return ((a * b) / ONE_RAW) as Decimal;
}

/** Quotient truncated towards zero at 18 decimals; throws `RangeError` on division by zero. */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b === 0n) throw new RangeError('division by zero');
  return ((a * ONE_RAW) / b) as Decimal;
}

/** The smaller of two. */
export function lesser<D extends Decimal>(a: D, b: D): D {
  return a < b ? a : b;
}

/** The larger of two. */
export function greater<D extends Decimal>(a: D, b: D): D {
  return a > b ? a : b;
}

/** The largest multiple of `step` that is not above `value` in magnitude; throws `RangeError` unless `step` is positive. */
export function truncateToStep(value: Decimal, step: Decimal): Decimal {
  if (step <= 0n) throw new RangeError('step must be positive');
  return (value - (value % step)) as Decimal;
}
