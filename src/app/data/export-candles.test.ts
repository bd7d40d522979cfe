import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { series } from '../../../test/fixtures/candles.ts';
import { exactCandles } from '../../../test/fixtures/exact-candles.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { EPOCH_MS_MAX, epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { openImportFile } from './candle-files.ts';
import { exportCandles } from './export-candles.ts';
import { importCandles } from './import-candles.ts';
import { storedStretch } from './stored-candles.ts';

const seriesId = series('binance:spot:BTC/USDT:1m');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotwick-export-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function roundTrip(candles: readonly ClosedCandle[], path: string): Promise<readonly ClosedCandle[]> {
  const [source, target] = [createMemoryCandleStore(), createMemoryCandleStore()];
  await source.save({ candles, gaps: [] });
  const stretch = await storedStretch(source, seriesId, { from: null, to: null });
  if (stretch === null) throw new Error('nothing is stored');
  const written = await exportCandles({ store: source, stretch, path, columns: 12, onProgress: () => {} });
  expect(written).toMatchObject({ ok: true, value: { rows: candles.length } });
  const file = await openImportFile(path, { market: 'spot' });
  if (!file.ok) throw new Error(file.error.message);
  expect(file.value.seriesId).toBe(seriesId);
  const imported = await importCandles({ chunks: file.value.chunks, seriesId, timeframes: [], store: target });
  expect(imported.ok).toBe(true);
  return readAll(target);
}

function readAll(store: CandleStore): Promise<readonly ClosedCandle[]> {
  const bounds = { from: epochMs(0), to: epochMs(EPOCH_MS_MAX), limit: Number.MAX_SAFE_INTEGER } as const;
  return store.read({ seriesId, ...bounds, take: 'oldest' });
}

const stored = (candle: ClosedCandle): ClosedCandle => {
  return { ...candle, certificate: { ...candle.certificate, revision: 1 } };
};

describe('an export that is imported', () => {
  it('gives the same numbers and certificates from Parquet', async () => {
    await fc.assert(
      fc.asyncProperty(exactCandles(seriesId, 'any'), async (candles) => {
        expect(await roundTrip(candles, join(folder, 'any.parquet'))).toEqual(candles.map(stored));
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same numbers from CSV, certified as an archive file', async () => {
    await fc.assert(
      fc.asyncProperty(exactCandles(seriesId, 'wide'), async (candles) => {
        const back = await roundTrip(candles, join(folder, 'BTCUSDT-1m.csv.gz'));
        const numbers = (list: readonly ClosedCandle[]) => list.map(({ certificate: _made, ...rest }) => rest);
        expect(numbers(back)).toEqual(numbers(candles));
        expect(back.every(({ certificate }) => certificate.source === 'archive')).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('is refused as another series than it holds', async () => {
    const path = join(folder, 'named.parquet');
    const [candles = []] = fc.sample(exactCandles(seriesId, 'any'), 1);
    await roundTrip(candles, path);
    const opened = await openImportFile(path, { series: 'binance:spot:ETH/USDT:1m' });
    expect(opened).toMatchObject({ ok: false, error: { code: 'usage_wrong' } });
  });
});
