import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BTC_1M, closedCandle, formingOf, minutesArbitrary, series } from '../../test/fixtures/candles.ts';
import { decimal, toDecimalText } from '../core/decimal.ts';
import { type EpochMs, epochMs } from '../core/time.ts';
import type { CandleBody, ClosedCandle } from '../model/candle.ts';
import { timeframe } from '../model/timeframe.ts';
import {
  acceptClosed,
  createFanout,
  derivableTimeframes,
  deriveForming,
  emptyOutput,
  type Fanout,
  skipMinutes,
} from './derived-timeframe-fanout.ts';

const ALL = ['5m', '15m', '1h', '4h', '1d'].map(timeframe);
const FIVE = series('binance:futures:BTC/USDT:5m');

function flat(seconds: number, price = '1', volume = '1'): ClosedCandle {
  return closedCandle({ openTime: seconds * 1000, prices: [price, price, price, price], volume });
}

function fold(fanout: Fanout, candles: readonly ClosedCandle[]): ClosedCandle[] {
  const output = emptyOutput();
  for (const candle of candles) acceptClosed(fanout, candle, output);
  return output.closed;
}

const shown = (candle: CandleBody) => {
  return [
    candle.openTime / 1000,
    ...[candle.open, candle.high, candle.low, candle.close, candle.volume].map(toDecimalText),
  ];
};

describe('derived timeframe fanout', () => {
  it('closes the 5m candle on its fifth minute and nothing before', () => {
    const fanout = createFanout(BTC_1M, [timeframe('5m')]);
    const minutes = [0, 60, 120, 180, 240].map((time) => flat(time));
    expect(fold(fanout, minutes.slice(0, 4))).toEqual([]);
    const closed = fold(fanout, minutes.slice(4));
    expect(closed.map(shown)).toEqual([[0, '1', '1', '1', '1', '5']]);
    expect(closed[0]?.certificate).toEqual({
      source: 'derived',
      status: 'final',
      baseCount: 5,
      baseExpected: 5,
      revision: 0,
    });
  });

  it('emits only whole buckets when the base starts inside one (vector A1)', () => {
    const fanout = createFanout(BTC_1M, [timeframe('5m')]);
    const minutes = [120, 180, 240, 300, 360, 420, 480, 540].map((time) => flat(time));
    expect(fold(fanout, minutes).map(shown)).toEqual([[300, '1', '1', '1', '1', '5']]);
  });

  it('takes open, high, low, close and volume from the minutes (vector A1, o=h=l=c=time)', () => {
    const fanout = createFanout(BTC_1M, [timeframe('5m')]);
    const minutes = [0, 60, 120, 180, 240].map((time) => flat(time, String(time)));
    expect(fold(fanout, minutes).map(shown)).toEqual([[0, '0', '240', '0', '240', '5']]);
  });

  it('keeps forming candles of the next bucket away from closed state (vector A1, wanted {0})', () => {
    const fanout = createFanout(BTC_1M, [timeframe('5m')]);
    fold(
      fanout,
      [0, 60, 120, 180].map((time) => flat(time)),
    );
    deriveForming(fanout, formingOf(flat(300)));
    expect(fold(fanout, [flat(240)]).map(shown)).toEqual([[0, '1', '1', '1', '1', '5']]);
  });

  it('lets a minute without trades give nothing to prices unless the whole bucket is such minutes', () => {
    const fanout = createFanout(BTC_1M, [timeframe('5m')]);
    const quiet = (seconds: number, price: string) => flat(seconds, price, '0');
    const [first, second] = fold(fanout, [
      quiet(0, '9'),
      flat(60, '5'),
      quiet(120, '5'),
      flat(180, '7'),
      quiet(240, '7'),
      ...[300, 360, 420, 480, 540].map((time) => quiet(time, '7')),
    ]);
    expect(shown(first as ClosedCandle)).toEqual([0, '5', '7', '5', '7', '2']);
    expect(shown(second as ClosedCandle)).toEqual([300, '7', '7', '7', '7', '0']);
    expect(second?.certificate.status).toBe('no_trade');
  });

  it('closes a bucket with missing minutes as exchange gap only when the exchange has none', () => {
    const fanout = createFanout(BTC_1M, [timeframe('5m')]);
    const output = emptyOutput();
    acceptClosed(fanout, flat(0), output);
    skipMinutes(fanout, { from: epochMs(60_000), to: epochMs(300_000), reason: 'exchange_gap' }, output);
    expect(output.closed[0]?.certificate).toMatchObject({ status: 'exchange_gap', baseCount: 1, baseExpected: 5 });
    acceptClosed(fanout, flat(300), output);
    skipMinutes(fanout, { from: epochMs(360_000), to: epochMs(600_000), reason: 'unknown' }, output);
    expect(output.closed).toHaveLength(1);
    expect(output.gaps).toEqual([{ kind: 'candleGap', seriesId: FIVE, from: 300_000, to: 600_000, reason: 'unknown' }]);
  });

  it('passes a gap up through every timeframe', () => {
    const fanout = createFanout(BTC_1M, ['5m', '15m'].map(timeframe));
    const output = emptyOutput();
    fold(
      fanout,
      [0, 60, 120, 180, 240].map((time) => flat(time)),
    );
    skipMinutes(fanout, { from: epochMs(300_000), to: epochMs(1_800_000), reason: 'exchange_gap' }, output);
    expect(output.closed.map((candle) => [candle.seriesId, candle.openTime, candle.certificate.baseCount])).toEqual([
      [series('binance:futures:BTC/USDT:15m'), 0, 5],
    ]);
    expect(output.gaps.map((gap) => [gap.seriesId.split(':').pop(), gap.from / 60_000])).toEqual([
      ['5m', 5],
      ['5m', 10],
      ['5m', 15],
      ['5m', 20],
      ['5m', 25],
      ['15m', 15],
    ]);
  });

  it('shows the forming candle of every timeframe as its closed minutes plus the forming one', () => {
    const fanout = createFanout(BTC_1M, ALL);
    fold(
      fanout,
      [0, 60, 120, 180, 240, 300].map((time) => flat(time, String(time + 1))),
    );
    const shownForming = deriveForming(fanout, formingOf(flat(360, '500', '3')));
    expect(shownForming.map((candle) => [candle.seriesId.split(':').pop(), ...shown(candle)])).toEqual([
      ['5m', 300, '301', '500', '301', '500', '4'],
      ['15m', 0, '1', '500', '1', '500', '9'],
      ['1h', 0, '1', '500', '1', '500', '9'],
      ['4h', 0, '1', '500', '1', '500', '9'],
      ['1d', 0, '1', '500', '1', '500', '9'],
    ]);
  });

  it('derives only whole multiples of the base, each once, ascending', () => {
    const wanted = ['1h', '5m', '1m', '5m'].map(timeframe);
    expect(derivableTimeframes(timeframe('1m'), wanted)).toEqual(['5m', '1h']);
    expect(derivableTimeframes(timeframe('5m'), ['1m', '7m', '15m'].map(timeframe))).toEqual(['15m']);
  });

  it('is associative: 1m to 5m to 15m equals 1m to 15m, in every column', () => {
    fc.assert(
      fc.property(minutesArbitrary(0, { min: 1, max: 240 }), (minutes) => {
        const direct = fold(createFanout(BTC_1M, [timeframe('15m')]), minutes);
        const five = fold(createFanout(BTC_1M, [timeframe('5m')]), minutes);
        const twice = fold(createFanout(FIVE, [timeframe('15m')]), five);
        const numbers = (candle: ClosedCandle) => ({ ...candle, certificate: candle.certificate.status });
        expect(twice.map(numbers)).toEqual(direct.map(numbers));
        const chained = fold(createFanout(BTC_1M, ['5m', '15m'].map(timeframe)), minutes);
        expect(chained.filter((candle) => candle.seriesId.endsWith(':15m'))).toEqual(direct);
      }),
      { numRuns: 200 },
    );
  });

  it('makes the last forming candle equal the closed one', () => {
    fc.assert(
      fc.property(minutesArbitrary(0, { min: 1440, max: 1440 }), (minutes) => {
        const fanout = createFanout(BTC_1M, ALL);
        for (const minute of minutes) {
          const forming = deriveForming(fanout, formingOf(minute));
          for (const closed of fold(fanout, [minute])) {
            const last = forming.find((candle) => candle.seriesId === closed.seriesId);
            expect(shown(last as CandleBody)).toEqual(shown(closed));
          }
        }
      }),
      { numRuns: 5 },
    );
  });

  it('conserves volume exactly over every timeframe', () => {
    fc.assert(
      fc.property(minutesArbitrary(0, { min: 1440, max: 1440 }), (minutes) => {
        const closed = fold(createFanout(BTC_1M, ALL), minutes);
        const total = minutes.reduce((sum, minute) => sum + minute.volume, 0n);
        for (const wanted of ALL) {
          const own = closed.filter((candle) => candle.seriesId.endsWith(`:${wanted}`));
          expect(own.reduce((sum, candle) => sum + candle.volume, 0n)).toBe(total);
        }
        expect(closed.at(-1)?.openTime).toBe(0 as EpochMs);
        expect(decimal('0')).toBe(0n);
      }),
      { numRuns: 5 },
    );
  });
});
