/**
 * The journal in the database file: records enter, come back in order and checked, and survive a power cut where that
 * is asked for. It may share its connection with the store.
 */
import { FailureError, failure } from '../../model/failure.ts';
import type { Journal, Snapshot } from '../../ports/journal.ts';
import { type CommitSync, createCommitSync } from './commit-sync.ts';
import { type ConnectionUse, shareConnection } from './connection-use.ts';
import { readSegments } from './journal-reader.ts';
import { type JournalRows, parseSnapshot, prepareJournalRows } from './journal-rows.ts';
import { createJournalWriter, type JournalWriter, type SqliteJournalOptions } from './journal-writer.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { isKeyConflict, storeUnavailable, toStoreError } from './sqlite-failures.ts';

/** The journal of `database` over its own connection, which `close` closes; one writer at a time. */
export function createSqliteJournal(database: SqliteDatabase, options: SqliteJournalOptions = {}): Journal {
  const [use] = shareConnection(database, 1) as [ConnectionUse];
  return openJournal({ use, sync: createCommitSync(use.connection), options }).journal;
}

/** A journal and what writes to it; `sync` is of the connection of `use`, which closing the journal releases. */
export function openJournal(parts: {
  readonly use: ConnectionUse;
  readonly sync: CommitSync;
  readonly options: SqliteJournalOptions;
}): { readonly journal: Journal; readonly writer: JournalWriter } {
  const { use, sync, options } = parts;
  const { connection } = use;
  const guard = async <T>(action: () => T): Promise<T> => attemptJournal(use, action);
  const rows = attemptJournal(use, () => prepareJournalRows(connection));
  const writer = attemptJournal(use, () => createJournalWriter({ connection, rows, sync, options }));
  const journal: Journal = {
    append: (records) => guard(() => writer.append(records)),
    flush: (against = 'machine') => guard(() => writer.flush(against)),
    read: async function* (from) {
      await guard(() => writer.flush('process'));
      const { id: newestId, sequence: through } = writer.durable();
      const segments = readSegments(rows, { from, through, newestId });
      for (;;) {
        const segment = await guard(() => segments.next());
        if (segment.done === true) return;
        yield* segment.value;
      }
    },
    lastSequence: () => guard(() => writer.durable().sequence),
    saveSnapshot: (snapshot) => guard(() => writer.saveSnapshot(snapshot)),
    loadSnapshot: () => guard(() => loadSnapshot(rows)),
    close: async () => {
      if (!use.isOpen()) return;
      try {
        await guard(() => writer.flush('machine'));
      } finally {
        use.release();
      }
    },
  };
  return { journal, writer };
}

/** The answer of `action`, which writes to the journal; what it throws comes out as a failure of the store. */
export function attemptJournal<T>(use: ConnectionUse, action: () => T): T {
  use.assertOpen();
  try {
    return action();
  } catch (thrown) {
    // Segment ids are given out by the writer, so a taken one means a second writer.
    if (isKeyConflict(thrown)) {
      throw storeUnavailable(use.path, { reason: 'another process writes the journal', cause: thrown });
    }
    throw toStoreError(thrown, use.path);
  }
}

function loadSnapshot(rows: JournalRows): Snapshot | null {
  const stored = rows.snapshots();
  const newest = stored[0];
  if (newest === undefined) return null;
  // An older snapshot gives the same state after a longer replay: its records are kept as long as it is.
  for (const row of stored) {
    const snapshot = parseSnapshot(row);
    if (snapshot !== null) return snapshot;
  }
  const { sequence } = newest;
  throw new FailureError(failure('journal_corrupt', { sequence, reason: 'no stored snapshot is intact' }));
}
