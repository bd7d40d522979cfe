/**
 * Reading JSON that is our own and may still be broken: each value is asked for by name and kind, and what is not as it
 * must be throws a fault that names it.
 */
import { type EpochMs, isEpochMs } from '../../core/time.ts';
import { RowFault } from './sqlite-failures.ts';

/** A JSON object under reading. */
export type StoredJson = {
  readonly text: (name: string) => string;
  /** `null` also where it is missing, which is what earlier versions wrote. */
  readonly textOrNull: (name: string) => string | null;
  /** A finite number. */
  readonly number: (name: string) => number;
  readonly numberOrNull: (name: string) => number | null;
  readonly time: (name: string) => EpochMs;
  readonly timeOrNull: (name: string) => EpochMs | null;
  readonly flag: (name: string) => boolean;
  readonly oneOf: <T extends string>(name: string, words: readonly T[]) => T;
  readonly texts: (name: string) => readonly string[];
};

/** The object in `json`; throws `RowFault` when it is none. */
export function readStoredJson(json: unknown): StoredJson {
  const fields = parseObject(json);
  const take = <T>(name: string, is: (value: unknown) => value is T): T => {
    const value = fields[name];
    if (is(value)) return value;
    throw new RowFault(`${name} is ${JSON.stringify(value)?.slice(0, 60) ?? 'missing'}`);
  };
  return {
    text: (name) => take(name, isText),
    textOrNull: (name) => (fields[name] === undefined ? null : take(name, orNull(isText))),
    number: (name) => take(name, isNumber),
    numberOrNull: (name) => take(name, orNull(isNumber)),
    time: (name) => take(name, isTime),
    timeOrNull: (name) => take(name, orNull(isTime)),
    flag: (name) => take(name, (value) => typeof value === 'boolean'),
    oneOf: (name, words) =>
      take(name, (value): value is (typeof words)[number] => words.some((word) => word === value)),
    texts: (name) => take(name, (value): value is readonly string[] => Array.isArray(value) && value.every(isText)),
  };
}

function parseObject(json: unknown): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(String(json));
  } catch (cause) {
    throw new RowFault(`no JSON: ${String(json).slice(0, 60)}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RowFault('no JSON object');
  return value as Readonly<Record<string, unknown>>;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isTime(value: unknown): value is EpochMs {
  return isNumber(value) && isEpochMs(value);
}

function orNull<T>(is: (value: unknown) => value is T): (value: unknown) => value is T | null {
  return (value): value is T | null => value === null || is(value);
}
