/**
 * What every source of randomness promises: numbers in range, spread evenly, and the same again from the same seed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Random } from '../../src/ports/random.ts';

/** How the suite makes a stream of numbers. */
export type CreateRandom = (seed: number, stream?: string) => Random;

function take(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.next());
}

/** Runs the suite. */
export function describeRandomContract(name: string, create: CreateRandom): void {
  describe(`${name} keeps the random contract`, () => {
    it('gives the same numbers again from the same seed and stream', () => {
      fc.assert(
        fc.property(fc.maxSafeInteger(), fc.string(), (seed, stream) => {
          expect(take(create(seed, stream), 20)).toEqual(take(create(seed, stream), 20));
        }),
      );
    });

    it('tells its seed', () => {
      fc.assert(fc.property(fc.maxSafeInteger(), (seed) => create(seed).seed === seed));
    });

    it('gives other numbers for another seed or another stream', () => {
      const plain = take(create(1), 20);
      expect(take(create(2), 20)).not.toEqual(plain);
      expect(take(create(1, 'faults'), 20)).not.toEqual(plain);
      expect(take(create(1, 'faults'), 20)).not.toEqual(take(create(1, 'latency'), 20));
    });

    it('keeps two streams of one seed from disturbing each other', () => {
      const alone = take(create(7, 'a'), 20);
      const beside = create(7, 'a');
      const other = create(7, 'b');
      const interleaved = alone.map(() => {
        other.next();
        return beside.next();
      });
      expect(interleaved).toEqual(alone);
    });

    it('gives numbers in [0, 1) that fill ten equal boxes about evenly', () => {
      const boxes = new Array<number>(10).fill(0);
      for (const value of take(create(12_345), 10_000)) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
        const box = Math.floor(value * 10);
        boxes[box] = (boxes[box] ?? 0) + 1;
      }
      // 1000 expected in each; the standard deviation is 30, so 850 is five of them away.
      expect(Math.min(...boxes)).toBeGreaterThan(850);
      expect(Math.max(...boxes)).toBeLessThan(1_150);
    });
  });
}
