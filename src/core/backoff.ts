/**
 * Exponential back-off with full jitter, as a pure function of the attempt and one random number.
 */

/** Bounds of a back-off, in milliseconds. */
export type BackoffLimits = { readonly minMs: number; readonly maxMs: number };

/**
 * Milliseconds to wait before attempt `attempt` (0 is the first retry): uniform between half and the whole of
 * `minMs * 2^attempt`, never above `maxMs`. `random` is in [0, 1).
 */
export function backoffMs(attempt: number, random: number, limits: BackoffLimits): number {
  const ceiling = Math.min(limits.maxMs, limits.minMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
