/**
 * The state of discovery as text and back, to the last bit: typed arrays as base64, numbers that JSON has no words for
 * by name. The same state always has the same text, so texts are compared where states are meant.
 */
import type { DiscoveryState } from '../../discovery/index.ts';

const COLUMNS = { Float64Array, Int32Array, Uint32Array, Uint8Array } as const;

type Column = InstanceType<(typeof COLUMNS)[keyof typeof COLUMNS]>;

/** The text of `state`. */
export function stateToText(state: DiscoveryState): string {
  return JSON.stringify(state, (_name, value: unknown) => {
    if (ArrayBuffer.isView(value)) return writeColumn(value as Column);
    const isPlain = typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0));
    return isPlain ? value : { $number: Object.is(value, -0) ? '-0' : String(value) };
  });
}

function writeColumn(column: Column): unknown {
  const name = column.constructor.name;
  if (!Object.hasOwn(COLUMNS, name)) throw new RangeError(`no text for a ${name}`);
  const bytes = Buffer.from(column.buffer, column.byteOffset, column.byteLength);
  return { $column: name, bytes: bytes.toString('base64') };
}

/** The state in `text`, which `stateToText` wrote. */
export function stateFromText(text: string): DiscoveryState {
  return JSON.parse(text, (_name, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$number' in value) return Number(value.$number);
    return '$column' in value && 'bytes' in value ? readColumn(String(value.$column), String(value.bytes)) : value;
  }) as DiscoveryState;
}

function readColumn(name: string, base64: string): Column {
  const make = COLUMNS[name as keyof typeof COLUMNS];
  // A copy of its own: the buffer of a decoded text may start anywhere in a shared one.
  return new make(new Uint8Array(Buffer.from(base64, 'base64')).buffer);
}
