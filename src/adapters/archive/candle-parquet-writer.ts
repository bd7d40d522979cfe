/**
 * Closed candles of one series to a Parquet file. In come chunks in order, out goes a file with the exact numbers, the
 * certificates, the series' id and a digest of the rows. It appears under its name only when it is whole; until then
 * it grows beside it as `.part`.
 */
import { createHash } from 'node:crypto';
import { rename, rm, stat } from 'node:fs/promises';
import { type ColumnSource, fileWriter, ParquetWriter } from 'hyparquet-writer';
import { assert } from '../../core/assert.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { FailureError, failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import { toUnwritable, type WrittenFile } from './candle-csv-writer.ts';
import {
  DECIMAL_LIMIT,
  DIGEST_KEY,
  digestLine,
  PARQUET_COLUMNS,
  type ParquetColumnName,
  parquetSchemaElements,
  SERIES_KEY,
} from './candle-parquet-schema.ts';

/** Rows written and later read at once: some 5 MB in memory, and large enough to compress well. */
const GROUP_ROWS = 20_000;

/**
 * Writes every candle of `chunks`, all of one series. Rejects with `FailureError` `usage_wrong` when the file can not
 * be written, `candle_invalid` for a number of more than 20 digits before the point, and with whatever `chunks`
 * rejects with; nothing is left behind then.
 */
export async function writeCandleParquet(
  chunks: AsyncIterable<readonly ClosedCandle[]>,
  output: { readonly path: string; readonly seriesId: SeriesId },
): Promise<WrittenFile> {
  const part = `${output.path}.part`;
  try {
    const rows = await writeGroups(chunks, { path: part, seriesId: output.seriesId });
    await rename(part, output.path);
    return { rows, bytes: (await stat(output.path)).size };
  } catch (thrown) {
    await rm(part, { force: true });
    throw toUnwritable(output.path, thrown);
  }
}

async function writeGroups(
  chunks: AsyncIterable<readonly ClosedCandle[]>,
  output: { readonly path: string; readonly seriesId: SeriesId },
): Promise<number> {
  const kvMetadata = [{ key: SERIES_KEY, value: output.seriesId as string }];
  const writer = new ParquetWriter({ writer: fileWriter(output.path), schema: parquetSchemaElements(), kvMetadata });
  const digest = createHash('sha256');
  let waiting: ClosedCandle[] = [];
  let rows = 0;
  const flush = async (): Promise<void> => {
    const columnData = toColumns(waiting);
    await writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    waiting = [];
  };
  for await (const chunk of chunks) {
    for (const candle of chunk) {
      assert(candle.seriesId === output.seriesId, 'a file holds one series');
      digest.update(digestLine(candle));
      waiting.push(candle);
      if (waiting.length === GROUP_ROWS) await flush();
    }
    rows += chunk.length;
  }
  if (waiting.length > 0) await flush();
  kvMetadata.push({ key: DIGEST_KEY, value: digest.digest('hex') });
  await writer.finish();
  return rows;
}

function toColumns(candles: readonly ClosedCandle[]): ColumnSource[] {
  return PARQUET_COLUMNS.map(({ name }) => {
    return { name, data: candles.map((candle) => CELLS[name](candle)), offsetIndex: false };
  });
}

const CELLS: Readonly<Record<ParquetColumnName, (candle: ClosedCandle) => bigint | string | null>> = {
  open_time: ({ openTime }) => BigInt(openTime),
  open: ({ open }) => fitting(open),
  high: ({ high }) => fitting(high),
  low: ({ low }) => fitting(low),
  close: ({ close }) => fitting(close),
  volume: ({ volume }) => fitting(volume),
  quote_volume: ({ quoteVolume }) => fitting(quoteVolume),
  trades: ({ trades }) => (trades === null ? null : BigInt(trades)),
  taker_base: ({ takerBaseVolume }) => fitting(takerBaseVolume),
  taker_quote: ({ takerQuoteVolume }) => fitting(takerQuoteVolume),
  source: ({ certificate }) => certificate.source,
  status: ({ certificate }) => certificate.status,
  base_count: ({ certificate }) => BigInt(certificate.baseCount),
  base_expected: ({ certificate }) => BigInt(certificate.baseExpected),
  revision: ({ certificate }) => BigInt(certificate.revision),
};

function fitting(value: bigint | null): bigint | null {
  if (value === null || (value < DECIMAL_LIMIT && value > -DECIMAL_LIMIT)) return value;
  throw new FailureError(failure('candle_invalid', { reason: 'a number has more than 20 digits before its point' }));
}
