/**
 * Values of a scenario as people write them: `10m`, `-24h`, `+4%`, `8x`, `BTCUSDT`. In: a value of the file. Out: what
 * it means, or `null` where it means nothing.
 */
import { type Decimal, decimalFromFloat, parseDecimal } from '../../core/decimal.ts';
import { parseDuration } from '../../core/time.ts';

/** Longest stretch and furthest time of a scenario. */
const SPAN_MAX_MS = 60 * 86_400_000;
const QUOTE = 'USDT';

/** Milliseconds of `15s`, `10m`, `2h`, `5d`, or 0; none is negative or beyond 60 days. */
export function readSpan(value: unknown): number | null {
  if (value === 0) return 0;
  const length = typeof value === 'string' ? parseDuration(value) : null;
  return length === null || length > SPAN_MAX_MS ? null : length;
}

/** Milliseconds of a span that may have a sign, `-24h` for a day before the market goes live. */
export function readTime(value: unknown): number | null {
  if (typeof value !== 'string') return readSpan(value);
  const length = readSpan(value.replace(/^[+-]/, ''));
  if (length === null) return null;
  return value.startsWith('-') ? -length : length;
}

/** A share: 0.04 for `4%` and `+4%`, -0.22 for `-22%`. */
export function readPercent(value: unknown): number | null {
  const match = typeof value === 'string' ? /^([+-]?\d+(?:\.\d+)?)%$/.exec(value.trim()) : null;
  return match === null ? null : Number(match[1]) / 100;
}

/** The ratio of a change: 1.04 for `+4%`; none falls by all or rises more than a thousandfold. */
export function readChange(value: unknown): number | null {
  const change = readPercent(value);
  return change === null || change <= -1 || change > 1_000 ? null : 1 + change;
}

/** A factor: 8 for `8x`; above 0 and at most 10,000. */
export function readFactor(value: unknown): number | null {
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)x$/.exec(value.trim()) : null;
  const factor = match === null ? 0 : Number(match[1]);
  return factor > 0 && factor <= 10_000 ? factor : null;
}

/** A share from 0 to 1. */
export function readShare(value: unknown): number | null {
  const share = readPercent(value);
  return share !== null && share >= 0 && share <= 1 ? share : null;
}

/** `HOTUSDT` as base and quote. */
export function readSymbol(value: unknown): { readonly base: string; readonly quote: string } | null {
  const match = typeof value === 'string' ? /^([A-Z0-9]{1,20})USDT$/.exec(value) : null;
  return match === null ? null : { base: match[1] as string, quote: QUOTE };
}

/** One symbol, a list of them, or `all`. */
export function readSymbols(value: unknown): 'all' | readonly string[] | null {
  if (value === 'all') return value;
  const symbols: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isList = symbols.length > 0 && symbols.every((symbol) => readSymbol(symbol) !== null);
  return isList ? (symbols as readonly string[]) : null;
}

/** A price above zero, as a number or as text. */
export function readPrice(value: unknown): Decimal | null {
  const price =
    typeof value === 'number' ? decimalFromFloat(value) : typeof value === 'string' ? parseDecimal(value) : null;
  return price !== null && price > 0n ? price : null;
}

/** A quote volume above zero. */
export function readVolume(value: unknown): number | null {
  return typeof value === 'number' && value > 0 && value <= 1e12 ? value : null;
}
