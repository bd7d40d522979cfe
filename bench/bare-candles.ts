/**
 * The floor of storing candles: the store's own table and settings, one prepared upsert, nothing else.
 */
import Database from 'better-sqlite3';
import { CANDLE_COLUMNS, type Parameter } from '../src/adapters/sqlite/candle-rows.ts';
import { MIGRATIONS } from '../src/adapters/sqlite/migrations.ts';

/** A new database file with the store's tables; rows are `CANDLE_COLUMNS` and the revision. */
export type BareCandles = {
  /** Writes the rows in one transaction. */
  readonly write: (rows: readonly (readonly Parameter[])[]) => void;
  readonly close: () => void;
};

const UPSERT = `INSERT INTO candles (${CANDLE_COLUMNS.join(', ')}, revision)
  VALUES (${CANDLE_COLUMNS.map(() => '?').join(', ')}, ?)
  ON CONFLICT (series, open_time) DO UPDATE SET ${[...CANDLE_COLUMNS.slice(2), 'revision']
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}`;

/** Makes the file at `path`, WAL and NORMAL like ours. */
export function openBareCandles(path: string): BareCandles {
  const connection = new Database(path);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = NORMAL');
  for (const step of MIGRATIONS) connection.exec(step);
  const upsert = connection.prepare(UPSERT);
  const write = connection.transaction((rows: readonly (readonly Parameter[])[]) => {
    for (const row of rows) upsert.run(row);
  });
  return { write, close: () => void connection.close() };
}
