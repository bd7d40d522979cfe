import { describe, expect, it } from 'vitest';
import { createSeededRandom } from './seeded-random.ts';

describe('createSeededRandom', () => {
  it('gives numbers that stay the same from release to release', () => {
    const random = createSeededRandom(42, 'golden');
    expect([random.next(), random.next(), random.next()]).toMatchInlineSnapshot(`
      [
        0.9811533085662696,
        0.43190236925913106,
        0.9527667813968329,
      ]
    `);
  });

  it('refuses a seed that is no safe integer', () => {
    for (const seed of [0.5, Number.NaN, 2 ** 53]) expect(() => createSeededRandom(seed)).toThrow(RangeError);
  });
});
