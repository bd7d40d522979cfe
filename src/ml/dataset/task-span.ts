/**
 * Rows of a split as training and judging take them: a dataset and row numbers in, the span with its own copy of the values
 * out, in the order of the numbers.
 */
import type { EpochMs } from '../../core/time.ts';
import type { TradeSpan } from '../evaluation.ts';
import { rowOf } from '../models/samples.ts';
import type { Dataset } from './row-table.ts';

/** The span of these rows. */
export function toTaskSpan({ samples, times, nets }: Dataset, rows: Uint32Array): TradeSpan {
  const { width } = samples;
  const values = new Float64Array(rows.length * width);
  rows.forEach((row, at) => {
    values.set(rowOf(samples, row), at * width);
  });
  return {
    samples: { width, values, labels: Uint8Array.from(rows, (row) => samples.labels[row] as number) },
    times: Array.from(rows, (row) => times[row] as EpochMs),
    nets: Float64Array.from(rows, (row) => nets[row] as number),
  };
}
