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
  { sums, offset, bins }: FeatureHistogram,
  total: NodeSums,
  { feature, limits }: { readonly feature: number; readonly limits: SplitLimits },
): Split | null {
  const unknown = sumsAt(sums, offset);
  const parent = scoreOf(total.gradient, total.hessian, limits);
  const best = { gain: GAIN_MIN, bin: 0, unknownLeft: 0, gradient: 0, hessian: 0, rows: 0 };
  let gradient = 0;
  let hessian = 0;
  let rows = 0;
  const consider = (bin: number, unknownLeft: number): void => {
    const leftRows = rows + unknownLeft * unknown.rows;
    if (leftRows < limits.minLeafRows || total.rows - leftRows < limits.minLeafRows) return;
    const leftHessian = hessian + unknownLeft * unknown.hessian;
    const rightHessian = total.hessian - leftHessian;
    if (leftHessian < HESSIAN_MIN || rightHessian < HESSIAN_MIN) return;
    const leftGradient = gradient + unknownLeft * unknown.gradient;
    const scores =
      scoreOf(leftGradient, leftHessian, limits) + scoreOf(total.gradient - leftGradient, rightHessian, limits);
    if (scores - parent <= best.gain) return;
    Object.assign(best, {
      gain: scores - parent,
      bin,
      unknownLeft,
      gradient: leftGradient,
      hessian: leftHessian,
      rows: leftRows,
    });
  };
  for (let bin = 1; bin <= bins; bin++) {
    const at = offset + bin * BIN_STRIDE;
    gradient += sums[at] as number;
    hessian += sums[at + 1] as number;
    rows += sums[at + 2] as number;
    consider(bin, 0);
    if (unknown.rows > 0) consider(bin, 1);
  }
  if (best.bin === 0) return null;
  const left = { gradient: best.gradient, hessian: best.hessian, rows: best.rows };
  const right = {
    gradient: total.gradient - left.gradient,
    hessian: total.hessian - left.hessian,
    rows: total.rows - left.rows,
  };
  const missing = unknown.rows > 0 ? best.unknownLeft === 1 : left.rows >= right.rows;
  return { feature, bin: best.bin, missing: missing ? 'left' : 'right', gain: best.gain, left, right };
}

/** The sums of one bin. */
export function sumsAt(sums: Float64Array, at: number): NodeSums {
  return { gradient: sums[at] as number, hessian: sums[at + 1] as number, rows: sums[at + 2] as number };
}
