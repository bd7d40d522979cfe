import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { Cadence } from './cadence.ts';

const T = 1_767_225_600_000;
const LIMITS = { silenceMs: 10_000, thinSilenceMs: 90_000 };

function arrivals(gaps: readonly number[]): { readonly cadence: Cadence; readonly last: number } {
  const cadence = new Cadence();
  let at = T;
  cadence.record(epochMs(at));
  for (const gap of gaps) {
    at += gap;
    cadence.record(epochMs(at));
  }
  return { cadence, last: at };
}

describe('Cadence', () => {
  it('calls a lively source dead after the silence limit', () => {
    const { cadence, last } = arrivals(Array.from({ length: 20 }, () => 250));
    expect(cadence.findDeadSilence(epochMs(last + 10_000), LIMITS)).toBeNull();
    expect(cadence.findDeadSilence(epochMs(last + 10_001), LIMITS)).toBe(10_001);
  });

  it('gives a thinly traded source the long limit', () => {
    const { cadence, last } = arrivals(Array.from({ length: 20 }, () => 4_000));
    expect(cadence.findDeadSilence(epochMs(last + 60_000), LIMITS)).toBeNull();
    expect(cadence.findDeadSilence(epochMs(last + 90_001), LIMITS)).toBe(90_001);
  });

  it('does not judge a source by a handful of frames', () => {
    const { cadence, last } = arrivals(Array.from({ length: 10 }, () => 250));
    expect(cadence.findDeadSilence(epochMs(last + 30_000), LIMITS)).toBeNull();
  });

  it('knows a spot stream that pushes every two seconds as lively', () => {
    expect(arrivals(Array.from({ length: 20 }, () => 2_000)).cadence.isLively(15_000)).toBe(true);
  });

  it('forgets a slow past', () => {
    const { cadence } = arrivals([60_000, ...Array.from({ length: 32 }, () => 250)]);
    expect(cadence.isLively(10_000)).toBe(true);
  });

  it('says nothing before the first arrival', () => {
    expect(new Cadence().findDeadSilence(epochMs(T), LIMITS)).toBeNull();
  });

  it('never calls a gap dead that is at most four times the largest before it', () => {
    const gap = fc.integer({ min: 1, max: 20_000 });
    fc.assert(
      fc.property(
        fc.array(gap, { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 4, noNaN: true }),
        (gaps, factor) => {
          const { cadence, last } = arrivals(gaps);
          const silence = Math.floor(Math.max(...gaps.slice(-32)) * factor);
          expect(cadence.findDeadSilence(epochMs(last + silence), LIMITS)).toBeNull();
        },
      ),
    );
  });
});
