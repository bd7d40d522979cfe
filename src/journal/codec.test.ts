import { describe, expect, it } from 'vitest';
import { digest, encode, parseEncoded } from './index.ts';

describe('windows of doubles as text', () => {
  it('come back to the bit, as windows that can be written to', () => {
    const window = Float64Array.of(0.1, -0, 1e-300, Number.MAX_VALUE, 68_000.1);
    const back = parseEncoded<{ readonly window: Float64Array }>(encode({ window })).window;
    expect(back).toBeInstanceOf(Float64Array);
    expect([...back].map((value, index) => Object.is(value, window[index]))).toEqual([true, true, true, true, true]);
    back[0] = 2;
    expect(window[0]).toBe(0.1);
  });

  it('are part of the digest', () => {
    expect(digest({ window: Float64Array.of(1, 2) })).toBe(digest({ window: Float64Array.of(1, 2) }));
    expect(digest({ window: Float64Array.of(1, 2) })).not.toBe(digest({ window: Float64Array.of(1, 3) }));
  });
});
