/**
 * Candle files as a stream of chunks. In comes a path to `.csv` or `.csv.gz`, out go closed candles in file order;
 * every row before a fault is delivered whole, the faulty row and everything after it not at all.
 */
import type { CandleSource, ClosedCandle } from '../../model/candle.ts';
import { type Failure, FailureError, failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import { createCandleRowParser } from './candle-row-parser.ts';
import { readFileText } from './file-text.ts';

/** Which file, what its candles are of, and by whose word. */
export type CandleCsvOptions = {
  readonly path: string;
  readonly seriesId: SeriesId;
  /** Open times are multiples of it; `null` leaves alignment unchecked (weeks, months, the venue's 3-day candles). */
  readonly stepMs: number | null;
  readonly source: CandleSource;
};

/** Candles in one chunk: enough to make a transaction worth its cost, few enough to hold several in memory. */
const CHUNK_CANDLES = 5_000;

/**
 * Reads 6 columns, the 11 of recorded data or the 12 of Binance's archive, with or without a header, times in
 * milliseconds or microseconds; columns a file lacks are `null`. Chunks hold at most 5,000 candles, together strictly
 * ascending by open time; the caller may keep them.
 *
 * Ends with `FailureError`: `file_unreadable`, `csv_columns_wrong`, `csv_value_wrong` or `file_truncated` (with the
 * number of `rows` before the cut). All rows before the fault have been yielded by then, so storing each chunk loses
 * nothing and leaves nothing half-written; the exception is damaged compressed data, where the rows in hand are not
 * trusted. A cut inside the last number of an uncompressed file can not be told from its end.
 */
export async function* readCandleCsv(
  options: CandleCsvOptions,
): AsyncGenerator<readonly ClosedCandle[], void, undefined> {
  const parser = createCandleRowParser(options);
  const candles: ClosedCandle[] = [];
  let fault: Failure | null = null;
  for await (const piece of readFileText(options.path)) {
    fault = piece.kind === 'cut' ? truncated(options.path, parser.rows()) : parser.feed(piece.text, candles);
    if (fault !== null) break;
    while (candles.length >= CHUNK_CANDLES) yield candles.splice(0, CHUNK_CANDLES);
  }
  fault ??= parser.finish(candles);
  while (candles.length > 0) yield candles.splice(0, CHUNK_CANDLES);
  if (fault !== null) throw new FailureError(fault);
}

function truncated(path: string, rows: number): Failure {
  return failure('file_truncated', { path, rows, kept: 'kept' });
}
