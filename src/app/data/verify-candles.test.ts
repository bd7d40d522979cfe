import { describe, expect, it } from 'vitest';
import { at, BTC_1M, closedCandle, series } from '../../../test/fixtures/candles.ts';
import { dataFile, describeWithData } from '../../../test/fixtures/shared-data.ts';
import { add, decimal, toDecimalText } from '../../core/decimal.ts';
import { acceptClosed, createFanout, emptyOutput } from '../../market/derived-timeframe-fanout.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { timeframe } from '../../model/timeframe.ts';
import { openCandleFile } from './candle-files.ts';
import { type VerifyReport, verifyCandles } from './verify-candles.ts';

const START = at('2024-03-01T00:00:00Z');

const minutes = (count: number, from = 0): ClosedCandle[] =>
  Array.from({ length: count }, (_, index) => {
    const price = String(100 + ((from + index) % 7));
    const openTime = START + (from + index) * 60_000;
    return closedCandle({ openTime, prices: [price, price, price, price], quoteVolume: '5', trades: 3 });
  });

/** What an exchange publishes for these minutes. */
function published(base: readonly ClosedCandle[], frame: string): ClosedCandle[] {
  const fanout = createFanout(BTC_1M, [timeframe(frame)]);
  const output = emptyOutput();
  for (const minute of base) acceptClosed(fanout, minute, output);
  return output.closed;
}

async function* oneChunk(candles: readonly ClosedCandle[]): AsyncGenerator<readonly ClosedCandle[]> {
  yield candles;
}

type Side = { readonly interval: string; readonly candles: readonly ClosedCandle[] };

function verify(base: readonly ClosedCandle[], higher: Side, baseInterval = '1m') {
  return verifyCandles(
    BTC_1M,
    { interval: baseInterval, chunks: oneChunk(base) },
    { interval: higher.interval, chunks: oneChunk(higher.candles) },
  );
}

async function reportOf(base: readonly ClosedCandle[], higher: Side): Promise<VerifyReport> {
  const report = await verify(base, higher);
  if (!report.ok) throw new Error(report.error.message);
  return report.value;
}

describe('verifyCandles', () => {
  it('counts equal candles, and skips those partly outside the base file', async () => {
    const base = minutes(62, 3);
    const report = await reportOf(base, { interval: '15m', candles: published(minutes(90), '15m') });
    expect(report).toMatchObject({ compared: 3, equal: 3, different: 0, skipped: 3, differences: [] });
    expect(report.columns).toEqual(['open', 'high', 'low', 'close', 'volume', 'quoteVolume', 'trades']);
  });

  it('names the candle and the column of one changed digit', async () => {
    const candles = published(minutes(60), '15m').map((candle, index) => {
      return index === 2 ? { ...candle, high: add(candle.high, decimal('0.00000001') as typeof candle.high) } : candle;
    });
    const report = await reportOf(minutes(60), { interval: '15m', candles });
    expect(report).toMatchObject({ compared: 4, equal: 3, different: 1 });
    expect(report.differences).toEqual([
      {
        openTime: START + 30 * 60_000,
        columns: [{ column: 'high', derived: '106', published: '106.00000001' }],
        note: 'the base file has every candle of it: the exchange published different numbers',
      },
    ]);
  });

  it('says which base minute is missing under a difference', async () => {
    const base = minutes(60).filter((_, index) => index !== 20);
    const report = await reportOf(base, { interval: '15m', candles: published(minutes(60), '15m') });
    expect(report.different).toBe(1);
    expect(report.differences[0]?.note).toBe(
      'the base file lacks 1 candle(s) of it, the first at 2024-03-01T00:20:00.000Z',
    );
  });

  it('finds a candle that only one side has', async () => {
    const all = published(minutes(60), '15m');
    const lacking = await reportOf(minutes(60), { interval: '15m', candles: all.filter((_, index) => index !== 1) });
    expect(lacking.differences).toMatchObject([
      { openTime: START + 15 * 60_000, columns: [{ column: 'candle', derived: 'a candle', published: 'none' }] },
    ]);
    const base = minutes(60).filter((_, index) => index < 15 || index >= 30);
    const extra = await reportOf(base, { interval: '15m', candles: all });
    expect(extra.differences).toMatchObject([
      { openTime: START + 15 * 60_000, columns: [{ column: 'candle', derived: 'none', published: 'a candle' }] },
    ]);
  });

  it.each([
    ['1m', '1m', '1m can not be derived from 1m'],
    ['5m', '1m', '1m can not be derived from 5m'],
    ['5m', '7m', '7m can not be derived from 5m'],
    ['1m', '1s', '1s can not be derived from 1m'],
    ['1w', '1M', '1w can not be a base timeframe'],
    ['1m', '2M', '2M can not be derived from 1m'],
  ])('refuses to derive from %s to %s', async (base, higher, message) => {
    const refused = await verify(minutes(30), { interval: higher, candles: minutes(30) }, base);
    expect(refused).toMatchObject({ ok: false, error: { code: 'usage_wrong', message } });
  });

  it('does not take files without anything in common for equal', async () => {
    const later = published(minutes(60, 600), '15m');
    for (const base of [minutes(60), []]) {
      expect(await verify(base, { interval: '15m', candles: later })).toMatchObject({
        ok: false,
        error: { message: 'no candle of the 15m file lies wholly inside the base file' },
      });
    }
    expect(await verify(minutes(60), { interval: '15m', candles: [] })).toMatchObject({ ok: false });
  });

  it('forgives floating-point noise of volumes only where the file has no decimals of the exchange', async () => {
    const strip = (candles: readonly ClosedCandle[]) =>
      candles.map((candle) => ({ ...candle, quoteVolume: null, takerBaseVolume: null, takerQuoteVolume: null }));
    const noisy = (by: string) =>
      strip(published(minutes(60), '15m')).map((candle) => {
        return { ...candle, volume: add(candle.volume, decimal(by) as typeof candle.volume) };
      });
    const within = await reportOf(strip(minutes(60)), { interval: '15m', candles: noisy('0.000000001') });
    expect(within).toMatchObject({ equal: 4, volumeRule: 'relative 1e-9 (the files carry floating-point volumes)' });
    const beyond = await reportOf(strip(minutes(60)), { interval: '15m', candles: noisy('0.0000001') });
    expect(beyond).toMatchObject({ different: 4 });
  });
});

describeWithData('recorded files', () => {
  const open = (path: string) => {
    const file = openCandleFile(dataFile(`klines/${path}`), { market: 'spot' });
    if (!file.ok) throw new Error(file.error.message);
    return file.value;
  };
  const BASE = 'spot-vision/BTCUSDT-1m-20240301-20240430.csv.gz';

  it.each([
    ['spot-higher-tf/BTCUSDT-3d-20240301-20240430.csv.gz', { different: 0 }],
    ['spot-higher-tf/BTCUSDT-1w-20240304-20240429.csv.gz', { equal: 8, different: 0, skipped: 1 }],
    ['spot-higher-tf/BTCUSDT-1M-20240101-20240601.csv.gz', { equal: 2, different: 0, skipped: 4 }],
    ['spot-vision/BTCUSDT-1d-20240301-20240430.csv.gz', { equal: 61, different: 0, skipped: 0 }],
  ])('agree with what is derived: %s', async (higher, counts) => {
    const report = await verifyCandles(series('binance:spot:BTC/USDT:1m'), open(BASE), open(higher));
    expect(report).toMatchObject({ ok: true, value: counts });
    expect(report.ok && report.value.compared).toBeGreaterThan(0);
  });

  it('give away one falsified number', async () => {
    const daily = open('spot-vision/BTCUSDT-1d-20240301-20240430.csv.gz');
    async function* falsified(): AsyncGenerator<readonly ClosedCandle[]> {
      for await (const chunk of daily.chunks) {
        yield chunk.map((candle, index) => (index === 40 ? { ...candle, trades: (candle.trades ?? 0) + 1 } : candle));
      }
    }
    const report = await verifyCandles(BTC_1M, open(BASE), { interval: '1d', chunks: falsified() });
    if (!report.ok) throw new Error(report.error.message);
    expect(report.value).toMatchObject({ equal: 60, different: 1, volumeRule: 'exact' });
    const [found] = report.value.differences;
    expect(found?.openTime).toBe(at('2024-04-10T00:00:00Z'));
    expect(found?.columns.map(({ column }) => column)).toEqual(['trades']);
    expect(toDecimalText(decimal(found?.columns[0]?.published ?? ''))).toMatch(/^\d+$/);
  });
});
