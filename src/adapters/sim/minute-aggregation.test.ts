import { describe, expect, it } from 'vitest';
import { decimal, toDecimalText } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import { aggregateMinutes, readCandles } from './minute-aggregation.ts';
import { bucketAfter, bucketCeil, bucketOpenOf, parseSimInterval } from './sim-interval.ts';
import type { SimRow } from './sim-market.ts';

const start = epochMs(Date.UTC(2025, 0, 1));

type Brief = {
  readonly minute: number;
  readonly prices: readonly [string, string, string, string];
  readonly trades: number;
};

function row({ minute, prices, trades }: Brief): SimRow {
  const [open, high, low, close] = prices.map(decimal) as [
    SimRow['open'],
    SimRow['open'],
    SimRow['open'],
    SimRow['open'],
  ];
  const volume = decimal(String(trades));
  return {
    openTime: epochMs(start + minute * 60_000),
    open,
    high,
    low,
    close,
    volume,
    quoteVolume: volume,
    trades,
    takerBaseVolume: volume,
    takerQuoteVolume: volume,
    firstTradeId: trades === 0 ? -1 : minute * 100,
    lastTradeId: trades === 0 ? -1 : minute * 100 + trades - 1,
  };
}

const flat = (minute: number, price: string): SimRow =>
  row({ minute, prices: [price, price, price, price], trades: 0 });

function prices(candle: SimRow | undefined): readonly string[] {
  return candle === undefined ? [] : [candle.open, candle.high, candle.low, candle.close].map(toDecimalText);
}

describe('aggregation from trades', () => {
  it('takes open, high, low and close from minutes with trades only', () => {
    const minutes = [
      flat(0, '9'),
      row({ minute: 1, prices: ['5', '6', '4', '5'], trades: 3 }),
      flat(2, '5'),
      row({ minute: 3, prices: ['7', '8', '7', '8'], trades: 2 }),
      flat(4, '8'),
    ];
    const [candle, ...more] = aggregateMinutes(minutes, '5m');
    expect(more).toEqual([]);
    expect(prices(candle)).toEqual(['5', '8', '4', '8']);
    expect(candle).toMatchObject({ openTime: start, trades: 5, firstTradeId: 100, lastTradeId: 301 });
  });

  it('publishes a flat candle at the previous close when its whole bucket has no trades', () => {
    const [candle] = aggregateMinutes([flat(0, '9'), flat(1, '9'), flat(2, '9')], '3m');
    expect(prices(candle)).toEqual(['9', '9', '9', '9']);
    expect(candle).toMatchObject({ trades: 0, firstTradeId: -1, lastTradeId: -1 });
  });

  it('makes a candle of what remains when minutes are missing and none when all are', () => {
    const remaining = row({ minute: 13, prices: ['3', '4', '2', '3'], trades: 1 });
    const candles = aggregateMinutes([remaining, row({ minute: 31, prices: ['3', '3', '3', '3'], trades: 1 })], '15m');
    expect(candles.map((candle) => candle.openTime - start)).toEqual([0, 30 * 60_000]);
    expect(prices(candles[0])).toEqual(['3', '4', '2', '3']);
  });

  it('reads whole buckets with open times inside the period', () => {
    const minutes = Array.from({ length: 30 }, (_, minute) => flat(minute, '1'));
    const read = (period: { readonly from: number; readonly to: number }): readonly SimRow[] =>
      minutes.filter((one) => one.openTime >= period.from && one.openTime < period.to);
    const candles = readCandles(read, '5m', { from: epochMs(start + 1), to: epochMs(start + 20 * 60_000 + 1) });
    expect(candles.map((candle) => (candle.openTime - start) / 60_000)).toEqual([5, 10, 15, 20]);
  });
});

describe('intervals', () => {
  it('start weeks on Monday and months on the first', () => {
    const time = epochMs(Date.UTC(2025, 1, 13, 7, 31));
    expect(bucketOpenOf('1w', time)).toBe(Date.UTC(2025, 1, 10));
    expect(bucketOpenOf('1M', time)).toBe(Date.UTC(2025, 1, 1));
    expect(bucketAfter('1M', epochMs(Date.UTC(2024, 11, 1)), 1)).toBe(Date.UTC(2025, 0, 1));
    expect(bucketCeil('1h', time)).toBe(Date.UTC(2025, 1, 13, 8));
  });

  it('tell a minute from a month and refuse what is not offered', () => {
    expect([parseSimInterval('1m'), parseSimInterval('1M'), parseSimInterval('7m')]).toEqual(['1m', '1M', null]);
  });
});
