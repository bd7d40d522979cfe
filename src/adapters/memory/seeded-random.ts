/**
 * Randomness that a run can repeat: the same seed and stream name give the same numbers on every machine.
 */
import { createRng } from '../../core/rng.ts';
import type { Random } from '../../ports/random.ts';

/**
 * A stream of numbers started from `seed` (any safe integer). Consumers that take streams of different names do not
 * disturb each other's numbers.
 */
export function createSeededRandom(seed: number, stream = ''): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`not a seed: ${seed}`);
  return { seed, next: createRng(seed, stream).next };
}
