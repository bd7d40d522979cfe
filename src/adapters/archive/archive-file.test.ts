import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, series } from '../../../test/fixtures/candles.ts';
import { epochMs } from '../../core/time.ts';
import { type ArchiveSeries, archiveDays, planArchive, resolveArchiveSeries } from './archive-file.ts';

const DAY_MS = 86_400_000;

function archiveSeries(text: string): ArchiveSeries {
  const resolved = resolveArchiveSeries(series(text));
  if (!resolved.ok) throw new Error(resolved.error.message);
  return resolved.value;
}

describe('the files of the archive', () => {
  it('are months where all of it is asked for, else days, under the paths of the exchange', () => {
    const period = { from: at('2024-02-28T00:00:00Z'), to: at('2024-04-02T00:00:00Z') };
    const files = planArchive(archiveSeries('binance:spot:BTC/USDT:1m'), period);
    expect(files.map(({ path }) => path)).toEqual([
      '/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-02-28.zip',
      '/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-02-29.zip',
      '/data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-03.zip',
      '/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-04-01.zip',
    ]);
  });

  it('lie in a folder of their own for futures, without the settlement asset', () => {
    const day = { from: at('2024-02-28T00:00:00Z'), to: at('2024-02-29T00:00:00Z') };
    const [file] = planArchive(archiveSeries('binance:futures:ETH/USDT:5m'), day);
    expect(file?.path).toBe('/data/futures/um/daily/klines/ETHUSDT/5m/ETHUSDT-5m-2024-02-28.zip');
  });

  it('cover every stretch of days exactly once, months by their own days as well', () => {
    const wanted = archiveSeries('binance:spot:BTC/USDT:1m');
    fc.assert(
      fc.property(fc.integer({ min: 17_500, max: 22_000 }), fc.integer({ min: 1, max: 900 }), (first, days) => {
        const period = { from: epochMs(first * DAY_MS), to: epochMs((first + days) * DAY_MS) };
        const files = planArchive(wanted, period);
        const starts = files.map(({ from }) => from as number);
        expect([...starts, period.to]).toEqual([period.from, ...files.map(({ to }) => to as number)]);
        const single = files.flatMap((file) => archiveDays(wanted, file));
        expect(single.map(({ name }) => name)).toEqual(archiveDays(wanted, period).map(({ name }) => name));
      }),
    );
  });

  it('exist for intervals of at most a day on one venue', () => {
    const refusals = ['binance:spot:BTC/USDT:7m', 'binance:spot:BTC/USDT:3d', 'okx:spot:BTC/USDT:1m'].map((text) => {
      const resolved = resolveArchiveSeries(series(text));
      return resolved.ok ? 'has one' : resolved.error.code;
    });
    expect(refusals).toEqual(['timeframe_malformed', 'timeframe_malformed', 'series_id_malformed']);
  });
});
