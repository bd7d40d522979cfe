/**
 * The SettingStore contract for SQLite and memory, and what only a file can suffer.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemorySettingStore } from '../../src/adapters/memory/memory-setting-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteSettingStore, SETTINGS_SCHEMA } from '../../src/adapters/sqlite/sqlite-setting-store.ts';
import { epochMs } from '../../src/core/time.ts';
import { describeSettingStore } from './setting-store.contract.ts';

function openFile() {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-settings-'));
  const path = join(folder, 'config.db');
  const database = openSqliteDatabase({ path, schema: SETTINGS_SCHEMA });
  const destroy = (): void => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { path, database, destroy, open: () => createSqliteSettingStore(database) };
}

describeSettingStore({ name: 'sqlite', create: openFile });
describeSettingStore({ name: 'memory', create: () => ({ open: createMemorySettingStore, destroy: () => {} }) });

describe('a file of settings', () => {
  const file = openFile();

  afterEach(() => file.destroy());

  it('is shared by processes, survives them, and has the columns of the contract; a broken value is damage', async () => {
    const store = file.open();
    await store.save({ namespace: 'hotcoin', values: { trading: { a: 1 } }, time: epochMs(5) });
    const other = openSqliteDatabase({ path: file.path, schema: SETTINGS_SCHEMA });
    const connection = other.connect('NORMAL');
    expect(connection.prepare('SELECT * FROM config').all()).toEqual([
      { namespace: 'hotcoin', key: 'trading', value: '{"a":1}', updated_at: 5 },
    ]);
    connection.prepare('UPDATE config SET value = ?').run('{"a":');
    await expect(store.load('hotcoin')).rejects.toMatchObject({ failure: { code: 'store_corrupt' } });
    other.close();
  });
});
