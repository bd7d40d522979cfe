import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng, hashText } from './rng.ts';

const take = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);

describe('createRng', () => {
  it('gives the same numbers for the same seed and stream on every machine', () => {
    expect(take(4, createRng(1).next)).toEqual([
      0.1767789789613342, 0.8510692140975485, 0.2879645085668684, 0.5816208077144509,
    ]);
    expect(take(4, createRng(42, 'faults').next)).toEqual([
      0.2840332914072514, 0.4504574084776576, 0.35943637827412633, 0.8743572254024506,
    ]);
  });

  it('keeps streams of one seed apart', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        expect(take(3, createRng(seed, 'a').next)).not.toEqual(take(3, createRng(seed, 'b').next));
        expect(take(3, createRng(seed, 'a').next)).toEqual(take(3, createRng(seed, 'a').next));
      }),
    );
  });

  it('stays in [0, 1), and whole numbers below their bound', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 1_000_000 }), (seed, bound) => {
        const rng = createRng(seed);
        for (const value of take(20, rng.next)) expect(value >= 0 && value < 1).toBe(true);
        for (const value of take(20, () => rng.integer(bound))) {
          expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
        }
      }),
    );
  });

  it('is uniform: 64 bins of 64,000 draws pass a chi-square test', () => {
    for (const seed of [1, 2, 3]) {
      const bins = new Array<number>(64).fill(0);
      const rng = createRng(seed);
      for (const bin of take(64_000, () => rng.integer(64))) bins[bin] = (bins[bin] ?? 0) + 1;
      const chiSquare = bins.reduce((sum, found) => sum + (found - 1_000) ** 2 / 1_000, 0);
      expect(chiSquare).toBeGreaterThan(29);
      expect(chiSquare).toBeLessThan(117);
    }
  });

  it('draws normal deviates with mean 0 and variance 1', () => {
    const values = take(40_000, createRng(9).normal);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe('hashText', () => {
  // Published test vectors of 32-bit FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('hashes %j as published', (text, hash) => {
    expect(hashText(text)).toBe(hash);
  });
});
