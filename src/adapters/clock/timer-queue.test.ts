import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { createTimerQueue } from './timer-queue.ts';

describe('timer queue', () => {
  it('gives what was added and not removed, in order', () => {
    const times = fc.array(fc.nat({ max: 60 }), { maxLength: 100 });
    const removals = fc.array(fc.nat({ max: 100 }), { maxLength: 60 });
    fc.assert(
      fc.property(times, removals, times, (before, indexes, after) => {
        const queue = createTimerQueue();
        const add = (at: number): ReturnType<typeof queue.add> => queue.add(epochMs(at), () => {});
        const kept = before.map(add);
        for (const index of indexes) {
          const [removed] = kept.splice(index % Math.max(1, kept.length), 1);
          if (removed !== undefined) queue.remove(removed);
          if (removed !== undefined) queue.remove(removed);
        }
        kept.push(...after.map(add));
        const popped: unknown[] = [];
        for (let next = queue.peek(); next !== null; next = queue.peek()) {
          popped.push(next);
          queue.remove(next);
        }
        expect(popped).toEqual(kept.sort((a, b) => a.at - b.at || a.order - b.order));
      }),
      { numRuns: 300 },
    );
  });
});
