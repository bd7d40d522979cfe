import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalTextToNumber } from './decimal-text.ts';

/** What is a decimal, said in another way. */
const DECIMAL = /^\d{1,18}(\.\d{1,18})?$/;

describe('a decimal as text', () => {
  it('is the double that Number gives, to the last bit, and anything else is no number', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 20 });
    const decimals = fc.tuple(digits, digits).map((parts) => parts.join('.'));
    const others = fc.string({ unit: fc.constantFrom(...'0159.-+eExX _∞'), maxLength: 24 });
    fc.assert(
      fc.property(fc.oneof(digits, decimals, others), (text) => {
        const expected = DECIMAL.test(text) ? Number(text) : Number.NaN;
        expect(Object.is(decimalTextToNumber(text), expected), text).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['', '.', '1.', '.5', '1..2', '1e5', '0x10', ' 1', '-1', 'Infinity', '１', 7, null, undefined, ['1']])(
    'is not %o',
    (value) => {
      expect(decimalTextToNumber(value)).toBeNaN();
    },
  );
});
