/**
 * FlightLog over files: records gather in memory for a few seconds and are appended as one compressed block. Segments
 * are only ever appended to; each run begins its own, so a torn end of an earlier run stays where it is.
 */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../../core/assert.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { FlightLog, FlightLogStatus } from '../../ports/flight-log.ts';
import { listSegments, type SegmentFile, segmentName } from './flight-files.ts';
import { encodeBlock, readBlock } from './segment-block.ts';

/** Where to record, and the bounds. */
export type FlightWriterOptions = {
  readonly dir: string;
  readonly clock: Clock;
  /** Takes the failure that ended the recording. Must not throw. */
  readonly onFault: (failure: Failure) => void;
  readonly bounds?: Partial<FlightBounds>;
};

/** Bounds of a recording. */
export type FlightBounds = {
  /** A segment is full at this size or age; blocks are whole, so it may be passed by one. */
  readonly segmentBytesMax: number;
  readonly segmentAgeMs: number;
  /** Characters that gather before a block is written, and how long they wait at most. */
  readonly blockCharsMax: number;
  readonly blockAgeMs: number;
  /** All segments together. Policy beyond it: the oldest are removed, the open one stays. */
  readonly totalBytesMax: number;
};

/** Defaults: an hour and 64 MiB a segment, 256 Ki characters and 5 s a block, 4 GiB in all. */
export const FLIGHT_BOUNDS: FlightBounds = {
  segmentBytesMax: 64 * 1024 * 1024,
  segmentAgeMs: 3_600_000,
  blockCharsMax: 262_144,
  blockAgeMs: 5_000,
  totalBytesMax: 4 * 1024 * 1024 * 1024,
};

type OpenSegment = { readonly file: number; readonly path: string; readonly openedTime: EpochMs; bytes: number };

/** A recording in the folder `dir`, which is made where it is missing; it goes on after the newest record there. */
export function createFlightLog(options: FlightWriterOptions): FlightLog {
  const writer = new FlightWriter(options);
  return {
    isSegmentDue: () => writer.isSegmentDue(),
    begin: (head) => writer.begin(head),
    append: (record) => writer.append(record),
    status: () => writer.status(),
    close: () => writer.close(),
  };
}

class FlightWriter {
  readonly #options: FlightWriterOptions;
  readonly #bounds: FlightBounds;
  #segment: OpenSegment | null = null;
  #waiting: string[] = [];
  #waitingChars = 0;
  /** Sequence of the next record. */
  #next = 1;
  #failed: string | null = null;
  #isClosed = false;
  #cancelFlush: Cancel | null = null;

  constructor(options: FlightWriterOptions) {
    this.#options = options;
    this.#bounds = { ...FLIGHT_BOUNDS, ...options.bounds };
    this.#attempt(() => {
      mkdirSync(options.dir, { recursive: true });
      const newest = listSegments(options.dir).at(-1);
      if (newest !== undefined) this.#next = endOf(newest);
    });
  }

  isSegmentDue(): boolean {
    if (this.#failed !== null || this.#isClosed) return false;
    const { segmentBytesMax, segmentAgeMs } = this.#bounds;
    const segment = this.#segment;
    if (segment === null || segment.bytes >= segmentBytesMax) return true;
    return this.#options.clock.now() - segment.openedTime >= segmentAgeMs;
  }

  begin(head: string): void {
    if (this.#failed !== null || this.#isClosed) return;
    this.#flush();
    this.#attempt(() => {
      this.#end();
      const path = join(this.#options.dir, segmentName(this.#next));
      // A segment without any whole record may have the name; nothing of it can be read, so it is written over.
      this.#segment = { file: openSync(path, 'w'), path, openedTime: this.#options.clock.now(), bytes: 0 };
    });
    this.append(head);
    // The head is on the disk before anything that needs it.
    this.#flush();
    this.#attempt(() => this.#forget());
  }

  append(record: string): void {
    if (this.#failed !== null || this.#isClosed) return;
    assert(this.#segment !== null, 'a recording was written to before its first segment');
    assert(!record.includes('\n'), 'a record holds a line feed');
    this.#waiting.push(record);
    this.#waitingChars += record.length;
    if (this.#waitingChars >= this.#bounds.blockCharsMax) this.#flush();
    else if (this.#cancelFlush === null) {
      const { clock } = this.#options;
      this.#cancelFlush = clock.schedule(addMs(clock.now(), this.#bounds.blockAgeMs), () => this.#flush());
    }
  }

  status(): FlightLogStatus {
    let segments: readonly SegmentFile[] = [];
    try {
      segments = listSegments(this.#options.dir);
    } catch {
      // A folder that is gone holds nothing; the next block says what is wrong with it.
    }
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const sequence = this.#next - 1 + this.#waiting.length;
    return { sequence, segments: segments.length, bytes, failed: this.#failed };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    this.#attempt(() => this.#end());
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const { bytes: written } = this.#segment ?? { bytes: 0 };
    const records = this.#waiting;
    this.#waiting = [];
    this.#waitingChars = 0;
    const segment = this.#segment;
    if (records.length === 0 || segment === null) return;
    this.#attempt(() => {
      const block = encodeBlock({ first: this.#next, records });
      let sent = 0;
      while (sent < block.length) sent += writeSync(segment.file, block, sent);
      segment.bytes = written + block.length;
      this.#next += records.length;
    });
  }

  /** Removes the oldest segments beyond the bound. */
  #forget(): void {
    const segments = listSegments(this.#options.dir);
    let total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { path, bytes } of segments) {
      if (total <= this.#bounds.totalBytesMax || path === this.#segment?.path) return;
      rmSync(path);
      total -= bytes;
    }
  }

  #end(): void {
    if (this.#segment !== null) closeSync(this.#segment.file);
    this.#segment = null;
  }

  /** After a failure there would be a hole, and nothing behind a hole can be played: the recording ends. */
  #attempt(action: () => void): void {
    if (this.#failed !== null) return;
    try {
      action();
    } catch (thrown) {
      this.#failed = toReason(thrown);
      this.#waiting = [];
      this.#options.onFault(failure('recording_ended', { path: this.#options.dir, reason: this.#failed }));
    }
  }
}

/** Sequence after the last whole record of a segment. */
function endOf({ path, first }: SegmentFile): number {
  const bytes = readFileSync(path);
  let [position, next] = [0, first];
  while (position < bytes.length) {
    const reading = readBlock(bytes, position);
    if (reading.kind !== 'block') break;
    next = reading.block.first + reading.block.records.length;
    position = reading.end;
  }
  return next;
}
