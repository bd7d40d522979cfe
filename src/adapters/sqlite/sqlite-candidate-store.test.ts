/**
 * What the contract can not ask of a store: the file as other programs read it, broken rows, and writes that fail.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { batch } from '../../../test/contract/candidate-store.contract.ts';
import { coinId, heatOf, knownCandidate, T0 } from '../../../test/fixtures/candidates.ts';
import type { CandidateStore } from '../../ports/candidate-store.ts';
import { HOTCOINS_SCHEMA } from './hotcoins-schema.ts';
import { createSqliteCandidateStore } from './sqlite-candidate-store.ts';
import { openSqliteDatabase, type SqliteConnection, type SqliteDatabase } from './sqlite-database.ts';

type Scene = {
  readonly folder: string;
  readonly database: SqliteDatabase;
  readonly store: CandidateStore;
  readonly raw: SqliteConnection;
};

const open: Scene[] = [];

function setUp(): Scene {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-hotcoins-'));
  const database = openSqliteDatabase({ path: join(folder, 'hotcoins.db'), schema: HOTCOINS_SCHEMA });
  const scene = { folder, database, store: createSqliteCandidateStore(database), raw: database.connect('NORMAL') };
  open.push(scene);
  return scene;
}

afterEach(() => {
  for (const { database, folder } of open.splice(0)) {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

const NAMES = Array.from({ length: 10 }, (_, index) => `C${index + 1}`);

/** Lets the database refuse what happens to one row of the pool. */
function refuse(raw: SqliteConnection, when: 'INSERT' | 'DELETE', symbol: string): void {
  const row = when === 'INSERT' ? 'NEW' : 'OLD';
  raw.exec(`
    CREATE TRIGGER refusal BEFORE ${when} ON coin_pool WHEN ${row}.symbol = '${symbol}'
    BEGIN SELECT RAISE(ABORT, 'not this one'); END`);
}

describe('hotcoins.db', () => {
  it('has the columns and the fields that other programs read, in their units', async () => {
    const { store, raw } = setUp();
    await store.saveBatch(batch({ saved: [knownCandidate('ABC')], heat: [heatOf('ABC', T0)] }));
    const columns = (table: string): unknown =>
      raw.prepare(`SELECT name, type, pk FROM pragma_table_info('${table}')`).raw().all();
    expect(columns('coin_pool')).toEqual([
      ['symbol', 'TEXT', 1],
      ['heat_score', 'REAL', 0],
      ['source', 'TEXT', 0],
      ['status', 'TEXT', 0],
      ['data_json', 'TEXT', 0],
      ['updated_at', 'REAL', 0],
    ]);
    expect(columns('heat_history')).toEqual([
      ['symbol', 'TEXT', 1],
      ['ts', 'REAL', 2],
      ['score', 'REAL', 0],
      ['components', 'TEXT', 0],
    ]);
    expect(raw.pragma('journal_mode', { simple: true })).toBe('wal');
    const row = raw.prepare('SELECT * FROM coin_pool').get() as Record<string, unknown>;
    expect(row).toMatchObject({ symbol: 'ABCUSDT', heat_score: 44.5, source: 'mixed', status: 'watching' });
    expect(row['updated_at']).toBe(T0 / 1_000);
    expect(JSON.parse(String(row['data_json']))).toMatchObject({
      discovered_at: T0 / 1_000,
      price_change_5m: 0.03,
      quote_volume_24h: 500_000,
      coin_age_days: 3,
      has_listing_signal: true,
      listing_open_time: T0 + 99_999,
      score_risk_penalty: 15,
    });
    const heat = raw.prepare('SELECT * FROM heat_history').get() as Record<string, unknown>;
    expect(heat).toMatchObject({ symbol: 'ABCUSDT', ts: T0 / 1_000, score: 44.5 });
    expect(JSON.parse(String(heat['components']))).toEqual({
      announcement: 80,
      social: 10,
      sentiment: 50,
      momentum: 26.6,
      liquidity: 64,
      risk_penalty: 15,
    });
  });

  it('A-1: says -1 days for a coin of unknown age', async () => {
    const { store, raw } = setUp();
    await store.saveBatch(batch({ saved: [knownCandidate('ABC', { listedTime: null })] }));
    expect(raw.prepare("SELECT data_json ->> 'coin_age_days' FROM coin_pool").pluck().get()).toBe(-1);
  });

  it('is refused where it is the file of another schema', () => {
    const { database } = setUp();
    expect(() => openSqliteDatabase({ path: database.path })).toThrow(/another program/);
  });

  it.each<[string, string]>([
    ['no JSON', "data_json = '{'"],
    ['no object', "data_json = '[]'"],
    ['an instrument of another name', "data_json = json_set(data_json, '$.instrumentId', 'binance:spot:XYZ/USDT')"],
    ['a time that is none', "data_json = json_set(data_json, '$.discoveredTime', -5)"],
    ['a figure that is text', "data_json = json_set(data_json, '$.price_change_5m', 'much')"],
    ['a status of its own', "status = 'sleeping'"],
    ['no heat', 'heat_score = NULL'],
  ])('skips a row with %s, names it, and gives the others', async (_name, change) => {
    const { store, raw } = setUp();
    await store.saveBatch(batch({ saved: [knownCandidate('ABC'), knownCandidate('FINE')] }));
    raw.exec(`UPDATE coin_pool SET ${change} WHERE symbol = 'ABCUSDT'`);
    const { value, skipped } = await store.loadCandidates();
    expect(value).toEqual([knownCandidate('FINE')]);
    expect(skipped).toHaveLength(1);
    expect(skipped[0]).toContain('coin_pool ABCUSDT');
    expect(raw.prepare('SELECT count(*) FROM coin_pool').pluck().get()).toBe(2);
  });

  it('skips broken memory of lists and broken ages, names them, and gives the others', async () => {
    const { store, raw } = setUp();
    await store.saveListings({
      seen: [
        ['1', T0],
        ['2', T0],
      ],
      instruments: {},
      pending: {},
      delistings: {},
    });
    raw.exec("UPDATE listing_memory SET data_json = '{}' WHERE name = '1'");
    raw.exec("INSERT INTO listing_memory VALUES ('constructor', 'x', '{}')");
    const { value, skipped } = await store.loadListings();
    expect(value?.seen).toEqual([['2', T0]]);
    expect(skipped).toHaveLength(2);
    raw.exec("INSERT INTO coin_ages VALUES ('ABCUSDT', 'ABC', 5), ('XYZUSDT', 'binance:spot:XYZ/USDT', -5)");
    expect((await store.loadListedTimes()).skipped).toHaveLength(2);
  });
});

describe('a write that fails', () => {
  it('C-2: on the seventh of ten candidates changes no row, neither of the pool nor of heat', async () => {
    const { store, raw } = setUp();
    await store.saveBatch(batch({ saved: [knownCandidate('C1', { heat: 1 }), knownCandidate('OLD')] }));
    refuse(raw, 'INSERT', 'C7USDT');
    const failing = batch({
      saved: NAMES.map((name) => knownCandidate(name, { heat: 99 })),
      removed: [coinId('OLD')],
      heat: NAMES.map((name) => heatOf(name, T0)),
    });
    await expect(store.saveBatch(failing)).rejects.toThrow('not this one');
    expect((await store.loadCandidates()).value.map(({ instrumentId, heat }) => [instrumentId, heat])).toEqual([
      [coinId('C1'), 1],
      [coinId('OLD'), 44.5],
    ]);
    expect(raw.prepare('SELECT count(*) FROM heat_history').pluck().get()).toBe(0);
    raw.exec('DROP TRIGGER refusal');
    await store.saveBatch(failing);
    expect((await store.loadCandidates()).value).toHaveLength(10);
  });

  it('R8-2: on one removal removes none of them', async () => {
    const { store, raw } = setUp();
    await store.saveBatch(batch({ saved: NAMES.map((name) => knownCandidate(name)) }));
    refuse(raw, 'DELETE', 'C7USDT');
    await expect(store.saveBatch(batch({ removed: NAMES.map(coinId) }))).rejects.toThrow('not this one');
    expect((await store.loadCandidates()).value).toHaveLength(10);
  });
});
