/**
 * Saved settings in a small database file of their own, so that a program that only shows or changes a setting opens
 * nothing else. Values enter and leave as plain JSON.
 */
import { isDeepStrictEqual } from 'node:util';
import { epochMs } from '../../core/time.ts';
import type { SavedSetting, SettingChange, SettingSaved, SettingStore } from '../../ports/setting-store.ts';
import type { DatabaseSchema } from './migrations.ts';
import type { SqliteConnection, SqliteDatabase } from './sqlite-database.ts';
import { RowFault, storeUnavailable, toStoreError } from './sqlite-failures.ts';

/** The file's schema; `PRAGMA application_id` is the letters HCFG. A step that shipped is never edited. */
export const SETTINGS_SCHEMA: DatabaseSchema = {
  applicationId: 0x48434647,
  migrations: [
    `
    CREATE TABLE config (
      namespace  TEXT    NOT NULL,
      key        TEXT    NOT NULL,
      value      TEXT    NOT NULL,
      updated_at INTEGER NOT NULL,
      PRIMARY KEY (namespace, key)
    ) WITHOUT ROWID, STRICT;
    `,
  ],
};

type Row = { readonly key: string; readonly value: string; readonly updated_at: number };

/** A store over its own connection to `database`, which `close` closes; throws `FailureError` when it has none to give. */
export function createSqliteSettingStore(database: SqliteDatabase): SettingStore {
  const connection = database.connect('FULL');
  const attempt = <T>(action: () => T): T => {
    if (!connection.open) throw storeUnavailable(database.path, { reason: 'it is closed' });
    try {
      return action();
    } catch (thrown) {
      throw toStoreError(thrown, database.path);
    }
  };
  const { load, save } = attempt(() => prepare(connection));
  return {
    load: async (namespace) => attempt(() => load(namespace)),
    save: async (change) => attempt(() => save(change)),
    close: async () => {
      connection.close();
    },
  };
}

function prepare(connection: SqliteConnection): {
  readonly load: (namespace: string) => Readonly<Record<string, SavedSetting>>;
  readonly save: (change: SettingChange) => SettingSaved;
} {
  const select = connection.prepare<unknown[], Row>(
    'SELECT key, value, updated_at FROM config WHERE namespace = ? ORDER BY key',
  );
  const upsert = connection.prepare(
    `INSERT INTO config (namespace, key, value, updated_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
  );
  const remove = connection.prepare('DELETE FROM config WHERE namespace = ? AND key = ?');
  const save = connection.transaction(({ namespace, values, time, seen }: SettingChange): SettingSaved => {
    if (seen !== undefined && !isDeepStrictEqual(seen, valuesOf(select.all(namespace)))) return 'overtaken';
    for (const [key, value] of Object.entries(values)) {
      if (value === null) remove.run(namespace, key);
      else upsert.run(namespace, key, JSON.stringify(value), time);
    }
    return 'saved';
  });
  return {
    load: (namespace) => Object.fromEntries(select.all(namespace).map((row) => [row.key, parseRow(row)])),
    save: (change) => save.immediate(change),
  };
}

function valuesOf(rows: readonly Row[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(rows.map((row) => [row.key, parseRow(row).value]));
}

function parseRow({ key, value, updated_at }: Row): SavedSetting {
  try {
    return { value: JSON.parse(value), updatedTime: epochMs(updated_at) };
  } catch (thrown) {
    throw new RowFault(`column value of setting ${key}: ${String(thrown)}`);
  }
}
