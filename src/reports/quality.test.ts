import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, BTC_1M, closedCandle } from '../../test/fixtures/candles.ts';
import { epochMs } from '../core/time.ts';
import type { CandleGap, ClosedCandle } from '../model/candle.ts';
import { summarizeQuality } from './quality.ts';

const START = at('2024-03-01T23:50:00Z');
const MINUTE = 60_000;
const minute = (index: number) => epochMs(START + index * MINUTE);
const candle = (index: number): ClosedCandle => closedCandle({ openTime: minute(index), prices: ['1', '2', '1', '2'] });
const gap = (from: number, to: number, reason: CandleGap['reason']): CandleGap => {
  return { kind: 'candleGap', seriesId: BTC_1M, from: minute(from), to: minute(to), reason };
};

describe('the quality of a day', () => {
  it('counts certificates and corrections by UTC day', () => {
    const repaired = { ...candle(1).certificate, source: 'rest', status: 'repaired', revision: 2 } as const;
    const candles = [candle(0), { ...candle(1), certificate: repaired }, ...[10, 11].map(candle)];
    const days = summarizeQuality({ seriesId: BTC_1M, from: minute(0), to: minute(12), candles, gaps: [] });
    expect(days).toMatchObject([
      { day: at('2024-03-01T00:00:00Z'), expected: 10, present: 2, missing: 8, revised: 1, unexplained: 8 },
      { day: at('2024-03-02T00:00:00Z'), expected: 2, present: 2, missing: 0, revised: 0, holes: [] },
    ]);
    expect(days[0]?.byStatus).toEqual({ final: 1, repaired: 1, exchange_gap: 0, no_trade: 0 });
    expect(days[0]?.bySource).toEqual({ ws: 1, rest: 1, archive: 0, ingest: 0, derived: 0 });
  });

  it('names the reason of every hole, and knows when nobody gave one', () => {
    const [day] = summarizeQuality({
      seriesId: BTC_1M,
      from: minute(0),
      to: minute(10),
      candles: [candle(0), candle(9)],
      gaps: [gap(2, 4, 'exchange_gap'), gap(6, 8, 'unknown')],
    });
    expect(day?.holes).toEqual([
      { from: minute(1), to: minute(2), reason: 'unrecorded' },
      { from: minute(2), to: minute(4), reason: 'exchange_gap' },
      { from: minute(4), to: minute(6), reason: 'unrecorded' },
      { from: minute(6), to: minute(8), reason: 'unknown' },
      { from: minute(8), to: minute(9), reason: 'unrecorded' },
    ]);
    expect(day).toMatchObject({ missing: 8, unexplained: 6 });
  });

  it('finds each expected candle present or in exactly one hole', () => {
    const stretches = fc.array(
      fc.tuple(fc.nat(7), fc.integer({ min: 1, max: 5 }), fc.constantFrom('candle', 'gap', 'none')),
    );
    fc.assert(
      fc.property(stretches, fc.nat(5), fc.integer({ min: 6, max: 60 }), (parts, first, end) => {
        const candles: ClosedCandle[] = [];
        const gaps: CandleGap[] = [];
        let index = 0;
        for (const [skipped, length, kind] of parts) {
          index += skipped;
          if (kind === 'gap') gaps.push(gap(index, index + length, 'exchange_gap'));
          for (let at = 0; kind === 'candle' && at < length; at++) candles.push(candle(index + at));
          index += length;
        }
        const range = { from: minute(first), to: minute(end) };
        const inside = candles.filter(({ openTime }) => openTime >= range.from && openTime < range.to);
        const days = summarizeQuality({ seriesId: BTC_1M, ...range, candles: inside, gaps });
        const covered = days.flatMap(({ holes }) => {
          return holes.flatMap(({ from, to }) =>
            Array.from({ length: (to - from) / MINUTE }, (_, at) => from + at * MINUTE),
          );
        });
        const expected = Array.from({ length: end - first }, (_, at) => minute(first + at) as number);
        expect([...covered, ...inside.map(({ openTime }) => openTime as number)].sort()).toEqual(expected.sort());
        expect(days.reduce((sum, { missing }) => sum + missing, 0)).toBe(covered.length);
      }),
    );
  });

  it('expects candles of a higher timeframe where they open', () => {
    const seriesId = 'binance:futures:BTC/USDT:4h' as typeof BTC_1M;
    const range = { from: at('2024-03-01T02:00:00Z'), to: at('2024-03-02T00:00:00Z') };
    const days = summarizeQuality({ seriesId, ...range, candles: [], gaps: [] });
    expect(days).toMatchObject([{ expected: 5, missing: 5 }]);
    expect(days[0]?.holes).toEqual([
      { from: at('2024-03-01T04:00:00Z'), to: at('2024-03-02T00:00:00Z'), reason: 'unrecorded' },
    ]);
  });
});
