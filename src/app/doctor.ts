/**
 * Checks of the machine before anything is trusted to it. Each check says what it found and, where it is not good,
 * what to do. Nothing is changed: an existing database is opened as the program would open it, and the file that is written
 * to see how quick the disk is is removed.
 */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { createBinanceFeed } from '../adapters/binance/binance-feed.ts';
import { createWallClock } from '../adapters/clock/wall-clock.ts';
import { createSeededRandom } from '../adapters/memory/seeded-random.ts';
import { sqliteVersion } from '../adapters/sqlite/sqlite-database.ts';
import { failure, toReason } from '../model/failure.ts';
import type { Config } from './config.ts';
import { checkDatabases } from './doctor-databases.ts';
import { checkOpenFiles, checkWrites } from './doctor-machine.ts';
import { type CheckResult, failed, passed, skipped, warned } from './doctor-result.ts';
import { packageVersion, webDir } from './version.ts';

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
  const { dataDir, port } = options;
  const place = checkDataDir(dataDir);
  const results = [checkProgram(), checkPage(webDir()), place];
  if (place.state === 'passed')
    results.push(checkSpace(dataDir), checkWrites(dataDir), ...(await checkDatabases(dataDir)));
  return [...results, checkOpenFiles(), await checkPort(port), await checkExchange(options)];
}

function checkProgram(): CheckResult {
  const runtime = `Node ${process.versions.node}, SQLite ${sqliteVersion()}, ${process.platform} ${process.arch}`;
  const found = `Hotwick ${packageVersion()} on ${runtime}`;
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return passed('program', found);
  return failed('program', found, `Start it through the hotwick command, or install Node ${NODE_MAJOR_MIN}.`);
}

/** Whether the web page lies in `dir`. */
export function checkPage(dir: string): CheckResult {
  if (existsSync(join(dir, 'index.html'))) return passed('page', 'the web page is built');
  return warned('page', 'the web page is not built', 'Run npm run build:web. The API works without it.');
}

/** The folder itself, or the nearest one above that exists: it is made in there at the first start. */
function nearestExisting(path: string): string {
  const full = resolve(path);
  return existsSync(full) || dirname(full) === full ? full : nearestExisting(dirname(full));
}

function checkDataDir(dataDir: string): CheckResult {
  const place = nearestExisting(dataDir);
  try {
    if (!statSync(place).isDirectory()) throw new Error(`${place} is not a folder`);
    accessSync(place, constants.W_OK);
  } catch (error) {
    const { message, hint } = failure('data_dir_unwritable', { path: dataDir, reason: toReason(error) });
    return failed('data directory', message, hint);
  }
  return passed('data directory', existsSync(dataDir) ? dataDir : `${dataDir} (made at the first start)`);
}

function checkSpace(dataDir: string): CheckResult {
  const { bavail, bsize } = statfsSync(nearestExisting(dataDir));
  const found = `${Math.floor((bavail * bsize) / 1024 ** 2)} MiB free`;
  if (bavail * bsize >= FREE_BYTES_MIN) return passed('disk space', found);
  return warned('disk space', found, 'A year of one 1m series with its derived ones takes about 150 MiB.');
}

function checkPort(port: number): Promise<CheckResult> {
  return new Promise((settle) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const found = `${port} on 127.0.0.1: ${error.code === 'EADDRINUSE' ? 'already in use' : error.message}`;
      settle(failed('port', found, 'Stop the other program or choose another port with --port.'));
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => settle(passed('port', `${port} is free on 127.0.0.1`)));
    });
  });
}

async function checkExchange(options: DoctorOptions): Promise<CheckResult> {
  if (options.network === 'offline') {
    return skipped('exchange', 'not contacted');
  }
  const clock = createWallClock();
  const random = createSeededRandom(1);
  const { endpoints } = options.config;
  const feed = createBinanceFeed({ clock, random, endpoints, sink: () => {}, onFault: () => {} });
  const asked = clock.now();
  const time = await feed.fetchTime();
  const answered = clock.now();
  await feed.close();
  clock.close();
  if (!time.ok) return warned('exchange', time.error.message, 'The demo needs no network; `hotwick up` does.');
  const skewMs = Math.round(time.value - (asked + answered) / 2);
  const found = `reached in ${answered - asked} ms, this clock is ${Math.abs(skewMs)} ms ${skewMs < 0 ? 'ahead' : 'behind'}`;
  if (Math.abs(skewMs) <= CLOCK_SKEW_MS_MAX) return passed('exchange', found);
  return warned('exchange', found, 'Synchronize the clock of this machine (NTP).');
}
