/**
 * Randomness as a port, so that a run can be repeated.
 */

/** A reproducible stream of numbers. */
export type Random = {
  /** The seed this stream started from. */
  readonly seed: number;
  /** Uniform in [0, 1). */
  readonly next: () => number;
};
