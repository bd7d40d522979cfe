/**
 * How long to wait before asking again. Doubling with jitter, so that a server that comes back is not met by every
 * client in the same instant.
 */

/** The first wait, before jitter. */
const FIRST_MS = 500;
/** No wait is longer: nobody looks at a dead stream for more than this after the server is back. */
const LONGEST_MS = 15_000;

/** Milliseconds to wait after `failures` failures in a row (1 or more): half to all of a doubling ceiling. */
export function retryDelayMs(failures: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(Math.max(0, failures - 1), 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
