/**
 * The journal in memory, for backtests and tests: the same contract as a database, gone with the process. Records are
 * grouped into segments as a file would hold them, so that forgetting works the same way.
 */
import { assert } from '../../core/assert.ts';
import { FailureError, failure } from '../../model/failure.ts';
import type { Journal, JournalRecord, Snapshot } from '../../ports/journal.ts';

/** Bounds of a journal; each has a default. */
export type MemoryJournalOptions = {
  /** Characters of bodies above which `saveSnapshot` forgets old segments; default 256 Mi. */
  readonly bytesMax?: number;
  /** Records of the open segment at which `append` first flushes (policy: block); default 4096. */
  readonly bufferRecordsMax?: number;
};

type Segment = { readonly records: readonly JournalRecord[]; readonly last: number; readonly chars: number };

const BYTES_MAX = 256 * 1024 * 1024;
const BUFFER_RECORDS_MAX = 4096;
const SNAPSHOTS_KEPT = 2;

type State = {
  segments: Segment[];
  /** Appended and not yet flushed; the next flush makes it a segment. */
  buffer: JournalRecord[];
  lastInput: number;
  durableInput: number;
  prunedThrough: number;
  /** Newest last. */
  snapshots: readonly Snapshot[];
  life: 'open' | 'closed';
};

/** An empty journal. */
export function createMemoryJournal(options: MemoryJournalOptions = {}): Journal {
  const state: State = {
    segments: [],
    buffer: [],
    lastInput: 0,
    durableInput: 0,
    prunedThrough: 0,
    snapshots: [],
    life: 'open',
  };
  const guard = async <T>(action: () => T): Promise<T> => {
    if (state.life === 'closed') {
      throw new FailureError(failure('store_unavailable', { path: 'memory', reason: 'it is closed' }));
    }
    return action();
  };
  return {
    append: (records) =>
      guard(() => append(state, { records, recordsMax: options.bufferRecordsMax ?? BUFFER_RECORDS_MAX })),
    flush: () => guard(() => flush(state)),
    read: async function* (from) {
      await guard(() => flush(state));
      const floor = Math.max(from, state.prunedThrough + 1);
      for (const { records } of state.segments.slice()) {
        yield* await guard(() => records.filter(({ sequence }) => sequence >= floor));
      }
    },
    lastSequence: () => guard(() => state.durableInput),
    saveSnapshot: (snapshot) => guard(() => saveSnapshot(state, { snapshot, bytesMax: options.bytesMax ?? BYTES_MAX })),
    loadSnapshot: () => guard(() => state.snapshots.at(-1) ?? null),
    close: async () => {
      state.life = 'closed';
    },
  };
}

function append(
  state: State,
  input: { readonly records: readonly JournalRecord[]; readonly recordsMax: number },
): void {
  let last = state.lastInput;
  for (const { stream, sequence, body } of input.records) {
    if (stream === 'input') assert(sequence === ++last, `input ${sequence} where ${last} is next`);
    else assert(sequence >= 1 && sequence <= last, `output of ${sequence} after input ${last}`);
    assert(body.isWellFormed(), `the body of ${stream} ${sequence} is no well-formed text`);
  }
  if (state.buffer.length >= input.recordsMax) flush(state);
  for (const record of input.records) state.buffer.push(record);
  state.lastInput = last;
}

function flush(state: State): void {
  if (state.buffer.length === 0) return;
  const records = state.buffer;
  let last = 0;
  let chars = 0;
  for (const { sequence, body } of records) {
    last = Math.max(last, sequence);
    chars += body.length;
  }
  state.segments.push({ records, last, chars });
  state.buffer = [];
  state.durableInput = state.lastInput;
}

function saveSnapshot(state: State, input: { readonly snapshot: Snapshot; readonly bytesMax: number }): void {
  const { snapshot, bytesMax } = input;
  assert(snapshot.sequence <= state.lastInput, `a snapshot of ${snapshot.sequence} after input ${state.lastInput}`);
  flush(state);
  const others = state.snapshots.filter(({ sequence }) => sequence !== snapshot.sequence);
  const kept = [...others, snapshot].sort((a, b) => a.sequence - b.sequence).slice(-SNAPSHOTS_KEPT);
  state.snapshots = kept;
  prune(state, { bytesMax, oldest: kept[0]?.sequence ?? 0 });
}

function prune(state: State, bound: { readonly bytesMax: number; readonly oldest: number }): void {
  let chars = state.segments.reduce((sum, segment) => sum + segment.chars, 0);
  let forgotten = 0;
  for (const segment of state.segments) {
    if (chars <= bound.bytesMax || segment.last > bound.oldest) break;
    chars -= segment.chars;
    forgotten++;
    state.prunedThrough = Math.max(state.prunedThrough, segment.last);
  }
  state.segments = state.segments.slice(forgotten);
}
