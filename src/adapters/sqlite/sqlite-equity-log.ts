/**
 * The history of equity in a database file of its own, so that nothing that writes to it ever holds a lock that trading
 * waits for. Minutes enter, each batch one transaction; bars of every length leave.
 */
import { type BarsStart, type EquityBar, historyStart, mergeBars, regroupBars } from '../../model/equity-bar.ts';
import { EQUITY_TIERS, type EquityBarsWanted, type EquityLog } from '../../ports/equity-log.ts';
import { EQUITY_SCHEMA, type EquityRow, parseEquityRow, toEquityRow } from './equity-rows.ts';
import { openSqliteDatabase, type SqliteConnection, type SqliteDatabase } from './sqlite-database.ts';
import { storeUnavailable, toStoreError } from './sqlite-failures.ts';

/** How long opening and saving wait for another program: a minute that is refused is saved with the next one. */
const BUSY_TIMEOUT_MS = 50;

/** Opens the file at `path`, made where there is none; throws `FailureError` when it can not, and leaves nothing open. */
export function openSqliteEquityLog(path: string): EquityLog {
  const database = openSqliteDatabase({ path, schema: EQUITY_SCHEMA, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    return createLog(database);
  } catch (thrown) {
    database.close();
    throw toStoreError(thrown, path);
  }
}

function createLog(database: SqliteDatabase): EquityLog {
  const { path } = database;
  const connection = database.connect('NORMAL');
  const attempt = async <T>(action: () => T): Promise<T> => {
    if (!connection.open) throw storeUnavailable(path, { reason: 'it is closed' });
    try {
      return action();
    } catch (thrown) {
      throw toStoreError(thrown, path);
    }
  };
  const save = prepareSave(connection);
  const load = prepareLoad(connection);
  const starts = connection.prepare<[], BarsStart>(
    'SELECT length_ms AS lengthMs, min(open_time) AS openTime FROM equity GROUP BY length_ms',
  );
  return {
    save: (minutes) => attempt(() => save(minutes)),
    load: (wanted) => attempt(() => load(wanted)),
    firstTime: () => attempt(() => historyStart(starts.all())),
    close: async () => database.close(),
  };
}

const COLUMNS = 'open_time, open, high, low, close, cash, capital';

function prepareSave(connection: SqliteConnection): (minutes: readonly EquityBar[]) => void {
  const find = connection
    .prepare<unknown[], EquityRow>(`SELECT ${COLUMNS} FROM equity WHERE length_ms = ? AND open_time = ?`)
    .raw();
  const put = connection.prepare(
    `INSERT OR REPLACE INTO equity (length_ms, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const forget = connection.prepare(
    `DELETE FROM equity WHERE length_ms = @lengthMs
     AND open_time <= (SELECT max(open_time) FROM equity WHERE length_ms = @lengthMs) - @keptMs`,
  );
  const run = connection.transaction((minutes: readonly EquityBar[]): void => {
    for (const { lengthMs, keptMs } of EQUITY_TIERS) {
      for (const bar of regroupBars(minutes, lengthMs)) {
        const row = find.get(lengthMs, bar.openTime);
        put.run(lengthMs, ...toEquityRow(row === undefined ? bar : mergeBars(parseEquityRow(row), bar)));
      }
      forget.run({ lengthMs, keptMs });
    }
  });
  return (minutes) => run.immediate(minutes);
}

function prepareLoad(connection: SqliteConnection): (wanted: EquityBarsWanted) => readonly EquityBar[] {
  const rows = connection
    .prepare<unknown[], EquityRow>(
      `SELECT ${COLUMNS} FROM equity WHERE length_ms = ? AND open_time >= ? ORDER BY open_time`,
    )
    .raw();
  return ({ lengthMs, from }) => rows.all(lengthMs, from).map(parseEquityRow);
}
