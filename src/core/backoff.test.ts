import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

const LIMITS = { minMs: 1_000, maxMs: 30_000 };
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoffMs', () => {
  it('lies between half and the whole of its ceiling, which doubles up to the bound', () => {
    fc.assert(
      fc.property(fc.nat(2_000), anyRandom, (attempt, random) => {
        const ceiling = Math.min(LIMITS.maxMs, LIMITS.minMs * 2 ** Math.min(attempt, 100));
        const wait = backoffMs(attempt, random, LIMITS);
        expect(wait).toBeGreaterThanOrEqual(ceiling / 2);
        expect(wait).toBeLessThanOrEqual(ceiling);
        expect(Number.isInteger(wait)).toBe(true);
      }),
    );
  });

  it('never shrinks from one attempt to the next at equal luck', () => {
    fc.assert(
      fc.property(fc.nat(100), anyRandom, (attempt, random) => {
        expect(backoffMs(attempt + 1, random, LIMITS)).toBeGreaterThanOrEqual(backoffMs(attempt, random, LIMITS));
      }),
    );
  });

  it.each([
    [0, 0, 500],
    [0, 0.999_999, 1_000],
    [1, 0, 1_000],
    [3, 0.5, 6_000],
    [10, 0, 15_000],
  ])('waits before attempt %i with luck %d for %i ms', (attempt, random, wait) => {
    expect(backoffMs(attempt, random, LIMITS)).toBe(wait);
  });
});
