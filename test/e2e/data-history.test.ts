import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCandleCsv } from '../../src/adapters/archive/candle-csv.ts';
import { createSqliteCandleStore } from '../../src/adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { candleText } from '../../src/api/wire.ts';
import { DATABASE_FILE } from '../../src/app/service/kline-service.ts';
import { EPOCH_MS_MAX, epochMs } from '../../src/core/time.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import type { CandleStore } from '../../src/ports/candle-store.ts';
import { type ArchiveServer, minutesOfDay, startArchiveServer } from '../fixtures/archive-server.ts';
import { at, series } from '../fixtures/candles.ts';
import { type Ending, HotwickProcess, runHotwick } from '../fixtures/hotwick-process.ts';
import { dataFile, describeWithData } from '../fixtures/shared-data.ts';

const SERIES = series('binance:spot:BTC/USDT:1m');
const MINUTES = 1440;
const folders: string[] = [];
let archive: ArchiveServer;

beforeEach(async () => {
  archive = await startArchiveServer();
});
afterEach(() => archive.close());
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-history-'));
  folders.push(folder);
  return folder;
}

function environment(): Record<string, string> {
  return { HOTWICK_ARCHIVE_URL: archive.url, TRADE_CANVAS_BINANCE_SPOT_BASE_URL: archive.url };
}

const day = (text: string): readonly ClosedCandle[] => minutesOfDay(at(`${text}T00:00:00Z`), SERIES);

function downloadArgs(dataDir: string, days: readonly [string, string], ...more: readonly string[]): readonly string[] {
  const span = ['--from', days[0], '--to', days[1]];
  return ['data', 'download', '--series', SERIES, ...span, '--data-dir', dataDir, '--json', ...more];
}

type Summary = {
  readonly end: string;
  readonly rows: number;
  readonly files: readonly { readonly name: string; readonly origin: string; readonly rows: number }[];
};

async function download(
  dataDir: string,
  days: readonly [string, string],
  ...more: readonly string[]
): Promise<Summary> {
  const ending = await runHotwick(downloadArgs(dataDir, days, ...more), environment());
  expect(ending.code, ending.stderr).toBe(0);
  return JSON.parse(ending.stdout) as Summary;
}

async function withStore<T>(dataDir: string, work: (store: CandleStore) => Promise<T>): Promise<T> {
  const database = openSqliteDatabase({ path: join(dataDir, DATABASE_FILE) });
  try {
    return await work(createSqliteCandleStore(database));
  } finally {
    database.close();
  }
}

function readAll(dataDir: string, timeframe = '1m'): Promise<readonly ClosedCandle[]> {
  const seriesId = series(`binance:spot:BTC/USDT:${timeframe}`);
  const bounds = { from: epochMs(0), to: epochMs(EPOCH_MS_MAX), limit: Number.MAX_SAFE_INTEGER } as const;
  return withStore(dataDir, (store) => store.read({ seriesId, ...bounds, take: 'oldest' }));
}

const shown = (candles: readonly ClosedCandle[]): readonly string[] =>
  candles.map((candle) => `${candleText(candle)} ${candle.quoteVolume} ${candle.takerQuoteVolume}`);

describe('data download', () => {
  it('stores whole months from monthly files and the rest from daily ones, with every timeframe', async () => {
    const dataDir = newFolder();
    const april = Array.from({ length: 30 }, (_, index) => day(`2024-04-${String(index + 1).padStart(2, '0')}`)).flat();
    archive.put('BTCUSDT-1m-2024-04', april);
    archive.put('BTCUSDT-1m-2024-03-31', day('2024-03-31'), { fault: { kind: 'slow' } });
    archive.put('BTCUSDT-1m-2024-05-01', day('2024-05-01'));
    const summary = await download(dataDir, ['2024-03-31', '2024-05-01']);
    expect(summary.files.map(({ name, origin, rows }) => [name, origin, rows])).toEqual([
      ['BTCUSDT-1m-2024-03-31.zip', 'archive', MINUTES],
      ['BTCUSDT-1m-2024-04.zip', 'archive', 30 * MINUTES],
      ['BTCUSDT-1m-2024-05-01.zip', 'archive', MINUTES],
    ]);
    const stored = await readAll(dataDir);
    expect(shown(stored)).toEqual(shown([...day('2024-03-31'), ...april, ...day('2024-05-01')]));
    expect(new Set(stored.map(({ certificate }) => certificate.source))).toEqual(new Set(['archive']));
    expect(await readAll(dataDir, '1d')).toHaveLength(32);
    expect(
      readdirSync(join(dataDir, 'downloads'), { recursive: true }).filter((name) => /zip/.test(String(name))),
    ).toEqual([]);
    const audit = await runHotwick(['data', 'audit', '--series', SERIES, '--data-dir', dataDir, '--no-archive']);
    expect(audit.code, audit.stdout).toBe(0);
  });

  it('takes a month by days and a day over REST where the archive has none, and microseconds as they are', async () => {
    const dataDir = newFolder();
    const rest = day('2025-02-02');
    for (let date = 1; date <= 28; date++) {
      const name = `2025-02-${String(date).padStart(2, '0')}`;
      if (date !== 2) archive.put(`BTCUSDT-1m-${name}`, day(name), { unit: 'microseconds' });
    }
    archive.putRest(rest);
    const summary = await download(dataDir, ['2025-02-01', '2025-02-28']);
    expect(summary.files.map(({ origin }) => origin)).toEqual(['archive', 'rest', ...Array(26).fill('archive')]);
    const stored = await readAll(dataDir);
    expect(stored).toHaveLength(28 * MINUTES);
    expect(shown(stored.filter(({ certificate }) => certificate.source === 'rest'))).toEqual(shown(rest));
  });

  it('tells after every file how far it is and how long the rest may take', async () => {
    for (const name of ['2023-05-01', '2023-05-02']) archive.put(`BTCUSDT-1m-${name}`, day(name));
    const args = downloadArgs(newFolder(), ['2023-05-01', '2023-05-02']);
    const { code, stderr } = await runHotwick(args, environment());
    const counts = (files: number) => `${files} files, ${(files * MINUTES).toLocaleString('en')} candles`;
    const line = (files: number) => `${counts(files)}, \\d+\\.\\d MB, day ${files} of 2, about \\d+ s left`;
    expect(code, stderr).toBe(0);
    for (const files of [1, 2]) expect(stderr).toMatch(new RegExp(`2023-05-0${files}.* done; .*: ${line(files)}\n`));
  });

  it('skips what is stored with the same check sum, and imports it again when told or when it is gone', async () => {
    const dataDir = newFolder();
    archive.put('BTCUSDT-1m-2024-03-01', day('2024-03-01'));
    const days = ['2024-03-01', '2024-03-01'] as const;
    expect((await download(dataDir, days)).files[0]?.origin).toBe('archive');
    expect((await download(dataDir, days)).files[0]?.origin).toBe('stored');
    expect(archive.requests.filter((path) => path.endsWith('.zip'))).toHaveLength(1);
    expect((await download(dataDir, days, '--force')).files[0]).toMatchObject({ origin: 'archive', rows: MINUTES });
    for (const name of readdirSync(dataDir)) if (name.startsWith(DATABASE_FILE)) rmSync(join(dataDir, name));
    expect((await download(dataDir, days)).files[0]?.origin).toBe('archive');
    expect(await readAll(dataDir)).toHaveLength(MINUTES);
  });

  it('corrects stored candles when the archive publishes a file anew', async () => {
    const dataDir = newFolder();
    const wrong = day('2024-03-01').map((candle) => ({ ...candle, trades: 1 }));
    archive.put('BTCUSDT-1m-2024-03-01', wrong);
    await download(dataDir, ['2024-03-01', '2024-03-01']);
    archive.put('BTCUSDT-1m-2024-03-01', day('2024-03-01'));
    await download(dataDir, ['2024-03-01', '2024-03-01']);
    const stored = await readAll(dataDir);
    expect(shown(stored)).toEqual(shown(day('2024-03-01')));
    expect(stored.every(({ certificate }) => certificate.revision === 2)).toBe(true);
  });

  it('keeps files where told to and uses them instead of downloading again', async () => {
    const keep = newFolder();
    archive.put('BTCUSDT-1m-2024-03-01', day('2024-03-01'));
    await download(newFolder(), ['2024-03-01', '2024-03-01'], '--keep', keep);
    await download(newFolder(), ['2024-03-01', '2024-03-01'], '--keep', keep);
    expect(existsSync(join(keep, 'data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-03-01.zip'))).toBe(true);
    expect(archive.requests.filter((path) => path.endsWith('.zip'))).toHaveLength(1);
  });

  it('tries again after a refusal of the moment and a torn connection', async () => {
    const dataDir = newFolder();
    archive.put('BTCUSDT-1m-2024-03-01', day('2024-03-01'), { fault: { kind: 'broken', times: 1 } });
    archive.put('BTCUSDT-1m-2024-03-02', day('2024-03-02'), { fault: { kind: 'torn' } });
    expect((await download(dataDir, ['2024-03-01', '2024-03-02'])).rows).toBe(2 * MINUTES);
  });

  it('imports nothing of a zip that is cut, and says so', async () => {
    const dataDir = newFolder();
    archive.put('BTCUSDT-1m-2024-03-01', day('2024-03-01'));
    archive.put('BTCUSDT-1m-2024-03-02', day('2024-03-02'), { fault: { kind: 'truncated' } });
    const ending = await runHotwick(downloadArgs(dataDir, ['2024-03-01', '2024-03-02']), environment());
    expect(ending.code).toBe(1);
    expect(ending.stderr).toContain('file_unreadable');
    expect(JSON.parse(ending.stdout)).toMatchObject({ end: 'failed', rows: MINUTES });
    expect(await readAll(dataDir)).toHaveLength(MINUTES);
  });

  it('explains what lies before the listing and what the exchange never had', async () => {
    const dataDir = newFolder();
    const listed = day('2024-03-03').slice(900);
    const holed = day('2024-03-04').filter((_, minute) => minute < 100 || (minute >= 160 && minute < 1_430));
    archive.put('BTCUSDT-1m-2024-03-03', listed);
    archive.put('BTCUSDT-1m-2024-03-04', holed);
    archive.put('BTCUSDT-1m-2024-03-05', day('2024-03-05'));
    archive.putRest([...listed, ...holed, ...day('2024-03-05')]);
    const summary = await download(dataDir, ['2024-03-01', '2024-03-05']);
    expect(summary.files.map(({ origin }) => origin)).toEqual(['none', 'none', 'archive', 'archive', 'archive']);
    const ending = await runHotwick([
      'data',
      'audit',
      '--series',
      SERIES,
      '--from',
      '2024-03-01',
      '--data-dir',
      dataDir,
      '--no-archive',
      '--json',
    ]);
    expect(ending.code, ending.stdout).toBe(0);
    const report = JSON.parse(ending.stdout) as { days: { missing: number; unexplained: number }[] };
    expect(report.days.map(({ missing }) => missing)).toEqual([1440, 1440, 900, 70, 0]);
    const daily = await readAll(dataDir, '1d');
    expect(daily.map(({ certificate }) => certificate.baseCount)).toEqual([540, 1370, 1440]);
  });

  it('goes on over REST through the running day, up to the last closed candle', async () => {
    const dataDir = newFolder();
    const today = Date.now() - (Date.now() % 86_400_000);
    const dates = [-1, 0, 1].map((offset) => new Date(today + offset * 86_400_000).toISOString().slice(0, 10));
    archive.put(`BTCUSDT-1m-${dates[0]}`, day(dates[0] ?? ''));
    const published = dates.flatMap((date) => day(date));
    archive.putRest(published);
    const args = ['data', 'download', '--series', SERIES, '--from', dates[0] ?? '', '--data-dir', dataDir];
    const ending = await runHotwick(args, environment());
    expect(ending.code, ending.stderr).toBe(0);
    const stored = await readAll(dataDir);
    expect(stored.length).toBeGreaterThanOrEqual(MINUTES);
    expect(shown(stored)).toEqual(shown(published.slice(0, stored.length)));
    const gaps = await withStore(dataDir, (store) =>
      store.readGaps(SERIES, { from: epochMs(0), to: epochMs(EPOCH_MS_MAX) }),
    );
    expect(gaps).toEqual([]);
  });

  it('ends with the same store when it was killed again and again', async () => {
    const days = ['2024-03-01', '2024-03-06'] as const;
    const names = ['01', '02', '03', '04', '05', '06'].map((date) => `2024-03-${date}`);
    for (const name of names) archive.put(`BTCUSDT-1m-${name}`, day(name), { fault: { kind: 'slow' } });
    const dataDir = newFolder();
    for (const name of names.slice(0, 5)) {
      const asked = archive.asked(new RegExp(`${name}\\.zip$`));
      const program = new HotwickProcess(downloadArgs(dataDir, days), environment());
      await Promise.race([asked, program.ended]);
      await program.end('SIGKILL');
    }
    await download(dataDir, days);
    const clean = newFolder();
    await download(clean, days);
    for (const timeframe of ['1m', '5m', '1h', '1d']) {
      expect(shown(await readAll(dataDir, timeframe))).toEqual(shown(await readAll(clean, timeframe)));
    }
    expect((await readAll(dataDir)).every(({ certificate }) => certificate.revision === 1)).toBe(true);
  });

  it('stops in order when told to, and goes on from there', async () => {
    const dataDir = newFolder();
    archive.put('BTCUSDT-1m-2024-03-01', day('2024-03-01'));
    archive.put('BTCUSDT-1m-2024-03-02', day('2024-03-02'), { fault: { kind: 'silent' } });
    const asked = archive.asked(/2024-03-02\.zip$/);
    const program = new HotwickProcess(downloadArgs(dataDir, ['2024-03-01', '2024-03-02']), environment());
    await asked;
    const ending = await program.end('SIGTERM');
    expect(ending.code).toBe(130);
    expect(JSON.parse(ending.stdout)).toMatchObject({ end: 'stopped', rows: MINUTES });
    archive.put('BTCUSDT-1m-2024-03-02', day('2024-03-02'));
    const summary = await download(dataDir, ['2024-03-01', '2024-03-02']);
    expect(summary.files.map(({ origin }) => origin)).toEqual(['stored', 'archive']);
  });
});

describeWithData('data download of recorded days', () => {
  it('knows the outage of 2023-03-24 and the listing of ARBUSDT as holes of the exchange', async () => {
    const wanted = series('binance:spot:ARB/USDT:1m');
    const path = dataFile('klines/spot-vision-outage-20230324/ARBUSDT-1m-20230323-20230325.csv.gz');
    const recorded: ClosedCandle[] = [];
    for await (const chunk of readCandleCsv({ path, seriesId: wanted, stepMs: 60_000, source: 'archive' })) {
      recorded.push(...chunk);
    }
    const days = Map.groupBy(recorded, ({ openTime }) => new Date(openTime).toISOString().slice(0, 10));
    for (const [date, candles] of days) archive.put(`ARBUSDT-1m-${date}`, candles);
    archive.putRest(recorded);
    const dataDir = newFolder();
    const span = ['--from', '2023-03-22', '--to', '2023-03-25', '--data-dir', dataDir, '--json'];
    const ending = await runHotwick(['data', 'download', '--series', wanted, ...span], environment());
    expect(ending.code, ending.stderr).toBe(0);
    expect(JSON.parse(ending.stdout)).toMatchObject({ end: 'complete', rows: 3_340 });
    const audit = await runHotwick(['data', 'audit', '--series', wanted, ...span, '--archive'], environment());
    expect(audit.code, audit.stdout).toBe(0);
    const report = JSON.parse(audit.stdout) as { days: { missing: number }[]; archive: { equal: number }[] };
    expect(report.days.map(({ missing }) => missing)).toEqual([1440, 900, 80, 0]);
    expect(report.archive.map(({ equal }) => equal)).toEqual([0, 540, 1360, 1440]);
  });
});

describe('data export and import', () => {
  it.each(['csv', 'csv.gz', 'parquet'])('brings every number back through .%s', async (ending) => {
    const dataDir = newFolder();
    archive.put('BTCUSDT-1m-2024-03-01', day('2024-03-01'));
    await download(dataDir, ['2024-03-01', '2024-03-01']);
    const out = join(newFolder(), `BTCUSDT-1m.${ending}`);
    const exported = await runHotwick([
      'data',
      'export',
      '--series',
      SERIES,
      '--out',
      out,
      '--data-dir',
      dataDir,
      '--json',
    ]);
    expect(exported.code, exported.stderr).toBe(0);
    expect(JSON.parse(exported.stdout)).toMatchObject({ rows: MINUTES });
    const copy = newFolder();
    const imported = await runHotwick(['data', 'import', out, '--market', 'spot', '--data-dir', copy]);
    expect(imported.code, imported.stderr).toBe(0);
    for (const timeframe of ['1m', '1h']) {
      expect(shown(await readAll(copy, timeframe))).toEqual(shown(await readAll(dataDir, timeframe)));
    }
  });

  it('imports the zip that a download kept', async () => {
    const keep = newFolder();
    archive.put('BTCUSDT-1m-2024-03-01', day('2024-03-01'));
    await download(newFolder(), ['2024-03-01', '2024-03-01'], '--keep', keep);
    const zip = join(keep, 'data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2024-03-01.zip');
    const copy = newFolder();
    expect((await runHotwick(['data', 'import', zip, '--data-dir', copy])).code).toBe(0);
    expect(await readAll(copy)).toHaveLength(MINUTES);
  });

  it('refuses what it can not write exactly, and leaves no file', async () => {
    const dataDir = newFolder();
    await withStore(dataDir, (store) => {
      const narrow = day('2024-03-01').map((candle) => ({ ...candle, quoteVolume: null }));
      return store.save({ candles: narrow, gaps: [] });
    });
    const folder = newFolder();
    const run = (name: string, ...more: readonly string[]): Promise<Ending> => {
      const args = ['data', 'export', '--series', SERIES, '--out', join(folder, name), '--data-dir', dataDir, ...more];
      return runHotwick(args);
    };
    const refused = await run('a.csv');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('usage_wrong');
    expect((await run('a.txt')).stderr).toContain('ends in none of .csv, .csv.gz and .parquet');
    expect((await run('none/a.csv', '--columns', '6')).stderr).toContain('can not be written');
    expect(readdirSync(folder)).toEqual([]);
    expect((await run('a.csv', '--columns', '6')).code).toBe(0);
    expect(readFileSync(join(folder, 'a.csv'), 'utf8').split('\n')).toHaveLength(MINUTES + 2);
  });
});

describe('data audit', () => {
  type Report = {
    readonly findings: number;
    readonly days: readonly {
      readonly unexplained: number;
      readonly revised: number;
      readonly holes: readonly object[];
    }[];
    readonly derived: readonly {
      readonly series_id: string;
      readonly mismatches: readonly { readonly kind: string }[];
    }[];
    readonly archive:
      | readonly { readonly archive: string; readonly equal: number; readonly mismatches: readonly object[] }[]
      | null;
  };
  const audit = (dataDir: string, ...more: readonly string[]): Promise<Ending> =>
    runHotwick(['data', 'audit', '--series', SERIES, '--data-dir', dataDir, '--json', ...more], environment());

  const storeDays = (dataDir: string, days: readonly string[]): Promise<unknown> =>
    withStore(dataDir, (store) => store.save({ candles: days.flatMap(day), gaps: [] }));

  it('agrees with the archive where nothing was touched', async () => {
    const dataDir = newFolder();
    archive.put('BTCUSDT-1m-2024-03-01', day('2024-03-01'));
    await download(dataDir, ['2024-03-01', '2024-03-01']);
    const ending = await audit(dataDir, '--archive');
    expect(ending.code, ending.stderr).toBe(0);
    const report = JSON.parse(ending.stdout) as Report;
    expect(report.findings).toBe(0);
    expect(report.archive).toMatchObject([{ archive: 'has', equal: MINUTES, mismatches: [] }]);
    expect(report.derived).toHaveLength(5);
  });

  it('finds a corrupted candle by its derived ones and by the archive', async () => {
    const dataDir = newFolder();
    archive.put('BTCUSDT-1m-2024-03-01', day('2024-03-01'));
    await download(dataDir, ['2024-03-01', '2024-03-01']);
    const [, victim] = day('2024-03-01');
    if (victim === undefined) throw new Error('the day has no minutes');
    const forged = { ...victim, high: (victim.high * 2n) as typeof victim.high };
    await withStore(dataDir, (store) => store.save({ candles: [forged], gaps: [] }));
    const ending = await audit(dataDir, '--archive');
    expect(ending.code).toBe(1);
    const report = JSON.parse(ending.stdout) as Report;
    expect(report.days[0]?.revised).toBe(1);
    expect(report.derived.map(({ mismatches }) => mismatches.map(({ kind }) => kind))).toEqual(
      Array(5).fill(['different']),
    );
    expect(report.archive?.[0]).toMatchObject({ equal: MINUTES - 1 });
    expect(report.archive?.[0]?.mismatches).toMatchObject([
      { open_time: '2024-03-01T00:01:00.000Z', kind: 'different', values: [{ column: 'high' }] },
    ]);
  });

  it('finds a hole that nobody explained, and what the archive has of it', async () => {
    const dataDir = newFolder();
    const whole = day('2024-03-01');
    archive.put('BTCUSDT-1m-2024-03-01', whole);
    const holed = whole.filter((_, minute) => minute < 30 || minute >= 40);
    await withStore(dataDir, (store) => store.save({ candles: holed, gaps: [] }));
    const ending = await audit(dataDir, '--from', '2024-03-01', '--to', '2024-03-01', '--archive');
    expect(ending.code).toBe(1);
    const report = JSON.parse(ending.stdout) as Report;
    expect(report.days).toMatchObject([
      {
        unexplained: 10,
        holes: [{ from: '2024-03-01T00:30:00.000Z', to: '2024-03-01T00:40:00.000Z', reason: 'unrecorded' }],
      },
    ]);
    expect(report.archive?.[0]?.mismatches).toHaveLength(10);
    const shownAudit = await runHotwick(['data', 'audit', '--series', SERIES, '--data-dir', dataDir, '--no-archive']);
    expect(shownAudit.stdout).toContain('unrecorded');
  });

  it('asks the archive by itself where it answers, even when it answers that it has nothing', async () => {
    const dataDir = newFolder();
    archive.put('BTCUSDT-1m-2024-03-02', day('2024-03-02'));
    await storeDays(dataDir, ['2024-03-01', '2024-03-02']);
    const ending = await audit(dataDir);
    expect(ending.code, ending.stderr).toBe(0);
    expect(JSON.parse(ending.stdout)).toMatchObject({
      archive_state: 'compared',
      archive_reason: null,
      archive: [
        { day: '2024-03-01', archive: 'lacks' },
        { day: '2024-03-02', archive: 'has', equal: MINUTES },
      ],
    });
    expect(
      readdirSync(join(dataDir, 'downloads', 'audit'), { recursive: true })
        .map(String)
        .join(),
    ).not.toMatch(/zip/);
  });

  it('does not ask the archive when told not to', async () => {
    const dataDir = newFolder();
    archive.put('BTCUSDT-1m-2024-03-01', day('2024-03-01'));
    await storeDays(dataDir, ['2024-03-01']);
    const ending = await audit(dataDir, '--no-archive');
    expect(ending.code, ending.stderr).toBe(0);
    expect(JSON.parse(ending.stdout)).toMatchObject({ archive_state: 'unasked', archive: null });
    expect(archive.requests).toEqual([]);
  });

  it('goes on without an archive that refuses connections, and says so in one line', async () => {
    const dataDir = newFolder();
    await storeDays(dataDir, ['2024-03-01']);
    const ending = await runHotwick(['data', 'audit', '--series', SERIES, '--data-dir', dataDir], {
      HOTWICK_ARCHIVE_URL: 'http://127.0.0.1:9',
    });
    expect(ending.code, ending.stderr).toBe(0);
    expect(ending.stdout).toMatch(/archive +not compared, it does not answer: .*127\.0\.0\.1:9/);
    expect(ending.stdout).toMatch(/findings +none/);
  });

  it('goes on without an archive that takes connections and says nothing', async () => {
    const mute = createServer((socket) => socket.on('error', () => socket.destroy()));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const dataDir = newFolder();
    await storeDays(dataDir, ['2024-03-01']);
    const args = ['data', 'audit', '--series', SERIES, '--data-dir', dataDir, '--json'];
    const ending = await runHotwick(args, { HOTWICK_ARCHIVE_URL: `http://127.0.0.1:${port}` });
    mute.close();
    expect(ending.code, ending.stderr).toBe(0);
    expect(JSON.parse(ending.stdout)).toMatchObject({ findings: 0, archive_state: 'unreachable', archive: null });
  });
});
