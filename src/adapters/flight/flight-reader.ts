/**
 * A recording read back: records in order with their sequences. A torn end of a segment is what a killed process leaves
 * and is skipped; damage and holes end the reading, because what came after them can not be played.
 */
import { readFileSync } from 'node:fs';
import { FailureError, failure, toReason } from '../../model/failure.ts';
import { listSegments, type SegmentFile } from './flight-files.ts';
import { readBlock } from './segment-block.ts';

/** A record; `head` is the first one of a segment. */
export type FlightRecord = { readonly sequence: number; readonly text: string; readonly place: 'head' | 'record' };

/**
 * The records in `dir`, segment by segment; `onTorn` hears of segments with a torn end. Throws `FailureError`:
 * `file_unreadable` for the folder or a file, `recording_damaged` for damage and for sequences that are missing.
 */
export function* readFlightLog(dir: string, onTorn: (path: string) => void): Generator<FlightRecord> {
  let next: number | null = null;
  for (const segment of attempt(dir, () => listSegments(dir))) {
    if (next !== null && segment.first !== next) {
      throw damaged(segment.path, `records ${next} to ${segment.first - 1} are missing before it`);
    }
    next = yield* readSegment(segment, onTorn);
  }
}

/** Answers the sequence after the last record of the segment. */
function* readSegment({ path, first }: SegmentFile, onTorn: (path: string) => void): Generator<FlightRecord, number> {
  const bytes = attempt(path, () => readFileSync(path));
  let [position, next] = [0, first];
  while (position < bytes.length) {
    const reading = readBlock(bytes, position);
    if (reading.kind === 'damaged') throw damaged(path, reading.reason);
    if (reading.kind === 'torn') {
      onTorn(path);
      break;
    }
    const { block } = reading;
    if (block.first !== next) throw damaged(path, `record ${block.first} stands where ${next} is due`);
    for (const text of block.records) {
      yield { sequence: next, text, place: next === first ? 'head' : 'record' };
      next++;
    }
    position = reading.end;
  }
  return next;
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new FailureError(failure('file_unreadable', { path, reason: toReason(cause) }), { cause });
  }
}

function damaged(path: string, reason: string): FailureError {
  return new FailureError(failure('recording_damaged', { path, reason }));
}
