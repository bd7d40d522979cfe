/**
 * Strict reading of parsed JSON: exactly the fields that are expected, each of its kind, or the first thing that is wrong
 * with the place it is at. Used where a file decides what may be served, so nothing is filled in and nothing is ignored.
 */
import { err, ok, type Result } from '../core/result.ts';

/** What is wrong with a value, and where; never leaves `readShape`. */
class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** The fields of an object. */
export type Fields = Readonly<Record<string, unknown>>;

/** What `read` makes of a value, or the sentence that tells what is wrong with it. */
export function readShape<T>(read: () => T): Result<T, string> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof ShapeError) return err(error.message);
    throw error;
  }
}

/** Refuses the value at hand with this sentence; only inside `readShape`. */
export function refuse(sentence: string): never {
  throw new ShapeError(sentence);
}

/** The fields of an object that has exactly these keys. */
export function fieldsOf(value: unknown, path: string, keys: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(`${path} is no object`);
  const fields = value as Fields;
  const missing = keys.filter((key) => !Object.hasOwn(fields, key));
  if (missing.length > 0) refuse(`${path} has no ${missing.join(', ')}`);
  const surplus = Object.keys(fields).filter((key) => !keys.includes(key));
  if (surplus.length > 0) refuse(`${path} has the unknown ${surplus.join(', ')}`);
  return fields;
}

/** A finite number. */
export function numberOf(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(`${path} is no finite number`);
  return value as number;
}

/** A whole number from `min` to `max`. */
export function integerOf(
  value: unknown,
  path: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const number = numberOf(value, path);
  if (!Number.isInteger(number) || number < min || number > max) refuse(`${path} is no whole number ${min} to ${max}`);
  return number;
}

/** A text that is not empty. */
export function textOf(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') refuse(`${path} is no text`);
  return value as string;
}

/** A list of at most `max` items, each read by `read`. */
export function listOf<T>(
  value: unknown,
  path: string,
  { max, read }: { readonly max: number; readonly read: (item: unknown, path: string) => T },
): readonly T[] {
  if (!Array.isArray(value)) refuse(`${path} is no list`);
  const items = value as readonly unknown[];
  if (items.length > max) refuse(`${path} has ${items.length} items, at most ${max} are read`);
  return items.map((item, index) => read(item, `${path}[${index}]`));
}

/** A list of exactly `length` finite numbers. */
export function numbersOf(value: unknown, path: string, length: number): readonly number[] {
  const numbers = listOf(value, path, { max: length, read: numberOf });
  if (numbers.length !== length) refuse(`${path} has ${numbers.length} numbers instead of ${length}`);
  return numbers;
}
