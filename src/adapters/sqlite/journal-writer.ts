/**
 * The writing half of the journal: records enter a bounded buffer and leave it as segments, one transaction a flush.
 * A segment is never changed once written.
 */
import { assert } from '../../core/assert.ts';
import type { Durability, JournalRecord, Snapshot } from '../../ports/journal.ts';
import type { CommitSync } from './commit-sync.ts';
import type { JournalRows } from './journal-rows.ts';
import type { SqliteConnection } from './sqlite-database.ts';

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

/** The newest segment and input that are in the file, and the bytes of all segments once they were counted. */
export type Durable = { readonly id: number; readonly sequence: number; readonly bytes: number | null };

/** Writes to the journal's tables; throws what SQLite throws. */
export type JournalWriter = {
  readonly append: (records: readonly JournalRecord[]) => void;
  readonly flush: (against: Durability) => void;
  readonly saveSnapshot: (snapshot: Snapshot) => void;
  readonly durable: () => Durable;
  /** Writes what is buffered inside a transaction of the caller, who calls `settle` with the answer after its commit. */
  readonly writeBuffer: () => Durable;
  /** What `writeBuffer` wrote is committed. */
  readonly settle: (written: Durable) => void;
};

/** What a writer is made of; `rows` and `sync` are of `connection`. */
export type JournalWriterParts = {
  readonly connection: SqliteConnection;
  readonly rows: JournalRows;
  readonly sync: CommitSync;
  readonly options: SqliteJournalOptions;
};

/** A writer that goes on where the stored journal ends. */
export function createJournalWriter({ connection, rows, sync, options }: JournalWriterParts): JournalWriter {
  const recordsMax = options.bufferRecordsMax ?? BUFFER_RECORDS_MAX;
  let durable: Durable = { ...rows.newest(), bytes: null };
  let lastInput = durable.sequence;
  let buffer: JournalRecord[] = [];
  let bufferChars = 0;

  const writeBuffer = (): Durable => {
    let { id, bytes } = durable;
    for (const records of splitSegments(buffer, recordsMax)) {
      const written = rows.insertSegment(++id, records);
      bytes = bytes === null ? null : bytes + written;
    }
    return { id, sequence: lastInput, bytes };
  };
  const settle = (written: Durable): void => {
    durable = written;
    buffer = [];
    bufferChars = 0;
  };
  const commit = connection.transaction((snapshot: Snapshot | null): Durable => {
    const written = writeBuffer();
    if (snapshot === null) return written;
    rows.insertSnapshot(snapshot);
    const stored = written.bytes ?? rows.bytes();
    const oldestSnapshot = rows.keepSnapshots(SNAPSHOTS_KEPT);
    return { ...written, bytes: prune(rows, { stored, oldestSnapshot, bytesMax: options.bytesMax ?? BYTES_MAX }) };
  });
  const flush = (against: Durability): void => {
    if (buffer.length > 0) {
      sync.beforeCommit(against);
      settle(commit.immediate(null));
    } else if (against === 'machine') sync.catchUp();
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
      sync.beforeCommit('machine');
      settle(commit.immediate(snapshot));
    },
    durable: () => durable,
    writeBuffer,
    settle,
  };
}

/** Forgets old segments; what is stored afterwards is carried along, because counting reads every row. */
function prune(
  rows: JournalRows,
  to: { readonly stored: number; readonly oldestSnapshot: number; readonly bytesMax: number },
): number {
  let bytes = to.stored;
  while (bytes > to.bytesMax) {
    const segment = rows.oldestSegment();
    if (segment === null || segment.last > to.oldestSnapshot) return bytes;
    rows.forgetSegment(segment);
    bytes -= segment.bytes;
  }
  return bytes;
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
