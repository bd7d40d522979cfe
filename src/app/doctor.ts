/**
 * Checks of the machine before anything is trusted to it. Each check says what it found and, where it is not good,
 * what to do. Nothing is changed: an existing database is opened as the program would open it.
 */
import { existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createBinanceFeed } from '../adapters/binance/binance-feed.ts';
import { createWallClock } from '../adapters/clock/wall-clock.ts';
import { createSeededRandom } from '../adapters/memory/seeded-random.ts';
import { createSqliteCandleStore } from '../adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../adapters/sqlite/sqlite-database.ts';
import { createSqliteJournal } from '../adapters/sqlite/sqlite-journal.ts';
import { replay, step } from '../engine/index.ts';
import { toFailure } from '../model/failure.ts';
import type { Config } from './config.ts';
import { DATABASE_FILE, prepareDataDir } from './service/kline-service.ts';
import { packageVersion, webDir } from './version.ts';

/** What one check found. */
export type CheckResult = {
  readonly check: string;
  readonly state: 'passed' | 'failed' | 'warned' | 'skipped';
  readonly found: string;
  readonly hint: string | null;
};

/** What to check against. */
export type DoctorOptions = {
  readonly config: Config;
  readonly dataDir: string;
  readonly port: number;
  readonly network: 'online' | 'offline';
};

const NODE_MAJOR_MIN = 24;
const FREE_BYTES_MIN = 1024 ** 3;
const CLOCK_SKEW_MS_MAX = 1_000;

/** Runs every check, in order. */
export async function runChecks(options: DoctorOptions): Promise<readonly CheckResult[]> {
  const results = [checkProgram(), checkPage(), checkDataDir(options.dataDir)];
  if (results[2]?.state === 'passed') results.push(checkSpace(options.dataDir), await checkDatabase(options.dataDir));
  results.push(await checkPort(options.port), await checkExchange(options));
  return results;
}

function result(check: string, state: CheckResult['state'], found: string, hint: string | null = null): CheckResult {
  return { check, state, found, hint };
}

function checkProgram(): CheckResult {
  const found = `Hotwick ${packageVersion()} on Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return result('program', 'passed', found);
  return result('program', 'failed', found, `Start it through the hotwick command, or install Node ${NODE_MAJOR_MIN}.`);
}

function checkPage(): CheckResult {
  if (existsSync(join(webDir(), 'index.html'))) return result('page', 'passed', 'the web page is built');
  return result('page', 'warned', 'the web page is not built', 'Run npm run build:web. The API works without it.');
}

function checkDataDir(dataDir: string): CheckResult {
  const path = prepareDataDir(dataDir);
  if (path.ok) return result('data directory', 'passed', dataDir);
  return result('data directory', 'failed', path.error.message, path.error.hint);
}

function checkSpace(dataDir: string): CheckResult {
  const { bavail, bsize } = statfsSync(dataDir);
  const found = `${Math.floor((bavail * bsize) / 1024 ** 2)} MiB free`;
  if (bavail * bsize >= FREE_BYTES_MIN) return result('disk space', 'passed', found);
  return result('disk space', 'warned', found, 'A year of one 1m series with its derived ones takes about 150 MiB.');
}

async function checkDatabase(dataDir: string): Promise<CheckResult> {
  const path = join(dataDir, DATABASE_FILE);
  if (!existsSync(path)) return result('database', 'passed', 'none yet; it is made at the first start');
  try {
    const database = openSqliteDatabase({ path });
    const store = createSqliteCandleStore(database);
    const series = await store.listSeries();
    const journal = createSqliteJournal(database);
    const replayed = await replay(journal, step);
    await journal.close();
    await store.close();
    database.close();
    if (!replayed.ok) return result('database', 'failed', replayed.error.message, replayed.error.hint);
    const found = `${series.length} series, journal intact to input ${replayed.value.state.sequence}`;
    return result('database', 'passed', found);
  } catch (error) {
    const failure = toFailure(error);
    return result('database', 'failed', failure.message, failure.hint);
  }
}

function checkPort(port: number): Promise<CheckResult> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      const hint = 'Stop the other program or choose another port with --port.';
      resolve(result('port', 'failed', `${port} is already in use on 127.0.0.1`, hint));
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => resolve(result('port', 'passed', `${port} is free on 127.0.0.1`)));
    });
  });
}

async function checkExchange(options: DoctorOptions): Promise<CheckResult> {
  if (options.network === 'offline') return result('exchange', 'skipped', 'not contacted');
  const clock = createWallClock();
  const random = createSeededRandom(1);
  const { endpoints } = options.config;
  const feed = createBinanceFeed({ clock, random, endpoints, sink: () => {}, onFault: () => {} });
  const asked = clock.now();
  const time = await feed.fetchTime();
  const answered = clock.now();
  await feed.close();
  clock.close();
  if (!time.ok) {
    return result('exchange', 'warned', time.error.message, 'The demo needs no network; `hotwick up` does.');
  }
  const skewMs = Math.round(time.value - (asked + answered) / 2);
  const found = `reached in ${answered - asked} ms, this clock is ${Math.abs(skewMs)} ms ${skewMs < 0 ? 'ahead' : 'behind'}`;
  if (Math.abs(skewMs) <= CLOCK_SKEW_MS_MAX) return result('exchange', 'passed', found);
  return result('exchange', 'warned', found, 'Synchronize the clock of this machine (NTP).');
}
