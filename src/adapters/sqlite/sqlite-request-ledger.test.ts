import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { toFailure } from '../../model/failure.ts';
import type { RequestLedger, RequestLedgerEntry, RequestPause } from '../../ports/request-ledger.ts';
import { openSqliteDatabase, type SqliteDatabase } from './sqlite-database.ts';
import { createSqliteRequestLedger } from './sqlite-request-ledger.ts';

const T = 1_767_225_600_000;
const MINUTE = 60_000;

function pause(fromMs: number, untilMs: number, more: Partial<RequestPause> = {}): RequestPause {
  return { status: 429, from: epochMs(T + fromMs), until: epochMs(T + untilMs), strikes: 1, ...more };
}

function entry(more: Partial<RequestLedgerEntry> = {}): RequestLedgerEntry {
  return { scope: 'fapi.binance.com/futures', minute: epochMs(T), usedWeight: 7, pause: null, ...more };
}

describe('the SQLite request ledger', () => {
  let folder: string;
  let path: string;
  let database: SqliteDatabase;
  let ledger: RequestLedger;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hotwick-ledger-'));
    path = join(folder, 'market.db');
    database = openSqliteDatabase({ path });
    ledger = createSqliteRequestLedger(database);
  });
  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const merged = async (...entries: readonly RequestLedgerEntry[]): Promise<RequestLedgerEntry | null> => {
    for (const one of entries) await ledger.save(one);
    return ledger.load(entry().scope);
  };

  it('knows nothing at first', async () => {
    expect(await ledger.load('api.binance.com/spot')).toBeNull();
  });

  it.each([null, pause(5, 9_000, { status: 418, strikes: 3 })])('gives back what was saved (%j)', async (given) => {
    expect(await merged(entry({ pause: given }))).toEqual(entry({ pause: given }));
  });

  it('keeps budgets apart', async () => {
    await ledger.save(entry({ scope: 'a/spot', usedWeight: 1 }));
    await ledger.save(entry({ scope: 'a/futures', usedWeight: 2 }));
    expect(await ledger.load('a/spot')).toMatchObject({ usedWeight: 1 });
    expect(await ledger.load('a/futures')).toMatchObject({ usedWeight: 2 });
  });

  it('keeps the pause that ends later, whoever saves last', async () => {
    const [long, short] = [pause(0, 120_000, { status: 418 }), pause(10, 5_000)];
    expect(await merged(entry({ pause: long }), entry({ pause: short }), entry())).toMatchObject({ pause: long });
    expect(await merged(entry({ pause: pause(20, 130_000) }))).toMatchObject({ pause: pause(20, 130_000) });
  });

  it('takes the newer words about a pause of one end', async () => {
    const worse = pause(0, 9_000, { status: 418, strikes: 2 });
    expect(await merged(entry({ pause: pause(0, 9_000) }), entry({ pause: worse }))).toMatchObject({ pause: worse });
  });

  it('keeps the larger weight of a minute and the weight of the later minute', async () => {
    expect(await merged(entry({ usedWeight: 9 }), entry({ usedWeight: 4 }))).toMatchObject({ usedWeight: 9 });
    const later = entry({ minute: epochMs(T + MINUTE), usedWeight: 3 });
    expect(await merged(later)).toEqual(later);
    expect(await merged(entry({ usedWeight: 99 }))).toEqual(later);
  });

  it('is read by another process while this one has it open', async () => {
    await ledger.save(entry({ pause: pause(0, 1_000) }));
    const other = openSqliteDatabase({ path });
    expect(await createSqliteRequestLedger(other).load(entry().scope)).toEqual(entry({ pause: pause(0, 1_000) }));
    other.close();
  });

  it('forgets the budget that is furthest past beyond 64', async () => {
    const scope = (index: number): string => `127.0.0.1:${40_000 + index}/spot`;
    await ledger.save(entry({ scope: scope(0), pause: pause(0, 900 * MINUTE) }));
    for (let i = 1; i <= 64; i++) await ledger.save(entry({ scope: scope(i), minute: epochMs(T + i * MINUTE) }));
    expect(await ledger.load(scope(0))).not.toBeNull();
    expect(await ledger.load(scope(1))).toBeNull();
    expect(await ledger.load(scope(2))).not.toBeNull();
  });

  it.each([
    ['minute = -5', 'minute -5'],
    ['pause_status = 200, pause_from = 1, pause_until = 2, strikes = 1', 'pause 200'],
    ['pause_status = 418, pause_from = 3, pause_until = 2, strikes = 1', 'from 3 to 2'],
    ['pause_status = 418, pause_from = 1, pause_until = 2, strikes = 0', '0 strikes'],
  ])('calls a row with %s damaged', async (change, words) => {
    await ledger.save(entry());
    const raw = new Database(path);
    raw.exec(`UPDATE request_ledger SET ${change}`);
    raw.close();
    const thrown = await ledger.load(entry().scope).catch(toFailure);
    expect(thrown).toMatchObject({ code: 'store_corrupt', message: expect.stringContaining(words) });
  });

  it('rejects after it is closed, and closes twice', async () => {
    await ledger.close();
    await ledger.close();
    await expect(ledger.load('a').catch(toFailure)).resolves.toMatchObject({ code: 'store_unavailable' });
    await expect(ledger.save(entry()).catch(toFailure)).resolves.toMatchObject({ code: 'store_unavailable' });
  });
});
