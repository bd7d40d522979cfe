/**
 * The EquityLog contract for its adapters, and what only the one in a database file promises.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { createMemoryEquityLog } from '../../src/adapters/memory/memory-equity-log.ts';
import { openSqliteEquityLog } from '../../src/adapters/sqlite/sqlite-equity-log.ts';
import type { EpochMs } from '../../src/core/time.ts';
import type { EquityLog } from '../../src/ports/equity-log.ts';
import { describeEquityLog, still } from './equity-log.contract.ts';

describeEquityLog({
  name: 'memory',
  create: () => {
    const log = createMemoryEquityLog();
    return { log, reopen: () => log, destroy: () => {} };
  },
});

function openFile() {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-equity-'));
  const path = join(folder, 'equity.db');
  const opened: EquityLog[] = [];
  const open = (): EquityLog => {
    const log = openSqliteEquityLog(path);
    opened.push(log);
    return log;
  };
  const destroy = (): void => {
    for (const log of opened) void log.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { path, open, destroy };
}

describeEquityLog({
  name: 'sqlite',
  create: () => {
    const { open, destroy } = openFile();
    return { log: open(), reopen: open, destroy };
  },
});

const MINUTES = { lengthMs: 60_000, from: 0 as EpochMs } as const;
const DAYS = { ...MINUTES, lengthMs: 86_400_000 } as const;

describe('the history of equity in its file', () => {
  it('stores nothing of a batch of which one length has no place', async () => {
    const { path, open, destroy } = openFile();
    const log = open();
    const other = new Database(path);
    other.exec(`CREATE TRIGGER refuse BEFORE INSERT ON equity WHEN new.length_ms = 86400000
      BEGIN SELECT RAISE(ABORT, 'no place'); END`);
    await expect(log.save([still(0), still(1)])).rejects.toThrow(/no place/);
    expect(await log.load(MINUTES)).toEqual([]);
    other.exec('DROP TRIGGER refuse');
    await log.save([still(0), still(1)]);
    expect([(await log.load(MINUTES)).length, (await log.load(DAYS)).length]).toEqual([2, 1]);
    other.close();
    destroy();
  });

  it('stores none of several minutes of which one has no place', async () => {
    const { path, open, destroy } = openFile();
    const log = open();
    const other = new Database(path);
    other.exec(`CREATE TRIGGER refuse BEFORE INSERT ON equity WHEN new.open_time = ${still(1).openTime}
      BEGIN SELECT RAISE(ABORT, 'no place'); END`);
    await expect(log.save([still(0), still(1)])).rejects.toThrow(/no place/);
    expect([await log.load(MINUTES), await log.load(DAYS)]).toEqual([[], []]);
    other.close();
    destroy();
  });

  it('does not wait long for another program that writes: the minute is refused and can be saved again', async () => {
    const { path, open, destroy } = openFile();
    const log = open();
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(log.save([still(0)])).rejects.toThrow(/store_unavailable/);
    other.exec('COMMIT');
    await log.save([still(0)]);
    expect(await log.load(MINUTES)).toEqual([still(0)]);
    other.close();
    destroy();
  });

  it('can not be opened while another program keeps it for itself, and can when it lets go', async () => {
    const { path, open, destroy } = openFile();
    const log = open();
    await log.save([still(0)]);
    await log.close();
    const other = new Database(path);
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('BEGIN EXCLUSIVE; COMMIT');
    expect(() => open()).toThrow(/store_unavailable/);
    other.close();
    expect(await open().load(MINUTES)).toEqual([still(0)]);
    destroy();
  });

  it('names a row that nobody here can have written', async () => {
    const { path, open, destroy } = openFile();
    const log = open();
    const other = new Database(path);
    other.exec("INSERT INTO equity VALUES (60000, 120000, '1', '1', '1', 'much', '1', '1')");
    await expect(log.load(MINUTES)).rejects.toThrow(/store_corrupt.*equity 120000: close is much/);
    other.close();
    destroy();
  });
});
