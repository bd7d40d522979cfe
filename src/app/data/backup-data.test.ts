import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { createSqliteJournal } from '../../adapters/sqlite/sqlite-journal.ts';
import { epochMs } from '../../core/time.ts';
import { inputRecord } from '../../journal/index.ts';
import { backupDataDir } from './backup-data.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-backup-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('a backup', () => {
  it('has what a database holds while it is open and written to, and the files beside it', async () => {
    const dataDir = temporaryFolder();
    const target = join(temporaryFolder(), 'copy');
    mkdirSync(join(dataDir, 'paper', 'flight'), { recursive: true });
    writeFileSync(join(dataDir, 'operator.json'), '{}', { mode: 0o600 });
    writeFileSync(join(dataDir, 'paper', 'trading.lock'), '');
    writeFileSync(join(dataDir, 'paper', 'flight', 'part'), 'x');
    const database = openSqliteDatabase({ path: join(dataDir, 'paper', 'trading.db') });
    onTestFinished(() => database.close());
    const journal = createSqliteJournal(database);
    await journal.append([inputRecord(1, { kind: 'timerFired', receivedTime: epochMs(1), timerId: 'a' })]);
    await journal.flush('process');
    const made = await backupDataDir({ dataDir, target, recordings: 'left' });
    expect(made).toMatchObject({ ok: true, value: { databases: ['paper/trading.db'], files: 1 } });
    expect(existsSync(join(target, 'paper', 'trading.lock'))).toBe(false);
    expect(existsSync(join(target, 'paper', 'flight'))).toBe(false);
    expect(readFileSync(join(target, 'operator.json'), 'utf8')).toBe('{}');
    expect([statSync(target).mode & 0o777, statSync(join(target, 'operator.json')).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
    const copy = new Database(join(target, 'paper', 'trading.db'), { readonly: true });
    expect(copy.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(1);
    copy.close();
  });

  it('is not made over something, nor into what it copies, nor of what is damaged', async () => {
    const dataDir = temporaryFolder();
    const full = temporaryFolder();
    writeFileSync(join(full, 'mine'), '');
    for (const target of [full, join(dataDir, 'copy'), dataDir]) {
      const made = await backupDataDir({ dataDir, target, recordings: 'left' });
      expect(made, target).toMatchObject({ ok: false, error: { code: 'backup_impossible' } });
    }
    writeFileSync(join(dataDir, 'hotwick.db'), 'a text that is no database and longer than a header '.repeat(30));
    const target = join(temporaryFolder(), 'copy');
    expect(await backupDataDir({ dataDir, target, recordings: 'left' })).toMatchObject({ ok: false });
  });
});
