/**
 * Payloads and drawings as column values and back: JSON text with exact prices as `{"$":"0.1"}`, deflated where that
 * saves something. What comes out of the file is checked like anything from outside.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type Decimal, parseDecimal, toDecimalText } from '../../core/decimal.ts';
import { type EpochMs, isEpochMs } from '../../core/time.ts';
import type { Reach } from '../../model/chart.ts';
import { RowFault } from './sqlite-failures.ts';

/** Text, or deflated text. */
export type ChartColumn = string | Buffer;

/** Below this a deflated text saves less than its reading costs. */
const DEFLATE_LENGTH_MIN = 1024;
/** Fastest level: lists of pivots shrink to a tenth at it. */
const DEFLATE_LEVEL = 1;
const REACHES: readonly string[] = ['fixed', 'growing', 'level', 'growingLevel'] satisfies readonly Reach[];

/** The column of a payload or a definition. */
export function toChartColumn(value: object): ChartColumn {
  const text = textOf(value);
  return text.length < DEFLATE_LENGTH_MIN ? text : deflateRawSync(text, { level: DEFLATE_LEVEL });
}

/** What `JSON.stringify` makes of it, with prices as notes; by hand, because a replacer is called for every field. */
function textOf(value: unknown): string {
  if (typeof value === 'bigint') return `{"$":"${toDecimalText(value as Decimal)}"}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  let fields = '';
  for (const name of Object.keys(value)) {
    const part = (value as Readonly<Record<string, unknown>>)[name];
    if (part !== undefined) fields += `${fields === '' ? '' : ','}"${name}":${textOf(part)}`;
  }
  return `{${fields}}`;
}

/** The value of a column; throws `RowFault` when it holds none. The caller names its type, which writing decided. */
export function fromChartColumn<T extends object>(column: ChartColumn): T {
  try {
    const text = typeof column === 'string' ? column : inflateRawSync(column).toString('utf8');
    const value: unknown = JSON.parse(text, (_key, part: unknown) => (isPriceNote(part) ? toPrice(part.$) : part));
    if (typeof value === 'object' && value !== null) return value as T;
  } catch (thrown) {
    throw new RowFault('a chart value can not be read', { cause: thrown });
  }
  throw new RowFault('a chart value is no object');
}

function isPriceNote(part: unknown): part is { readonly $: string } {
  return typeof part === 'object' && part !== null && '$' in part && typeof part.$ === 'string';
}

function toPrice(text: string): bigint {
  const price = parseDecimal(text);
  if (price === null) throw new RowFault(`price "${text}"`);
  return price;
}

/** A checked time. */
export function toTime(value: number): EpochMs {
  if (!isEpochMs(value)) throw new RowFault(`time ${value}`);
  return value;
}

/** A checked reach. */
export function toReach(text: string): Reach {
  if (!REACHES.includes(text)) throw new RowFault(`reach "${text}"`);
  return text as Reach;
}
