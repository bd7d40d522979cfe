/**
 * Sums of slopes by bin, for each leaf of a growing tree. Rows of a leaf go in, the best question to ask of them comes
 * out. All arrays are made once; nothing is allocated for a row. The larger half of a split gets its sums by subtraction
 * (G. Ke et al., "LightGBM", NIPS 2017).
 */
import type { BinnedRows } from './gbdt-bins.ts';
import { BIN_STRIDE, findSplit, type NodeSums, type Split, type SplitLimits } from './gbdt-split.ts';

/** The slopes of the loss at each row. */
export type Slopes = { readonly gradients: Float64Array; readonly hessians: Float64Array };

/** Room for the histograms of `leaves` leaves, each in a slot of its own. */
export type Histograms = {
  readonly binned: BinnedRows;
  readonly sums: Float64Array;
  readonly slotSize: number;
  /** Where each feature begins within a slot. */
  readonly offsets: Int32Array;
  /** The slopes of the rows at hand, side by side: they are read once for every feature. */
  readonly gathered: Slopes;
};

/** Empty room. */
export function createHistograms(binned: BinnedRows, leaves: number): Histograms {
  const offsets = new Int32Array(binned.width);
  let slotSize = 0;
  binned.cuts.forEach((cuts, feature) => {
    offsets[feature] = slotSize;
    slotSize += (cuts.length + 1) * BIN_STRIDE;
  });
  return {
    binned,
    sums: new Float64Array(slotSize * leaves),
    slotSize,
    offsets,
    gathered: { gradients: new Float64Array(binned.rows), hessians: new Float64Array(binned.rows) },
  };
}

/** Fills a slot for `features` with the sums of `rows`. */
export function fillSlot(
  histograms: Histograms,
  slot: number,
  part: { readonly rows: Int32Array; readonly features: Int32Array; readonly slopes: Slopes },
): void {
  const { binned, gathered } = histograms;
  const { rows, features, slopes } = part;
  for (let at = 0; at < rows.length; at++) {
    gathered.gradients[at] = slopes.gradients[rows[at] as number] as number;
    gathered.hessians[at] = slopes.hessians[rows[at] as number] as number;
  }
  for (const feature of features) {
    const from = slot * histograms.slotSize + (histograms.offsets[feature] as number);
    const size = ((binned.cuts[feature] as Float64Array).length + 1) * BIN_STRIDE;
    const sums = histograms.sums.subarray(from, from + size).fill(0);
    const bins = binned.bins.subarray(feature * binned.rows, (feature + 1) * binned.rows);
    addRows(sums, rows, { bins, gathered });
  }
}

function addRows(
  sums: Float64Array,
  rows: Int32Array,
  { bins, gathered }: { readonly bins: Uint8Array; readonly gathered: Slopes },
): void {
  const { gradients, hessians } = gathered;
  for (let at = 0; at < rows.length; at++) {
    const bin = (bins[rows[at] as number] as number) * BIN_STRIDE;
    sums[bin] = (sums[bin] as number) + (gradients[at] as number);
    sums[bin + 1] = (sums[bin + 1] as number) + (hessians[at] as number);
    sums[bin + 2] = (sums[bin + 2] as number) + 1;
  }
}

/** Leaves in slot `from` what it had of `features` without slot `part`. */
export function subtractSlot(
  { binned, sums, slotSize, offsets }: Histograms,
  slots: { readonly from: number; readonly part: number },
  features: Int32Array,
): void {
  for (const feature of features) {
    const offset = offsets[feature] as number;
    const size = ((binned.cuts[feature] as Float64Array).length + 1) * BIN_STRIDE;
    const target = sums.subarray(slots.from * slotSize + offset, slots.from * slotSize + offset + size);
    const what = sums.subarray(slots.part * slotSize + offset, slots.part * slotSize + offset + size);
    for (let at = 0; at < size; at++) target[at] = (target[at] as number) - (what[at] as number);
  }
}

/** The best question to ask the rows of a slot, the earliest feature of equals; `null` when none helps. */
export function findBest(
  histograms: Histograms,
  slot: number,
  search: { readonly total: NodeSums; readonly features: Int32Array; readonly limits: SplitLimits },
): Split | null {
  const { binned, sums, slotSize, offsets } = histograms;
  let best: Split | null = null;
  for (const feature of search.features) {
    const offset = slot * slotSize + (offsets[feature] as number);
    const bins = (binned.cuts[feature] as Float64Array).length;
    const split = findSplit({ sums, offset, bins }, search.total, { feature, limits: search.limits });
    if (split !== null && (best === null || split.gain > best.gain)) best = split;
  }
  return best;
}
