/**
 * Who uses a connection: the store and the journal may share one, each closing its own use; the connection itself ends
 * with the last. Sharing keeps SQLite's page cache warm, because a commit of another connection empties it.
 */
import type { SqliteConnection, SqliteDatabase } from './sqlite-database.ts';
import { storeUnavailable } from './sqlite-failures.ts';

/** One part's use of a connection. */
export type ConnectionUse = {
  readonly connection: SqliteConnection;
  readonly path: string;
  /** Throws `FailureError` `store_unavailable` after `release`, or when the connection was closed under it. */
  readonly assertOpen: () => void;
  /** Whether this use goes on. */
  readonly isOpen: () => boolean;
  /** Ends this use and, where it was the last, the connection. Safe to call twice. */
  readonly release: () => void;
};

/** `count` uses of a new connection to `database` with commits that survive a killed process (`NORMAL`). */
export function shareConnection(database: SqliteDatabase, count: number): readonly ConnectionUse[] {
  const connection = database.connect('NORMAL');
  let users = count;
  return Array.from({ length: count }, () => {
    let isReleased = false;
    const isOpen = (): boolean => !isReleased && connection.open;
    return {
      connection,
      path: database.path,
      isOpen,
      assertOpen: () => {
        if (!isOpen()) throw storeUnavailable(database.path, { reason: 'it is closed' });
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        users--;
        if (users === 0) connection.close();
      },
    };
  });
}
