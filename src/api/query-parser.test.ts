import { describe, expect, it } from 'vitest';
import {
  type Parameter,
  parseAll,
  parseChoice,
  parseDay,
  parseInteger,
  parseNumber,
  parseSwitch,
  parseText,
  parseTextOr,
} from './query-parser.ts';

function outcome(parameter: Parameter<unknown>): unknown {
  return parameter.ok ? parameter.value : parameter.error.type;
}

describe('query parameters', () => {
  it('all together are their values, or every problem in order', () => {
    const good = parseAll({ a: parseText({ a: 'x' }, 'a'), b: parseSwitch({}, 'b') });
    expect(good).toEqual({ ok: true, value: { a: 'x', b: 'off' } });
    const bad = parseAll({ a: parseText({}, 'a'), b: parseSwitch({ b: 'x' }, 'b'), c: parseText({ c: 'y' }, 'c') });
    expect(bad).toMatchObject({ ok: false, error: [{ loc: ['query', 'a'] }, { loc: ['query', 'b'] }] });
  });

  it.each([
    ['2', 2],
    ['+2', 2],
    [' 2.00 ', 2],
    ['2.5', 'int_parsing'],
    ['', 'int_parsing'],
    ['1e1', 'int_parsing'],
    ['0', 'greater_than_equal'],
    ['6', 'less_than_equal'],
    [undefined, 3],
  ])('the integer %j is %j', (text, expected) => {
    expect(outcome(parseInteger({ n: text }, { name: 'n', min: 1, max: 5, initial: 3 }))).toBe(expected);
  });

  it.each([
    ['0.2', 0.2],
    ['.5', 0.5],
    ['1e1', 10],
    ['nan', 'float_parsing'],
    ['', 'float_parsing'],
    ['0.1', 'greater_than_equal'],
    ['30.1', 'less_than_equal'],
    [undefined, 2],
  ])('the number %j is %j', (text, expected) => {
    expect(outcome(parseNumber({ n: text }, { name: 'n', min: 0.2, max: 30, initial: 2 }))).toBe(expected);
  });

  it.each([
    ['1', 'on'],
    ['TRUE', 'on'],
    ['off', 'off'],
    ['2', 'bool_parsing'],
    [undefined, 'off'],
  ])('the switch %j is %j', (text, expected) => {
    expect(outcome(parseSwitch({ s: text }, 's'))).toBe(expected);
  });

  it('a choice that is none is told what there is', () => {
    const rule = { name: 'm', choices: ['spot', 'futures'] };
    expect(outcome(parseChoice({ m: 'spot' }, rule))).toBe('spot');
    expect(outcome(parseChoice({}, rule))).toBe('missing');
    expect(parseChoice({ m: 'x' }, rule)).toMatchObject({
      error: {
        type: 'literal_error',
        msg: "Input should be 'spot' or 'futures'",
        ctx: { expected: "'spot' or 'futures'" },
      },
    });
  });

  it('a text may be left out, and is neither empty nor too long', () => {
    const rule = { name: 't', initial: 'USDT', max: 5 };
    expect(['EUR', '', 'ABCDEF', undefined].map((t) => outcome(parseTextOr({ t }, rule)))).toEqual([
      'EUR',
      'string_too_short',
      'string_too_long',
      'USDT',
    ]);
  });

  it.each([
    ['1970-01-01', 0],
    ['2024-02-29', 1_709_164_800_000],
    ['2023-02-29', 'date_parsing'],
    ['2024-2-9', 'date_parsing'],
    ['', 'string_too_short'],
  ])('the day %j is %j', (day, expected) => {
    expect(outcome(parseDay({ day }, 'day'))).toBe(expected);
  });

  it('a repeated parameter counts with its last value', () => {
    expect(outcome(parseText({ a: ['x', 'y'] }, 'a'))).toBe('y');
  });
});
