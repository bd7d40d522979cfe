/**
 * Values sorted into at most 255 bins a feature, column by column, bin 0 for what is not known. Cuts lie halfway between
 * values that were seen, about equally many rows to a bin, and a value seen often gets a bin of its own.
 */
import type { Samples } from './samples.ts';

/** Rows as bins. */
export type BinnedRows = {
  readonly rows: number;
  readonly width: number;
  /** Feature after feature, `rows` bins each. */
  readonly bins: Uint8Array;
  /** Of each feature, rising: a value at most `cuts[b - 1]` and above the one before is in bin b. */
  readonly cuts: readonly Float64Array[];
};

/** Cut of the last bin: everything known is at most this. */
export const LAST_CUT = Number.MAX_VALUE;

/** Bins the samples; `binsMax` counts the bin of unknown values. */
export function binSamples({ values, labels, width }: Samples, binsMax: number): BinnedRows {
  const rows = labels.length;
  const bins = new Uint8Array(rows * width);
  const known = new Float64Array(rows);
  const cuts = Array.from({ length: width }, (_, feature) => {
    let count = 0;
    for (let at = feature; at < values.length; at += width) {
      const value = values[at] as number;
      if (!Number.isNaN(value)) known[count++] = value;
    }
    const featureCuts = findCuts(known.subarray(0, count).sort(), binsMax - 1);
    for (let row = 0; row < rows; row++) {
      bins[feature * rows + row] = binOf(featureCuts, values[row * width + feature] as number);
    }
    return featureCuts;
  });
  return { rows, width, bins, cuts };
}

/** The bin of a value: 0 when it is not known, else 1 and up. */
export function binOf(cuts: Float64Array, value: number): number {
  if (Number.isNaN(value)) return 0;
  let low = 0;
  let high = cuts.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (cuts[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}

/** Cuts of ascending values into at most `binsMax` bins, the last one `LAST_CUT`. */
function findCuts(sorted: Float64Array, binsMax: number): Float64Array {
  const isFew = countDistinct(sorted) <= binsMax;
  const cuts: number[] = [];
  let rowsLeft = sorted.length;
  let inBin = 0;
  for (let at = 0; at + 1 < sorted.length && cuts.length < binsMax - 1; at++) {
    inBin++;
    const [value, next] = [sorted[at] as number, sorted[at + 1] as number];
    const isFull = isFew || inBin >= rowsLeft / (binsMax - cuts.length);
    if (!(next > value) || !isFull) continue;
    cuts.push(between(value, next));
    rowsLeft -= inBin;
    inBin = 0;
  }
  return Float64Array.from([...cuts, LAST_CUT]);
}

function countDistinct(sorted: Float64Array): number {
  let count = sorted.length > 0 ? 1 : 0;
  for (let at = 1; at < sorted.length; at++) if ((sorted[at] as number) > (sorted[at - 1] as number)) count++;
  return count;
}

/** Halfway, and below `high` even where the two are neighbours among doubles. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}
