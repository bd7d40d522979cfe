/**
 * Checks of the databases that hold a journal: that of the K-line service, and those of trading on paper and with money.
 * Each is opened as the program would open it, and its whole journal goes through the step once more.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteCandleStore } from '../adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../adapters/sqlite/sqlite-database.ts';
import { createSqliteJournal } from '../adapters/sqlite/sqlite-journal.ts';
import { replay, step } from '../engine/index.ts';
import { toFailure } from '../model/failure.ts';
import { type CheckResult, failed, passed, warned } from './doctor-result.ts';
import { DATABASE_FILE } from './service/kline-service.ts';
import { TRADING_DATABASE } from './trading/trading-stores.ts';

/** Where trading keeps its file below the data directory; what was never traded there has none. */
const TRADING_FILES = [join('paper', TRADING_DATABASE), join('money', TRADING_DATABASE)];

/** Checks every database that is there; one line says so where there is none. */
export async function checkDatabases(dataDir: string): Promise<readonly CheckResult[]> {
  const there = [DATABASE_FILE, ...TRADING_FILES].filter((name) => existsSync(join(dataDir, name)));
  if (there.length === 0) return [passed('database', 'none yet; it is made at the first start')];
  const results: CheckResult[] = [];
  for (const name of there) results.push(await checkDatabase(dataDir, name));
  return results;
}

async function checkDatabase(dataDir: string, name: string): Promise<CheckResult> {
  const check = name === DATABASE_FILE ? 'database' : `database ${name}`;
  try {
    return await readDatabase(check, join(dataDir, name));
  } catch (error) {
    const { message, hint } = toFailure(error);
    return failed(check, message, hint);
  }
}

async function readDatabase(check: string, path: string): Promise<CheckResult> {
  const database = openSqliteDatabase({ path });
  try {
    const series = await createSqliteCandleStore(database).listSeries();
    const replayed = await replay(createSqliteJournal(database), step);
    if (!replayed.ok) return failed(check, replayed.error.message, replayed.error.hint);
    const found = `${series.length} series, journal intact to input ${replayed.value.state.sequence}`;
    const first = replayed.value.divergences[0];
    if (first === undefined) return passed(check, found);
    const hint = 'Another version of Hotwick wrote them; candles are not affected.';
    return warned(check, `${found}, inputs from ${first} on now have other effects than recorded`, hint);
  } finally {
    database.close();
  }
}
