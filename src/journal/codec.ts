/**
 * Inputs, effects and states as text. Decimals are written as `{"$":"0.1"}` in canonical form, so the text is readable,
 * exact and equal for equal values; keys keep the order they were built in, which the engine keeps deterministic. Long
 * windows of doubles are written as their bytes, `{"f64":"..."}` in base64 (little-endian), because a window is not read
 * by people and its digits would be most of the text.
 */
import { hash } from 'node:crypto';
import { type Decimal, decimal, toDecimalText } from '../core/decimal.ts';

/** Texts of closed candles made so far, so that one in several places is written once. Candles never change. */
export type CandleTexts = Map<object, string>;

/**
 * The text of any plain value that may hold decimals: what `JSON.stringify` makes of it, with decimals as notes.
 * Written out here because a replacer is called back for every field, several times as slow.
 */
export function encode(value: unknown, texts: CandleTexts = new Map()): string {
  return textOf(value, texts) ?? 'null';
}

/** `undefined` where JSON has no text: the field is left out. */
function textOf(value: unknown, texts: CandleTexts): string | undefined {
  switch (typeof value) {
    case 'bigint':
      return `{"$":"${toDecimalText(value as Decimal)}"}`;
    case 'number':
    case 'boolean':
    case 'string':
      return JSON.stringify(value);
    case 'object':
      return value === null ? 'null' : textOfObject(value, texts);
    default:
      return undefined;
  }
}

function textOfObject(value: object, texts: CandleTexts): string {
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item, texts) ?? 'null').join(',')}]`;
  if (value instanceof Float64Array) return `{"f64":"${toBytesText(value)}"}`;
  const isCandle = 'kind' in value && value.kind === 'candleClosed';
  const known = isCandle ? texts.get(value) : undefined;
  if (known !== undefined) return known;
  const text = textOfFields(value as Readonly<Record<string, unknown>>, texts);
  if (isCandle) texts.set(value, text);
  return text;
}

function textOfFields(value: Readonly<Record<string, unknown>>, texts: CandleTexts): string {
  let fields = '';
  for (const key of Object.keys(value)) {
    const text = textOf(value[key], texts);
    if (text === undefined) continue;
    fields += `${fields === '' ? '' : ','}${JSON.stringify(key)}:${text}`;
  }
  return `{${fields}}`;
}

function toBytesText(window: Float64Array): string {
  return Buffer.from(window.buffer, window.byteOffset, window.byteLength).toString('base64');
}

/** The value of a text that `encode` made; the caller names its type because the journal's checksum vouches for it. */
export function parseEncoded<T>(text: string): T {
  // Most of a journal are prices of the whole market, which have no notes: without a reviver they are read much faster.
  if (!text.includes('{"$":"') && !text.includes('{"f64":"')) return JSON.parse(text) as T;
  return JSON.parse(text, (_key, part: unknown) => {
    if (isDecimalNote(part)) return decimal(part.$);
    return isWindowNote(part) ? fromBytesText(part.f64) : part;
  }) as T;
}

function fromBytesText(text: string): Float64Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float64Array(bytes.buffer);
}

function isWindowNote(part: unknown): part is { readonly f64: string } {
  return typeof part === 'object' && part !== null && 'f64' in part && typeof part.f64 === 'string';
}

function isDecimalNote(part: unknown): part is { readonly $: string } {
  return typeof part === 'object' && part !== null && '$' in part && typeof part.$ === 'string';
}

/** SHA-256 of a value's text, as hex: equal exactly for equal values. */
export function digest(value: unknown, texts: CandleTexts = new Map()): string {
  return digestText(encode(value, texts));
}

/** The digest of the value whose text this is. */
export function digestText(text: string): string {
  return hash('sha256', text, 'hex');
}
