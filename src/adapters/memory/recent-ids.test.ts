import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRecentIds } from './recent-ids.ts';

describe('createRecentIds', () => {
  it('knows an id while fewer than half the bound came after it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 200 }), fc.integer({ min: 2, max: 20 }), (ids, bound) => {
        const recent = createRecentIds(bound);
        const accepted: number[] = [];
        for (const id of ids) {
          const answer = recent.add(String(id));
          const surelyKnown = accepted.slice(Math.max(0, accepted.length - Math.ceil(bound / 2) + 1)).includes(id);
          if (surelyKnown) expect(answer).toBe('known');
          if (!accepted.includes(id)) expect(answer).toBe('new');
          if (answer === 'new') accepted.push(id);
        }
      }),
    );
  });

  it('forgets the oldest ids beyond its bound', () => {
    const recent = createRecentIds(4);
    for (const id of ['a', 'b', 'c', 'd', 'e']) expect(recent.add(id)).toBe('new');
    expect(recent.add('a')).toBe('new');
    expect(recent.add('e')).toBe('known');
  });

  it('refuses a bound below two', () => {
    expect(() => createRecentIds(1)).toThrow(RangeError);
  });
});
