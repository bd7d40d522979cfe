/**
 * Counts frames that are not usable and reports them without flooding: a venue that changes its protocol sends
 * hundreds of them a second.
 */
import type { EpochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';

/** Least time between two reports; every report carries the count of all skipped frames so far. */
const REPORT_SPACING_MS = 1_000;

/** The count of one source. */
export class CorruptFrames {
  readonly #source: string;
  #skipped = 0;
  #reportedAt: EpochMs | null = null;

  constructor(source: string) {
    this.#source = source;
  }

  /** Counts a skipped frame; answers the failure to report, or `null` when one was reported just before. */
  count(reason: string, now: EpochMs): Failure | null {
    this.#skipped++;
    if (this.#reportedAt !== null && now - this.#reportedAt < REPORT_SPACING_MS) return null;
    this.#reportedAt = now;
    return failure('frame_corrupt', { source: this.#source, reason, skipped: this.#skipped });
  }
}
