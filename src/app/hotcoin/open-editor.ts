/**
 * The saved settings of a data directory: `config.db` beside the directories of paper and money, because what is saved
 * says which of them trades.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createMemorySettingStore } from '../../adapters/memory/memory-setting-store.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { createSqliteSettingStore, SETTINGS_SCHEMA } from '../../adapters/sqlite/sqlite-setting-store.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toFailure, toReason } from '../../model/failure.ts';
import type { SettingStore } from '../../ports/setting-store.ts';
import { type EditorParts, HotCoinConfigEditor } from './config-editor.ts';

/** Name of the file. */
export const CONFIG_DATABASE = 'config.db';

/** An editor and what ends it. */
export type OpenEditor = { readonly editor: HotCoinConfigEditor; readonly close: () => Promise<void> };

/** Where and by what: `look` makes no file where none is, `change` does. */
export type EditorPlace = Omit<EditorParts, 'store'> & { readonly dir: string; readonly purpose: 'look' | 'change' };

/** Opens the settings of `dir`; fails where the file can not be made or read. */
export function openHotCoinEditor({ dir, purpose, ...parts }: EditorPlace): Result<OpenEditor, Failure> {
  const path = join(dir, CONFIG_DATABASE);
  if (purpose === 'look' && !existsSync(path)) return ok(openOver(createMemorySettingStore(), parts));
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    return err(failure('data_dir_unwritable', { path: dir, reason: toReason(error) }));
  }
  try {
    const database = openSqliteDatabase({ path, schema: SETTINGS_SCHEMA });
    const { editor, close } = openOver(createSqliteSettingStore(database), parts);
    return ok({ editor, close: () => close().finally(() => database.close()) });
  } catch (error) {
    return err(toFailure(error));
  }
}

function openOver(store: SettingStore, parts: Omit<EditorParts, 'store'>): OpenEditor {
  return { editor: new HotCoinConfigEditor({ ...parts, store }), close: () => store.close() };
}
