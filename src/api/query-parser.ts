/**
 * Query parameters, checked to the letter of the wire contract: which problem, where, with which words and status. In
 * come the texts of a query, out go values or every problem at once, in the order the rules are given.
 */
import { err, ok, type Result } from '../core/result.ts';
import type { ValidationProblem } from './contract.ts';

/** Query values as Node parses them: repeated parameters are lists, of which the last value counts. */
export type RawQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A checked parameter, or what is wrong with it. */
export type Parameter<T> = Result<T, ValidationProblem>;

type Parameters = Readonly<Record<string, Parameter<unknown>>>;
type Values<T extends Parameters> = { readonly [K in keyof T]: T[K] extends Parameter<infer V> ? V : never };

/** All values, or all problems. */
export function parseAll<T extends Parameters>(parts: T): Result<Values<T>, readonly ValidationProblem[]> {
  const problems = Object.values(parts).flatMap((part) => (part.ok ? [] : [part.error]));
  if (problems.length > 0) return err(problems);
  const values = Object.entries(parts).map(([name, part]) => [name, part.ok ? part.value : undefined]);
  return ok(Object.fromEntries(values) as Values<T>);
}

/** A text of one character or more that must be given. */
export function parseText(query: RawQuery, name: string): Parameter<string> {
  const text = lastValue(query[name]);
  if (text === undefined) return err({ type: 'missing', loc: ['query', name], msg: 'Field required', input: null });
  return text === '' ? tooShort(name) : ok(text);
}

/** A text of one to `max` characters, or `initial` where none is given. */
export function parseTextOr(
  query: RawQuery,
  rule: { readonly name: string; readonly initial: string; readonly max: number },
): Parameter<string> {
  const { name, initial, max } = rule;
  const text = lastValue(query[name]) ?? initial;
  if (text === '') return tooShort(name);
  if (text.length <= max) return ok(text);
  const msg = `String should have at most ${max} characters`;
  return err({ type: 'string_too_long', loc: ['query', name], msg, input: text, ctx: { max_length: max } });
}

function tooShort(name: string): Parameter<never> {
  const msg = 'String should have at least 1 character';
  return err({ type: 'string_too_short', loc: ['query', name], msg, input: '', ctx: { min_length: 1 } });
}

/** One of `choices`; `initial` where none is given, without which one must be. */
export function parseChoice<T extends string>(
  query: RawQuery,
  rule: { readonly name: string; readonly choices: readonly T[]; readonly initial?: T },
): Parameter<T> {
  const { name, choices, initial } = rule;
  const text = lastValue(query[name]);
  if (text === undefined && initial !== undefined) return ok(initial);
  if (text === undefined) return err({ type: 'missing', loc: ['query', name], msg: 'Field required', input: null });
  const choice = choices.find((each) => each === text);
  if (choice !== undefined) return ok(choice);
  const expected = choices.map((each) => `'${each}'`).join(' or ');
  const msg = `Input should be ${expected}`;
  return err({ type: 'literal_error', loc: ['query', name], msg, input: text, ctx: { expected } });
}

/** Texts that mean yes and no, in any case, as the contract's original takes them. */
const YES: readonly string[] = ['1', 'true', 't', 'yes', 'y', 'on'];
const NO: readonly string[] = ['0', 'false', 'f', 'no', 'n', 'off'];

/** A switch, `off` where none is given. */
export function parseSwitch(query: RawQuery, name: string): Parameter<'on' | 'off'> {
  const input = lastValue(query[name]);
  if (input === undefined) return ok('off');
  const text = input.toLowerCase();
  if (YES.includes(text)) return ok('on');
  if (NO.includes(text)) return ok('off');
  const msg = 'Input should be a valid boolean, unable to interpret input';
  return err({ type: 'bool_parsing', loc: ['query', name], msg, input });
}

/** Bounds of a number, both inclusive; `initial` is for a parameter that is not given. */
export type NumberRule<I> = {
  readonly name: string;
  readonly min: number;
  readonly max: number | null;
  readonly initial: I;
};

/** An integer with an optional sign, blanks around it and zeros behind a point, as the contract's original takes it. */
const INTEGER_TEXT = /^\s*[+-]?\d+(?:\.0+)?\s*$/;
const NUMBER_TEXT = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** An integer within its bounds. */
export function parseInteger<I extends number | null>(query: RawQuery, rule: NumberRule<I>): Parameter<number | I> {
  const input = lastValue(query[rule.name]);
  if (input === undefined) return ok(rule.initial);
  if (INTEGER_TEXT.test(input)) return checkBounds(input, rule);
  const msg = 'Input should be a valid integer, unable to parse string as an integer';
  return err({ type: 'int_parsing', loc: ['query', rule.name], msg, input });
}

/** An integer within its bounds, which must be given. */
export function parseIntegerGiven(query: RawQuery, rule: Omit<NumberRule<number>, 'initial'>): Parameter<number> {
  const { name } = rule;
  if (lastValue(query[name]) !== undefined) return parseInteger(query, { ...rule, initial: 0 });
  return err({ type: 'missing', loc: ['query', name], msg: 'Field required', input: null });
}

/** A number within its bounds. */
export function parseNumber(query: RawQuery, rule: NumberRule<number>): Parameter<number> {
  const input = lastValue(query[rule.name]);
  if (input === undefined) return ok(rule.initial);
  if (NUMBER_TEXT.test(input)) return checkBounds(input, rule);
  const msg = 'Input should be a valid number, unable to parse string as a number';
  return err({ type: 'float_parsing', loc: ['query', rule.name], msg, input });
}

function checkBounds(input: string, { name, min, max }: NumberRule<number | null>): Parameter<number> {
  const loc = ['query', name];
  const value = Number(input);
  if (value < min) {
    const msg = `Input should be greater than or equal to ${min}`;
    return err({ type: 'greater_than_equal', loc, msg, input, ctx: { ge: min } });
  }
  if (max === null || value <= max) return ok(value);
  const msg = `Input should be less than or equal to ${max}`;
  return err({ type: 'less_than_equal', loc, msg, input, ctx: { le: max } });
}

/** A UTC day as `YYYY-MM-DD`, given as milliseconds of its start. */
export function parseDay(query: RawQuery, name: string): Parameter<number> {
  const text = parseText(query, name);
  if (!text.ok) return text;
  const input = text.value;
  const start = /^\d{4}-\d{2}-\d{2}$/.test(input) ? Date.parse(`${input}T00:00:00.000Z`) : Number.NaN;
  // A day that no month has would be read as one of the next month.
  if (start >= 0 && new Date(start).toISOString().startsWith(input)) return ok(start);
  const msg = 'Input should be a valid date in the format YYYY-MM-DD';
  return err({ type: 'date_parsing', loc: ['query', name], msg, input });
}

function lastValue(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[value.length - 1];
}
