import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from './ring.ts';

describe('Ring', () => {
  it('behaves as a list that drops its oldest element when it is full', () => {
    const actions = fc.array(fc.oneof(fc.nat(), fc.constant('shift' as const)), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), actions, (capacity, steps) => {
        const ring = new Ring<number>(capacity);
        const list: number[] = [];
        for (const step of steps) {
          if (step === 'shift') expect(ring.shift()).toBe(list.shift());
          else {
            list.push(step);
            expect(ring.push(step)).toBe(list.length > capacity ? list.shift() : undefined);
          }
          expect(ring.toArray()).toEqual(list);
          expect(ring.size).toBe(list.length);
        }
        expect(ring.capacity).toBe(capacity);
      }),
    );
  });

  it('hands out a copy', () => {
    const ring = new Ring<number>(2);
    ring.push(1);
    ring.toArray().push(2);
    expect(ring.toArray()).toEqual([1]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses the capacity %d', (capacity) => {
    expect(() => new Ring(capacity)).toThrow(RangeError);
  });
});
