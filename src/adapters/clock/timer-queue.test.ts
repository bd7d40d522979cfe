import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { createTimerQueue } from './timer-queue.ts';

describe('timer queue', () => {
  it('gives what was added and not removed, in order', () => {
    const operation = fc.record({ at: fc.nat({ max: 20 }), removeIndex: fc.option(fc.nat({ max: 100 })) });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 100 }), (operations) => {
        const queue = createTimerQueue();
        const kept: ReturnType<typeof queue.add>[] = [];
        for (const { at, removeIndex } of operations) {
          kept.push(queue.add(epochMs(at), () => {}));
          if (removeIndex === null) continue;
          const [removed] = kept.splice(removeIndex % kept.length, 1);
          if (removed !== undefined) queue.remove(removed);
        }
        const popped: unknown[] = [];
        for (let next = queue.peek(); next !== null; next = queue.peek()) {
          popped.push(next);
          queue.remove(next);
        }
        expect(popped).toEqual(kept.sort((a, b) => a.at - b.at || a.order - b.order));
      }),
    );
  });
});
