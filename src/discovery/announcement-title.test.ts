import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TITLE_CASES } from '../../test/fixtures/announcement-titles.ts';
import { toIsoText } from '../core/time.ts';
import { parseAnnouncedTime } from './announced-time.ts';
import { plainText, readTitle, TITLE_LENGTH_MAX } from './announcement-title.ts';

describe('R2-4: titles of announcements', () => {
  it('has a corpus of more than sixty', () => {
    expect(TITLE_CASES.length).toBeGreaterThanOrEqual(60);
    expect(new Set(TITLE_CASES.map(({ title }) => title)).size).toBe(TITLE_CASES.length);
  });

  it.each(TITLE_CASES)('$kind $bases: $title', ({ title, kind, bases, confidence = 'sure' }) => {
    const reading = readTitle(title);
    expect({ kind: reading.kind, bases: reading.bases }).toEqual({ kind, bases });
    expect(reading.confidence).toBe(confidence);
    if (kind === 'other') expect(reading.reason).not.toBe('');
  });

  it('names nothing but assets, whatever the text', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.constantFrom('Will List ', '(', ')', 'ABC', '/USDT', '上市', '<script>', '\u0000', 'Delist ', '__proto__'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const { bases } = readTitle(parts.join(''));
        for (const base of bases) expect(base).toMatch(/^[\p{Lu}\p{Lo}\p{N}]{1,15}$/u);
        expect(bases.length).toBeLessThanOrEqual(40);
      }),
    );
  });

  it.each([
    ['a megabyte', 'Binance Will List A (A) '.repeat(45_000)],
    ['a megabyte of brackets', '('.repeat(1_000_000)],
    ['one character too many', `Binance Will List A (A)${' '.repeat(TITLE_LENGTH_MAX)}`],
  ])('does not read %s', (_name, title) => {
    expect(readTitle(title)).toMatchObject({ kind: 'other', bases: [] });
  });

  it('is not slowed by any title of the longest length', () => {
    for (const piece of ['(', '<', 'A/', 'will list ', '上市(', ', ', 'removal of spot ', '上市 x']) {
      const title = piece.repeat(TITLE_LENGTH_MAX).slice(0, TITLE_LENGTH_MAX);
      expect(readTitle(title).bases.length).toBeLessThanOrEqual(40);
    }
  });

  it('takes tags, control and direction characters out of a text', () => {
    expect(plainText('<img src=x onerror=alert(1)>A\u0000B\u202eC\n\tD')).toBe('A B C D');
  });
});

describe('times of announcements', () => {
  it.each([
    ['trading opens at 2025-04-22 13:00 (UTC)', '2025-04-22T13:00:00.000Z'],
    ['Binance Will Delist BETA, BIFI on 2025-07-04', '2025-07-04T00:00:00.000Z'],
    ['将于2025年04月22日21:00（东八区时间）上市', '2025-04-22T13:00:00.000Z'],
    ['2025年4月22日 21:00', '2025-04-22T13:00:00.000Z'],
    ['2025-04-22 21:00 (UTC+8)', '2025-04-22T13:00:00.000Z'],
    ['2025-04-22T13:00', '2025-04-22T13:00:00.000Z'],
  ])('reads %s', (text, time) => {
    const parsed = parseAnnouncedTime(text);
    expect(parsed === null ? null : toIsoText(parsed)).toBe(time);
  });

  it.each(['soon', '2025-13-01', '2025-02-30 10:00', '2025-04-22 25:00', '1970-01-01', '9999-01-01', ''])(
    'reads none of "%s"',
    (text) => {
      expect(parseAnnouncedTime(text)).toBeNull();
    },
  );

  it('looks at the beginning of a long text only', () => {
    expect(parseAnnouncedTime(`${'x'.repeat(1_000_000)} 2025-04-22`)).toBeNull();
  });
});
