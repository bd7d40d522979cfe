/**
 * What SQLite throws, told apart: trouble with the place (a failure a person can mend), damage of the file, and
 * everything else, which is a defect of this program and passes through unchanged.
 */
import Database from 'better-sqlite3';
import { FailureError, failure } from '../../model/failure.ts';

/** Primary result codes of a file that is not, or no longer, a sound database (sqlite.org/rescode.html). */
const DAMAGE = /^SQLITE_(CORRUPT|NOTADB)/;
/** Primary result codes of a place that is locked, full, forbidden or gone. */
const PLACE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|PERM|AUTH|PROTOCOL|NOMEM|NOLFS)/;

/** Extended result codes of a key that is taken; other constraints are defects of this program. */
const KEY_TAKEN = /^SQLITE_CONSTRAINT_(PRIMARYKEY|ROWID|UNIQUE)$/;

/** A row that this program cannot have written; the message names the column. */
export class RowFault extends Error {
  override readonly name = 'RowFault';
}

/** Whether SQLite found its own pages damaged. */
export function isDamage(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && DAMAGE.test(thrown.code);
}

/** Whether a row of the same key exists already. */
export function isKeyConflict(thrown: unknown): boolean {
  return thrown instanceof Database.SqliteError && KEY_TAKEN.test(thrown.code);
}

/** `thrown` as `store_corrupt` or `store_unavailable` of `path`; other errors are returned as they are. */
export function toStoreError(thrown: unknown, path: string): unknown {
  if (thrown instanceof RowFault) return storeCorrupt(path, { reason: thrown.message, cause: thrown });
  if (!(thrown instanceof Database.SqliteError)) return thrown;
  if (DAMAGE.test(thrown.code)) return storeCorrupt(path, { reason: thrown.message, cause: thrown });
  return PLACE.test(thrown.code) ? storeUnavailable(path, { reason: thrown.message, cause: thrown }) : thrown;
}

/** The rejection `store_corrupt` of `path`. */
export function storeCorrupt(path: string, why: { readonly reason: string; readonly cause?: unknown }): FailureError {
  return new FailureError(failure('store_corrupt', { path, reason: why.reason }), { cause: why.cause });
}

/** The rejection `store_unavailable` of `path`. */
export function storeUnavailable(
  path: string,
  why: { readonly reason: string; readonly cause?: unknown },
): FailureError {
  return new FailureError(failure('store_unavailable', { path, reason: why.reason }), { cause: why.cause });
}
