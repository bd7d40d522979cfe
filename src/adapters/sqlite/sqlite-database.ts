/**
 * A database file: that of candles and journal, or one of another schema of ours. A path enters; connections leave, each
 * in WAL mode with a waiting time for locks. A file of a newer schema, of another program or without a database in it is refused before
 * a byte of it changes.
 */
import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { FailureError, failure, toReason } from '../../model/failure.ts';
import { type DatabaseSchema, MARKET_SCHEMA, migrate, readSchemaVersion } from './migrations.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { isDamage, storeCorrupt, storeUnavailable, toStoreError } from './sqlite-failures.ts';

export type { SqliteConnection } from './sqlite-connection.ts';

/**
 * When a commit is on the disk: `NORMAL` survives a killed process, `FULL` a power cut as well
 * (sqlite.org/pragma.html#pragma_synchronous, WAL mode).
 */
export type Synchronous = 'NORMAL' | 'FULL';

/** An opened and migrated file. */
export type SqliteDatabase = {
  readonly path: string;
  /** A new connection; throws `FailureError` as `openSqliteDatabase` does. Whoever asked for it closes it. */
  readonly connect: (synchronous: Synchronous) => SqliteConnection;
  /** Closes every connection that is still open; safe to call twice. What was not flushed or saved is lost. */
  readonly close: () => void;
};

/** How long a statement waits for another process's write before it fails. */
const BUSY_TIMEOUT_MS = 5000;
/** The write-ahead log is cut back to this size after a checkpoint; a burst may let it grow beyond for a while. */
const WAL_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Opens the file at `path`, creating it where there is none and bringing an older schema up to date. Throws
 * `FailureError`: `store_schema_newer`, `store_corrupt` (not a database, or damaged) or `store_unavailable` (cannot be
 * created, read or written, or belongs to another program); a refused file is left as it was.
 */
export function openSqliteDatabase(options: {
  readonly path: string;
  /** The file of candles unless given. */
  readonly schema?: DatabaseSchema;
  /** How long a statement waits for another program's write; five seconds unless given. */
  readonly busyTimeoutMs?: number;
}): SqliteDatabase {
  const { path, schema = MARKET_SCHEMA, busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
  const open = new Set<SqliteConnection>();
  const connect = (synchronous: Synchronous): SqliteConnection => {
    for (const connection of open) if (!connection.open) open.delete(connection);
    const connection = attempt(path, () => openConnection(path, { synchronous, busyTimeoutMs }));
    open.add(connection);
    return connection;
  };
  attempt(path, () => refuseForeignFile(path, { schema, busyTimeoutMs }));
  const first = connect('FULL');
  try {
    attempt(path, () => migrate(first, schema));
  } finally {
    first.close();
  }
  return {
    path,
    connect,
    close: () => {
      for (const connection of open) connection.close();
      open.clear();
    },
  };
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    // The driver reports a missing folder as a TypeError of its own.
    if (thrown instanceof TypeError) throw storeUnavailable(path, { reason: toReason(thrown), cause: thrown });
    throw toStoreError(thrown, path);
  }
}

type Opening = { readonly synchronous: Synchronous; readonly busyTimeoutMs: number };

function openConnection(path: string, { synchronous, busyTimeoutMs }: Opening): SqliteConnection {
  const connection = new Database(path, { timeout: busyTimeoutMs });
  try {
    const mode = connection.pragma('journal_mode = WAL', { simple: true });
    if (mode !== 'wal') throw storeUnavailable(path, { reason: `no write-ahead log is possible there (${mode})` });
    connection.pragma(`synchronous = ${synchronous}`);
    connection.pragma(`journal_size_limit = ${WAL_BYTES_MAX}`);
    return connection;
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}

/** Looks at an existing file through a read-only connection, which neither migrates nor checkpoints it. */
function refuseForeignFile(
  path: string,
  { schema, busyTimeoutMs }: { readonly schema: DatabaseSchema; readonly busyTimeoutMs: number },
): void {
  const { applicationId, migrations } = schema;
  if (!existsSync(path)) return;
  const { size } = statSync(path);
  if (size === 0) return;
  const probe = new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
  try {
    const application = Number(probe.pragma('application_id', { simple: true }));
    const tables = Number(probe.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
    if (application !== applicationId && (application !== 0 || tables > 0)) {
      throw storeUnavailable(path, { reason: 'it is a database of another program' });
    }
    const found = readSchemaVersion(probe);
    const known = migrations.length;
    if (found > known) throw new FailureError(failure('store_schema_newer', { path, found, known }));
  } catch (thrown) {
    if (isDamage(thrown)) throw storeCorrupt(path, { reason: toReason(thrown), cause: thrown });
    throw thrown;
  } finally {
    probe.close();
  }
}

/** The version of SQLite that is built in. */
export function sqliteVersion(): string {
  const memory = new Database(':memory:');
  try {
    return String(memory.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    memory.close();
  }
}
