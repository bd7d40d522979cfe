import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveExpectancy } from './expectancy.ts';
import { createRng } from './rng.ts';
import { epochMs } from './time.ts';

describe('net expectancy', () => {
  const settings = { blockMs: 3_600_000, resamples: 2_000, level: 0.95, seed: 5 };
  const hour = (at: number) => epochMs(at * 3_600_000);

  it('is the mean, and has no interval from fewer than ten blocks', () => {
    const trades = [0.02, -0.01, 0.02].map((net, at) => ({ time: hour(at), net }));
    expect(deriveExpectancy(trades, settings)).toEqual({ trades: 3, blocks: 3, mean: 0.03 / 3, interval: null });
    expect(deriveExpectancy([], settings)).toBeNull();
  });

  it('of equal results is sure of itself', () => {
    const trades = Array.from({ length: 12 }, (_, at) => ({ time: hour(at), net: 0.25 }));
    expect(deriveExpectancy(trades, settings)?.interval).toEqual({ low: 0.25, high: 0.25 });
  });

  it('takes trades of one block for one piece of luck', () => {
    const rng = createRng(3);
    const blocks = Array.from({ length: 40 }, () => (rng.next() < 0.5 ? -1 : 1));
    const trades = blocks.flatMap((net, at) => Array.from({ length: 25 }, () => ({ time: hour(at), net })));
    const { interval } = deriveExpectancy(trades, settings) as { interval: { low: number; high: number } };
    // 1000 independent trades would give 2 x 1.96 / sqrt(1000) = 0.124; 40 blocks give 2 x 1.96 / sqrt(40) = 0.62.
    expect(interval.high - interval.low).toBeGreaterThan(0.5);
    expect(interval.high - interval.low).toBeLessThan(0.75);
  });

  it('holds the true mean about as often as it says, also of few blocks', () => {
    const rng = createRng(4);
    const holdsOf = (blocks: number): number => {
      let holds = 0;
      for (let world = 0; world < 400; world++) {
        const trades = Array.from({ length: blocks }).flatMap((_, at) => {
          const luck = 0.01 * rng.normal();
          return Array.from({ length: 1 + rng.integer(12) }, () => ({
            time: hour(at),
            net: luck + 0.02 * rng.normal(),
          }));
        });
        const { interval } = deriveExpectancy(trades, { ...settings, resamples: 200, seed: world }) ?? {};
        if (interval && interval.low <= 0 && interval.high >= 0) holds++;
      }
      return holds / 400;
    };
    // 0.95, with a standard error of 0.011 from 400 worlds; unstretched, ten blocks hold it in 0.885.
    expect(holdsOf(10)).toBeGreaterThan(0.915);
    expect(holdsOf(40)).toBeGreaterThan(0.915);
    expect(holdsOf(40)).toBeLessThan(0.99);
  });

  it('is the same for the same seed and any order, and keeps near what was seen', () => {
    const trade = fc.record({
      time: fc.integer({ min: 0, max: 40 }).map(hour),
      net: fc.integer({ min: -50, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(trade, { minLength: 1, maxLength: 60 }), (trades) => {
        const quick = { ...settings, resamples: 200 };
        const once = deriveExpectancy(trades, quick);
        expect(deriveExpectancy([...trades].reverse(), quick)).toEqual(once);
        expect(once?.interval?.low ?? 0).toBeLessThanOrEqual(once?.interval?.high ?? 0);
        const nets = trades.map(({ net }) => net);
        const width = Math.max(...nets) - Math.min(...nets);
        // Of ten blocks the stretch is 1.21, and a percentile is never beyond what was seen.
        if (once?.interval) expect(once.interval.low).toBeGreaterThanOrEqual(Math.min(...nets) - 0.22 * width - 1e-9);
      }),
      { numRuns: 40 },
    );
  });
});
