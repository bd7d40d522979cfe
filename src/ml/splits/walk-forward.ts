/**
 * Purged walk-forward splits: rows by time with the ends of their labels in, and out splits whose training, validation and
 * test spans follow each other, each split beginning later than the one before. No label reaches over the end of its span,
 * and the first rows of a span are left out for an embargo, because they look back into the span before. Splits stand at
 * fixed times from the beginning, so rows that come later add splits and change none.
 */
import { addMs, type EpochMs } from '../../core/time.ts';

/** When rows are and when their labels were known; times ascend. */
export type LabelTimes = { readonly times: ArrayLike<number>; readonly ends: ArrayLike<number> };

/** How splits are laid out. */
export type SplitPlan = {
  /** Beginning of every training span. */
  readonly from: EpochMs;
  /** Length of the first training span; each later one is longer by a test span. */
  readonly trainMs: number;
  readonly validationMs: number;
  readonly testMs: number;
  /** Left out at the beginning of the validation and the test span. */
  readonly embargoMs: number;
};

/** A span [`from`, `to`) and the numbers of its rows; what was left out is counted. */
export type SplitSpan = {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly rows: Uint32Array;
  /** Rows whose label was not known before the end of the span. */
  readonly purged: number;
  readonly embargoed: number;
};

/** One split. */
export type Split = { readonly train: SplitSpan; readonly validation: SplitSpan; readonly test: SplitSpan };

/** The splits whose test span ends at `until` at the latest. */
export function splitWalkForward(labels: LabelTimes, plan: SplitPlan, until: EpochMs): readonly Split[] {
  const { from, trainMs, validationMs, testMs, embargoMs } = plan;
  if (!(trainMs > 0 && validationMs > 0 && testMs > 0)) throw new RangeError('a span has no length');
  const splits: Split[] = [];
  for (let moved = 0; ; moved += testMs) {
    const validationFrom = addMs(from, trainMs + moved);
    const testFrom = addMs(validationFrom, validationMs);
    const to = addMs(testFrom, testMs);
    if (to > until) return splits;
    splits.push({
      train: spanOf(labels, { from, to: validationFrom, embargoMs: 0 }),
      validation: spanOf(labels, { from: validationFrom, to: testFrom, embargoMs }),
      test: spanOf(labels, { from: testFrom, to, embargoMs }),
    });
  }
}

function spanOf(
  { times, ends }: LabelTimes,
  { from, to, embargoMs }: { readonly from: EpochMs; readonly to: EpochMs; readonly embargoMs: number },
): SplitSpan {
  const [first, beyond] = [firstAt(times, from), firstAt(times, to)];
  const begin = Math.min(beyond, firstAt(times, from + embargoMs));
  const rows = new Uint32Array(beyond - begin);
  let kept = 0;
  for (let row = begin; row < beyond; row++) if ((ends[row] as number) <= to) rows[kept++] = row;
  return { from, to, rows: rows.subarray(0, kept), purged: beyond - begin - kept, embargoed: begin - first };
}

/** The first row at `time` or later (binary search); the number of rows where there is none. */
function firstAt(times: ArrayLike<number>, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
