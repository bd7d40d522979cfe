import { describe, expect, it } from 'vitest';
import { parseBook } from './book-answer.ts';

const BOOK = {
  lastUpdateId: 7,
  bids: [
    ['100.00', '2'],
    ['99.00', '3'],
    ['98.99', '50'],
  ],
  asks: [
    ['100.50', '1'],
    ['101.50', '2'],
    ['101.51', '70'],
  ],
};

describe('a depth answer', () => {
  it('gives the top and what lies within 1 % of it', () => {
    expect(parseBook(BOOK)).toEqual({
      ok: true,
      value: { bid: 100, ask: 100.5, askDepthQuote: 100.5 + 203, bidDepthQuote: 200 + 297 },
    });
  });

  it.each([
    ['one side only', { ...BOOK, asks: [] }],
    ['a price that is no number', { ...BOOK, bids: [['cheap', '1']] }],
    ['a price of 0', { ...BOOK, bids: [['0', '1']] }],
    ['an infinite quantity', { ...BOOK, bids: [['1', 'Infinity']] }],
    ['a crossed book', { ...BOOK, bids: [['100.5', '1']] }],
    ['a level without a quantity', { ...BOOK, bids: [['100']] }],
    ['no object', null],
    ['an error of the venue', { code: -1121, msg: 'Invalid symbol.' }],
  ])('is refused with %s', (_, body) => {
    expect(parseBook(body).ok).toBe(false);
  });
});
