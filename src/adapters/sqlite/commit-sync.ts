/**
 * When commits of a connection wait for the disk: only where a power cut counts. What came before in the write-ahead
 * log is synced with it.
 */
import type { Durability } from '../../ports/journal.ts';
import type { SqliteConnection } from './sqlite-database.ts';

/** The sync mode of one connection, which was opened with `NORMAL`. */
export type CommitSync = {
  /** Call before a commit: from then on commits of the connection survive `against`. */
  readonly beforeCommit: (against: Durability) => void;
  /** Makes every earlier commit of the connection survive a power cut. */
  readonly catchUp: () => void;
};

/** Controls `connection`; one for each connection, because it remembers the mode. */
export function createCommitSync(connection: SqliteConnection): CommitSync {
  let mode: Durability = 'process';
  let isBehind = false;
  return {
    beforeCommit: (against) => {
      if (against !== mode) connection.pragma(`synchronous = ${against === 'machine' ? 'FULL' : 'NORMAL'}`);
      mode = against;
      isBehind = against === 'process';
    },
    catchUp: () => {
      if (isBehind && checkpoint(connection) === 'partial') {
        // Another process or an old reader kept it from copying, and perhaps from syncing: a synced commit takes along
        // what stands before it in the log.
        connection.pragma('synchronous = FULL');
        mode = 'machine';
        connection.exec('UPDATE journal_state SET pruned_through = pruned_through');
      }
      isBehind = false;
    },
  };
}

type CheckpointRow = { readonly busy: number; readonly log: number; readonly checkpointed: number };

/** A checkpoint syncs the log before it copies from it (sqlite.org/wal.html, section 2.2). */
function checkpoint(connection: SqliteConnection): 'whole' | 'partial' {
  const [row] = connection.pragma('wal_checkpoint(PASSIVE)') as readonly CheckpointRow[];
  return row !== undefined && row.busy === 0 && row.log === row.checkpointed ? 'whole' : 'partial';
}
