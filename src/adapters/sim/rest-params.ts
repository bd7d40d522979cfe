/**
 * Parameters of REST requests. In: query text. Out: checked values, or the exchange's own refusal. Parameters the
 * exchange does not know are ignored, as it does.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, isEpochMs } from '../../core/time.ts';

/** A refusal in the exchange's words with its HTTP status. */
export type RestRefusal = {
  readonly status: number;
  readonly code: number;
  readonly msg: string;
  /** What a request with several parts tells of each. */
  readonly data?: unknown;
};

/** A refusal of a bad request. */
export function badRequest(code: number, msg: string): { readonly ok: false; readonly error: RestRefusal } {
  return err({ status: 400, code, msg });
}

/** A mandatory text. */
export function requireText(query: URLSearchParams, name: string): Result<string, RestRefusal> {
  const text = query.get(name);
  if (text !== null && text !== '') return ok(text);
  return badRequest(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
}

/** An optional non-negative integer. */
export function readInteger(query: URLSearchParams, name: string): Result<number | null, RestRefusal> {
  const text = query.get(name);
  if (text === null) return ok(null);
  if (text === '') return badRequest(-1105, `Parameter '${name}' was empty.`);
  if (/^\d{1,15}$/.test(text)) return ok(Number(text));
  return badRequest(-1100, `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`);
}

/** An optional time in milliseconds. */
export function readTime(query: URLSearchParams, name: string): Result<EpochMs | null, RestRefusal> {
  const number = readInteger(query, name);
  if (!number.ok || number.value === null) return number.ok ? ok(null) : number;
  if (isEpochMs(number.value)) return ok(number.value);
  return badRequest(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
}

/** The symbols asked for: one by `symbol`, several by `symbols` (a JSON array), or `null` for all. */
export function readSymbols(query: URLSearchParams): Result<readonly string[] | null, RestRefusal> {
  const one = query.get('symbol');
  const several = query.get('symbols');
  if (one !== null && several !== null) {
    return badRequest(-1128, "Combination of optional parameters invalid. Use either 'symbol' or 'symbols'.");
  }
  if (one !== null) return one === '' ? badRequest(-1105, "Parameter 'symbol' was empty.") : ok([one]);
  if (several === null) return ok(null);
  const names = parseNames(several);
  if (names !== null) return ok(names);
  return badRequest(-1100, "Illegal characters found in parameter 'symbols'; legal range is a JSON array of symbols.");
}

function parseNames(text: string): readonly string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return null;
    const names = value.filter((name): name is string => typeof name === 'string');
    return names.length === value.length && names.length > 0 ? names : null;
  } catch {
    // Text that is no JSON is refused by the caller.
    return null;
  }
}
