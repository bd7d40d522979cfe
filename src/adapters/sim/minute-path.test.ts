import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import { formingAt, unfoldMinute } from './minute-path.ts';
import { fromUnits } from './sim-grid.ts';
import type { SimRow } from './sim-market.ts';

const grid = { priceTick: decimal('0.01'), quantityStep: decimal('0.001') };
const openTime = epochMs(1_700_000_040_000);

const rows = fc
  .record({
    prices: fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 4, maxLength: 4 }),
    trades: fc.integer({ min: 4, max: 900 }),
    extraSteps: fc.integer({ min: 0, max: 100_000 }),
    takerPercent: fc.integer({ min: 0, max: 100 }),
  })
  .map(({ prices, trades, extraSteps, takerPercent }): SimRow => {
    const price = (units: number): Decimal => fromUnits(units, grid.priceTick);
    const steps = trades + extraSteps;
    return {
      openTime,
      open: price(prices[0] as number),
      high: price(Math.max(...prices)),
      low: price(Math.min(...prices)),
      close: price(prices[3] as number),
      volume: fromUnits(steps, grid.quantityStep),
      quoteVolume: fromUnits(steps * 17, decimal('0.00001')),
      trades,
      takerBaseVolume: fromUnits(Math.floor((steps * takerPercent) / 100), grid.quantityStep),
      takerQuoteVolume: fromUnits(Math.floor((steps * takerPercent) / 100) * 17, decimal('0.00001')),
      firstTradeId: 500,
      lastTradeId: 500 + trades - 1,
    };
  });

const random = { seed: 3, stream: 'binance:spot:A/B' };

describe('a minute unfolded', () => {
  it('ends exactly in the recorded columns', () => {
    fc.assert(
      fc.property(rows, (row) => {
        expect(formingAt(unfoldMinute(row, grid, random), epochMs(openTime + 59_999))).toEqual(row);
      }),
    );
  });

  it('stays inside the range, grows in volume and trades, and visits open, high and low', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const path = unfoldMinute(row, grid, random);
        let previous: SimRow | null = null;
        for (let offset = 0; offset < 60_000; offset += 250) {
          const now = formingAt(path, epochMs(openTime + offset));
          if (now === null) continue;
          expect(now.open).toBe(row.open);
          expect(now.high <= row.high && now.low >= row.low).toBe(true);
          expect(now.close <= now.high && now.close >= now.low).toBe(true);
          expect(now.takerBaseVolume <= now.volume).toBe(true);
          expect(now.lastTradeId).toBe(now.firstTradeId + now.trades - 1);
          if (previous !== null) {
            expect(now.volume >= previous.volume && now.quoteVolume >= previous.quoteVolume).toBe(true);
            expect(now.trades >= previous.trades && now.high >= previous.high && now.low <= previous.low).toBe(true);
          }
          previous = now;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is the same for the same seed and another for another', () => {
    const [row] = fc.sample(rows, { numRuns: 1, seed: 1 });
    if (row === undefined) throw new Error('no sample');
    expect(unfoldMinute(row, grid, random)).toEqual(unfoldMinute(row, grid, random));
    expect(unfoldMinute(row, grid, { ...random, seed: 4 })).not.toEqual(unfoldMinute(row, grid, random));
  });

  it('has no forming candle when nothing was traded', () => {
    const price = decimal('5');
    const nothing = decimal('0');
    const row: SimRow = {
      openTime,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: nothing,
      quoteVolume: nothing,
      trades: 0,
      takerBaseVolume: nothing,
      takerQuoteVolume: nothing,
      firstTradeId: -1,
      lastTradeId: -1,
    };
    expect(formingAt(unfoldMinute(row, grid, random), epochMs(openTime + 59_999))).toBeNull();
  });
});
