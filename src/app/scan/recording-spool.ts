/**
 * A recording made ready to be played in the order of time: the files are read one after the other into one temporary
 * file of plain numbers, and played from there through small windows. Memory holds one file's reader and a window for
 * each instrument, however long the recording is.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toFloat } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, FailureError } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import { openImportFile } from '../data/candle-files.ts';
import { type Recording, SCAN_STEP_MS } from './recording-files.ts';

/** A bar as it is played; plain numbers, because it is judged and never traded with. */
export type RecordedBar = {
  /** Index in the spool's instruments. */
  readonly instrument: number;
  readonly openTime: EpochMs;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Quote units; 0 where nothing was traded. */
  readonly quoteVolume: number;
  /** `null` where the file does not tell. */
  readonly takerQuoteVolume: number | null;
};

/** All bars that end together. */
export type BarFrame = { readonly closeTime: EpochMs; readonly bars: readonly RecordedBar[] };

/** What is in the temporary file. */
export type SpooledInstrument = {
  readonly instrumentId: InstrumentId;
  /** Rows before its first one, and how many it has. */
  readonly firstRow: number;
  readonly rows: number;
  readonly firstOpen: EpochMs;
  readonly lastOpen: EpochMs;
};

/** A recording ready to be played; `close` removes the temporary file. */
export type RecordingSpool = {
  readonly instruments: readonly SpooledInstrument[];
  readonly bars: number;
  /** Bars left out because an earlier file of the instrument has that time already. */
  readonly repeated: number;
  /** Bars whose quote volume is estimated, because their file has base volumes only. */
  readonly estimated: number;
  readonly frames: () => Generator<BarFrame, void, undefined>;
  readonly close: () => void;
};

const COLUMNS = 7;
const ROW_BYTES = COLUMNS * Float64Array.BYTES_PER_ELEMENT;
/** Rows of an instrument that are in memory at a time. */
const WINDOW_ROWS = 256;

type Writer = {
  readonly file: number;
  row: number;
  repeated: number;
  estimated: number;
  lastOpen: number;
};

/**
 * Reads `recording`; `onProgress` hears how many bars are read. Fails like the readers, with the first file that can
 * not be read to its end.
 */
export async function spoolRecording(
  recording: Recording,
  onProgress: (bars: number) => void,
): Promise<Result<RecordingSpool, Failure>> {
  const dir = mkdtempSync(join(tmpdir(), 'hotwick-scan-'));
  const file = openSync(join(dir, 'bars'), 'w+');
  const close = (): void => {
    closeSync(file);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const writer: Writer = { file, row: 0, repeated: 0, estimated: 0, lastOpen: -1 };
    const instruments: SpooledInstrument[] = [];
    for (const { instrumentId, paths } of recording.instruments) {
      const spooled = await spoolInstrument(writer, { instrumentId, paths, onProgress });
      if (spooled !== null) instruments.push(spooled);
    }
    const frames = (): Generator<BarFrame, void, undefined> =>
      playSpool(file, { instruments, stepMs: SCAN_STEP_MS[recording.timeframe] });
    const { row: bars, repeated, estimated } = writer;
    return ok({ instruments, bars, repeated, estimated, frames, close });
  } catch (error) {
    close();
    if (error instanceof FailureError) return err(error.failure);
    throw error;
  }
}

async function spoolInstrument(
  writer: Writer,
  source: {
    readonly instrumentId: InstrumentId;
    readonly paths: readonly string[];
    readonly onProgress: (bars: number) => void;
  },
): Promise<SpooledInstrument | null> {
  const firstRow = writer.row;
  let firstOpen = -1;
  writer.lastOpen = -1;
  for (const path of source.paths) {
    const opened = await openAgain(path);
    for await (const chunk of opened.chunks) {
      if (firstOpen < 0) firstOpen = chunk[0]?.openTime ?? -1;
      writeRows(writer, chunk);
      source.onProgress(writer.row);
    }
  }
  const rows = writer.row - firstRow;
  if (rows === 0) return null;
  const { instrumentId } = source;
  return { instrumentId, firstRow, rows, firstOpen: epochMs(firstOpen), lastOpen: epochMs(writer.lastOpen) };
}

async function openAgain(path: string): Promise<{ readonly chunks: AsyncIterable<readonly ClosedCandle[]> }> {
  const told = await openImportFile(path);
  const opened = told.ok ? told : await openImportFile(path, { market: 'spot' });
  if (!opened.ok) throw new FailureError(opened.error);
  return opened.value;
}

function writeRows(writer: Writer, chunk: readonly ClosedCandle[]): void {
  const rows = new Float64Array(chunk.length * COLUMNS);
  let count = 0;
  for (const candle of chunk) {
    if (candle.openTime <= writer.lastOpen) {
      writer.repeated++;
      continue;
    }
    writer.lastOpen = candle.openTime;
    if (candle.quoteVolume === null) writer.estimated++;
    rows.set(toRow(candle), count * COLUMNS);
    count++;
  }
  writeSync(writer.file, rows, 0, count * ROW_BYTES, writer.row * ROW_BYTES);
  writer.row += count;
}

/** Without a quote volume, the base volume at the candle's middle price: within the candle's own range of the truth. */
function toRow(candle: ClosedCandle): readonly number[] {
  const [open, high, low, close] = [candle.open, candle.high, candle.low, candle.close].map(toFloat) as [
    number,
    number,
    number,
    number,
  ];
  const quote =
    candle.quoteVolume === null ? (toFloat(candle.volume) * (high + low + close)) / 3 : toFloat(candle.quoteVolume);
  const taker = candle.takerQuoteVolume === null ? Number.NaN : toFloat(candle.takerQuoteVolume);
  return [candle.openTime, open, high, low, close, quote, taker];
}

type Cursor = {
  readonly instrument: number;
  readonly rows: Float64Array;
  /** Next row of the instrument to load, and one after its last. */
  next: number;
  readonly end: number;
  /** Rows in memory, and the one at hand. */
  loaded: number;
  at: number;
};

function* playSpool(
  file: number,
  { instruments, stepMs }: { readonly instruments: readonly SpooledInstrument[]; readonly stepMs: number },
): Generator<BarFrame, void, undefined> {
  const cursors = instruments.map(
    ({ firstRow, rows }, instrument): Cursor => ({
      instrument,
      rows: new Float64Array(WINDOW_ROWS * COLUMNS),
      next: firstRow,
      end: firstRow + rows,
      loaded: 0,
      at: 0,
    }),
  );
  for (;;) {
    let earliest = Number.POSITIVE_INFINITY;
    for (const cursor of cursors) earliest = Math.min(earliest, openAt(file, cursor));
    if (earliest === Number.POSITIVE_INFINITY) return;
    const bars: RecordedBar[] = [];
    for (const cursor of cursors) {
      if (openAt(file, cursor) !== earliest) continue;
      bars.push(toBar(cursor));
      cursor.at++;
    }
    yield { closeTime: epochMs(earliest + stepMs), bars };
  }
}

/** Open time of the row at hand; infinity when there is none. */
function openAt(file: number, cursor: Cursor): number {
  if (cursor.at >= cursor.loaded) {
    const rows = Math.min(WINDOW_ROWS, cursor.end - cursor.next);
    if (rows <= 0) return Number.POSITIVE_INFINITY;
    readSync(file, cursor.rows, 0, rows * ROW_BYTES, cursor.next * ROW_BYTES);
    cursor.next += rows;
    cursor.loaded = rows;
    cursor.at = 0;
  }
  return cursor.rows[cursor.at * COLUMNS] as number;
}

function toBar({ instrument, rows, at }: Cursor): RecordedBar {
  const from = at * COLUMNS;
  const [openTime, open, high, low, close, quoteVolume, taker] = rows.subarray(from, from + COLUMNS) as unknown as [
    EpochMs,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const takerQuoteVolume = Number.isNaN(taker) ? null : taker;
  return { instrument, openTime, open, high, low, close, quoteVolume, takerQuoteVolume };
}
