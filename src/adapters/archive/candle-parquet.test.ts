import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { parquetWriteFile } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minutesOfDay } from '../../../test/fixtures/archive-server.ts';
import { series } from '../../../test/fixtures/candles.ts';
import { exactCandles } from '../../../test/fixtures/exact-candles.ts';
import { decimal, toFloat } from '../../core/decimal.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, toFailure } from '../../model/failure.ts';
import { openCandleParquet } from './candle-parquet.ts';
import { writeCandleParquet } from './candle-parquet-writer.ts';

const seriesId = series('binance:spot:BTC/USDT:1m');
const DAY = minutesOfDay(Date.UTC(2024, 2, 1), seriesId);
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotwick-parquet-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* inChunks(candles: readonly ClosedCandle[], size = 1_000): AsyncGenerator<readonly ClosedCandle[]> {
  for (let at = 0; at < candles.length; at += size) yield candles.slice(at, at + size);
}

async function readBack(path: string): Promise<ClosedCandle[] | Failure> {
  const opened = await openCandleParquet(path);
  if (!opened.ok) return opened.error;
  const candles: ClosedCandle[] = [];
  try {
    for await (const chunk of opened.value.chunks) candles.push(...chunk);
  } catch (thrown) {
    // The failure is what the test is about.
    return toFailure(thrown);
  }
  return candles;
}

describe('candles in Parquet', () => {
  it('come back with every number, every missing column and every certificate', async () => {
    const path = join(folder, 'any.parquet');
    await fc.assert(
      fc.asyncProperty(exactCandles(seriesId, 'any'), async (candles) => {
        expect((await writeCandleParquet(inChunks(candles, 7), { path, seriesId })).rows).toBe(candles.length);
        expect(await readBack(path)).toEqual(candles);
      }),
      { numRuns: 60 },
    );
  });

  it('come back from many row groups in chunks of at most 5,000', async () => {
    const path = join(folder, 'long.parquet');
    const long = Array.from({ length: 30 }, (_, day) => minutesOfDay(Date.UTC(2024, 2, 1 + day), seriesId)).flat();
    await writeCandleParquet(inChunks(long, 14_400), { path, seriesId });
    const opened = await openCandleParquet(path);
    if (!opened.ok) throw new Error(opened.error.message);
    expect(opened.value).toMatchObject({ seriesId, rows: long.length });
    const chunks: (readonly ClosedCandle[])[] = [];
    for await (const chunk of opened.value.chunks) chunks.push(chunk);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(5_000);
    expect(chunks.flat()).toEqual(long);
  });

  it('are DECIMAL(38, 18) and timestamps to any other reader', async () => {
    const path = join(folder, 'other.parquet');
    await writeCandleParquet(inChunks(DAY), { path, seriesId });
    const file = await asyncBufferFromFile(path);
    const { schema } = await parquetMetadataAsync(file);
    expect(schema[2]).toMatchObject({ name: 'open', converted_type: 'DECIMAL', precision: 38, scale: 18 });
    const [row] = await parquetReadObjects({ file, rowStart: 0, rowEnd: 1 });
    expect(row?.['open_time']).toEqual(new Date('2024-03-01T00:00:00Z'));
    expect(row?.['open']).toBeCloseTo(toFloat((DAY[0] as ClosedCandle).open), 9);
  });

  it('are an empty list when there are none', async () => {
    const path = join(folder, 'empty.parquet');
    await writeCandleParquet(inChunks([]), { path, seriesId });
    expect(await readBack(path)).toEqual([]);
  });

  it('are refused when a byte was changed, the file was cut or is something else', async () => {
    const path = join(folder, 'damaged.parquet');
    await writeCandleParquet(inChunks(DAY), { path, seriesId });
    const whole = readFileSync(path);
    for (const at of [200, 5_000, 20_000]) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(at) ^ 4, at);
      writeFileSync(path, changed);
      expect(await readBack(path)).toMatchObject({ kind: 'failure' });
    }
    for (const content of [whole.subarray(0, whole.length - 9), Buffer.from('PAR1'), Buffer.from('open_time,open')]) {
      writeFileSync(path, content);
      expect(await readBack(path)).toMatchObject({ code: 'file_unreadable' });
    }
    parquetWriteFile({ filename: path, columnData: [{ name: 'open', data: [1.5], type: 'DOUBLE' }] });
    expect(await readBack(path)).toMatchObject({ code: 'file_unreadable' });
    expect(await readBack(join(folder, 'missing.parquet'))).toMatchObject({ code: 'file_unreadable' });
  });

  it('leave no file behind when writing fails', async () => {
    const path = join(folder, 'failed.parquet');
    const huge = { ...(DAY[0] as ClosedCandle), volume: decimal(`1${'0'.repeat(20)}`) as ClosedCandle['volume'] };
    await expect(writeCandleParquet(inChunks([huge]), { path, seriesId })).rejects.toThrow('candle_invalid');
    await expect(
      writeCandleParquet(inChunks(DAY), { path: join(folder, 'no', 'a.parquet'), seriesId }),
    ).rejects.toThrow('can not be written');
    expect(readdirSync(folder).filter((name) => name.startsWith('failed'))).toEqual([]);
  });
});
