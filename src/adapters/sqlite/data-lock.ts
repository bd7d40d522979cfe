/**
 * One service per data directory: an exclusive transaction on a small file of its own, held as long as the service
 * runs. The operating system lets go of it when the process ends, however it ends, so nothing stale can remain.
 */
import Database from 'better-sqlite3';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';

/** A held lock. */
export type DataLock = { readonly release: () => void };

/** Takes the lock file at `path`, making it where there is none; fails with `data_dir_in_use` or `data_dir_unwritable`. */
export function acquireDataLock(path: string): Result<DataLock, Failure> {
  let connection: Database.Database | null = null;
  try {
    connection = new Database(path, { timeout: 0 });
    connection.exec('BEGIN EXCLUSIVE');
    const held = connection;
    return ok({ release: () => held.close() });
  } catch (error) {
    connection?.close();
    const isBusy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
    return err(failure(isBusy ? 'data_dir_in_use' : 'data_dir_unwritable', { path, reason: toReason(error) }));
  }
}
