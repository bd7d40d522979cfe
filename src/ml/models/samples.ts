/**
 * Rows with labels for training and judging, in one typed array: row after row, NaN where a value is not known. Rows are in
 * the order of their time; whoever makes them decides which span they belong to.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { FeatureRow } from './scorer.ts';

/** Labelled rows. `values` holds `labels.length` rows of `width` numbers; a label is 0 or 1. */
export type Samples = {
  readonly width: number;
  readonly values: Float64Array;
  readonly labels: Uint8Array;
};

/** Beyond this a number is a mistake: its square would not be finite in sums. */
const VALUE_MAX = 1e100;

/** One row with what became of it. */
export type LabelledRow = { readonly row: FeatureRow; readonly label: 0 | 1 };

/** Rows of one width as samples; a row of another width is a bug of the caller and stops. */
export function toSamples(rows: readonly LabelledRow[], width: number): Samples {
  const values = new Float64Array(rows.length * width);
  const labels = new Uint8Array(rows.length);
  rows.forEach(({ row, label }, at) => {
    if (row.length !== width) throw new RangeError(`row ${at} has ${row.length} values for ${width} features`);
    values.set(row, at * width);
    labels[at] = label;
  });
  return { width, values, labels };
}

/** The row at `at`, a view into the samples. */
export function rowOf({ values, width }: Samples, at: number): Float64Array {
  return values.subarray(at * width, (at + 1) * width);
}

/** Rows `from` to before `to`, as views. */
export function sliceSamples({ values, labels, width }: Samples, from: number, to: number): Samples {
  return { width, values: values.subarray(from * width, to * width), labels: labels.subarray(from, to) };
}

/** How many rows are labelled 1. */
export function countPositives({ labels }: Samples): number {
  let count = 0;
  for (const label of labels) count += label;
  return count;
}

/** The samples if a model can learn from them; `samples_unusable` for none, for one label alone and for broken numbers. */
export function checkSamples(samples: Samples, width: number): Result<Samples, Failure> {
  const reason = findFault(samples, width);
  return reason === null ? ok(samples) : err(failure('samples_unusable', { reason }));
}

function findFault(samples: Samples, width: number): string | null {
  const { values, labels } = samples;
  if (labels.length === 0) return 'there are none';
  if (samples.width !== width || values.length !== labels.length * width) {
    return `they are not ${width} values wide`;
  }
  const broken = values.findIndex((value) => Math.abs(value) > VALUE_MAX);
  if (broken >= 0) return `value ${broken % width} of row ${Math.floor(broken / width)} is ${values[broken]}`;
  if (labels.some((label) => label > 1)) return 'a label is neither 0 nor 1';
  const positives = countPositives(samples);
  if (positives === 0 || positives === labels.length) return `all ${labels.length} labels are ${labels[0]}`;
  return null;
}
