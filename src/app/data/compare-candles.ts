/**
 * Two lists of the same candles, column by column: what is equal, what differs in which column, what only one side
 * has. Exact: decimals are compared as decimals, and a column that one side does not publish is left out.
 */
import { type Decimal, toDecimalText } from '../../core/decimal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';

/** One value that differs, as text. */
export type ValueMismatch = { readonly column: string; readonly expected: string; readonly stored: string };

/**
 * One candle that is not as expected: `different` in the values listed, `missing` in the store, or `extra` there
 * although none is expected.
 */
export type CandleMismatch = {
  readonly openTime: EpochMs;
  readonly kind: 'different' | 'missing' | 'extra';
  readonly values: readonly ValueMismatch[];
};

/** The outcome; `compared` counts the candles that both sides have. */
export type Comparison = { readonly compared: number; readonly mismatches: readonly CandleMismatch[] };

const PRICES = ['open', 'high', 'low', 'close', 'volume'] as const;
const OPTIONAL = ['quoteVolume', 'trades', 'takerBaseVolume', 'takerQuoteVolume'] as const;
const COUNTS = ['baseCount', 'baseExpected'] as const;

/**
 * Compares two ascending lists; with `certificate` also how many base candles each candle was made of, where both were
 * made the same way. Mismatches ascend.
 */
export function compareCandles(
  expected: readonly ClosedCandle[],
  stored: readonly ClosedCandle[],
  depth: 'numbers' | 'certificate',
): Comparison {
  const known = new Map(stored.map((candle) => [candle.openTime, candle]));
  const mismatches: CandleMismatch[] = [];
  let compared = 0;
  for (const candle of expected) {
    const { openTime } = candle;
    const found = known.get(openTime);
    known.delete(openTime);
    if (found === undefined) mismatches.push({ openTime, kind: 'missing', values: [] });
    else {
      compared++;
      const values = depth === 'numbers' ? compareNumbers(candle, found) : compareAll(candle, found);
      if (values.length > 0) mismatches.push({ openTime, kind: 'different', values });
    }
  }
  for (const openTime of known.keys()) mismatches.push({ openTime, kind: 'extra', values: [] });
  return { compared, mismatches: mismatches.sort((a, b) => a.openTime - b.openTime) };
}

function compareNumbers(expected: ClosedCandle, stored: ClosedCandle): readonly ValueMismatch[] {
  const shared = OPTIONAL.filter((column) => expected[column] !== null && stored[column] !== null);
  return [...PRICES, ...shared].flatMap((column) => mismatch(column, expected[column], stored[column]));
}

function compareAll(expected: ClosedCandle, stored: ClosedCandle): readonly ValueMismatch[] {
  if (stored.certificate.source !== expected.certificate.source) return compareNumbers(expected, stored);
  const made = COUNTS.flatMap((field) => mismatch(field, expected.certificate[field], stored.certificate[field]));
  return [...compareNumbers(expected, stored), ...made];
}

function mismatch(
  column: string,
  expected: Decimal | number | null,
  stored: Decimal | number | null,
): readonly ValueMismatch[] {
  return expected === stored ? [] : [{ column, expected: show(expected), stored: show(stored) }];
}

function show(value: Decimal | number | null): string {
  return typeof value === 'bigint' ? toDecimalText(value) : String(value);
}
