import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import { type RetryHints, readRetryAfter } from './rest-failure.ts';

const T = 1_767_225_600_000;

function hints(more: Partial<RetryHints>): RetryHints {
  return { status: 429, header: null, text: '', now: epochMs(T), ...more };
}

describe('readRetryAfter', () => {
  const ban = JSON.stringify({ code: -1003, msg: `Way too much request weight used; IP banned until ${T + 90_000}.` });

  it.each<[string, Partial<RetryHints>, number | null]>([
    ['seconds', { header: '7' }, 7_000],
    ['an HTTP date', { header: new Date(T + 9_000).toUTCString() }, 9_000],
    ['an HTTP date that is past', { header: new Date(T - 9_000).toUTCString() }, 0],
    ['nonsense', { header: 'soon' }, null],
    ['nothing', {}, null],
    ['the words of a ban', { status: 418, text: ban }, 90_000],
    ['the longer of header and words', { status: 418, text: ban, header: '100' }, 100_000],
    ['a header next to a page of HTML', { status: 418, text: '<html>', header: '3' }, 3_000],
    ['the header alone when it is no ban', { text: ban, header: '3' }, 3_000],
    ['a ban that is over', { status: 418, text: ban, now: epochMs(T + 100_000) }, 0],
  ])('reads %s', (_name, given, expected) => {
    expect(readRetryAfter(hints(given))).toBe(expected);
  });
});
