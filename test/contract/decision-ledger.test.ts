/**
 * The DecisionLedger contract for its adapters, and what only the one in the database file promises.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMemoryDecisionLedger } from '../../src/adapters/memory/memory-decision-ledger.ts';
import { openSqliteDatabase, type SqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteDecisionLedger } from '../../src/adapters/sqlite/sqlite-decision-ledger.ts';
import { createSqliteStorage } from '../../src/adapters/sqlite/sqlite-storage.ts';
import type { EpochMs } from '../../src/core/time.ts';
import { describeDecisionLedger, ledgerRow } from './decision-ledger.contract.ts';

const ALL = { from: 0 as EpochMs, to: Number.MAX_SAFE_INTEGER as EpochMs, after: 0, limit: 1_000 };

describeDecisionLedger({
  name: 'memory',
  create: () => {
    const ledger = createMemoryDecisionLedger();
    return { ledger, reopen: () => ledger, destroy: () => {} };
  },
});

function openFile(): { readonly database: SqliteDatabase; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-ledger-'));
  const database = openSqliteDatabase({ path: join(folder, 'trading.db') });
  const remove = (): void => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { database, remove };
}

describeDecisionLedger({
  name: 'sqlite',
  create: () => {
    const { database, remove } = openFile();
    const reopen = () => createSqliteDecisionLedger(database);
    return { ledger: reopen(), reopen, destroy: remove };
  },
});

describe('the ledger in the file of journal and candles', () => {
  const rows = [ledgerRow(1)];

  it('is one commit with the records of its inputs, or none', async () => {
    const { database, remove } = openFile();
    const { journal, decisions, commit } = createSqliteStorage(database);
    await journal.append([{ sequence: 1, stream: 'input', body: 'one' }]);
    const other = database.connect('NORMAL');
    other.exec("CREATE TRIGGER refuse BEFORE INSERT ON ledger_rows BEGIN SELECT RAISE(ABORT, 'no place'); END");
    const saves = { candles: [], gaps: [], charts: [], ledger: { rows, outcomes: [], trades: [] } };
    await expect(commit(saves)).rejects.toThrow(/no place/);
    expect(other.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(0);
    other.exec('DROP TRIGGER refuse');
    await commit(saves);
    expect(other.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(1);
    expect((await decisions.readPage(ALL)).map(({ row }) => row)).toEqual(rows);
    remove();
  });

  it('is bounded: refusals go first, and what bought or sold stays longer', async () => {
    const { database, remove } = openFile();
    const ledger = createSqliteDecisionLedger(database, { refusedMax: 10, approvedMax: 25 });
    for (let number = 1; number <= 40; number++) {
      const kind = number % 10 === 0 ? ({ outcome: 'approved', gate: null } as const) : {};
      const outcome = {
        number,
        horizon: '15m',
        time: 0,
        price: null,
        change: null,
        highest: null,
        lowest: null,
      } as const;
      await ledger.save({
        rows: [ledgerRow(number, kind)],
        outcomes: [{ ...outcome, unknown: 'no price' }],
        trades: [],
      });
    }
    const kept = await ledger.readPage(ALL);
    expect(kept.map(({ row }) => row.number)).toEqual([20, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40]);
    const outcomes = database.connect('NORMAL').prepare('SELECT count(*) FROM ledger_outcomes').pluck().get();
    expect(outcomes).toBe(12);
    remove();
  });

  it('names a row that nobody here can have written', async () => {
    const { database, remove } = openFile();
    const ledger = createSqliteDecisionLedger(database);
    await ledger.save({ rows, outcomes: [], trades: [] });
    database.connect('NORMAL').exec('UPDATE ledger_rows SET body = \'{"number":"one"}\'');
    await expect(ledger.readPage(ALL)).rejects.toThrow(/store_corrupt.*number is one/);
    remove();
  });
});
