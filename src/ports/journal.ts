/**
 * The append-only record of a run: every input in the order `step` saw it, and digests of what came out.
 */

/** One record. `body` is the codec's text; sequences are consecutive from 1. */
export type JournalRecord = {
  readonly sequence: number;
  readonly stream: 'input' | 'output';
  readonly body: string;
};

/** What a flush makes records survive. */
export type Durability = 'process' | 'machine';

/** A stored state: what `step` had after the input of `sequence`. */
export type Snapshot = { readonly sequence: number; readonly stateHash: string; readonly body: string };

/**
 * Records are kept in the order appended; an output record carries the sequence of the input it belongs to and
 * follows it.
 *
 * - `append` resolves when the records are in the write buffer, in order; `flush` resolves when everything appended
 *   before it survives what it names: `process` a killed process, `machine` (the default) a power cut as well. What is
 *   lost is always a suffix: at most the records appended after the last such `flush`.
 * - `read` yields records with `sequence >= from` in order; it stops with a `FailureError` `journal_corrupt` naming
 *   the first damaged sequence, never yields a damaged record, and never skips one.
 * - Old records are forgotten only by `saveSnapshot`, whole segments at a time, oldest first, and only while
 *   the journal is over its size bound; a record after the snapshot's sequence is never removed.
 */
export type Journal = {
  readonly append: (records: readonly JournalRecord[]) => Promise<void>;
  readonly flush: (against?: Durability) => Promise<void>;
  readonly read: (from: number) => AsyncIterable<JournalRecord>;
  /** Sequence of the newest durable input, 0 when empty. */
  readonly lastSequence: () => Promise<number>;
  /** Keeps `snapshot` durably and forgets records that are neither needed from it on nor within the size bound. */
  readonly saveSnapshot: (snapshot: Snapshot) => Promise<void>;
  /** The newest snapshot, `null` when there is none. */
  readonly loadSnapshot: () => Promise<Snapshot | null>;
  readonly close: () => Promise<void>;
};
