/**
 * Store and journal on one connection, so that what a burst of inputs leaves behind (its records and what it saves) is
 * one commit: half the writes, a warm page cache, and no moment at which the file has one without the other.
 */
import type { CandleStore } from '../../ports/candle-store.ts';
import type { CommitBurst } from '../../ports/commit-burst.ts';
import type { Journal } from '../../ports/journal.ts';
import { createCommitSync } from './commit-sync.ts';
import { type ConnectionUse, shareConnection } from './connection-use.ts';
import type { SqliteJournalOptions } from './journal-writer.ts';
import { openCandleStore } from './sqlite-candle-store.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { attemptJournal, openJournal } from './sqlite-journal.ts';

/** Store and journal of one file, and the commit of both. */
export type SqliteStorage = { readonly store: CandleStore; readonly journal: Journal; readonly commit: CommitBurst };

/**
 * The storage of `database`; store and journal are closed one by one, and the connection ends with the second. Throws
 * `FailureError` when there is none to give.
 */
export function createSqliteStorage(database: SqliteDatabase, options: SqliteJournalOptions = {}): SqliteStorage {
  const [storeUse, journalUse] = shareConnection(database, 2) as [ConnectionUse, ConnectionUse];
  const { connection } = storeUse;
  const sync = createCommitSync(connection);
  const { store, writer: candles } = openCandleStore({ use: storeUse, sync });
  const { journal, writer: records } = openJournal({ use: journalUse, sync, options });
  const writeBoth = connection.transaction((...batch: Parameters<typeof candles.write>) => ({
    written: records.writeBuffer(),
    counts: candles.write(...batch),
  }));
  const commit: CommitBurst = async (batch) => {
    storeUse.assertOpen();
    return attemptJournal(journalUse, () => {
      const runs = candles.check(batch);
      sync.beforeCommit('process');
      try {
        const { written, counts } = writeBoth.immediate(runs, batch);
        records.settle(written);
        return counts;
      } catch (thrown) {
        candles.forget();
        throw thrown;
      }
    });
  };
  return { store, journal, commit };
}
