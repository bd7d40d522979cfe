/**
 * Closed candles to a comma-separated file in the layout of Binance's archive, plain or gzip. In come chunks in order,
 * out goes a file that this program and others read back to the very same numbers. It appears under its name only when
 * it is whole; until then it grows beside it as `.part`.
 */
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Decimal, toDecimalText } from '../../core/decimal.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { FailureError, failure, toReason } from '../../model/failure.ts';

/** What to write and where to; `lengthMs` is that of one candle, for the venue's close time (end minus 1 ms). */
export type CsvOutput = {
  readonly path: string;
  readonly lengthMs: number;
  /** 12 as in the archive, or the first 6 where candles lack the others. */
  readonly columns: 6 | 12;
  readonly packing: 'none' | 'gzip';
};

/** What was written. */
export type WrittenFile = { readonly rows: number; readonly bytes: number };

/** Names as in Binance's own futures files. */
const HEADER_CELLS = [
  ...['open_time', 'open', 'high', 'low', 'close', 'volume', 'close_time', 'quote_volume', 'count'],
  ...['taker_buy_volume', 'taker_buy_quote_volume', 'ignore'],
];

/**
 * Writes every candle of `chunks`. Rejects with `FailureError` `usage_wrong` when the file can not be written, or when
 * 12 columns are asked for and a candle lacks one of them (nothing is invented, an empty cell would be no number), and
 * with whatever `chunks` rejects with; nothing is left behind then.
 */
export async function writeCandleCsv(
  chunks: AsyncIterable<readonly ClosedCandle[]>,
  output: CsvOutput,
): Promise<WrittenFile> {
  const part = `${output.path}.part`;
  let rows = 0;
  const lines = async function* (): AsyncGenerator<string, void, undefined> {
    yield `${HEADER_CELLS.slice(0, output.columns).join(',')}\n`;
    for await (const chunk of chunks) {
      rows += chunk.length;
      yield chunk.map((candle) => csvLine(candle, output)).join('');
    }
  };
  try {
    const sink = createWriteStream(part);
    const source = Readable.from(lines());
    await (output.packing === 'gzip' ? pipeline(source, createGzip(), sink) : pipeline(source, sink));
    await rename(part, output.path);
    return { rows, bytes: (await stat(output.path)).size };
  } catch (thrown) {
    await rm(part, { force: true });
    throw toUnwritable(output.path, thrown);
  }
}

/** A thrown value as the failure to write `path`; expected failures pass as they are. */
export function toUnwritable(path: string, thrown: unknown): unknown {
  if (thrown instanceof FailureError || !(thrown instanceof Error && 'code' in thrown)) return thrown;
  const reason = `${path} can not be written: ${toReason(thrown)}`;
  return new FailureError(failure('usage_wrong', { reason }), { cause: thrown });
}

function csvLine(candle: ClosedCandle, { columns, lengthMs }: CsvOutput): string {
  const { openTime, open, high, low, close, volume } = candle;
  const narrow = `${openTime},${[open, high, low, close, volume].map(toDecimalText).join(',')}`;
  if (columns === 6) return `${narrow}\n`;
  const { quoteVolume, trades, takerBaseVolume, takerQuoteVolume } = candle;
  const wide = [cell(quoteVolume), trades, cell(takerBaseVolume), cell(takerQuoteVolume)];
  if (wide.includes(null)) throw lacking(candle);
  return `${narrow},${openTime + lengthMs - 1},${wide.join(',')},0\n`;
}

function cell(value: Decimal | null): string | null {
  return value === null ? null : toDecimalText(value);
}

function lacking({ openTime, seriesId }: ClosedCandle): FailureError {
  const reason =
    `the candle of ${seriesId} at ${new Date(openTime).toISOString()} has no quote volume, trade count or taker volume: ` +
    'export 6 columns (--columns 6), or to .parquet, which keeps what is there';
  return new FailureError(failure('usage_wrong', { reason }));
}
