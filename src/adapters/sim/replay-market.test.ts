import { describe, expect, it } from 'vitest';
import { decimal, toDecimalText } from '../../core/decimal.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type InstrumentId, instrumentId } from '../../model/instrument.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import { seriesId } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import { createReplayMarket } from './replay-market.ts';

const id: InstrumentId = instrumentId({ venue: 'binance', market: 'spot', base: 'ABC', quote: 'USDT' });
const start = epochMs(Date.UTC(2024, 2, 1));

function candle(minute: number, columns: Partial<ClosedCandle> = {}): ClosedCandle {
  return {
    kind: 'candleClosed',
    seriesId: seriesId({ instrumentId: id, timeframe: timeframe('1m') }),
    openTime: epochMs(start + minute * 60_000),
    open: decimal('10.1') as Price,
    high: decimal('10.25') as Price,
    low: decimal('10') as Price,
    close: decimal('10.2') as Price,
    volume: decimal('3.5') as Quantity,
    quoteVolume: decimal('35.4') as Money,
    trades: 12,
    takerBaseVolume: decimal('1.25') as Quantity,
    takerQuoteVolume: decimal('12.6') as Money,
    certificate: { source: 'archive', status: 'final', baseCount: 1, baseExpected: 1, revision: 0 },
    ...columns,
  };
}

function replay(candles: readonly ClosedCandle[]): ReturnType<typeof createReplayMarket> {
  return createReplayMarket({ tracks: [{ instrumentId: id, candles }], startTime: start, seed: 1 });
}

const all = { from: epochMs(0), to: epochMs(start + 86_400_000) };

describe('the replayed market', () => {
  it('publishes every recorded column and leaves missing minutes missing', () => {
    const recorded = [candle(0), candle(1), candle(4)];
    const rows = replay(recorded).minutes(id, all);
    const expected = recorded.map((one) => {
      const { openTime, open, high, low, close, volume, quoteVolume, trades, takerBaseVolume, takerQuoteVolume } = one;
      return { openTime, open, high, low, close, volume, quoteVolume, trades, takerBaseVolume, takerQuoteVolume };
    });
    expect(rows).toMatchObject(expected);
    expect(rows.map((row) => row.firstTradeId)).toEqual([1_000_000, 1_000_012, 1_000_024]);
  });

  it('makes a 5m candle of the minutes that remain', () => {
    const candles = replay([candle(0), candle(1), candle(4), candle(10)]).candles(id, '5m', all);
    expect(candles.map((row) => [row.openTime - start, row.trades])).toEqual([
      [0, 36],
      [600_000, 12],
    ]);
  });

  it('infers tick and step from the recording', () => {
    const [instrument] = replay([candle(0)]).instruments;
    expect(instrument && [instrument.priceTick, instrument.quantityStep].map(toDecimalText)).toEqual(['0.01', '0.01']);
    expect(instrument?.symbol).toBe('ABCUSDT');
  });

  it('gives columns that the recording lacks consistent values', () => {
    const lacking = { quoteVolume: null, trades: null, takerBaseVolume: null, takerQuoteVolume: null };
    const idle = { ...lacking, volume: decimal('0') as Quantity, open: decimal('10.2') as Price };
    const [traded, untraded] = replay([candle(0, lacking), candle(1, idle)]).minutes(id, all);
    expect(toDecimalText(traded?.quoteVolume ?? decimal('0'))).toBe('35.7');
    expect(traded?.trades).toBeGreaterThanOrEqual(4);
    expect(traded && traded.takerBaseVolume < traded.volume).toBe(true);
    expect(untraded).toMatchObject({ trades: 0, quoteVolume: 0n, firstTradeId: -1, lastTradeId: -1 });
  });

  it('refuses a recording that is out of order or off the minute', () => {
    expect(() => replay([candle(1), candle(1)])).toThrow('out of order');
    expect(() => replay([candle(0, { openTime: epochMs(start + 1) as EpochMs })])).toThrow('whole minute');
  });
});
