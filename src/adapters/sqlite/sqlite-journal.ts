/**
 * The journal in the database file: records enter a bounded buffer and leave it as segments, one transaction a flush,
 * on a connection whose commits survive a power cut where that is asked for. A segment is never changed once written.
 */
import { assert } from '../../core/assert.ts';
import { FailureError, failure } from '../../model/failure.ts';
import type { Durability, Journal, JournalRecord, Snapshot } from '../../ports/journal.ts';
import { readSegments } from './journal-reader.ts';
import { type JournalRows, parseSnapshot, prepareJournalRows } from './journal-rows.ts';
import type { SqliteConnection, SqliteDatabase } from './sqlite-database.ts';
import { isKeyConflict, storeUnavailable, toStoreError } from './sqlite-failures.ts';

/** Bounds of a journal; each has a default. */
export type SqliteJournalOptions = {
  /** Stored bytes of records above which `saveSnapshot` forgets old segments; default 256 MiB. */
  readonly bytesMax?: number;
  /** Records in the buffer at which `append` first flushes (policy: block); default 4096. */
  readonly bufferRecordsMax?: number;
};

const BYTES_MAX = 256 * 1024 * 1024;
const BUFFER_RECORDS_MAX = 4096;
/** Characters of bodies in the buffer, and in a segment, at which the next one begins: a reader's memory. */
const SEGMENT_CHARS_MAX = 1024 * 1024;
/** The newest may be damaged; the one before it makes a full replay unnecessary then. */
const SNAPSHOTS_KEPT = 2;

/** The journal of `database` over its own connection, which `close` closes; one writer at a time. */
export function createSqliteJournal(database: SqliteDatabase, options: SqliteJournalOptions = {}): Journal {
  const connection = database.connect('FULL');
  const guard = async <T>(action: () => T): Promise<T> => attempt(database, connection, action);
  const rows = attempt(database, connection, () => prepareJournalRows(connection));
  const writer = attempt(database, connection, () => createWriter({ connection, rows, options }));
  return {
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
      if (!connection.open) return;
      try {
        await guard(() => writer.flush('machine'));
      } finally {
        connection.close();
      }
    },
  };
}

function attempt<T>(database: SqliteDatabase, connection: SqliteConnection, action: () => T): T {
  if (!connection.open) throw storeUnavailable(database.path, { reason: 'it is closed' });
  try {
    return action();
  } catch (thrown) {
    // Segment ids are given out here, so a taken one means a second writer.
    if (isKeyConflict(thrown)) {
      throw storeUnavailable(database.path, { reason: 'another process writes the journal', cause: thrown });
    }
    throw toStoreError(thrown, database.path);
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

/** The newest segment and input that are on the disk. */
type Durable = { readonly id: number; readonly sequence: number };

type Writer = {
  readonly append: (records: readonly JournalRecord[]) => void;
  readonly flush: (against: Durability) => void;
  readonly saveSnapshot: (snapshot: Snapshot) => void;
  readonly durable: () => Durable;
};

function createWriter(parts: {
  readonly connection: SqliteConnection;
  readonly rows: JournalRows;
  readonly options: SqliteJournalOptions;
}): Writer {
  const { connection, rows, options } = parts;
  const recordsMax = options.bufferRecordsMax ?? BUFFER_RECORDS_MAX;
  let durable: Durable = rows.newest();
  let lastInput = durable.sequence;
  const sync = createSync(connection);
  let buffer: JournalRecord[] = [];
  let bufferChars = 0;

  const writeBuffer = (): Durable => {
    let { id } = durable;
    for (const records of splitSegments(buffer, recordsMax)) rows.insertSegment(++id, records);
    return { id, sequence: lastInput };
  };
  const prune = (oldestSnapshot: number): void => {
    let bytes = rows.bytes();
    while (bytes > (options.bytesMax ?? BYTES_MAX)) {
      const segment = rows.oldestSegment();
      if (segment === null || segment.last > oldestSnapshot) return;
      rows.forgetSegment(segment);
      bytes -= segment.bytes;
    }
  };
  const commit = connection.transaction((snapshot: Snapshot | null): Durable => {
    const written = writeBuffer();
    if (snapshot === null) return written;
    rows.insertSnapshot(snapshot);
    prune(rows.keepSnapshots(SNAPSHOTS_KEPT));
    return written;
  });
  const settle = (snapshot: Snapshot | null, against: Durability): void => {
    sync.beforeCommit(against);
    durable = commit.immediate(snapshot);
    buffer = [];
    bufferChars = 0;
  };
  const flush = (against: Durability): void => {
    if (buffer.length > 0) settle(null, against);
    else if (against === 'machine') sync.catchUp();
  };
  return {
    append: (records) => {
      const last = checkSequences(records, lastInput);
      if (buffer.length >= recordsMax || bufferChars >= SEGMENT_CHARS_MAX) flush('process');
      for (const record of records) {
        buffer.push(record);
        bufferChars += record.body.length;
      }
      lastInput = last;
    },
    flush,
    saveSnapshot: (snapshot) => {
      assert(snapshot.sequence <= lastInput, `a snapshot of ${snapshot.sequence} after input ${lastInput}`);
      settle(snapshot, 'machine');
    },
    durable: () => durable,
  };
}

/** When commits wait for the disk: only where a power cut counts; what came before in the log is synced with it. */
function createSync(connection: SqliteConnection): {
  readonly beforeCommit: (against: Durability) => void;
  readonly catchUp: () => void;
} {
  let mode: Durability = 'machine';
  let isBehind = false;
  return {
    beforeCommit: (against) => {
      if (against !== mode) connection.pragma(`synchronous = ${against === 'machine' ? 'FULL' : 'NORMAL'}`);
      mode = against;
      isBehind = against === 'process';
    },
    catchUp: () => {
      // A checkpoint syncs the log before it copies from it (sqlite.org/wal.html, section 2.2).
      if (isBehind) connection.pragma('wal_checkpoint(PASSIVE)');
      isBehind = false;
    },
  };
}

/** The last input after `records`; stops when inputs are not consecutive or an output precedes its input. */
function checkSequences(records: readonly JournalRecord[], lastInput: number): number {
  let last = lastInput;
  for (const { stream, sequence, body } of records) {
    if (stream === 'input') assert(sequence === ++last, `input ${sequence} where ${last} is next`);
    else assert(sequence >= 1 && sequence <= last, `output of ${sequence} after input ${last}`);
    // Half a surrogate pair has no UTF-8 form and would come back as another text.
    assert(body.isWellFormed(), `the body of ${stream} ${sequence} is no well-formed text`);
  }
  return last;
}

function* splitSegments(records: readonly JournalRecord[], recordsMax: number): Generator<readonly JournalRecord[]> {
  let start = 0;
  let chars = 0;
  for (const [index, { body }] of records.entries()) {
    chars += body.length;
    if (index + 1 - start < recordsMax && chars < SEGMENT_CHARS_MAX) continue;
    yield records.slice(start, index + 1);
    start = index + 1;
    chars = 0;
  }
  if (start < records.length) yield records.slice(start);
}
