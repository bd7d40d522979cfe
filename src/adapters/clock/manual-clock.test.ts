import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMs, epochMs } from '../../core/time.ts';
import { createManualClock } from './manual-clock.ts';

const START = epochMs(1_700_000_000_000);

describe('manual clock', () => {
  it('stands at each timer exactly at its time, also at one set on the way', async () => {
    const clock = createManualClock(START);
    const seen: number[] = [];
    clock.schedule(addMs(START, 10), () => {
      seen.push(clock.now() - START);
      clock.schedule(addMs(clock.now(), 5), () => seen.push(clock.now() - START));
    });
    clock.schedule(addMs(START, 12), () => seen.push(clock.now() - START));
    await clock.advance(100);
    expect(seen).toEqual([10, 12, 15]);
    expect(clock.now()).toBe(START + 100);
  });

  it('lets the promises of one timer finish before the next timer fires', async () => {
    const clock = createManualClock(START);
    const seen: string[] = [];
    clock.schedule(addMs(START, 1), () => {
      void (async () => {
        for (let hop = 0; hop < 10; hop++) await Promise.resolve();
        seen.push('promise of the first');
      })();
    });
    clock.schedule(addMs(START, 1), () => seen.push('second'));
    await clock.advance(1);
    expect(seen).toEqual(['promise of the first', 'second']);
  });

  it('runs moves that overlap one after the other', async () => {
    const clock = createManualClock(START);
    await Promise.all([clock.advance(10), clock.advance(10), clock.advanceTo(addMs(START, 25))]);
    expect(clock.now()).toBe(START + 25);
  });

  it('refuses to go back, and goes on afterwards', async () => {
    const clock = createManualClock(START);
    await expect(clock.advanceTo(addMs(START, -1))).rejects.toThrow('does not go back');
    await clock.advance(1);
    expect(clock.now()).toBe(START + 1);
  });

  it('stops on timers that re-arm themselves at one instant for ever', async () => {
    const clock = createManualClock(START);
    const rearm = (): void => void clock.schedule(clock.now(), rearm);
    rearm();
    await expect(clock.advance(1)).rejects.toThrow('without end');
  });

  it('fires any set of timers in the order of time, then of setting', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 50 }), { maxLength: 60 }), async (offsets) => {
        const clock = createManualClock(START);
        const fired: [number, number][] = [];
        offsets.forEach((offset, index) => {
          clock.schedule(addMs(START, offset), () => fired.push([offset, index]));
        });
        await clock.advance(50);
        const expected = offsets.map((offset, index): [number, number] => [offset, index]);
        expect(fired).toEqual(expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
      }),
      { numRuns: 50 },
    );
  });
});
