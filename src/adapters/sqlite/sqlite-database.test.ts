import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decimal } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type Failure, toFailure } from '../../model/failure.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import type { SeriesId } from '../../model/series.ts';
import { APPLICATION_ID, MIGRATIONS } from './migrations.ts';
import { createSqliteCandleStore } from './sqlite-candle-store.ts';
import { openSqliteDatabase } from './sqlite-database.ts';
import { createSqliteJournal } from './sqlite-journal.ts';

const BTC = 'binance:futures:BTC/USDT:1m' as SeriesId;
const ETH = 'binance:futures:ETH/USDT:1m' as SeriesId;
const ALL = { seriesId: BTC, from: epochMs(0), to: epochMs(9e13), limit: 1000, take: 'oldest' } as const;

const CANDLE: ClosedCandle = {
  kind: 'candleClosed',
  seriesId: BTC,
  openTime: epochMs(1_700_000_040_000),
  open: decimal('36000.10') as Price,
  high: decimal('36001') as Price,
  low: decimal('35999.5') as Price,
  close: decimal('36000') as Price,
  volume: decimal('12.345') as Quantity,
  quoteVolume: decimal('444420') as Money,
  trades: 321,
  takerBaseVolume: null,
  takerQuoteVolume: null,
  certificate: { source: 'ws', status: 'final', baseCount: 1, baseExpected: 1, revision: 0 },
};

describe('openSqliteDatabase', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hotwick-sqlite-'));
    path = join(folder, 'market.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const refusal = (target = path): Failure => {
    try {
      openSqliteDatabase({ path: target }).close();
    } catch (thrown) {
      return toFailure(thrown);
    }
    throw new Error('it was opened');
  };
  const withRaw = <T>(action: (raw: Database.Database) => T): T => {
    const raw = new Database(path);
    try {
      return action(raw);
    } finally {
      raw.close();
    }
  };
  const saveOne = async (): Promise<void> => {
    const database = openSqliteDatabase({ path });
    await createSqliteCandleStore(database).save({ candles: [CANDLE], gaps: [] });
    database.close();
  };

  it('makes a file of its own kind and newest schema, and opens it again as it is', () => {
    openSqliteDatabase({ path }).close();
    const bytes = readFileSync(path);
    openSqliteDatabase({ path }).close();
    expect(readFileSync(path).equals(bytes)).toBe(true);
    withRaw((raw) => {
      expect(raw.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
      expect(raw.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
      expect(raw.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(raw.pragma('integrity_check', { simple: true })).toBe('ok');
    });
  });

  it('takes an empty file for a new one', () => {
    writeFileSync(path, '');
    openSqliteDatabase({ path }).close();
    expect(withRaw((raw) => raw.pragma('user_version', { simple: true }))).toBe(MIGRATIONS.length);
  });

  it('gives the journal commits that survive a power cut and the candles those that survive a kill', () => {
    const database = openSqliteDatabase({ path });
    expect(database.connect('FULL').pragma('synchronous', { simple: true })).toBe(2);
    const normal = database.connect('NORMAL');
    expect(normal.pragma('synchronous', { simple: true })).toBe(1);
    expect(normal.pragma('busy_timeout', { simple: true })).toBe(5000);
    database.close();
    database.close();
    expect(normal.open).toBe(false);
  });

  it('refuses a newer schema and changes nothing', () => {
    openSqliteDatabase({ path }).close();
    withRaw((raw) => raw.pragma(`user_version = ${MIGRATIONS.length + 1}`));
    const bytes = readFileSync(path);
    const known = MIGRATIONS.length;
    expect(refusal()).toMatchObject({ code: 'store_schema_newer', context: { path, found: known + 1, known } });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('refuses a file that is no database and changes nothing', () => {
    const text = 'open_time,open,high,low,close\n'.repeat(500);
    writeFileSync(path, text);
    expect(refusal()).toMatchObject({ code: 'store_corrupt', context: { path } });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('refuses the database of another program and changes nothing', () => {
    withRaw((raw) => raw.exec('CREATE TABLE notes (text TEXT)'));
    const bytes = readFileSync(path);
    expect(refusal()).toMatchObject({ code: 'store_unavailable' });
    expect(refusal().message).toContain('another program');
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('refuses a place where no file can be', () => {
    mkdirSync(path);
    expect(refusal().code).toBe('store_unavailable');
    expect(refusal(join(folder, 'missing', 'market.db')).code).toBe('store_unavailable');
    writeFileSync(join(folder, 'file'), 'x');
    expect(refusal(join(folder, 'file', 'market.db')).code).toBe('store_unavailable');
  });

  it('reports a file cut short as damaged', async () => {
    await saveOne();
    truncateSync(path, 4096);
    const failed = await (async () => {
      const database = openSqliteDatabase({ path });
      try {
        return await createSqliteCandleStore(database).read(ALL);
      } finally {
        database.close();
      }
    })().then(() => null, toFailure);
    expect(failed?.code).toBe('store_corrupt');
  });

  it('keeps numbers as text that people can read', async () => {
    await saveOne();
    const row = withRaw((raw) => raw.prepare('SELECT * FROM candles_readable').get());
    expect(row).toMatchObject({
      series: BTC,
      opened: '2023-11-14 22:14:00',
      open: '36000.1',
      volume: '12.345',
      source: 'ws',
      base: '1/1',
    });
  });

  it('opens a file of the first schema with its candles, and counts saves from there', async () => {
    withRaw((raw) => {
      raw.exec(MIGRATIONS[0] ?? '');
      raw.pragma(`application_id = ${APPLICATION_ID}`);
      raw.pragma('user_version = 1');
      raw.exec(`INSERT INTO series (name, candle_count) VALUES ('${BTC}', 1)`);
      raw.exec(`INSERT INTO candles VALUES (1, ${CANDLE.openTime}, '1', '1', '1', '1', '2', NULL, NULL, NULL, NULL,
                'ws', 'final', 1, 1, 1)`);
    });
    const database = openSqliteDatabase({ path });
    const store = createSqliteCandleStore(database);
    const before = await store.extent(BTC);
    await store.save({ candles: [CANDLE], gaps: [] });
    const after = await store.extent(BTC);
    database.close();
    expect([before.count, after.count]).toEqual([1, 1]);
    expect(after.version).toBeGreaterThan(before.version);
  });

  it('does not count what the journal writes into the same file as a change of any series', async () => {
    const database = openSqliteDatabase({ path });
    const store = createSqliteCandleStore(database);
    await store.save({ candles: [CANDLE], gaps: [] });
    const before = await store.extent(BTC);
    const journal = createSqliteJournal(database);
    await journal.append([{ sequence: 1, stream: 'input', body: '{}' }]);
    await journal.flush('process');
    const after = await store.extent(BTC);
    await journal.close();
    database.close();
    expect(after).toEqual(before);
  });

  it('gives numbers as canonical text even where somebody else wrote them otherwise', async () => {
    await saveOne();
    withRaw((raw) => raw.exec("UPDATE candles SET close = '036000.50', volume = '-0'"));
    const database = openSqliteDatabase({ path });
    const texts = await createSqliteCandleStore(database).readTexts(ALL);
    database.close();
    expect(texts).toMatchObject([{ close: '36000.5', volume: '0' }]);
  });

  it('never gives out a text that is no number', async () => {
    await saveOne();
    withRaw((raw) => raw.exec("UPDATE candles SET close = '1e5'"));
    const database = openSqliteDatabase({ path });
    const failed = await createSqliteCandleStore(database)
      .readTexts(ALL)
      .then(() => null, toFailure);
    database.close();
    expect(failed).toMatchObject({ code: 'store_corrupt', context: { path, reason: 'close "1e5"' } });
  });

  it.each([
    ['a number', "UPDATE candles SET close = '1e5'", 'close "1e5"'],
    ['a source', "UPDATE candles SET source = 'toString'", 'source "toString"'],
    ['a status', "UPDATE candles SET status = ''", 'status ""'],
  ])('never gives out a candle with %s that was not written by it', async (_what, sql, reason) => {
    await saveOne();
    withRaw((raw) => raw.exec(sql));
    const database = openSqliteDatabase({ path });
    const failed = await createSqliteCandleStore(database)
      .read(ALL)
      .then(() => null, toFailure);
    database.close();
    expect(failed).toMatchObject({ code: 'store_corrupt', context: { path, reason } });
  });

  it('reports a disk that is full and goes on when there is room', async () => {
    const database = openSqliteDatabase({ path });
    const store = createSqliteCandleStore(database);
    const candles = Array.from({ length: 2000 }, (_, index) => ({
      ...CANDLE,
      openTime: epochMs(CANDLE.openTime + index * 60_000),
    }));
    // A page limit makes SQLite answer as a full disk does; it holds for the connection that sets it.
    const limited = { ...database, connect: () => limitPages(database.connect('NORMAL')) };
    const cramped = createSqliteCandleStore(limited);
    expect((await cramped.save({ candles, gaps: [] }).then(() => null, toFailure))?.code).toBe('store_unavailable');
    expect(await store.extent(BTC)).toEqual({ count: 0, first: null, head: null, version: 0 });
    // The failed batch had named the series first; what it named is void, and another series may take its place.
    await store.save({ candles: [{ ...CANDLE, seriesId: ETH }], gaps: [] });
    expect(await cramped.save({ candles: [CANDLE], gaps: [] })).toEqual({ inserted: 1, changed: 0, unchanged: 0 });
    expect(await store.listSeries()).toEqual([BTC, ETH]);
    expect(await store.save({ candles, gaps: [] })).toEqual({ inserted: 1999, changed: 0, unchanged: 1 });
    database.close();
  });
});

function limitPages(connection: Database.Database): Database.Database {
  connection.pragma('max_page_count = 20');
  return connection;
}
