import Big from 'big.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  type Decimal,
  decimal,
  decimalFromFloat,
  divide,
  greater,
  lesser,
  multiply,
  ONE,
  parseDecimal,
  subtract,
  toCanonicalText,
  toDecimalText,
  toFloat,
  truncateToStep,
  ZERO,
} from './decimal.ts';

/** An independent implementation, set to the same 18 decimals, truncated. */
const Oracle = Big();
Oracle.DP = 18;
Oracle.RM = 0;

/** Plain decimal text with up to `whole` digits before and `decimals` after the point. */
function plainText(whole: number, decimals: number): fc.Arbitrary<string> {
  const digits = (max: number) => fc.stringMatching(new RegExp(`^\\d{0,${max}}$`));
  return fc.tuple(fc.boolean(), digits(whole), digits(decimals)).map(([isNegative, before, after]) => {
    return `${isNegative ? '-' : ''}${before === '' ? '0' : before}${after === '' ? '' : `.${after}`}`;
  });
}

/** Numbers as venues send them: short ones take another way through the parser than long ones. */
const anyText = fc.oneof(plainText(6, 8), plainText(20, 18), plainText(15, 1));
const oracle = (text: string): string => {
  const exact = new Oracle(text).round(18, 0);
  return exact.eq(0) ? '0' : exact.toFixed();
};
const truncated = (value: Big): string => {
  const cut = value.round(18, 0);
  return cut.eq(0) ? '0' : cut.toFixed();
};

describe('parseDecimal', () => {
  it('reads plain text as an independent library does', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(toDecimalText(decimal(text))).toBe(oracle(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('comes back equal from its own text', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (raw) => {
        expect(parseDecimal(toDecimalText(raw as Decimal))).toBe(raw);
      }),
    );
  });

  it.each([
    ['0', 0n],
    ['-0', 0n],
    ['-0.000', 0n],
    ['007', 7_000_000_000_000_000_000n],
    ['0.000000000000000001', 1n],
    ['-0.000000000000000001', -1n],
    ['1.0000000000000000010000', 1_000_000_000_000_000_001n],
    ['999999999999999', 999_999_999_999_999n * 10n ** 18n],
    ['9999999999999999', 9_999_999_999_999_999n * 10n ** 18n],
    ['12345678.1234567', 12_345_678_123_456_700_000_000_000n],
  ])('reads %s exactly', (text, raw) => {
    expect(parseDecimal(text)).toBe(raw);
  });

  it.each([
    '',
    ' ',
    ' 1',
    '1 ',
    '.',
    '1.',
    '.5',
    '-',
    '-.5',
    '--1',
    '+1',
    '1e3',
    '1E3',
    '0x10',
    'NaN',
    'Infinity',
    '1,5',
    '1_000',
    '1.2.3',
    '1-2',
    '１',
    '1n',
    '1\n',
    '0.0000000000000000001',
    '1.1234567890123456789',
    '9'.repeat(65),
    `1.${'0'.repeat(63)}`,
  ])('refuses %j', (text) => {
    expect(parseDecimal(text)).toBeNull();
    expect(() => decimal(text)).toThrow(RangeError);
  });

  it('takes text of 64 characters', () => {
    expect(parseDecimal('9'.repeat(64))).toBe((10n ** 64n - 1n) * 10n ** 18n);
  });
});

describe('arithmetic', () => {
  it('agrees with an independent library to the 18th decimal, truncating towards zero', () => {
    fc.assert(
      fc.property(anyText, anyText, (first, second) => {
        const [a, b] = [decimal(first), decimal(second)];
        const [x, y] = [new Oracle(first), new Oracle(second)];
        expect(toDecimalText(add(a, b))).toBe(truncated(x.plus(y)));
        expect(toDecimalText(subtract(a, b))).toBe(truncated(x.minus(y)));
        expect(toDecimalText(multiply(a, b))).toBe(truncated(x.times(y)));
        if (b !== 0n) expect(toDecimalText(divide(a, b))).toBe(truncated(x.div(y)));
        expect(a < b).toBe(x.lt(y));
        expect(a === b).toBe(x.eq(y));
      }),
      { numRuns: 2_000 },
    );
  });

  it('multiplies two venue-grid numbers of nine decimals without losing a digit', () => {
    const product = multiply(decimal('123456.123456789'), decimal('-0.987654321'));
    expect(toDecimalText(product)).toBe(new Oracle('123456.123456789').times('-0.987654321').toFixed());
  });

  it('has its neutral elements, and no negative zero', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const value = decimal(text);
        expect(add(value, ZERO)).toBe(value);
        expect(multiply(value, ONE)).toBe(value);
        expect(divide(value, ONE)).toBe(value);
        expect(toDecimalText(subtract(value, value))).toBe('0');
      }),
    );
  });

  it('stops at a division by zero', () => {
    expect(() => divide(ONE, ZERO)).toThrow('division by zero');
  });
});

describe('canonical text', () => {
  const either = (text: string): string | null => {
    const value = parseDecimal(text);
    return value === null ? null : toDecimalText(value);
  };
  const nearlyPlain = fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '-', 'e', ' '), maxLength: 24 });

  it('of any text is that of the number it stands for', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nearlyPlain), (text) => {
        expect(toCanonicalText(text)).toBe(either(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['0.50', '0.5'],
    ['00.5', '0.5'],
    ['10.', null],
    ['.5', null],
    ['', null],
    ['0.0000000000000000001', null],
    ['9'.repeat(64), '9'.repeat(64)],
    ['9'.repeat(65), null],
  ])('of %j is %j', (text, canonical) => {
    expect(toCanonicalText(text)).toBe(canonical);
  });
});

describe('the lesser and the greater of two', () => {
  it('are the ends of the two in order', () => {
    const value = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect([lesser(a as Decimal, b as Decimal), greater(a as Decimal, b as Decimal)]).toEqual([low, high]);
      }),
    );
  });
});

describe('truncateToStep', () => {
  it('lands on the grid, never above the value in magnitude and less than one step away', () => {
    fc.assert(
      fc.property(anyText, fc.bigInt({ min: 1n, max: 10n ** 22n }), (text, raw) => {
        const [value, step] = [decimal(text), raw as Decimal];
        const cut = truncateToStep(value, step);
        const magnitude = (each: bigint): bigint => (each < 0n ? -each : each);
        expect(cut % step).toBe(0n);
        expect(magnitude(cut) <= magnitude(value)).toBe(true);
        expect(magnitude(subtract(value, cut)) < step).toBe(true);
        expect(truncateToStep(cut, step)).toBe(cut);
      }),
    );
  });

  it.each(['0', '-0.1'])('refuses the step %s', (step) => {
    expect(() => truncateToStep(ONE, decimal(step))).toThrow(RangeError);
  });
});

describe('floats', () => {
  it('are taken as the decimal they display as', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e21, max: 1e21 }), (value) => {
        const exact = decimalFromFloat(value);
        const shown = new Oracle(value);
        if (exact === null) expect(shown.eq(shown.round(18, 0))).toBe(false);
        else expect(toDecimalText(exact)).toBe(truncated(shown));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [0.1, '0.1'],
    [-0, '0'],
    [1e-7, '0.0000001'],
    [1.5e-10, '0.00000000015'],
    [-2.5e-18, null],
    [1e-18, '0.000000000000000001'],
    [1e-19, null],
    [5e-324, null],
    [1e21, '1000000000000000000000'],
    [-1.25e22, '-12500000000000000000000'],
    [1.7976931348623157e308, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
  ])('reads %d as %s', (value, text) => {
    const exact = decimalFromFloat(value);
    expect(exact === null ? null : toDecimalText(exact)).toBe(text);
  });

  it('on the grid of venues are exact both ways, at the edge of what a double holds too', () => {
    const units = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.integer({ min: 1e15 - 1e6, max: 1e15 + 1e6 }),
    );
    fc.assert(
      fc.property(units, (count) => {
        const shown = new Oracle(count).div(1e8);
        const exact = decimal(truncated(shown));
        expect(toFloat(exact)).toBe(Number(truncated(shown)) + 0);
        const back = decimalFromFloat(toFloat(exact));
        expect(back === null ? null : toDecimalText(back)).toBe(truncated(new Oracle(toFloat(exact))));
      }),
      { numRuns: 2_000 },
    );
  });

  it('come back from a decimal as the nearest double', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(toFloat(decimal(text))).toBe(Number(text) + 0);
      }),
    );
  });
});
