/**
 * Parquet files made by an export, back to candles. In comes a path, out go the series it holds and its closed candles
 * in chunks with their certificates; a file of another layout is refused, and at the end the digest of the rows tells
 * whether every number is the one that was written.
 */
import { createHash } from 'node:crypto';
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { Decimal } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, isEpochMs } from '../../core/time.ts';
import {
  type CandleSource,
  type CandleStatus,
  type ClosedCandle,
  findCandleFault,
  SOURCE_RANK,
} from '../../model/candle.ts';
import { type Failure, FailureError, failure, toReason } from '../../model/failure.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import { parseSeriesId, type SeriesId } from '../../model/series.ts';
import {
  DECIMAL_BYTES,
  DIGEST_KEY,
  digestLine,
  findSchemaFault,
  type ParquetColumnName,
  rawSchema,
  SERIES_KEY,
} from './candle-parquet-schema.ts';

/** A file that was opened: its series, its rows, and its candles in chunks, strictly ascending by open time. */
export type CandleParquet = {
  readonly seriesId: SeriesId;
  readonly rows: number;
  /** Rejects with `FailureError` `file_unreadable` or `csv_value_wrong` (the line is the row's number). */
  readonly chunks: AsyncGenerator<readonly ClosedCandle[], void, undefined>;
};

type OpenFile = {
  readonly path: string;
  readonly file: Awaited<ReturnType<typeof asyncBufferFromFile>>;
  readonly metadata: FileMetaData;
};

/** Candles in one chunk, as for other files. */
const CHUNK_CANDLES = 5_000;
/** Rows of one group that are unpacked at once; a file with more was not made by an export. */
const GROUP_ROWS_MAX = 100_000;
const STATUSES: Readonly<Record<CandleStatus, true>> = {
  final: true,
  repaired: true,
  exchange_gap: true,
  no_trade: true,
};

/** Opens a file and reads its description; fails with `file_unreadable` or `series_id_malformed`. */
export async function openCandleParquet(path: string): Promise<Result<CandleParquet, Failure>> {
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    const fault = findSchemaFault(metadata.schema) ?? findGroupFault(metadata);
    if (fault !== null) return err(unreadable(path, `it is no export of candles: ${fault}`));
    const named = parseSeriesId(metadataValue(metadata, SERIES_KEY) ?? '');
    if (!named.ok) return named;
    const opened = { path, file, metadata };
    return ok({ seriesId: named.value, rows: Number(metadata.num_rows), chunks: readChunks(opened, named.value) });
  } catch (thrown) {
    // The reader throws plain errors for whatever is no Parquet file, is cut off or can not be read.
    return err(unreadable(path, toReason(thrown)));
  }
}

function findGroupFault(metadata: FileMetaData): string | null {
  const isLarge = metadata.row_groups.some((group) => group.num_rows > GROUP_ROWS_MAX);
  return isLarge ? `it has row groups of more than ${GROUP_ROWS_MAX} rows` : null;
}

async function* readChunks(
  opened: OpenFile,
  seriesId: SeriesId,
): AsyncGenerator<readonly ClosedCandle[], void, undefined> {
  const metadata = { ...opened.metadata, schema: rawSchema(opened.metadata.schema) };
  const digest = createHash('sha256');
  let last = -1;
  let row = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = row + Number(group.num_rows);
    const candles: ClosedCandle[] = [];
    for (const cells of await readRows({ ...opened, metadata }, { rowStart: row, rowEnd })) {
      row++;
      const candle = parseRow(cells, seriesId);
      const reason = typeof candle === 'string' ? candle : findOrderFault(candle, last);
      if (typeof candle === 'string' || reason !== null) {
        throw new FailureError(failure('csv_value_wrong', { path: opened.path, line: row, reason }));
      }
      last = candle.openTime;
      digest.update(digestLine(candle));
      candles.push(candle);
    }
    while (candles.length > 0) yield candles.splice(0, CHUNK_CANDLES);
  }
  if (metadataValue(metadata, DIGEST_KEY) === digest.digest('hex')) return;
  throw new FailureError(unreadable(opened.path, 'the digest of its rows does not match: it was altered or damaged'));
}

async function readRows(
  { path, file, metadata }: OpenFile,
  range: { readonly rowStart: number; readonly rowEnd: number },
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  try {
    return await parquetReadObjects({ file, metadata, ...range });
  } catch (thrown) {
    throw new FailureError(unreadable(path, toReason(thrown)), { cause: thrown });
  }
}

/** One row as a candle, or what is wrong with it. */
function parseRow(cells: Readonly<Record<string, unknown>>, seriesId: SeriesId): ClosedCandle | string {
  const openTime = parseCount(cells['open_time']);
  if (openTime === null || !isEpochMs(openTime)) return `open_time is no time: ${String(cells['open_time'])}`;
  const decimal = (name: ParquetColumnName): Decimal | null => parseDecimalCell(cells[name]);
  const [open, high, low, close, volume] = [
    decimal('open') as Price | null,
    decimal('high') as Price | null,
    decimal('low') as Price | null,
    decimal('close') as Price | null,
    decimal('volume') as Quantity | null,
  ];
  if (open === null || high === null || low === null || close === null || volume === null) return 'a number is missing';
  const certificate = parseCertificate(cells);
  if (certificate === null) return 'its certificate is none';
  const candle: ClosedCandle = {
    kind: 'candleClosed',
    seriesId,
    openTime: openTime as EpochMs,
    open,
    high,
    low,
    close,
    volume,
    quoteVolume: decimal('quote_volume') as Money | null,
    trades: parseCount(cells['trades']),
    takerBaseVolume: decimal('taker_base') as Quantity | null,
    takerQuoteVolume: decimal('taker_quote') as Money | null,
    certificate,
  };
  return findCandleFault(candle) ?? candle;
}

function parseCertificate(cells: Readonly<Record<string, unknown>>): ClosedCandle['certificate'] | null {
  const [source, status] = [String(cells['source']), String(cells['status'])];
  const [baseCount, baseExpected] = [parseCount(cells['base_count']), parseCount(cells['base_expected'])];
  const revision = parseCount(cells['revision']);
  if (!Object.hasOwn(SOURCE_RANK, source) || !Object.hasOwn(STATUSES, status)) return null;
  if (baseCount === null || baseExpected === null || revision === null) return null;
  return { source: source as CandleSource, status: status as CandleStatus, baseCount, baseExpected, revision };
}

/** Sixteen bytes, most significant first, two's complement; `null` for anything else. */
function parseDecimalCell(cell: unknown): Decimal | null {
  if (!(cell instanceof Uint8Array) || cell.length !== DECIMAL_BYTES) return null;
  const view = new DataView(cell.buffer, cell.byteOffset, DECIMAL_BYTES);
  return ((view.getBigInt64(0) << 64n) | view.getBigUint64(8)) as Decimal;
}

function parseCount(cell: unknown): number | null {
  const value = typeof cell === 'bigint' ? Number(cell) : null;
  return value !== null && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function findOrderFault({ openTime }: ClosedCandle, last: number): string | null {
  return openTime > last ? null : `open time ${openTime} comes after ${last}`;
}

function metadataValue(metadata: FileMetaData, key: string): string | undefined {
  return metadata.key_value_metadata?.find((entry) => entry.key === key)?.value;
}

function unreadable(path: string, reason: string): Failure {
  return failure('file_unreadable', { path, reason });
}
