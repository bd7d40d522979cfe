import { expect, it } from 'vitest';
import { EVENT_TYPES } from './desk-event-types.ts';
import { textOf, wordsOf } from './desk-query.ts';

it('bug: a list of every type of event is looked at whole, not cut in the middle of a name', () => {
  expect(EVENT_TYPES.join().length, 'longer than one text may be').toBeGreaterThan(200);
  expect(wordsOf({ type: EVENT_TYPES.join() }, 'type')).toEqual([...EVENT_TYPES]);
  expect(textOf({ symbol: 'A'.repeat(5_000) }, 'symbol')).toHaveLength(200);
  expect(wordsOf({ type: 'a,'.repeat(5_000) }, 'type')).toHaveLength(1_000);
});
