import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedCandle } from '../../test/fixtures/candles.ts';
import { type Decimal, decimal } from '../core/decimal.ts';
import { findCandleFault, isNoTrade, SOURCE_RANK } from './candle.ts';
import type { Price, Quantity } from './money.ts';

const minute = (prices: readonly [string, string, string, string], volume = '1') =>
  closedCandle({ openTime: 0, prices, volume });

describe('findCandleFault', () => {
  it.each([
    [['1', '2', '0.5', '1.5'], '1', null],
    [['1', '1', '1', '1'], '0', null],
    [['0', '0', '0', '0'], '0', null],
    [['1', '2', '-0.5', '1.5'], '1', 'a price is negative'],
    [['1', '2', '0.5', '1.5'], '-1', 'the volume is negative'],
    [['1', '0.5', '2', '1.5'], '1', 'high is below low'],
    [['0.4', '2', '0.5', '1.5'], '1', 'open is outside low..high'],
    [['2.1', '2', '0.5', '1.5'], '1', 'open is outside low..high'],
    [['1', '2', '0.5', '0.499999999999999999'], '1', 'close is outside low..high'],
    [['1', '2', '0.5', '2.000000000000000001'], '1', 'close is outside low..high'],
  ] as const)('says of prices %j and volume %s: %s', (prices, volume, fault) => {
    expect(findCandleFault(minute(prices, volume))).toBe(fault);
  });

  it('finds nothing exactly where low <= open, close <= high and nothing is negative', () => {
    const raw = fc.bigInt({ min: -3n, max: 12n });
    fc.assert(
      fc.property(fc.tuple(raw, raw, raw, raw, raw), ([open, high, low, close, volume]) => {
        const candle = {
          ...minute(['1', '1', '1', '1']),
          open: open as Decimal as Price,
          high: high as Decimal as Price,
          low: low as Decimal as Price,
          close: close as Decimal as Price,
          volume: volume as Decimal as Quantity,
        };
        const isSound = volume >= 0n && low >= 0n && [open, close].every((price) => low <= price && price <= high);
        expect(findCandleFault(candle) === null).toBe(isSound && low <= high);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('isNoTrade', () => {
  it('goes by the trades where they are counted, else by the volume', () => {
    const quiet = minute(['1', '1', '1', '1'], '0');
    expect(isNoTrade(quiet)).toBe(true);
    expect(isNoTrade({ ...quiet, trades: 1 })).toBe(false);
    expect(isNoTrade({ ...quiet, trades: 0, volume: decimal('1') as Quantity })).toBe(true);
    expect(isNoTrade(minute(['1', '1', '1', '1'], '0.000000000000000001'))).toBe(false);
  });
});

describe('SOURCE_RANK', () => {
  it('puts the stream below what was asked for, that below the archive, and that below an operator', () => {
    const { ws, rest, derived, archive, ingest } = SOURCE_RANK;
    expect([ws < rest, rest === derived, rest < archive, archive < ingest]).toEqual([true, true, true, true]);
  });
});
