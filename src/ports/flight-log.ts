/**
 * A recording of what a program was told, record by record, from which the same run can be played again.
 */

/** How a recording stands. */
export type FlightLogStatus = {
  /** Sequence of the newest record; 0 before the first. */
  readonly sequence: number;
  readonly segments: number;
  /** Bytes in the recording's folder. */
  readonly bytes: number;
  /** Why nothing is recorded any more; `null` while it is. */
  readonly failed: string | null;
};

/**
 * - Records are one line of text each and get consecutive sequences over all segments and runs.
 * - A segment begins with a head from which it can be played without those before it; whoever writes asks
 *   `isSegmentDue` before each record and begins one where it says so. `begin` before the first record is a must.
 * - A record is on its way to the disk within seconds, not at once: a killed process loses the newest ones, never older
 *   ones and never the order. When the recording can not be written, it ends there and says so once; nothing throws.
 * - The recording is bounded: beyond its size whole segments are forgotten, the oldest first.
 */
export type FlightLog = {
  readonly isSegmentDue: () => boolean;
  readonly begin: (head: string) => void;
  readonly append: (record: string) => void;
  readonly status: () => FlightLogStatus;
  /** Writes what waits and ends the recording. Safe to call twice. */
  readonly close: () => void;
};
