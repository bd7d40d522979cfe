/**
 * Stored candles to a file for other programs: the ending of its name chooses the format. Nothing is rounded; memory
 * stays bounded however long the series is.
 */
import { type WrittenFile, writeCandleCsv } from '../../adapters/archive/candle-csv-writer.ts';
import { writeCandleParquet } from '../../adapters/archive/candle-parquet-writer.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toFailure } from '../../model/failure.ts';
import { seriesParts } from '../../model/series.ts';
import { timeframeMs } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { readChunks, type Stretch } from './stored-candles.ts';

/** What to export and where to. */
export type ExportOptions = {
  readonly store: CandleStore;
  readonly stretch: Stretch;
  readonly path: string;
  /** Of a comma-separated file. */
  readonly columns: 6 | 12;
  readonly onProgress: (rows: number) => void;
};

/** Formats by the ending of a file name. */
const FORMATS = [
  { ending: '.csv.gz', format: 'csv.gz' },
  { ending: '.csv', format: 'csv' },
  { ending: '.parquet', format: 'parquet' },
] as const;

/** Exports; fails with `usage_wrong`, `candle_invalid` or the store's failures, and leaves no file behind then. */
export async function exportCandles(options: ExportOptions): Promise<Result<WrittenFile, Failure>> {
  const { store, stretch, path, columns } = options;
  const format = FORMATS.find(({ ending }) => path.toLowerCase().endsWith(ending))?.format;
  if (format === undefined) {
    return err(failure('usage_wrong', { reason: `${path} ends in none of .csv, .csv.gz and .parquet` }));
  }
  const lengthMs = timeframeMs(seriesParts(stretch.seriesId).timeframe);
  const chunks = counted(readChunks(store, stretch), options.onProgress);
  try {
    if (format === 'parquet') return ok(await writeCandleParquet(chunks, { path, seriesId: stretch.seriesId }));
    return ok(await writeCandleCsv(chunks, { path, lengthMs, columns, packing: format === 'csv' ? 'none' : 'gzip' }));
  } catch (thrown) {
    return err(toFailure(thrown));
  }
}

async function* counted<T>(
  chunks: AsyncIterable<readonly T[]>,
  onProgress: (rows: number) => void,
): AsyncGenerator<readonly T[], void, undefined> {
  let rows = 0;
  for await (const chunk of chunks) {
    yield chunk;
    rows += chunk.length;
    onProgress(rows);
  }
}
