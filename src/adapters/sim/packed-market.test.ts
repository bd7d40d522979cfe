import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal, ZERO } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { instrumentId } from '../../model/instrument.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import { seriesId } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import { BarPacker, createPackedMarket } from './packed-market.ts';
import { highest, lowest } from './sim-grid.ts';
import type { SimMarket, SimRow } from './sim-market.ts';

const ID = instrumentId({ venue: 'binance', market: 'spot', base: 'HOT', quote: 'USDT' });
const START = Date.UTC(2026, 2, 1);
const MINUTE_MS = 60_000;

type Bar = { readonly prices: readonly number[]; readonly volume: number; readonly skipped: number };

const bar: fc.Arbitrary<Bar> = fc.record({
  prices: fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 4, maxLength: 4 }),
  volume: fc.integer({ min: 0, max: 100_000 }),
  skipped: fc.constantFrom(0, 0, 0, 1, 7),
});

const units = (value: number, digits: number): Decimal => decimal((value / 10 ** digits).toFixed(digits));

function toCandles(bars: readonly Bar[], minutes: 1 | 5): readonly ClosedCandle[] {
  let index = -1;
  return bars.map(({ prices, volume, skipped }) => {
    index += 1 + skipped;
    const [open = 1, close = 1] = prices;
    const amount = units(volume, 3);
    return {
      kind: 'candleClosed',
      seriesId: seriesId({ instrumentId: ID, timeframe: timeframe(`${minutes}m`) }),
      openTime: epochMs(START + index * minutes * MINUTE_MS),
      open: units(open, 4) as Price,
      high: units(Math.max(...prices), 4) as Price,
      low: units(Math.min(...prices), 4) as Price,
      close: units(close, 4) as Price,
      volume: amount as Quantity,
      quoteVolume: units(volume * close, 7) as Money,
      trades: volume === 0 ? 0 : 9,
      takerBaseVolume: units(Math.floor(volume / 3), 3) as Quantity,
      takerQuoteVolume: units(Math.floor((volume * close) / 3), 7) as Money,
      certificate: { source: 'archive', status: 'final', baseCount: 1, baseExpected: 1, revision: 0 },
    };
  });
}

function marketOf(candles: readonly ClosedCandle[], minutes: 1 | 5, seed = 1): SimMarket {
  const packer = new BarPacker(ID, minutes);
  for (const candle of candles) packer.take(candle);
  const startTime = epochMs(START);
  return createPackedMarket({ tracks: [packer.finish()], startTime, seed, listedTimeOf: (first) => first });
}

const everything = { from: epochMs(0), to: epochMs(START + 400 * 86_400_000) };
const sum = (rows: readonly SimRow[], column: 'volume' | 'quoteVolume' | 'takerBaseVolume'): Decimal =>
  rows.reduce((total, row) => (total + row[column]) as Decimal, ZERO);

describe('a market of packed bars', () => {
  it('gives minutes of a recording back as they were, and no others', () => {
    fc.assert(
      fc.property(fc.array(bar, { minLength: 1, maxLength: 60 }), (bars) => {
        const candles = toCandles(bars, 1);
        const rows = marketOf(candles, 1).minutes(ID, everything);
        const shown = ({ openTime, open, high, low, close, volume, quoteVolume }: SimRow | ClosedCandle) => {
          return { openTime, open, high, low, close, volume, quoteVolume };
        };
        expect(rows.map(shown)).toEqual(candles.map(shown));
      }),
      { numRuns: 50 },
    );
  });

  it('divides bars of five minutes into minutes that add up to them, wherever they are read from', () => {
    fc.assert(
      fc.property(fc.array(bar, { minLength: 1, maxLength: 40 }), fc.nat(200), (bars, offset) => {
        const candles = toCandles(bars, 5);
        const market = marketOf(candles, 5);
        const rows = market.minutes(ID, everything);
        for (const [index, candle] of candles.entries()) {
          const own = rows.slice(index * 5, index * 5 + 5);
          expect(own.map(({ openTime }) => (openTime - candle.openTime) / MINUTE_MS)).toEqual([0, 1, 2, 3, 4]);
          expect([own[0]?.open, own[4]?.close]).toEqual([candle.open, candle.close]);
          expect(own.map((row) => row.high).reduce(highest)).toBe(candle.high);
          expect(own.map((row) => row.low).reduce(lowest)).toBe(candle.low);
          expect(sum(own, 'volume')).toBe(candle.volume);
          expect(sum(own, 'quoteVolume')).toBe(candle.quoteVolume);
          expect(sum(own, 'takerBaseVolume')).toBe(candle.takerBaseVolume);
          for (const row of own) {
            expect(row.low <= row.open && row.open <= row.high && row.low <= row.close && row.close <= row.high).toBe(
              true,
            );
          }
        }
        const from = epochMs(START + offset * MINUTE_MS);
        expect(market.minutes(ID, { ...everything, from })).toEqual(rows.filter(({ openTime }) => openTime >= from));
      }),
      { numRuns: 50 },
    );
  });

  it('counts trades onwards over bars, so that what was traded is seen as new', () => {
    const market = marketOf(
      toCandles(
        Array.from({ length: 9 }, () => ({ prices: [5, 6, 7, 4], volume: 5, skipped: 0 })),
        5,
      ),
      5,
    );
    const ids = market.minutes(ID, everything).map(({ firstTradeId, lastTradeId }) => [firstTradeId, lastTradeId]);
    for (const [index, [first]] of ids.entries()) expect(first).toBe((ids[index - 1]?.[1] ?? -1) + 1);
  });

  it('leaves out a bar that is there already', () => {
    const packer = new BarPacker(ID, 1);
    const [candle] = toCandles([{ prices: [5, 6, 7, 4], volume: 5, skipped: 0 }], 1);
    expect([packer.take(candle as ClosedCandle), packer.take(candle as ClosedCandle)]).toEqual(['taken', 'repeated']);
    expect(packer.count).toBe(1);
  });
});
