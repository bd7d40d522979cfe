/**
 * The best question to ask at a node: sums of gradients and hessians of each bin in, the split that lowers the loss most
 * out. Unknown values are tried on both sides. Gain and leaf value are those of second-order boosting with L1 and L2
 * (T. Chen, C. Guestrin, "XGBoost", KDD 2016, equations 5 to 7).
 */

/** Sums over the rows of a node. */
export type NodeSums = { readonly gradient: number; readonly hessian: number; readonly rows: number };

/** A question with what it does. */
export type Split = {
  readonly feature: number;
  /** Known values in bins up to this go left. */
  readonly bin: number;
  readonly missing: 'left' | 'right';
  readonly gain: number;
  readonly left: NodeSums;
  readonly right: NodeSums;
};

/** What bounds a split. */
export type SplitLimits = { readonly l1: number; readonly l2: number; readonly minLeafRows: number };

/** Numbers a bin takes in a histogram: sums of gradients and hessians, and rows. */
export const BIN_STRIDE = 3;
/** Less hessian than this is a leaf of rows that are already sure: its value would be all noise. */
const HESSIAN_MIN = 1e-3;
/** A gain below this is rounding. */
const GAIN_MIN = 1e-9;

/** A histogram of one feature: `bins` bins of known values from `offset` on, the unknown ones first. */
export type FeatureHistogram = { readonly sums: Float64Array; readonly offset: number; readonly bins: number };

/** Twice the loss that the best value of a leaf saves. */
function scoreOf(gradient: number, hessian: number, { l1, l2 }: SplitLimits): number {
  const pull = shrink(gradient, l1);
  return (pull * pull) / (hessian + l2);
}

/** The value of a leaf, before the learning rate. */
export function leafValue({ gradient, hessian }: NodeSums, { l1, l2 }: SplitLimits): number {
  return -shrink(gradient, l1) / (hessian + l2);
}

function shrink(gradient: number, l1: number): number {
  if (gradient > l1) return gradient - l1;
  return gradient < -l1 ? gradient + l1 : 0;
}

/** The best split of one feature; `null` when none keeps to the limits and gains anything. */
export function findSplit(
  histogram: FeatureHistogram,
  total: NodeSums,
  { feature, limits }: { readonly feature: number; readonly limits: SplitLimits },
): Split | null {
  const unknown = sumsAt(histogram.sums, histogram.offset);
  const best: Border = { bin: 0, gain: GAIN_MIN, gradient: 0, hessian: 0, rows: 0 };
  scan(histogram, { total, limits, best, before: NOTHING });
  const right = { ...best };
  if (unknown.rows > 0) scan(histogram, { total, limits, best, before: unknown });
  if (best.bin === 0) return null;
  const left: NodeSums = { gradient: best.gradient, hessian: best.hessian, rows: best.rows };
  const rest: NodeSums = {
    gradient: total.gradient - left.gradient,
    hessian: total.hessian - left.hessian,
    rows: total.rows - left.rows,
  };
  // Where nothing was unknown, an unknown value goes with the most rows.
  const isLeft = unknown.rows > 0 ? best.gain > right.gain : left.rows >= rest.rows;
  return { feature, bin: best.bin, missing: isLeft ? 'left' : 'right', gain: best.gain, left, right: rest };
}

/** A border between bins with the sums of what is left of it. */
type Border = { bin: number; gain: number; gradient: number; hessian: number; rows: number };

const NOTHING: NodeSums = { gradient: 0, hessian: 0, rows: 0 };

/** Tries every border with `before` left of the first bin; a better one than `best` is written there. */
function scan(
  { sums, offset, bins }: FeatureHistogram,
  {
    total,
    limits,
    best,
    before,
  }: { readonly total: NodeSums; readonly limits: SplitLimits; readonly best: Border; readonly before: NodeSums },
): void {
  const { minLeafRows } = limits;
  const parent = scoreOf(total.gradient, total.hessian, limits);
  let { gradient, hessian, rows } = before;
  for (let bin = 1; bin <= bins; bin++) {
    const at = offset + bin * BIN_STRIDE;
    const inBin = sums[at + 2] as number;
    // An empty bin asks the same as the one before it.
    if (inBin === 0) continue;
    gradient += sums[at] as number;
    hessian += sums[at + 1] as number;
    rows += inBin;
    if (rows < minLeafRows) continue;
    if (total.rows - rows < minLeafRows) return;
    const rest = total.hessian - hessian;
    if (hessian < HESSIAN_MIN || rest < HESSIAN_MIN) continue;
    const gain = scoreOf(gradient, hessian, limits) + scoreOf(total.gradient - gradient, rest, limits) - parent;
    if (gain <= best.gain) continue;
    best.bin = bin;
    best.gain = gain;
    best.gradient = gradient;
    best.hessian = hessian;
    best.rows = rows;
  }
}

/** The sums of one bin. */
export function sumsAt(sums: Float64Array, at: number): NodeSums {
  return { gradient: sums[at] as number, hessian: sums[at + 1] as number, rows: sums[at + 2] as number };
}
