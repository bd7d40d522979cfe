/**
 * Query parameters, checked to the letter of the wire contract: which problem, where, with which words and status.
 */
import type { z } from 'zod';
import { err, ok, type Result } from '../core/result.ts';
import type { validationProblem } from './contract.ts';

/** One problem of a request. */
export type ValidationProblem = z.infer<typeof validationProblem> & { readonly ctx?: Readonly<Record<string, number>> };

/** Query values as Node parses them: repeated parameters are lists. */
export type RawQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Checked parameters of `GET /api/market/candles`. */
export type CandlesParameters = { readonly series_id: string; readonly since: number | null; readonly limit: number };

const LIMIT_MAX = 5000;
const LIMIT_DEFAULT = 500;

/** Checks the query of `GET /api/market/candles`; a repeated parameter counts with its last value. */
export function parseCandlesQuery(query: RawQuery): Result<CandlesParameters, readonly ValidationProblem[]> {
  const problems: ValidationProblem[] = [];
  const series = lastValue(query['series_id']);
  if (series === undefined) problems.push(problem('missing', 'series_id', 'Field required', null));
  else if (series === '') {
    const text = 'String should have at least 1 character';
    problems.push({ ...problem('string_too_short', 'series_id', text, ''), ctx: { min_length: 1 } });
  }
  const since = parseInteger(query, { name: 'since', min: 0, max: null }, problems);
  const limit = parseInteger(query, { name: 'limit', min: 1, max: LIMIT_MAX }, problems);
  if (problems.length > 0) return err(problems);
  return ok({ series_id: series ?? '', since, limit: limit ?? LIMIT_DEFAULT });
}

type IntegerRule = { readonly name: string; readonly min: number; readonly max: number | null };

function parseInteger(query: RawQuery, rule: IntegerRule, problems: ValidationProblem[]): number | null {
  const text = lastValue(query[rule.name]);
  if (text === undefined) return null;
  const value = /^\s*[+-]?\d+(?:\.0+)?\s*$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) {
    const words = 'Input should be a valid integer, unable to parse string as an integer';
    problems.push(problem('int_parsing', rule.name, words, text));
  } else if (value < rule.min) {
    const words = `Input should be greater than or equal to ${rule.min}`;
    problems.push({ ...problem('greater_than_equal', rule.name, words, text), ctx: { ge: rule.min } });
  } else if (rule.max !== null && value > rule.max) {
    const words = `Input should be less than or equal to ${rule.max}`;
    problems.push({ ...problem('less_than_equal', rule.name, words, text), ctx: { le: rule.max } });
  }
  return value;
}

function lastValue(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[value.length - 1];
}

function problem(type: string, name: string, msg: string, input: unknown): ValidationProblem {
  return { type, loc: ['query', name], msg, input };
}
