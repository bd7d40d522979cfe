/**
 * The Parquet form of closed candles: one column per field, certificate included. Decimals are DECIMAL(38, 18) in 16
 * bytes, which is our own scale, so a number enters and leaves as the same integer; any Parquet reader understands it.
 */
import type { SchemaElement } from 'hyparquet';
import { assertNever } from '../../core/assert.ts';
import type { ClosedCandle } from '../../model/candle.ts';

/** Columns in file order. Those that a source may not publish are optional; missing is null, never 0. */
export const PARQUET_COLUMNS = [
  { name: 'open_time', type: 'time', repetition: 'REQUIRED' },
  { name: 'open', type: 'decimal', repetition: 'REQUIRED' },
  { name: 'high', type: 'decimal', repetition: 'REQUIRED' },
  { name: 'low', type: 'decimal', repetition: 'REQUIRED' },
  { name: 'close', type: 'decimal', repetition: 'REQUIRED' },
  { name: 'volume', type: 'decimal', repetition: 'REQUIRED' },
  { name: 'quote_volume', type: 'decimal', repetition: 'OPTIONAL' },
  { name: 'trades', type: 'count', repetition: 'OPTIONAL' },
  { name: 'taker_base', type: 'decimal', repetition: 'OPTIONAL' },
  { name: 'taker_quote', type: 'decimal', repetition: 'OPTIONAL' },
  { name: 'source', type: 'text', repetition: 'REQUIRED' },
  { name: 'status', type: 'text', repetition: 'REQUIRED' },
  { name: 'base_count', type: 'count', repetition: 'REQUIRED' },
  { name: 'base_expected', type: 'count', repetition: 'REQUIRED' },
  { name: 'revision', type: 'count', repetition: 'REQUIRED' },
] as const;

/** Name of a column. */
export type ParquetColumnName = (typeof PARQUET_COLUMNS)[number]['name'];

/** Key under which a file names its series. */
export const SERIES_KEY = 'hotwick.series_id';
/** Key under which a file carries the SHA-256 of its rows, in hexadecimal. */
export const DIGEST_KEY = 'hotwick.rows_sha256';

/** Bytes of a decimal: the fewest that hold 38 digits. */
export const DECIMAL_BYTES = 16;
/** Decimals of this magnitude and beyond have no place in 38 digits. */
export const DECIMAL_LIMIT = 10n ** 38n;

const DECIMAL_FORM = { precision: 38, scale: 18 } as const;

/** The schema of a file. */
export function parquetSchemaElements(): SchemaElement[] {
  return [{ name: 'candles', num_children: PARQUET_COLUMNS.length }, ...PARQUET_COLUMNS.map(toElement)];
}

function toElement({ name, type, repetition }: (typeof PARQUET_COLUMNS)[number]): SchemaElement {
  const column = { name, repetition_type: repetition };
  switch (type) {
    case 'time':
      return { ...column, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' };
    case 'decimal': {
      const bytes = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: DECIMAL_BYTES } as const;
      return { ...column, ...bytes, converted_type: 'DECIMAL', ...DECIMAL_FORM };
    }
    case 'count':
      return { ...column, type: 'INT64' };
    case 'text':
      return { ...column, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    default:
      return assertNever(type);
  }
}

/** What is wrong with the schema of a file, or `null` when it is that of an export. */
export function findSchemaFault(schema: readonly SchemaElement[]): string | null {
  const expected = parquetSchemaElements();
  const found = schema.map(describe);
  const index = expected.findIndex((element, at) => at > 0 && describe(element) !== found[at]);
  if (index > 0)
    return `column ${index} is ${found[index] ?? 'missing'} where ${describe(expected[index])} is expected`;
  return schema.length > expected.length
    ? `it has ${schema.length - expected.length} more column(s) than an export`
    : null;
}

function describe(element: SchemaElement | undefined): string {
  if (element === undefined) return 'missing';
  const { name, type, converted_type: form, precision, scale, repetition_type: repetition } = element;
  return [name, type, form, precision, scale, repetition].filter((part) => part !== undefined).join(' ');
}

/** The same schema without meanings, so that a reader hands out the raw bytes and integers instead of floats. */
export function rawSchema(schema: readonly SchemaElement[]): SchemaElement[] {
  return schema.map((element) => {
    const { converted_type: form, logical_type: _meaning, ...raw } = element;
    return form === 'UTF8' ? element : raw;
  });
}

/** A row as the text that the digest of a file is made of. */
export function digestLine(candle: ClosedCandle): string {
  const { certificate: made } = candle;
  const prices = [candle.openTime, candle.open, candle.high, candle.low, candle.close, candle.volume];
  const traded = [candle.quoteVolume, candle.trades, candle.takerBaseVolume, candle.takerQuoteVolume];
  const certificate = [made.source, made.status, made.baseCount, made.baseExpected, made.revision];
  return `${[...prices, ...traded, ...certificate].join(',')}\n`;
}
