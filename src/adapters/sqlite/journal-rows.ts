/**
 * The journal's tables: segments of records, oldest first by consecutive ids, the mark up to which records were
 * forgotten, and the kept snapshots. Raw rows enter and leave; writes must run inside a transaction of the caller.
 */
import type { JournalRecord, Snapshot } from '../../ports/journal.ts';
import { encodeRecords, packText, parseRecords, type StoredPack, unpackText } from './segment-codec.ts';
import type { SqliteConnection } from './sqlite-database.ts';
import { RowFault } from './sqlite-failures.ts';

/** A segment as stored: the lowest and highest sequence among its records, input or output. */
export type SegmentRow = StoredPack & { readonly id: number; readonly first: number; readonly last: number };
/** A snapshot as stored. */
export type SnapshotRow = StoredPack & { readonly sequence: number; readonly stateHash: string };
/** What pruning must know of a segment. */
export type SegmentSize = { readonly id: number; readonly last: number; readonly bytes: number };

/** Statements over the journal's tables on one connection. */
export type JournalRows = {
  /** The newest segment's id (0 when there is none) and the highest sequence that is or was stored. */
  readonly newest: () => { readonly id: number; readonly sequence: number };
  /** Every record up to this sequence may have been forgotten. */
  readonly prunedThrough: () => number;
  /** Answers the bytes that are stored of it. */
  readonly insertSegment: (id: number, records: readonly JournalRecord[]) => number;
  /** Id of the oldest segment that holds a sequence >= `from`; `null` when there is none. */
  readonly segmentHolding: (from: number) => number | null;
  readonly segment: (id: number) => SegmentRow | null;
  /** Stored bytes of all segments; reads every row's heading. */
  readonly bytes: () => number;
  readonly oldestSegment: () => SegmentSize | null;
  readonly forgetSegment: (segment: SegmentSize) => void;
  readonly insertSnapshot: (snapshot: Snapshot) => void;
  /** Forgets all but the newest `count` snapshots and tells the oldest kept sequence. */
  readonly keepSnapshots: (count: number) => number;
  /** Newest first. */
  readonly snapshots: () => readonly SnapshotRow[];
};

/** The journal's tables on `connection`. */
export function prepareJournalRows(connection: SqliteConnection): JournalRows {
  return { ...prepareSegments(connection), ...prepareSnapshots(connection) };
}

type SegmentPart = Omit<JournalRows, 'insertSnapshot' | 'keepSnapshots' | 'snapshots'>;

function prepareSegments(connection: SqliteConnection): SegmentPart {
  const number = (sql: string) => connection.prepare<unknown[], number | null>(sql).pluck();
  const newestId = number('SELECT max(id) FROM journal');
  const newestSequence = number('SELECT max(last_sequence) FROM journal');
  const pruned = number('SELECT pruned_through FROM journal_state');
  const holding = number('SELECT min(id) FROM journal WHERE last_sequence >= ?');
  const bytes = number('SELECT sum(length(payload)) FROM journal');
  const insert = connection.prepare(
    'INSERT INTO journal (id, first_sequence, last_sequence, codec, checksum, payload) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const select = connection.prepare<unknown[], SegmentRow>(
    `SELECT id, first_sequence AS first, last_sequence AS last, codec, checksum, payload FROM journal WHERE id = ?`,
  );
  const oldest = connection.prepare<unknown[], SegmentSize>(
    'SELECT id, last_sequence AS last, length(payload) AS bytes FROM journal ORDER BY id LIMIT 1',
  );
  const remove = connection.prepare('DELETE FROM journal WHERE id = ?');
  const markPruned = connection.prepare('UPDATE journal_state SET pruned_through = max(pruned_through, ?)');
  const prunedThrough = (): number => pruned.get() ?? 0;
  return {
    newest: () => ({ id: newestId.get() ?? 0, sequence: Math.max(newestSequence.get() ?? 0, prunedThrough()) }),
    prunedThrough,
    insertSegment: (id, records) => {
      const { first, last } = sequenceSpan(records);
      const packed = packText(encodeRecords(records), segmentHeading({ id, first, last }));
      insert.run(id, first, last, packed.codec, packed.checksum, packed.payload);
      return packed.payload.length;
    },
    segmentHolding: (from) => holding.get(from) ?? null,
    segment: (id) => select.get(id) ?? null,
    bytes: () => bytes.get() ?? 0,
    oldestSegment: () => oldest.get() ?? null,
    forgetSegment: ({ id, last }) => {
      remove.run(id);
      markPruned.run(last);
    },
  };
}

function sequenceSpan(records: readonly JournalRecord[]): { readonly first: number; readonly last: number } {
  let first = Number.MAX_SAFE_INTEGER;
  let last = 0;
  for (const { sequence } of records) {
    first = Math.min(first, sequence);
    last = Math.max(last, sequence);
  }
  return { first, last };
}

function segmentHeading({ id, first, last }: Pick<SegmentRow, 'id' | 'first' | 'last'>): string {
  return `segment ${id} ${first} ${last}`;
}

/** The records of a stored segment; throws `RowFault` when any of its bytes is not what was written. */
export function parseSegment(row: SegmentRow): readonly JournalRecord[] {
  return parseRecords(unpackText(row, segmentHeading(row)));
}

type SnapshotPart = Pick<JournalRows, 'insertSnapshot' | 'keepSnapshots' | 'snapshots'>;

function prepareSnapshots(connection: SqliteConnection): SnapshotPart {
  const insert = connection.prepare(
    'INSERT OR REPLACE INTO snapshots (sequence, state_hash, codec, checksum, payload) VALUES (?, ?, ?, ?, ?)',
  );
  const forget = connection.prepare(
    'DELETE FROM snapshots WHERE sequence NOT IN (SELECT sequence FROM snapshots ORDER BY sequence DESC LIMIT ?)',
  );
  const oldest = connection.prepare<unknown[], number | null>('SELECT min(sequence) FROM snapshots').pluck();
  const select = connection.prepare<unknown[], SnapshotRow>(
    'SELECT sequence, state_hash AS stateHash, codec, checksum, payload FROM snapshots ORDER BY sequence DESC',
  );
  return {
    insertSnapshot: (snapshot) => {
      const { codec, checksum, payload } = packText(snapshot.body, snapshotHeading(snapshot));
      insert.run(snapshot.sequence, snapshot.stateHash, codec, checksum, payload);
    },
    keepSnapshots: (count) => {
      forget.run(count);
      return oldest.get() ?? 0;
    },
    snapshots: () => select.all(),
  };
}

function snapshotHeading({ sequence, stateHash }: Pick<SnapshotRow, 'sequence' | 'stateHash'>): string {
  return `snapshot ${sequence} ${stateHash}`;
}

/** A stored snapshot as it was given; `null` when any of its bytes is not what was written. */
export function parseSnapshot(row: SnapshotRow): Snapshot | null {
  try {
    return { sequence: row.sequence, stateHash: row.stateHash, body: unpackText(row, snapshotHeading(row)) };
  } catch (thrown) {
    if (thrown instanceof RowFault) return null;
    throw thrown;
  }
}
