/**
 * Rows with what became of them, in columns. A row is put down at its time and settled later by its own number, never
 * looked up by time, because coins share times; one that is never settled is left out at the end and counted.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, toIsoText } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { Samples } from '../models/samples.ts';
import type { FeatureRow } from '../models/scorer.ts';

/** What became of a row: its label, when that was known, and the net result of its trade; NaN for none. */
export type Settlement = { readonly label: 0 | 1; readonly endTime: EpochMs; readonly net: number };

/** Settled rows by time, of one time by coin; everything has one value for each row. */
export type Dataset = {
  /** Every coin that was put down, in the order of first appearance. */
  readonly symbols: readonly string[];
  readonly samples: Samples;
  readonly times: Float64Array;
  /** When each label was known. */
  readonly ends: Float64Array;
  readonly nets: Float64Array;
  /** Index of each row's coin in `symbols`. */
  readonly coins: Uint16Array;
};

/** Rows on their way; mutates in place and belongs to whoever fills it. */
export type RowTable = {
  readonly width: number;
  readonly rowsMax: number;
  readonly symbols: Map<string, { readonly index: number; time: EpochMs }>;
  count: number;
  columns: Columns;
};

type Columns = {
  readonly values: Float64Array;
  readonly times: Float64Array;
  readonly ends: Float64Array;
  readonly nets: Float64Array;
  readonly coins: Uint16Array;
  /** 0 or 1, and `OPEN` before it is settled. */
  readonly labels: Uint8Array;
};

const OPEN = 2;
const CAPACITY = 1_024;
const SYMBOLS_MAX = 65_535;

/** No rows of `width` values; more than `rowsMax` are refused. */
export function createRowTable(width: number, rowsMax: number): RowTable {
  return { width, rowsMax, symbols: new Map(), count: 0, columns: createColumns(width, CAPACITY) };
}

function createColumns(width: number, capacity: number): Columns {
  return {
    values: new Float64Array(width * capacity),
    times: new Float64Array(capacity),
    ends: new Float64Array(capacity),
    nets: new Float64Array(capacity),
    coins: new Uint16Array(capacity),
    labels: new Uint8Array(capacity),
  };
}

/**
 * Puts a row down and answers its number. `samples_unusable` for a second row of a coin at one time or an earlier one, and
 * beyond the most rows.
 */
export function putRow(
  table: RowTable,
  { symbol, time }: { readonly symbol: string; readonly time: EpochMs },
  row: FeatureRow,
): Result<number, Failure> {
  const seen = table.symbols.get(symbol);
  const last = table.count === 0 ? 0 : (table.columns.times[table.count - 1] as number);
  if ((seen !== undefined && seen.time >= time) || last > time) {
    return refusal(`${symbol} at ${toIsoText(time)} is a second row or comes too late`);
  }
  if (table.count >= table.rowsMax) return refusal(`there are more than ${table.rowsMax}`);
  if (seen === undefined && table.symbols.size >= SYMBOLS_MAX)
    return refusal(`there are more than ${SYMBOLS_MAX} coins`);
  if (table.count === table.columns.labels.length) table.columns = grown(table);
  const number = table.count++;
  const entry = seen ?? { index: table.symbols.size, time };
  entry.time = time;
  table.symbols.set(symbol, entry);
  const { values, times, coins, labels } = table.columns;
  values.set(row, number * table.width);
  times[number] = time;
  coins[number] = entry.index;
  labels[number] = OPEN;
  return ok(number);
}

function refusal(reason: string): Result<never, Failure> {
  return err(failure('samples_unusable', { reason }));
}

function grown({ width, columns }: RowTable): Columns {
  const larger = createColumns(width, columns.labels.length * 2);
  larger.values.set(columns.values);
  larger.times.set(columns.times);
  larger.ends.set(columns.ends);
  larger.nets.set(columns.nets);
  larger.coins.set(columns.coins);
  larger.labels.set(columns.labels);
  return larger;
}

/** Settles the row of that number. */
export function settleRow({ columns }: RowTable, number: number, { label, endTime, net }: Settlement): void {
  columns.labels[number] = label;
  columns.ends[number] = endTime;
  columns.nets[number] = net;
}

/** The settled rows; the table is used up by it. */
export function toDataset({ width, symbols, count, columns }: RowTable): Dataset {
  const { values, times, ends, nets, coins, labels } = columns;
  let kept = 0;
  for (let row = 0; row < count; row++) {
    if (labels[row] === OPEN) continue;
    values.copyWithin(kept * width, row * width, (row + 1) * width);
    for (const column of [times, ends, nets, coins, labels]) column[kept] = column[row] as number;
    kept++;
  }
  return {
    symbols: [...symbols.keys()],
    samples: { width, values: values.subarray(0, kept * width), labels: labels.subarray(0, kept) },
    times: times.subarray(0, kept),
    ends: ends.subarray(0, kept),
    nets: nets.subarray(0, kept),
    coins: coins.subarray(0, kept),
  };
}
