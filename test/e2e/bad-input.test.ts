/**
 * What goes wrong is said: every bad input ends the real program with exit status 1, a stable code, a readable
 * sentence and what to do about it, and neither loses nor half-writes anything.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../src/model/error-codes.ts';
import { type Ending, runHotwick } from '../fixtures/hotwick-process.ts';

const START = Date.parse('2024-03-01T00:00:00Z');

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-bad-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const rows = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${START + index * 60_000},100,101,99,100.5,${index + 1}`);

/** A file of candles in a new folder; its name says what it holds. */
function candleFile(content: string | Uint8Array, name = 'BTCUSDT-1m.csv'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

/** A failure as the program prints it: code, message and hint, exit status 1, no stack of the program. */
function expectFailure(ending: Ending, code: ErrorCode, message: RegExp | string): void {
  expect(ending.stderr).toMatch(message);
  expect(ending.stderr).toContain(`error ${code}: `);
  const hint = ERROR_CODES[code].hint.split('{')[0] as string;
  expect(ending.stderr).toContain(`\n  ${hint}`);
  expect(ending.stderr).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  expect(ending).toMatchObject({ code: 1, signal: null });
}

const imported = (path: string, dataDir: string, ...more: string[]): Promise<Ending> =>
  runHotwick(['data', 'import', path, '--market', 'spot', '--data-dir', dataDir, ...more]);

function countCandles(dataDir: string): number {
  const database = new Database(join(dataDir, 'hotwick.db'), { readonly: true });
  try {
    const sql = "SELECT count(*) FROM candles_readable WHERE series = 'binance:spot:BTC/USDT:1m'";
    return Number(database.prepare(sql).pluck().get());
  } finally {
    database.close();
  }
}

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('a file of candles', () => {
  it.each([
    ['with other columns', 'time,open,high,low,close,volume', 'csv_columns_wrong', /line 1: column 1 is named "time"/],
    [
      'with columns swapped',
      'open_time,open,low,high,close,volume',
      'csv_columns_wrong',
      /line 1: column 3 is named "low"/,
    ],
    ['with too few columns', '1,2,3', 'csv_columns_wrong', /line 1: 3 columns are none of 6, 11 or 12/],
    ['that is empty', '', 'csv_columns_wrong', /the file is empty/],
    ['that is no table at all', '<html>\n', 'csv_columns_wrong', /line 1: 1 columns/],
  ] as const)('%s is refused at its first line, and nothing is stored', async (_name, head, code, message) => {
    const dataDir = temporaryFolder();
    const path = candleFile(head === '' ? '' : `${[head, ...rows(3)].join('\n')}\n`);
    expectFailure(await imported(path, dataDir), code, message);
    expect(countCandles(dataDir)).toBe(0);
  });

  it.each([
    ['a word for a number', '100,abc,99,100,1', 'high is not a decimal number: "abc"'],
    ['a negative price', '100,101,-1,100,1', 'a price is negative'],
    ['high below low', '100,98,99,100,1', 'high is below low'],
    ['NaN', '100,NaN,99,100,1', 'high is not a decimal number: "NaN"'],
    ['a column too many', '100,101,99,100,1,7', '7 columns where the first line has 6'],
  ])('with %s keeps the rows before it and names the line', async (_name, cells, message) => {
    const dataDir = temporaryFolder();
    const bad = `${START + 4 * 60_000},${cells}`;
    const path = candleFile([...rows(4), bad, ...rows(9).slice(5)].join('\n'));
    const ending = await imported(path, dataDir);
    expectFailure(ending, message.includes('columns') ? 'csv_columns_wrong' : 'csv_value_wrong', `line 5: ${message}`);
    expect(countCandles(dataDir)).toBe(4);
  });

  it.each([
    ['twice', START + 3 * 60_000],
    ['out of order', START],
    ['in seconds', START / 1000 + 4 * 60],
    ['between two minutes', START + 4 * 60_000 + 1],
  ])('with an open time %s is refused from there on', async (_name, openTime) => {
    const dataDir = temporaryFolder();
    const path = candleFile([...rows(4), `${openTime},100,101,99,100,1`].join('\n'));
    expectFailure(await imported(path, dataDir), 'csv_value_wrong', /line 5: open time/);
    expect(countCandles(dataDir)).toBe(4);
  });

  it('cut in its compressed data keeps its complete rows; the whole file then adds the rest', async () => {
    const dataDir = temporaryFolder();
    const noisy = rows(4_000).map((row, index) => `${row}.${(index * 7_919) % 1_000_003}1`);
    const whole = gzipSync(noisy.join('\n'));
    const cut = candleFile(whole.subarray(0, Math.floor(whole.length * 0.6)), 'BTCUSDT-1m.csv.gz');
    expectFailure(await imported(cut, dataDir), 'file_truncated', /ends in the middle .* after \d+ rows/);
    const kept = countCandles(dataDir);
    expect(kept).toBeGreaterThan(100);
    expect(kept).toBeLessThan(4_000);
    const again = await imported(candleFile(whole, 'BTCUSDT-1m.csv.gz'), dataDir, '--json');
    expect(again).toMatchObject({ code: 0 });
    expect(JSON.parse(again.stdout)).toMatchObject({ complete: true, rows: 4_000, changed: 0 });
    expect(countCandles(dataDir)).toBe(4_000);
  });

  it('that is absent, a folder, or of an unclear name is said to be so, and the other files are still read', async () => {
    const dataDir = temporaryFolder();
    const folder = join(temporaryFolder(), 'BTCUSDT-1m.csv');
    mkdirSync(folder);
    expectFailure(await imported('/nowhere/BTCUSDT-1m.csv', dataDir), 'file_unreadable', /ENOENT/);
    expectFailure(await imported(folder, dataDir), 'file_unreadable', /EISDIR/);
    expectFailure(await imported(candleFile('', 'candles.csv'), dataDir), 'file_name_unclear', /candles\.csv/);
    const args = ['data', 'import', '/nowhere/BTCUSDT-1m.csv', candleFile(rows(5).join('\n')), '--market', 'spot'];
    expectFailure(await runHotwick([...args, '--data-dir', dataDir]), 'file_unreadable', /nowhere/);
    expect(countCandles(dataDir)).toBe(5);
  });

  it('of a timeframe that is not stored is refused', async () => {
    const ending = await imported(candleFile(rows(2).join('\n'), 'BTCUSDT-1w.csv'), temporaryFolder());
    expectFailure(ending, 'usage_wrong', /candles of 1w are for `hotwick data verify`/);
  });
});

describe('a database', () => {
  it('that is a text file is refused and left as it was', async () => {
    const dataDir = temporaryFolder();
    const path = join(dataDir, 'hotwick.db');
    writeFileSync(path, 'This is my shopping list, and it is longer than a database header.\n'.repeat(20));
    const before = hashOf(path);
    const file = candleFile(rows(3).join('\n'));
    expectFailure(await imported(file, dataDir), 'store_corrupt', /hotwick\.db is damaged/);
    expectFailure(await runHotwick(['demo', '--port', '0', '--data-dir', dataDir]), 'store_corrupt', /hotwick\.db/);
    expect(hashOf(path)).toBe(before);
    expect(readdirSync(dataDir).filter((name) => name !== 'hotwick.lock')).toEqual(['hotwick.db']);
  });

  it('of a newer schema is refused and left as it was', async () => {
    const dataDir = temporaryFolder();
    const path = join(dataDir, 'hotwick.db');
    expect(await imported(candleFile(rows(30).join('\n')), dataDir)).toMatchObject({ code: 0 });
    const raw = new Database(path);
    raw.pragma('user_version = 999');
    raw.close();
    const before = hashOf(path);
    const file = candleFile(rows(60).join('\n'));
    expectFailure(await imported(file, dataDir), 'store_schema_newer', /schema version 999, this program knows/);
    const demo = await runHotwick(['demo', '--port', '0', '--data-dir', dataDir]);
    expectFailure(demo, 'store_schema_newer', /999/);
    expect(hashOf(path)).toBe(before);
    expect(countCandles(dataDir)).toBe(30);
  });

  it('of another program is refused and left as it was', async () => {
    const dataDir = temporaryFolder();
    const path = join(dataDir, 'hotwick.db');
    const raw = new Database(path);
    raw.exec('CREATE TABLE recipes (name TEXT)');
    raw.close();
    const before = hashOf(path);
    const ending = await imported(candleFile(rows(3).join('\n')), dataDir);
    expectFailure(ending, 'store_unavailable', /it is a database of another program/);
    expect(hashOf(path)).toBe(before);
  });
});

describe('a data directory', () => {
  it.each([
    ['import', (dir: string) => imported(candleFile(rows(1).join('\n')), dir)],
    ['demo', (dir: string) => runHotwick(['demo', '--port', '0', '--data-dir', dir])],
    ['up', (dir: string) => runHotwick(['up', '--port', '0', '--data-dir', dir])],
  ] as const)('that can not be made stops %s', async (_name, run) => {
    const below = join(candleFile('', 'a-file'), 'data');
    expectFailure(await run(below), 'data_dir_unwritable', `the data directory ${below} can not be written`);
  });

  it('that is a file stops the program', async () => {
    const file = candleFile('precious', 'a-file');
    expectFailure(await runHotwick(['demo', '--port', '0', '--data-dir', file]), 'data_dir_unwritable', /EEXIST/);
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  it('for the demo that can not be made in the temporary folder is said to be so', async () => {
    const nowhere = join(candleFile('', 'a-file'), 'tmp');
    const ending = await runHotwick(['demo', '--port', '0'], { TMPDIR: nowhere });
    expectFailure(ending, 'data_dir_unwritable', nowhere);
  });
});

describe('a port', () => {
  async function occupy(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void server.close());
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  it.each(['demo', 'up', 'sim'])('in use stops %s, which ends by itself and leaves nothing behind', async (command) => {
    const port = await occupy();
    const temporary = temporaryFolder();
    const args = [command, '--port', String(port), ...(command === 'up' ? ['--data-dir', temporaryFolder()] : [])];
    const ending = await runHotwick(args, { TMPDIR: temporary });
    expectFailure(ending, 'port_occupied', `port ${port} on 127.0.0.1 is already in use`);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('a command line', () => {
  it.each([
    [['dmeo'], /unknown command 'dmeo'/],
    [['demo', '--prot', '1'], /unknown option '--prot'/],
    [['demo', '--port', 'x'], /a port is 0 to 65535/],
    [['demo', '--port', '65536'], /a port is 0 to 65535/],
    [['demo', '--port', ''], /a port is 0 to 65535/],
    [['demo', '--port'], /argument missing/],
    [['demo', '--seed', '1.5'], /a seed is a whole number/],
    [['demo', '--seed', '99999999999999999'], /a seed is a whole number/],
    [['demo', '--speed', '0'], /a speed is above 0/],
    [['demo', '--speed', '-3'], /a speed is above 0/],
    [['demo', '--speed', 'fast'], /a speed is above 0/],
    [['demo', '--for', '5'], /write a duration like 90s/],
    [['demo', '--for', '0s'], /write a duration like 90s/],
    [['demo', '--for', '999999999d'], /at most 3650d/],
    [['demo', '--market', 'margin'], /the market is spot or futures/],
    [['demo', '--simulate', '7 days'], /write a duration like 90s/],
    [['demo', '--simulate', '30m'], /write whole minutes from 1h to 31d/],
    [['demo', '--simulate', '7d', '--frame', '3s'], /write 1s, 2s, 5s or 10s/],
    [['demo', '--report', 'week.json'], /--report belongs to --simulate/],
    [['backtest', '--recording', '.', '--from', 'yesterday'], /write 2026-06-15 or 2026-06-15T09:30:00Z/],
    [['up', '--series', 'BTCUSDT'], /series_id must be/],
    [['up', '--series', 'binance:spot:BTC/USDT:5m'], /a base series is one of 1m/],
    [['up', '--series', 'kraken:spot:BTC/USDT:1m'], /the exchange is binance/],
    [['up', '--series', 'binance:margin:BTC/USDT:1m'], /is not an instrument/],
    [['data', 'import'], /missing required argument/],
    [['data', 'verify', 'one.csv'], /missing required argument/],
  ])('%j is answered with what is wrong and where to read on', async (args, message) => {
    const ending = await runHotwick(args);
    expectFailure(ending, 'usage_wrong', message);
    expect(ending.stdout).toBe('');
  });

  it('says that a recording to be played is not there', async () => {
    const ending = await runHotwick(['backtest', '--recording', '/nowhere']);
    expectFailure(ending, 'file_unreadable', /\/nowhere can not be read/);
  });

  it.each([
    [['demo', '--symbol', 'NOPE/USDT'], 'symbol_unknown', /does not know NOPE\/USDT/],
    [['demo', '--symbol', 'NOPE'], 'instrument_malformed', /"NOPE" is not an instrument/],
    [['demo', '--replay', '/nowhere/BTCUSDT-1m.csv'], 'file_unreadable', /ENOENT/],
    [['sim', '--replay', '/nowhere/BTCUSDT-5m.csv'], 'usage_wrong', /played from 1m candles/],
    [
      ['demo', '--replay', '/nowhere/ETHUSDT-1m.csv'],
      'usage_wrong',
      /holds ETHUSDT by its name, --symbol says BTC\/USDT/,
    ],
  ] as const)('%j that asks for what is not there is refused, leaving nothing behind', async (args, code, message) => {
    const temporary = temporaryFolder();
    expectFailure(await runHotwick([...args, '--port', '0'], { TMPDIR: temporary }), code, message);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('that replays a file without candles is refused', async () => {
    const path = candleFile('open_time,open,high,low,close,volume\n');
    expectFailure(await runHotwick(['sim', '--port', '0', '--replay', path]), 'usage_wrong', /holds no candles/);
  });
});

describe('the environment', () => {
  it('that is wrong in several places is answered with all of them at once', async () => {
    const ending = await runHotwick(['up', '--port', '0', '--data-dir', temporaryFolder()], {
      TRADE_CANVAS_DERIVED_TIMEFRAMES: '5m,7x,0m',
      TRADE_CANVAS_DERIVED_BASE_TIMEFRAME: '5m',
      TRADE_CANVAS_BINANCE_FUTURES_BASE_URL: 'ftp://example.org',
      HOTWICK_BINANCE_SPOT_STREAM_URL: 'nonsense',
    });
    expectFailure(ending, 'config_invalid', /the configuration has 5 problem\(s\)/);
    for (const part of ["'x'", "'0m'", 'only 1m is supported', 'ftp://example.org', 'nonsense']) {
      expect(ending.stderr).toContain(part);
    }
  });
});

describe('data verify', () => {
  it('refuses files of different symbols, and files without anything in common', async () => {
    const base = candleFile(rows(60).join('\n'));
    const other = candleFile(rows(1).join('\n'), 'ETHUSDT-15m.csv');
    expectFailure(await runHotwick(['data', 'verify', base, other]), 'usage_wrong', /are of different symbols/);
    const later = candleFile(`${START + 86_400_000},1,1,1,1,1`, 'BTCUSDT-15m.csv');
    expectFailure(await runHotwick(['data', 'verify', base, later]), 'usage_wrong', /lies wholly inside/);
  });

  it('exits with 1 and names the candle when a number differs, also as JSON', async () => {
    const base = candleFile(rows(30).join('\n'));
    const sum = (from: number) => Array.from({ length: 15 }, (_, i) => from + i + 1).reduce((a, b) => a + b, 0);
    const higher = candleFile(
      [`${START},100,101,99,100.5,${sum(0)}`, `${START + 900_000},100,101.5,99,100.5,${sum(15)}`].join('\n'),
      'BTCUSDT-15m.csv',
    );
    const said = await runHotwick(['data', 'verify', base, higher]);
    expectFailure(said, 'data_differs', /1 of 2 candles differ/);
    expect(said.stdout).toContain('2024-03-01T00:15:00.000Z');
    expect(said.stdout).toContain('high: derived 101, published 101.5');
    const json = await runHotwick(['data', 'verify', base, higher, '--json']);
    expect(json).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      compared: 2,
      equal: 1,
      different: 1,
      skipped: 0,
      differences: [
        { open_time_ms: START + 900_000, columns: [{ column: 'high', derived: '101', published: '101.5' }] },
      ],
    });
  });
});

it('a reader that has seen enough is no failure', () => {
  const shell = `"${process.execPath}" bin/hotwick.cjs --help | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const out = execFileSync('bash', ['-c', shell], { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8' });
  expect(out).toBe('Usage: hotwick [options] [command]\n0\n');
});
