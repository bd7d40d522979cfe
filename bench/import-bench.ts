/**
 * How fast a gzipped file becomes stored candles of every timeframe, beside SQLite's own rate for as many rows that
 * are ready-made parameters. Each round of either side writes a new database file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { appendParameters, type Parameter } from '../src/adapters/sqlite/candle-rows.ts';
import { createSqliteCandleStore } from '../src/adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../src/adapters/sqlite/sqlite-database.ts';
import { importCandles } from '../src/app/data/import-candles.ts';
import { acceptClosed, createFanout, emptyOutput } from '../src/market/derived-timeframe-fanout.ts';
import type { ClosedCandle } from '../src/model/candle.ts';
import { FailureError } from '../src/model/failure.ts';
import { openBareCandles } from './bare-candles.ts';
import { type BenchContext, type BenchResult, figureOf } from './bench-result.ts';
import { DERIVED, findMinuteFile, type MinuteFile, openMinutes, readMinutes } from './minute-file.ts';
import { alternate } from './rounds.ts';

/** Rows of one bare transaction, as many base candles as the import takes at a time. */
const TRANSACTION_ROWS = 5_000;

/** Measures. */
export async function runImportBench(context: BenchContext): Promise<BenchResult> {
  const file = findMinuteFile(context.dir);
  const rows = await buildRows(file);
  context.note(`${rows.length} rows to write on each side`);
  const rates = await alternate(
    { ours: () => importOnce(context.dir, file), bare: () => upsertOnce(context.dir, rows) },
    { warmUps: 1, measured: context.mode === 'full' ? 7 : 2 },
  );
  const aim = { of: 'ratio', direction: 'at least', value: 0.5 } as const;
  return {
    title: 'Import: gzipped CSV to stored candles of six timeframes',
    notes: [
      `Input: ${file.origin}. Rows: base and derived, ${rows.length} on both sides.`,
      'Ours: gunzip, parse, check, fold and store, one transaction for each 5,000 base candles with what they complete.',
      `Bare: ready-made parameters into the same table by one prepared \`INSERT ... ON CONFLICT DO UPDATE\`, ` +
        `${TRANSACTION_ROWS.toLocaleString('en')} rows a transaction, in the order the import writes them, WAL and NORMAL like ours.`,
      'Processor seconds count all threads, so the unpacking beside the main thread is in them.',
    ],
    figures: [
      figureOf(rates.wall, { name: 'import', unit: 'rows/s' }, aim),
      figureOf(rates.cpu, { name: 'import, per processor second', unit: 'rows/s' }, aim),
    ],
  };
}

async function importOnce(dir: string, file: MinuteFile): Promise<number> {
  const folder = mkdtempSync(join(dir, 'import-'));
  const { seriesId, chunks } = openMinutes(file);
  const database = openSqliteDatabase({ path: join(folder, 'hotwick.db') });
  const store = createSqliteCandleStore(database);
  try {
    const done = await importCandles({ chunks, seriesId, timeframes: DERIVED, store });
    if (!done.ok) throw new FailureError(done.error.failure);
    return done.value.inserted;
  } finally {
    await store.close();
    database.close();
    rmSync(folder, { recursive: true });
  }
}

/** Parameters of every row the import writes, in its order: chunk by chunk, base first. */
async function buildRows(file: MinuteFile): Promise<readonly (readonly Parameter[])[]> {
  const candles = await readMinutes(file);
  const fanout = createFanout(openMinutes(file).seriesId, DERIVED);
  const keys = new Map<string, number>();
  const rows: Parameter[][] = [];
  const add = (candle: ClosedCandle): void => {
    const key = keys.get(candle.seriesId) ?? keys.size + 1;
    keys.set(candle.seriesId, key);
    const row: Parameter[] = [];
    appendParameters(row, key, candle);
    rows.push([...row, 1]);
  };
  for (let start = 0; start < candles.length; start += TRANSACTION_ROWS) {
    const chunk = candles.slice(start, start + TRANSACTION_ROWS);
    const output = emptyOutput();
    for (const candle of chunk) acceptClosed(fanout, candle, output);
    for (const candle of chunk) add(candle);
    for (const candle of output.closed) add(candle);
  }
  return rows;
}

function upsertOnce(dir: string, rows: readonly (readonly Parameter[])[]): number {
  const folder = mkdtempSync(join(dir, 'upsert-'));
  const bare = openBareCandles(join(folder, 'bare.db'));
  try {
    for (let from = 0; from < rows.length; from += TRANSACTION_ROWS) {
      bare.write(rows.slice(from, from + TRANSACTION_ROWS));
    }
    return rows.length;
  } finally {
    bare.close();
    rmSync(folder, { recursive: true });
  }
}
