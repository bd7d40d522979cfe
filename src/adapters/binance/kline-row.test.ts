import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { klineRow } from '../../../test/fixtures/wicked-exchange.ts';
import { epochMs } from '../../core/time.ts';
import type { SeriesId } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import { parseKlineRows, type RowContext } from './kline-row.ts';

const T = 1_767_225_600_000;
const MINUTE = 60_000;

function context(from: number, to: number, asOf: number): RowContext {
  return {
    request: {
      seriesId: 'binance:spot:BTC/USDT:1m' as SeriesId,
      from: epochMs(from),
      to: epochMs(to),
      source: 'rest',
      purpose: 'repair',
    },
    stream: {
      market: 'spot',
      symbol: 'BTCUSDT',
      timeframe: timeframe('1m'),
      lengthMs: MINUTE,
      name: 'btcusdt@kline_1m',
    },
    asOf: epochMs(asOf),
  };
}

function opens(body: unknown, where: RowContext): readonly number[] | string {
  const parsed = parseKlineRows(body, where);
  return parsed.ok ? parsed.value.candles.map((candle) => candle.openTime) : parsed.error;
}

describe('parseKlineRows', () => {
  const rows = [0, 1, 2, 3].map((i) => klineRow(T + i * MINUTE));

  it('takes the rows of the asked stretch with the asked source', () => {
    const parsed = parseKlineRows(rows, context(T + MINUTE, T + 3 * MINUTE, T + 10 * MINUTE));
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.value.candles.map((candle) => candle.openTime)).toEqual([T + MINUTE, T + 2 * MINUTE]);
    expect(parsed.value.candles[0]?.certificate).toEqual({
      source: 'rest',
      status: 'final',
      baseCount: 1,
      baseExpected: 1,
      revision: 0,
    });
  });

  it('leaves out the running candle and counts it', () => {
    const parsed = parseKlineRows(rows, context(T, T + 4 * MINUTE, T + 4 * MINUTE - 1));
    expect(parsed).toMatchObject({ value: { unfinished: 1 } });
    expect(opens(rows, context(T, T + 4 * MINUTE, T + 4 * MINUTE - 1))).toHaveLength(3);
    expect(opens(rows, context(T, T + 4 * MINUTE, T + 4 * MINUTE))).toHaveLength(4);
  });

  it('leaves out a candle that ends after the asked stretch', () => {
    expect(opens(rows, context(T, T + 2 * MINUTE - 1, T + 9 * MINUTE))).toEqual([T]);
  });

  it('keeps exactly the closed candles inside the stretch', () => {
    const minute = fc.integer({ min: 0, max: 30 });
    fc.assert(
      fc.property(minute, minute, fc.integer({ min: 0, max: 31 * MINUTE }), (from, span, asOf) => {
        const all = Array.from({ length: 31 }, (_, i) => klineRow(T + i * MINUTE));
        const where = context(T + from * MINUTE, T + (from + span) * MINUTE, T + asOf);
        const expected = all
          .map((row) => row[0] as number)
          .filter((open) => open >= where.request.from && open + MINUTE <= Math.min(where.request.to, where.asOf));
        expect(opens(all, where)).toEqual(expected);
      }),
    );
  });

  it.each<[string, unknown, string]>([
    ['no list', { rows: [] }, 'expected array'],
    ['a short row', [[T, '1', '1']], '0'],
    ['numbers for prices', [[T, 1, 1, 1, 1, '1', 0, '1', 1, '1', '1']], 'expected string'],
    ['rows out of order', [klineRow(T + MINUTE), klineRow(T)], 'is not after'],
    ['a repeated row', [klineRow(T), klineRow(T)], 'is not after'],
    ['microseconds', [klineRow(T * 1000)], 'not in milliseconds'],
    ['a crooked open time', [klineRow(T + 5)], 'not aligned'],
    ['an impossible candle', [[T, '5', '4', '3', '4', '1', 0, '1', 1, '1', '1', '0']], 'open is outside'],
  ])('refuses an answer with %s', (_name, body, reason) => {
    expect(opens(body, context(T, T + 4 * MINUTE, T + 9 * MINUTE))).toContain(reason);
  });
});
