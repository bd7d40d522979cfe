import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonNumber, parseExactJson, toPlain } from './exact-json.ts';

function plain(text: string): unknown {
  const parsed = parseExactJson(text);
  return parsed.ok ? toPlain(parsed.value) : parsed.error;
}

describe('exact JSON', () => {
  it('reads whatever JSON.stringify writes, with and without blanks', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(plain(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses whatever JSON.parse refuses, the endless numbers apart', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-',
      '01',
      'true',
      'nul',
      ' ',
      '"',
      '\\',
      '.5',
      '1e',
      '\n',
    ];
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false; // that it is none is what is compared
        }
        expect(parseExactJson(text).ok, text).toBe(isJson);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps the text of every number', () => {
    const text = '12345678901234567890.123456789012345678';
    expect(parseExactJson(text)).toEqual({ ok: true, value: new JsonNumber(text) });
  });

  it('reads endless numbers as numbers, and echoes them as text', () => {
    for (const text of ['NaN', 'Infinity', '-Infinity', '1e400']) expect(plain(`[${text}]`)).toEqual([text]);
  });

  it('takes the last of equal keys, and a key that names the prototype as a key', () => {
    expect(plain('{"a":1,"a":2}')).toEqual({ a: 2 });
    expect(Object.keys(plain('{"__proto__":1}') as object)).toEqual(['__proto__']);
  });

  it.each([
    ['{bad json', 1, 'Expecting property name enclosed in double quotes'],
    ['[1 2]', 3, "Expecting ',' delimiter"],
    ['{"a" 1}', 5, "Expecting ':' delimiter"],
    ['[1,]', 3, 'Expecting value'],
    ['', 0, 'Expecting value'],
    ['1 1', 2, 'Extra data'],
    ['["a', 1, 'Unterminated string starting at'],
    ['["a\\"]', 1, 'Unterminated string starting at'],
    ['"\\x"', 0, 'Invalid escape or control character in the string starting at'],
    ['"\n"', 0, 'Invalid escape or control character in the string starting at'],
    ['['.repeat(65), 64, 'Nested too deeply'],
  ])('%j is none at position %i: %s', (text, position, reason) => {
    expect(parseExactJson(text)).toEqual({ ok: false, error: { position, reason } });
  });
});
