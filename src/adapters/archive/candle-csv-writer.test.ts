import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { series } from '../../../test/fixtures/candles.ts';
import { exactCandles } from '../../../test/fixtures/exact-candles.ts';
import type { CandleColumns, ClosedCandle } from '../../model/candle.ts';
import { FailureError, failure } from '../../model/failure.ts';
import { readCandleCsv } from './candle-csv.ts';
import { writeCandleCsv } from './candle-csv-writer.ts';

const seriesId = series('binance:spot:BTC/USDT:1m');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotwick-csv-writer-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* inChunks(candles: readonly ClosedCandle[]): AsyncGenerator<readonly ClosedCandle[]> {
  for (let at = 0; at < candles.length; at += 7) yield candles.slice(at, at + 7);
}

type Numbers = CandleColumns & { readonly openTime: number };

async function readBack(path: string): Promise<readonly Numbers[]> {
  const candles: ClosedCandle[] = [];
  for await (const chunk of readCandleCsv({ path, seriesId, stepMs: 60_000, source: 'archive' }))
    candles.push(...chunk);
  return numbersOf(candles);
}

function numbersOf(candles: readonly ClosedCandle[]): readonly Numbers[] {
  return candles.map(({ certificate: _made, kind: _kind, seriesId: _id, ...numbers }) => numbers);
}

describe('candles in CSV', () => {
  it.each(['none', 'gzip'] as const)('come back with every number (packing: %s)', async (packing) => {
    const path = join(folder, `wide-${packing}.csv`);
    await fc.assert(
      fc.asyncProperty(exactCandles(seriesId, 'wide'), async (candles) => {
        const output = { path, lengthMs: 60_000, columns: 12, packing } as const;
        expect((await writeCandleCsv(inChunks(candles), output)).rows).toBe(candles.length);
        expect(await readBack(path)).toEqual(numbersOf(candles));
      }),
      { numRuns: 60 },
    );
  });

  it('have the 12 columns of the archive, close time included', async () => {
    const path = join(folder, 'layout.csv');
    const [candles = []] = fc.sample(exactCandles(seriesId, 'wide'), 1);
    await writeCandleCsv(inChunks(candles), { path, lengthMs: 60_000, columns: 12, packing: 'none' });
    const [header, row] = readFileSync(path, 'utf8').split('\n');
    expect(header).toBe(
      'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore',
    );
    const cells = row?.split(',') ?? [];
    expect(cells).toHaveLength(12);
    expect(Number(cells[6])).toBe(Number(cells[0]) + 59_999);
  });

  it('are refused where a column is missing, unless 6 are asked for', async () => {
    const path = join(folder, 'narrow.csv');
    const [wide = []] = fc.sample(exactCandles(seriesId, 'wide'), 1);
    const narrow = wide.map((candle) => ({ ...candle, trades: null }));
    const output = { path, lengthMs: 60_000, packing: 'none' } as const;
    await expect(writeCandleCsv(inChunks(narrow), { ...output, columns: 12 })).rejects.toThrow('--columns 6');
    expect(readdirSync(folder).filter((name) => name.startsWith('narrow'))).toEqual([]);
    await writeCandleCsv(inChunks(narrow), { ...output, columns: 6 });
    const absent = { quoteVolume: null, trades: null, takerBaseVolume: null, takerQuoteVolume: null };
    expect(await readBack(path)).toEqual(numbersOf(narrow.map((candle) => ({ ...candle, ...absent }))));
  });

  it('pass on what their source fails with', async () => {
    const path = join(folder, 'failing.csv');
    const failing = async function* (): AsyncGenerator<readonly ClosedCandle[]> {
      yield [];
      throw new FailureError(failure('store_corrupt', { path, reason: 'test' }));
    };
    const output = { path, lengthMs: 60_000, columns: 12, packing: 'gzip' } as const;
    await expect(writeCandleCsv(failing(), output)).rejects.toThrow('store_corrupt');
    expect(readdirSync(folder).filter((name) => name.startsWith('failing'))).toEqual([]);
  });
});
