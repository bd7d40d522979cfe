import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { READ_MAX, shorten, toId, toPlainText } from './plain-text.ts';
import { scoreSentiment } from './post-sentiment.ts';
import { readTickers } from './tickers.ts';

describe('the mood of a post', () => {
  it.each([
    ['this is a great project, love it', 1],
    ['terrible, I hate it', -1],
    ['PEPE to the moon', 1],
    ['the team did a rug pull', -1],
    ['it is not a scam', 1],
    ['this is definitely a scam', -1],
    ['they never dump', 1],
    ['狗狗币今天暴涨突破', 1],
    ['这就是骗局，已经跑路', -1],
    ['这不是骗局', 1],
    ['the meeting is at noon', 0],
    ['', 0],
  ])('of %j has the sign %i', (text, sign) => {
    expect(Math.sign(scoreSentiment(text))).toBe(sign);
  });

  it('is weaker when nothing is certain', () => {
    for (const [sure, unsure] of [
      ['listing of WIF', 'unconfirmed listing of WIF'],
      ['即将上线', '据称即将上线'],
    ] as const) {
      expect(scoreSentiment(unsure)).toBeCloseTo(scoreSentiment(sure) * 0.7, 1);
    }
  });

  it('is no farther away than three words of a negation', () => {
    expect(scoreSentiment('not one two pump')).toBeLessThan(0);
    expect(scoreSentiment('not one two three pump')).toBeGreaterThan(0);
  });

  it('counts a word of ours once, though a general lexicon knows it too', () => {
    expect(scoreSentiment('crash')).toBeCloseTo(-2.2 / Math.sqrt(2.2 * 2.2 + 15), 6);
  });

  it('is within -1..1 for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => Math.abs(scoreSentiment(text)) <= 1));
    expect(Math.abs(scoreSentiment('moon '.repeat(200_000)))).toBeLessThanOrEqual(1);
  });
});

describe('the coins of a post', () => {
  it.each([
    ['$WIF and #PEPEUSDT, #BONK!', [], ['WIF', 'PEPE', 'BONK']],
    ['$1000SATS $1INCH', [], ['1000SATS', '1INCH']],
    ['$BTC #ETH $THE #CRYPTO', [], []],
    ['$100 #2026 $wif $A $TOOLONGTOBEACOIN', [], []],
    ['a$WIF $WIF_ $$WIF', [], []],
    ['$WIF $WIF', ['WIF', 'JUP', 'jup'], ['WIF', 'JUP']],
    ['$USDT $FAKE', ['USDT'], ['FAKE']],
    ['看好$WIF。#PEPE冲', [], ['WIF', 'PEPE']],
  ])('of %j with tags %j are %j', (text, tags, tickers) => {
    expect(readTickers(text, tags)).toEqual(tickers);
  });
});

describe('foreign text', () => {
  it.each([
    ['<p>one</p> <b>two</b>', 'one two'],
    ['a < b and b > c', 'a < b and b > c'],
    ['<script>evil()</script>good', 'good'],
    ['&lt;b&gt; &#65; &amp;amp; &#1114111;', '<b> A &amp; &#1114111;'],
    ['left\u202eright\u0000\u0007', 'left right'],
    ['<img src="', ''],
  ])('%j is plain: %j', (text, plain) => {
    expect(toPlainText(text)).toBe(plain);
  });

  it('is short and without control characters whatever comes in, and reading it again changes little', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), (value) => {
        const plain = toPlainText(value);
        expect(plain.length).toBeLessThanOrEqual(READ_MAX);
        expect(plain).not.toMatch(/[\p{Cc}\p{Cs}\u202e]/u);
        expect(shorten(plain, 20).length).toBeLessThanOrEqual(20);
      }),
    );
  });

  it('of a million open marks is read at once', () => {
    expect(toPlainText('<a'.repeat(1_000_000)).length).toBeLessThanOrEqual(READ_MAX);
    expect(toPlainText(`<script>${'<'.repeat(1_000_000)}`)).toBe('');
  });

  it('is an id only when it looks like one', () => {
    expect([toId('12_a-b.c'), toId(12), toId('<b>'), toId(-1), toId(1.5), toId('x'.repeat(65)), toId(null)]).toEqual([
      '12_a-b.c',
      '12',
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});
