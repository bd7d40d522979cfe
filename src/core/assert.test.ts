import { describe, expect, it } from 'vitest';
import { assert, assertNever, InvariantError } from './assert.ts';
import { err, ok } from './result.ts';

describe('assert', () => {
  it('passes what holds', () => {
    expect(() => assert(1, 'never said')).not.toThrow();
  });

  it.each([false, null, undefined, 0, ''])('stops at %j with its message', (condition) => {
    expect(() => assert(condition, 'the ring is empty')).toThrow(new InvariantError('the ring is empty'));
  });

  it('names the case nobody handled', () => {
    expect(() => assertNever({ kind: 'new' } as never)).toThrow('unhandled case: {"kind":"new"}');
  });
});

describe('results', () => {
  it('say which of the two they are', () => {
    expect([ok(1), err('late')]).toEqual([
      { ok: true, value: 1 },
      { ok: false, error: 'late' },
    ]);
  });
});
