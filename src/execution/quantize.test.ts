import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { money, price, quantity, rulesFor } from '../../test/fixtures/execution-world.ts';
import type { Quantity } from '../model/money.ts';
import { above, below, quantityFor, quantizeAmount, quantizePrice, quantizeQuantity } from './quantize.ts';

const lot = (step: string) => ({ min: quantity(step), max: quantity('0'), step: quantity(step) });

describe('numbers on the grid', () => {
  it.each([
    ['0.01', '1.239', '1.23'],
    ['0.001', '1.239', '1.239'],
    ['1', '0.999', '0'],
  ])('a step of %s makes %s into %s', (step, given, expected) => {
    expect(quantizeQuantity(quantity(given), rulesFor('AAA', { lot: lot(step) }), 'lot')).toBe(quantity(expected));
  });

  it('a tick of 0.0005 makes 123.45678 into 123.4565', () => {
    expect(quantizePrice(price('123.45678'), rulesFor('AAA', { priceTick: price('0.0005') }))).toBe(price('123.4565'));
  });

  it('a market step of 0.01 goes before a lot step of 0.001, for orders at the market alone', () => {
    const rules = rulesFor('AAA', { lot: lot('0.001'), marketLot: lot('0.01') });
    expect(quantizeQuantity(quantity('1.239'), rules, 'market')).toBe(quantity('1.23'));
    expect(quantizeQuantity(quantity('1.239'), rules, 'lot')).toBe(quantity('1.239'));
  });

  it('a quote precision of 3 makes 12.34567 into 12.345', () => {
    expect(quantizeAmount(money('12.34567'), rulesFor('AAA', { quotePrecision: 3 }))).toBe(money('12.345'));
  });

  it('never buys for more than was meant', () => {
    const positive = fc.bigInt({ min: 1n, max: 10n ** 24n });
    fc.assert(
      fc.property(positive, positive, (amount, at) => {
        const bought = quantizeQuantity(quantityFor(amount as never, at as never), rulesFor('AAA'), 'lot');
        expect((bought * at) / 10n ** 18n).toBeLessThanOrEqual(amount);
        expect(bought % quantity('0.001')).toBe(0n);
      }),
    );
  });

  it('rounds down and rounds once: what is on the grid stays', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), (value) => {
        const once = quantizeQuantity(value as Quantity, rulesFor('AAA'), 'market');
        expect(once).toBeLessThanOrEqual(value);
        expect(quantizeQuantity(once, rulesFor('AAA'), 'market')).toBe(once);
      }),
    );
  });

  it('moves a price by a fraction exactly, and refuses what is no fraction', () => {
    expect(above(price('100'), 0.015)).toBe(price('101.5'));
    expect(below(price('100'), 0.05)).toBe(price('95'));
    for (const wrong of [-0.1, 1.1, Number.NaN]) expect(() => above(price('1'), wrong)).toThrow(RangeError);
  });
});
