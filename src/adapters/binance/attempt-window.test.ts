import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { AttemptWindow } from './attempt-window.ts';

const T = 1_767_225_600_000;

describe('AttemptWindow', () => {
  it('lets the cap through and names the wait for the next', () => {
    const window = new AttemptWindow(2);
    expect(window.take(epochMs(T))).toBe(0);
    expect(window.take(epochMs(T + 1_000))).toBe(0);
    expect(window.take(epochMs(T + 2_000))).toBe(298_000);
    expect(window.take(epochMs(T + 299_999))).toBe(1);
    expect(window.take(epochMs(T + 300_000))).toBe(0);
  });

  it('never lets more than the cap into any five minutes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 200 }), (gaps) => {
        const window = new AttemptWindow(5);
        const granted: number[] = [];
        let at = T;
        for (const gap of gaps) {
          at += gap;
          if (window.take(epochMs(at)) === 0) granted.push(at);
        }
        for (const [i, time] of granted.entries()) {
          const sixth = granted[i + 5];
          if (sixth !== undefined) expect(sixth - time).toBeGreaterThanOrEqual(300_000);
        }
      }),
    );
  });

  it('refuses a cap that is no positive integer', () => {
    expect(() => new AttemptWindow(0)).toThrow(RangeError);
  });
});
