import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { BTC_1M, closedCandle } from '../../../test/fixtures/candles.ts';
import { epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { Journal, JournalRecord } from '../../ports/journal.ts';
import { openSqliteDatabase } from './sqlite-database.ts';
import { createSqliteStorage } from './sqlite-storage.ts';

const ALL = { seriesId: BTC_1M, from: epochMs(0), to: epochMs(9e13), limit: 1e9, take: 'oldest' } as const;
const candle = closedCandle({ openTime: 60_000, prices: ['1', '2', '0.5', '1.5'] });
const record = (sequence: number): JournalRecord => ({ sequence, stream: 'input', body: `input ${sequence}` });

async function readAll(journal: Journal): Promise<readonly number[]> {
  const sequences: number[] = [];
  for await (const { sequence } of journal.read(1)) sequences.push(sequence);
  return sequences;
}

describe('the storage of one file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-storage-'));
  const path = (): string => join(folder, 'market.db');
  afterEach(() => rmSync(path(), { force: true }));

  it('commits the records of a burst and what it saves together', async () => {
    const database = openSqliteDatabase({ path: path() });
    const { store, journal, commit } = createSqliteStorage(database);
    await journal.append([record(1), record(2)]);
    expect(await commit({ candles: [candle], gaps: [], charts: [] })).toEqual({
      inserted: 1,
      changed: 0,
      unchanged: 0,
    });
    expect(await journal.lastSequence()).toBe(2);
    const other = createSqliteStorage(database);
    expect(await other.store.read(ALL)).toEqual(await store.read(ALL));
    expect(await other.store.read(ALL)).toHaveLength(1);
    expect(await readAll(other.journal)).toEqual([1, 2]);
    database.close();
  });

  it('syncs what was committed before with a flush against a power cut: the file itself has it, without its log', async () => {
    const database = openSqliteDatabase({ path: path() });
    const { journal, commit } = createSqliteStorage(database);
    const alone = join(folder, 'alone.db');
    const inFile = async (): Promise<number> => {
      copyFileSync(path(), alone);
      const copy = openSqliteDatabase({ path: alone });
      const { length } = await createSqliteStorage(copy).store.read(ALL);
      copy.close();
      rmSync(alone);
      return length;
    };
    await journal.append([record(1)]);
    await commit({ candles: [candle], gaps: [], charts: [] });
    expect(await inFile(), 'a commit alone is in the log').toBe(0);
    await journal.flush('machine');
    expect(await inFile()).toBe(1);
    database.close();
  });

  it('stores neither when one of them can not be, and keeps the records for the next try', async () => {
    const database = openSqliteDatabase({ path: path() });
    const { store, journal, commit } = createSqliteStorage(database);
    await journal.append([record(1)]);
    const impossible = { ...candle, high: candle.low, low: candle.high } as ClosedCandle;
    await expect(commit({ candles: [impossible], gaps: [], charts: [] })).rejects.toThrow();
    expect(await store.read(ALL)).toEqual([]);
    expect(await journal.lastSequence()).toBe(0);
    await commit({ candles: [candle], gaps: [], charts: [] });
    expect(await journal.lastSequence()).toBe(1);
    expect(await store.read(ALL)).toHaveLength(1);
    database.close();
  });

  it('takes the records back when the candles fail after them, and calls it no second writer', async () => {
    const database = openSqliteDatabase({ path: path() });
    const { journal, commit } = createSqliteStorage(database);
    const other = database.connect('NORMAL');
    other.exec("CREATE TRIGGER refuse BEFORE INSERT ON candles BEGIN SELECT RAISE(ABORT, 'no place'); END");
    const segments = other.prepare('SELECT count(*) FROM journal').pluck();
    await journal.append([record(1)]);
    await expect(commit({ candles: [candle], gaps: [], charts: [] })).rejects.toThrow(/^no place$/);
    expect(segments.get()).toBe(0);
    other.exec('DROP TRIGGER refuse');
    await commit({ candles: [candle], gaps: [], charts: [] });
    expect([segments.get(), await journal.lastSequence()]).toEqual([1, 1]);
    database.close();
  });

  it('waits for the disk by another way where an old reader keeps the log from being copied', async () => {
    const database = openSqliteDatabase({ path: path() });
    const statements: string[] = [];
    const connect = (synchronous: 'NORMAL' | 'FULL') => {
      const connection = database.connect(synchronous);
      const { pragma, exec } = connection;
      connection.pragma = (source, options) => {
        statements.push(source);
        return pragma.call(connection, source, options);
      };
      connection.exec = (source) => {
        statements.push(source.split(' ')[0] ?? '');
        return exec.call(connection, source);
      };
      return connection;
    };
    const { journal, commit } = createSqliteStorage({ ...database, connect });
    const reader = database.connect('NORMAL');
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM candles').get();
    await journal.append([record(1)]);
    await commit({ candles: [candle], gaps: [], charts: [] });
    statements.length = 0;
    await journal.flush('machine');
    expect(statements).toEqual(['wal_checkpoint(PASSIVE)', 'synchronous = FULL', 'UPDATE']);
    reader.exec('COMMIT');
    statements.length = 0;
    await journal.append([record(2)]);
    await commit({ candles: [], gaps: [], charts: [] });
    await journal.flush('machine');
    expect(statements).toEqual(['synchronous = NORMAL', 'wal_checkpoint(PASSIVE)']);
    database.close();
  });

  it('stores no candle when a second writer has taken the place of its records', async () => {
    const database = openSqliteDatabase({ path: path() });
    const [first, second] = [createSqliteStorage(database), createSqliteStorage(database)];
    await second.journal.append([record(1)]);
    await second.journal.flush();
    await first.journal.append([record(1)]);
    const refused = first.commit({ candles: [candle], gaps: [], charts: [] });
    await expect(refused).rejects.toMatchObject({ failure: { code: 'store_unavailable' } });
    await expect(refused).rejects.toThrow('another process writes the journal');
    expect(await second.store.read(ALL)).toEqual([]);
    database.close();
  });

  it('syncs to the disk only what is flushed against a power cut, also after a commit that is not', async () => {
    const database = openSqliteDatabase({ path: path() });
    const modes: unknown[] = [];
    const connect = (synchronous: 'NORMAL' | 'FULL') => {
      const connection = database.connect(synchronous);
      const { pragma } = connection;
      connection.pragma = (source, options) => {
        if (source.startsWith('synchronous')) modes.push(source);
        return pragma.call(connection, source, options);
      };
      return connection;
    };
    const { journal, commit } = createSqliteStorage({ ...database, connect });
    await journal.append([record(1)]);
    await journal.flush('machine');
    await journal.append([record(2)]);
    await commit({ candles: [candle], gaps: [], charts: [] });
    await journal.append([record(3)]);
    await journal.flush('machine');
    expect(modes).toEqual(['synchronous = FULL', 'synchronous = NORMAL', 'synchronous = FULL']);
    database.close();
  });

  it('goes on with the journal after the store was closed, and ends with the second of them', async () => {
    const database = openSqliteDatabase({ path: path() });
    const { store, journal, commit } = createSqliteStorage(database);
    await store.close();
    await store.close();
    await expect(store.read(ALL)).rejects.toMatchObject({ failure: { code: 'store_unavailable' } });
    await expect(commit({ candles: [candle], gaps: [], charts: [] })).rejects.toMatchObject({
      failure: { code: 'store_unavailable' },
    });
    await journal.append([record(1)]);
    await journal.close();
    await expect(journal.append([record(2)])).rejects.toMatchObject({ failure: { code: 'store_unavailable' } });
    const { journal: next } = createSqliteStorage(database);
    expect(await readAll(next)).toEqual([1]);
    database.close();
  });
});
