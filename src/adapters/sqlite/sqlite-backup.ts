/**
 * A copy of a database file while others write to it: SQLite's online backup, then a check of the copy.
 */
import Database from 'better-sqlite3';
import { FailureError } from '../../model/failure.ts';
import { storeCorrupt, toStoreError } from './sqlite-failures.ts';

/** Copies the file at `path` to `target`, which must not exist; throws `FailureError` where the copy is not whole. */
export async function backupSqliteFile(path: string, target: string): Promise<void> {
  try {
    const source = new Database(path, { readonly: true, fileMustExist: true });
    try {
      await source.backup(target);
    } finally {
      source.close();
    }
    const copy = new Database(target, { readonly: true, fileMustExist: true });
    try {
      const found = copy.pragma('quick_check', { simple: true });
      if (found !== 'ok') throw storeCorrupt(target, { reason: String(found) });
    } finally {
      copy.close();
    }
  } catch (error) {
    throw error instanceof FailureError ? error : toStoreError(error, path);
  }
}
