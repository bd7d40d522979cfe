/**
 * Payloads of factors as JSON text in the wire's words: names in snake case, instants (named `...Time`, lists of them
 * `...Times`) in whole seconds, prices as their exact decimal text.
 */
import type { Decimal } from '../core/decimal.ts';
import { toDecimalText } from '../core/decimal.ts';
import { type EpochMs, toEpochSec } from '../core/time.ts';
import type { ChartPayload, ChartValue } from '../model/chart.ts';

const TIME_NAME = /(?:^t|T)imes?$/;

/** A name of the model in the wire's words. */
export function wireName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** JSON text of a payload. */
export function payloadText(payload: ChartPayload): string {
  const parts: string[] = [];
  for (const name in payload) parts.push(`"${wireName(name)}":${fieldText(name, payload[name] as ChartValue)}`);
  return `{${parts.join(',')}}`;
}

/** JSON text of the value that a payload has under `name`. */
export function fieldText(name: string, value: ChartValue): string {
  return valueText(value, TIME_NAME.test(name) ? 'time' : 'plain');
}

function valueText(value: ChartValue, unit: 'time' | 'plain'): string {
  if (typeof value === 'bigint') return toDecimalText(value as Decimal);
  if (typeof value === 'number') return String(unit === 'time' ? toEpochSec(value as EpochMs) : value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((each: ChartValue) => valueText(each, unit)).join(',')}]`;
  return payloadText(value as ChartPayload);
}
