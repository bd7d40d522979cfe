/**
 * Query parameters, checked to the letter of the wire contract: which problem, where, with which words and status.
 */
import { z } from 'zod';
import { err, ok, type Result } from '../core/result.ts';
import { validationProblem } from './contract.ts';

/** One problem of a request's query, with the bound it broke. */
export const queryProblem = validationProblem.extend({ ctx: z.record(z.string(), z.number()).optional() });

/** One problem of a request's query. */
export type QueryProblem = z.infer<typeof queryProblem>;

/** Query values as Node parses them: repeated parameters are lists. */
export type RawQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Checked parameters of `GET /api/market/candles`. */
export type CandlesParameters = { readonly series_id: string; readonly since: number | null; readonly limit: number };

type IntegerRule = { readonly name: string; readonly min: number; readonly max: number | null };

const SINCE: IntegerRule = { name: 'since', min: 0, max: null };
const LIMIT: IntegerRule = { name: 'limit', min: 1, max: 5000 };
const LIMIT_DEFAULT = 500;

/** Checks the query of `GET /api/market/candles`; a repeated parameter counts with its last value. */
export function parseCandlesQuery(query: RawQuery): Result<CandlesParameters, readonly QueryProblem[]> {
  const series = parseText(query, 'series_id');
  const since = parseInteger(query, SINCE);
  const limit = parseInteger(query, LIMIT);
  if (series.ok && since.ok && limit.ok) {
    return ok({ series_id: series.value, since: since.value, limit: limit.value ?? LIMIT_DEFAULT });
  }
  return err([series, since, limit].flatMap((part) => (part.ok ? [] : [part.error])));
}

function parseText(query: RawQuery, name: string): Result<string, QueryProblem> {
  const text = lastValue(query[name]);
  if (text === undefined) return err({ type: 'missing', loc: ['query', name], msg: 'Field required', input: null });
  if (text !== '') return ok(text);
  const msg = 'String should have at least 1 character';
  return err({ type: 'string_too_short', loc: ['query', name], msg, input: '', ctx: { min_length: 1 } });
}

/** An integer with an optional sign, blanks around it and zeros behind a point, as the contract's original takes it. */
const INTEGER_TEXT = /^\s*[+-]?\d+(?:\.0+)?\s*$/;

function parseInteger(query: RawQuery, { name, min, max }: IntegerRule): Result<number | null, QueryProblem> {
  const input = lastValue(query[name]);
  if (input === undefined) return ok(null);
  const loc = ['query', name];
  if (!INTEGER_TEXT.test(input)) {
    const msg = 'Input should be a valid integer, unable to parse string as an integer';
    return err({ type: 'int_parsing', loc, msg, input });
  }
  const value = Number(input);
  if (value < min) {
    const msg = `Input should be greater than or equal to ${min}`;
    return err({ type: 'greater_than_equal', loc, msg, input, ctx: { ge: min } });
  }
  if (max === null || value <= max) return ok(value);
  const msg = `Input should be less than or equal to ${max}`;
  return err({ type: 'less_than_equal', loc, msg, input, ctx: { le: max } });
}

function lastValue(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[value.length - 1];
}
