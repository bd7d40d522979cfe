import { describe, expect, it } from 'vitest';
import { roundHalfEven, roundTo } from './rounding.ts';

describe('rounding', () => {
  it.each([
    [66.5, 66],
    [67.5, 68],
    [-0.5, -0],
    [-1.5, -2],
    [2.4999, 2],
    [2.5001, 3],
  ])('rounds %s to %s, halves to the even neighbour', (value, rounded) => {
    expect(roundHalfEven(value) + 0).toBe(rounded + 0);
  });

  it('judges decimals by the exact value of the double', () => {
    expect([0.25, 0.75, 0.35, -0.25, 92.30769].map((value) => roundTo(value, 1))).toEqual([0.2, 0.8, 0.3, -0.2, 92.3]);
    expect(roundTo(5 / 13, 3)).toBe(0.385);
    expect(roundTo(1 / 16, 3)).toBe(0.062);
  });
});
