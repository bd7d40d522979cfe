/**
 * Inputs, effects and states as text. Decimals are written as `{"$":"0.1"}` in canonical form, so the text is readable,
 * exact and equal for equal values; keys keep the order they were built in, which the engine keeps deterministic.
 */
import { createHash } from 'node:crypto';
import { type Decimal, decimal, toDecimalText } from '../core/decimal.ts';

/** The text of any plain value that may hold decimals. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    return typeof part === 'bigint' ? { $: toDecimalText(part as Decimal) } : part;
  });
}

/** The value of a text that `encode` made; the caller names its type because the journal's checksum vouches for it. */
export function parseEncoded<T>(text: string): T {
  return JSON.parse(text, (_key, part: unknown) => (isDecimalNote(part) ? decimal(part.$) : part)) as T;
}

function isDecimalNote(part: unknown): part is { readonly $: string } {
  return typeof part === 'object' && part !== null && '$' in part && typeof part.$ === 'string';
}

/** SHA-256 of a value's text, as hex: equal exactly for equal values. */
export function digest(value: unknown): string {
  return createHash('sha256').update(encode(value)).digest('hex');
}
