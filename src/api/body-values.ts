/**
 * Values of a request's body, checked to the letter of the wire contract: what counts as a number, a time, a text or
 * a switch, and with which words anything else is refused. Decimal text is taken exactly; what no candle can hold is
 * refused here, so that it reaches no store.
 */
import { type Decimal, decimalFromFloat, ONE, parseDecimal, ZERO } from '../core/decimal.ts';
import { err, ok, type Result } from '../core/result.ts';
import { EPOCH_MS_MAX, type EpochMs, fromEpochSec } from '../core/time.ts';
import type { ValidationProblem } from './contract.ts';
import { JsonNumber, type JsonObject, type JsonValue, toPlain } from './exact-json.ts';

/** A checked value, or what is wrong with it. */
export type Checked<T> = Result<T, ValidationProblem>;

/** Where a value stands: `body`, then names and indexes. */
export type Place = readonly (string | number)[];

/** A problem of the value at `place`. */
export function problem(
  place: Place,
  value: JsonValue | undefined,
  what: { readonly type: string; readonly msg: string; readonly ctx?: Readonly<Record<string, string | number>> },
): ValidationProblem {
  return {
    type: what.type,
    loc: [...place],
    msg: what.msg,
    input: value === undefined ? null : toPlain(value),
    ...(what.ctx === undefined ? {} : { ctx: { ...what.ctx } }),
  };
}

/** The field `name` of `fields` by `check`, or that it is missing. */
export function checkField<T>(
  fields: JsonObject,
  place: Place,
  check: (value: JsonValue, place: Place) => Checked<T>,
): Checked<T> {
  const value = fields.get(String(place[place.length - 1]));
  if (value !== undefined) return check(value, place);
  return err(problem(place, fields, { type: 'missing', msg: 'Field required' }));
}

/** An object. */
export function checkObject(value: JsonValue, place: Place): Checked<JsonObject> {
  if (value instanceof Map) return ok(value);
  const msg = 'Input should be a valid dictionary or object to extract fields from';
  return err(problem(place, value, { type: 'model_attributes_type', msg }));
}

/** A text of whole characters. */
export function checkText(value: JsonValue, place: Place): Checked<string> {
  const msg = 'Input should be a valid string';
  if (typeof value !== 'string') return err(problem(place, value, { type: 'string_type', msg }));
  if (value.isWellFormed()) return ok(value);
  const halves = `${msg}, unable to parse raw data as a unicode string`;
  return err(problem(place, value, { type: 'string_unicode', msg: halves }));
}

/** A switch: a boolean, 0 or 1, or one of the words for them. */
export function checkSwitch(value: JsonValue, place: Place): Checked<'on' | 'off'> {
  const word = value instanceof JsonNumber ? value.text : value;
  if (word === true || (typeof word === 'string' && /^(1|1\.0|true|t|yes|y|on)$/i.test(word))) return ok('on');
  if (word === false || (typeof word === 'string' && /^(0|0\.0|false|f|no|n|off)$/i.test(word))) return ok('off');
  const msg = 'Input should be a valid boolean';
  if (typeof word !== 'string') return err(problem(place, value, { type: 'bool_type', msg }));
  return err(problem(place, value, { type: 'bool_parsing', msg: `${msg}, unable to interpret input` }));
}

const NUMBER_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const ENDLESS_TEXT = /^[+-]?(?:nan|inf(?:inity)?)$/i;
/** Digits before the point that are certain to fit a decimal's text. */
const WHOLE_DIGITS_MAX = 40;
const PLACES_MAX = 18;

/** A number: a JSON number, the text of one, or a boolean as 0 or 1. */
export function checkDecimal(value: JsonValue, place: Place): Checked<Decimal> {
  if (typeof value === 'boolean') return ok(value ? ONE : ZERO);
  const msg = 'Input should be a valid number';
  const text = numberText(value);
  if (text === null) return err(problem(place, value, { type: 'float_type', msg }));
  if (ENDLESS_TEXT.test(text)) return notFinite(place, value);
  if (!NUMBER_TEXT.test(text)) {
    return err(problem(place, value, { type: 'float_parsing', msg: `${msg}, unable to parse string as a number` }));
  }
  const exact = parseDecimal(text) ?? decimalFromFloat(Number(text));
  return exact === null ? tooManyDigits(place, value, Number(text)) : ok(exact);
}

function numberText(value: JsonValue): string | null {
  if (value instanceof JsonNumber) return value.text;
  return typeof value === 'string' ? value.trim() : null;
}

function notFinite(place: Place, value: JsonValue): Checked<never> {
  return err(problem(place, value, { type: 'finite_number', msg: 'Input should be a finite number' }));
}

function tooManyDigits(place: Place, value: JsonValue, size: number): Checked<never> {
  if (!Number.isFinite(size)) return notFinite(place, value);
  if (Math.abs(size) < 1) {
    const msg = `Decimal input should have no more than ${PLACES_MAX} decimal places`;
    return err(problem(place, value, { type: 'decimal_max_places', msg, ctx: { decimal_places: PLACES_MAX } }));
  }
  const msg = `Decimal input should have no more than ${WHOLE_DIGITS_MAX} digits before the decimal point`;
  return err(problem(place, value, { type: 'decimal_whole_digits', msg, ctx: { whole_digits: WHOLE_DIGITS_MAX } }));
}

const checkSeconds = integerWithin(0, Math.floor(EPOCH_MS_MAX / 1000));

/** A time in whole seconds, 1970 to 9999: an integer, the text of one, or a boolean as 0 or 1. */
export function checkTime(value: JsonValue, place: Place): Checked<EpochMs> {
  const seconds = checkSeconds(value, place);
  return seconds.ok ? ok(fromEpochSec(seconds.value)) : seconds;
}

/** A check for an integer within its bounds, both inclusive; `null` and absent are for the caller. */
export function integerWithin(min: number, max: number): (value: JsonValue, place: Place) => Checked<number> {
  return (value, place) => {
    const checked = checkInteger(value, place);
    if (!checked.ok) return checked;
    if (checked.value < min) {
      const msg = `Input should be greater than or equal to ${min}`;
      return err(problem(place, value, { type: 'greater_than_equal', msg, ctx: { ge: min } }));
    }
    if (checked.value <= max) return checked;
    const msg = `Input should be less than or equal to ${max}`;
    return err(problem(place, value, { type: 'less_than_equal', msg, ctx: { le: max } }));
  };
}

/** The field `name` of `fields` by `check`; `initial` where it is absent or `null`. */
export function checkFieldOr<T, I>(
  fields: JsonObject,
  field: { readonly name: string; readonly check: (value: JsonValue, place: Place) => Checked<T>; readonly initial: I },
): Checked<T | I> {
  const value = fields.get(field.name);
  return value === undefined || value === null ? ok(field.initial) : field.check(value, ['body', field.name]);
}

function checkInteger(value: JsonValue, place: Place): Checked<number> {
  if (typeof value === 'boolean') return ok(value ? 1 : 0);
  const msg = 'Input should be a valid integer';
  const text = numberText(value);
  if (text === null) return err(problem(place, value, { type: 'int_type', msg }));
  if (value instanceof JsonNumber) {
    const number = Number(text);
    if (!Number.isFinite(number)) return notFinite(place, value);
    if (Number.isInteger(number)) return ok(number);
    return err(problem(place, value, { type: 'int_from_float', msg: `${msg}, got a number with a fractional part` }));
  }
  if (/^[+-]?\d+(?:\.0+)?$/.test(text)) return ok(Number(text));
  return err(problem(place, value, { type: 'int_parsing', msg: `${msg}, unable to parse string as an integer` }));
}
