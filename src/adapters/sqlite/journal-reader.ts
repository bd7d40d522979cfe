/**
 * Reads the journal back: a first sequence enters, records leave in the order they were appended, one segment in
 * memory at a time. Every segment is checked as a whole before the first of its records is given out, and inputs must
 * be consecutive across segments, so that damage and loss end the reading instead of passing unnoticed.
 */
import { FailureError, failure } from '../../model/failure.ts';
import type { JournalRecord } from '../../ports/journal.ts';
import { type JournalRows, parseSegment, type SegmentRow } from './journal-rows.ts';
import { isDamage, RowFault } from './sqlite-failures.ts';

/** What to read: sequences from `from`, as far as the journal reached (`through`) when reading began. */
export type ReadRequest = { readonly from: number; readonly through: number; readonly newestId: number };

/**
 * Records of `request`, in order, the wanted ones of one segment at a time; throws `FailureError` `journal_corrupt` at
 * the first damaged sequence.
 */
export function* readSegments(rows: JournalRows, request: ReadRequest): Generator<readonly JournalRecord[]> {
  const floor = Math.max(request.from, rows.prunedThrough() + 1);
  if (floor > request.through) return;
  let nextInput: number | null = null;
  const startId = atSequence(floor, () => rows.segmentHolding(floor));
  for (let id = startId ?? request.newestId + 1; id <= request.newestId; id++) {
    const expected: number = nextInput ?? floor;
    const records = loadSegment(rows, { id, expected });
    nextInput = checkOrder(records, nextInput, floor);
    yield records.filter(({ sequence }) => sequence >= floor);
  }
  const reached = (nextInput ?? floor) - 1;
  if (reached < request.through) throw corrupt(reached + 1, 'the records from there on are missing');
}

function loadSegment(
  rows: JournalRows,
  place: { readonly id: number; readonly expected: number },
): readonly JournalRecord[] {
  const row = atSequence(place.expected, () => rows.segment(place.id));
  if (row === null) throw corrupt(place.expected, 'a segment is missing');
  return atSequence(firstDamaged(row, place.expected), () => parseSegment(row));
}

/** A damaged segment may start with outputs of earlier inputs; its own word for that is taken when it is plausible. */
function firstDamaged(row: SegmentRow, expected: number): number {
  return Number.isSafeInteger(row.first) && row.first >= 1 ? Math.min(row.first, expected) : expected;
}

/** The input that must come after `records`; `null` as long as none has been seen. */
function checkOrder(records: readonly JournalRecord[], nextInput: number | null, floor: number): number | null {
  let next = nextInput;
  for (const { stream, sequence } of records) {
    if (stream === 'output') {
      if (next !== null && sequence >= next) throw corrupt(next, `an output of ${sequence} precedes its input`);
    } else {
      const inOrder = next === null ? sequence <= floor : sequence === next;
      if (!inOrder) throw corrupt(next ?? floor, `input ${sequence} stands in its place`);
      next = sequence + 1;
    }
  }
  return next;
}

function atSequence<T>(sequence: number, action: () => T): T {
  try {
    return action();
  } catch (thrown) {
    if (thrown instanceof RowFault || isDamage(thrown)) {
      throw corrupt(sequence, (thrown as Error).message, thrown);
    }
    throw thrown;
  }
}

function corrupt(sequence: number, reason: string, cause?: unknown): FailureError {
  return new FailureError(failure('journal_corrupt', { sequence, reason }), { cause });
}
