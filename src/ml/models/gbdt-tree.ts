/**
 * Grows one tree leaf by leaf, the most rewarding one first. In come binned rows with the gradients and hessians of the
 * loss, out comes the tree; all arrays are made once and used for every tree, and nothing is allocated for a row.
 * The larger half of a split gets its histogram by subtraction (G. Ke et al., "LightGBM", NIPS 2017).
 */
import type { BinnedRows } from './gbdt-bins.ts';
import { BIN_STRIDE, findSplit, leafValue, type NodeSums, type Split, type SplitLimits } from './gbdt-split.ts';
import type { Tree } from './model-document.ts';

/** How far a tree grows. */
export type TreeLimits = SplitLimits & { readonly leaves: number; readonly learningRate: number };

/** The slopes of the loss at each row. */
export type Slopes = { readonly gradients: Float64Array; readonly hessians: Float64Array };

/** A tree, and the log odds that it adds to every row it was grown for, in the order of the rows. */
export type Grower = {
  /** Grows a tree from the rows in `bag` (the first `bag.length`), asking only about `features`; adds it to `scores` of all rows. */
  readonly grow: (bag: Int32Array, features: Int32Array, slopes: Slopes & { readonly scores: Float64Array }) => Tree;
};

type Leaf = {
  readonly node: number;
  readonly slot: number;
  readonly from: number;
  readonly to: number;
  readonly sums: NodeSums;
  readonly split: Split | null;
};

type Columns = { [K in keyof Tree]: number[] } & { readonly bin: number[] };

/** Room for growing trees over these rows. */
type Room = {
  readonly binned: BinnedRows;
  readonly limits: TreeLimits;
  /** Row numbers; each leaf owns a stretch. */
  readonly order: Int32Array;
  readonly spare: Int32Array;
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
  /** A histogram for each leaf. */
  readonly histograms: Float64Array;
  readonly histogramSize: number;
  readonly offsets: Int32Array;
};

/** A grower with room of its own. */
export function createGrower(binned: BinnedRows, limits: TreeLimits): Grower {
  const room = makeRoom(binned, limits);
  return { grow: (bag, features, slopes) => grow(room, { bag, features, slopes }) };
}

function makeRoom(binned: BinnedRows, limits: TreeLimits): Room {
  const offsets = new Int32Array(binned.width);
  let size = 0;
  binned.cuts.forEach((cuts, feature) => {
    offsets[feature] = size;
    size += (cuts.length + 1) * BIN_STRIDE;
  });
  return {
    binned,
    limits,
    order: new Int32Array(binned.rows),
    spare: new Int32Array(binned.rows),
    gradients: new Float64Array(binned.rows),
    hessians: new Float64Array(binned.rows),
    histograms: new Float64Array(size * limits.leaves),
    histogramSize: size,
    offsets,
  };
}

type Order = {
  readonly bag: Int32Array;
  readonly features: Int32Array;
  readonly slopes: Slopes & { readonly scores: Float64Array };
};

function grow(room: Room, order: Order): Tree {
  const { bag, features, slopes } = order;
  const columns: Columns = {
    feature: [],
    threshold: [],
    left: [],
    right: [],
    missing: [],
    value: [],
    gain: [],
    rows: [],
    bin: [],
  };
  room.order.set(bag);
  fillHistogram(room, { slot: 0, from: 0, to: bag.length, features, slopes });
  const sums = sumRows(bag, slopes);
  const leaves: Leaf[] = [
    {
      node: addNode(columns, sums.rows),
      slot: 0,
      from: 0,
      to: bag.length,
      sums,
      split: findBest(room, { slot: 0, sums, features }),
    },
  ];
  while (leaves.length < room.limits.leaves) {
    const at = mostRewarding(leaves);
    const leaf = leaves[at];
    if (leaf === undefined || leaf.split === null) break;
    const [left, right] = splitLeaf(room, order, { leaf, split: leaf.split, columns, slot: leaves.length });
    leaves[at] = left;
    leaves.push(right);
  }
  settle(room, columns, leaves);
  addScores(room, order, { columns, leaves });
  const { bin, ...tree } = columns;
  return tree;
}

function addNode(columns: Columns, rows: number): number {
  for (const key of ['feature', 'left', 'right'] as const) columns[key].push(-1);
  for (const key of ['threshold', 'missing', 'value', 'gain', 'bin'] as const) columns[key].push(0);
  return columns.rows.push(rows) - 1;
}

function sumRows(bag: Int32Array, { gradients, hessians }: Slopes): NodeSums {
  let gradient = 0;
  let hessian = 0;
  for (const row of bag) {
    gradient += gradients[row] as number;
    hessian += hessians[row] as number;
  }
  return { gradient, hessian, rows: bag.length };
}

/** The leaf whose split gains most, the earliest of equals; -1 when none can be split. */
function mostRewarding(leaves: readonly Leaf[]): number {
  let best = -1;
  let gain = 0;
  leaves.forEach(({ split }, at) => {
    if (split === null || split.gain <= gain) return;
    best = at;
    gain = split.gain;
  });
  return best;
}

function splitLeaf(
  room: Room,
  { features, slopes }: Order,
  {
    leaf,
    split,
    columns,
    slot,
  }: { readonly leaf: Leaf; readonly split: Split; readonly columns: Columns; readonly slot: number },
): readonly [Leaf, Leaf] {
  const middle = partition(room, leaf, split);
  const [leftNode, rightNode] = ask(room, columns, { node: leaf.node, split });
  const isLeftSmall = middle - leaf.from <= leaf.to - middle;
  const small = isLeftSmall ? { from: leaf.from, to: middle } : { from: middle, to: leaf.to };
  fillHistogram(room, { slot, ...small, features, slopes });
  subtractHistogram(room, { from: leaf.slot, what: slot });
  const [leftSlot, rightSlot] = isLeftSmall ? [slot, leaf.slot] : [leaf.slot, slot];
  const child = (node: number, childSlot: number, sums: NodeSums): Pick<Leaf, 'node' | 'slot' | 'sums' | 'split'> => ({
    node,
    slot: childSlot,
    sums,
    split: findBest(room, { slot: childSlot, sums, features }),
  });
  return [
    { ...child(leftNode, leftSlot, split.left), from: leaf.from, to: middle },
    { ...child(rightNode, rightSlot, split.right), from: middle, to: leaf.to },
  ];
}

function ask(
  room: Room,
  columns: Columns,
  { node, split }: { readonly node: number; readonly split: Split },
): readonly [number, number] {
  const left = addNode(columns, split.left.rows);
  const right = addNode(columns, split.right.rows);
  columns.feature[node] = split.feature;
  columns.bin[node] = split.bin;
  columns.threshold[node] = room.binned.cuts[split.feature]?.[split.bin - 1] as number;
  columns.left[node] = left;
  columns.right[node] = right;
  columns.missing[node] = split.missing === 'left' ? 0 : 1;
  columns.gain[node] = split.gain;
  return [left, right];
}

/** Brings the rows that go left to the front of the leaf's stretch, each side in the order it was; answers where right begins. */
function partition({ binned, order, spare }: Room, { from, to }: Leaf, { feature, bin, missing }: Split): number {
  const column = feature * binned.rows;
  // Unknown values are in bin 0, which is never above a split's bin; sent right, they count as above all bins.
  const unknown = missing === 'left' ? 0 : 256;
  let left = from;
  let right = 0;
  for (let at = from; at < to; at++) {
    const row = order[at] as number;
    const rowBin = binned.bins[column + row] as number;
    if ((rowBin === 0 ? unknown : rowBin) <= bin) order[left++] = row;
    else spare[right++] = row;
  }
  order.set(spare.subarray(0, right), left);
  return left;
}

function fillHistogram(
  room: Room,
  part: {
    readonly slot: number;
    readonly from: number;
    readonly to: number;
    readonly features: Int32Array;
    readonly slopes: Slopes;
  },
): void {
  const { binned, order, histograms } = room;
  const count = part.to - part.from;
  const rows = order.subarray(part.from, part.to);
  for (let at = 0; at < count; at++) {
    room.gradients[at] = part.slopes.gradients[rows[at] as number] as number;
    room.hessians[at] = part.slopes.hessians[rows[at] as number] as number;
  }
  for (const feature of part.features) {
    const base = part.slot * room.histogramSize + (room.offsets[feature] as number);
    const bins = ((binned.cuts[feature] as Float64Array).length + 1) * BIN_STRIDE;
    const sums = histograms.subarray(base, base + bins).fill(0);
    addRows(sums, rows, { bins: binned.bins.subarray(feature * binned.rows, (feature + 1) * binned.rows), room });
  }
}

function addRows(
  sums: Float64Array,
  rows: Int32Array,
  { bins, room }: { readonly bins: Uint8Array; readonly room: Room },
): void {
  const { gradients, hessians } = room;
  for (let at = 0; at < rows.length; at++) {
    const bin = (bins[rows[at] as number] as number) * BIN_STRIDE;
    sums[bin] = (sums[bin] as number) + (gradients[at] as number);
    sums[bin + 1] = (sums[bin + 1] as number) + (hessians[at] as number);
    sums[bin + 2] = (sums[bin + 2] as number) + 1;
  }
}

function subtractHistogram(
  { histograms, histogramSize }: Room,
  { from, what }: { readonly from: number; readonly what: number },
): void {
  const target = histograms.subarray(from * histogramSize, (from + 1) * histogramSize);
  const part = histograms.subarray(what * histogramSize, (what + 1) * histogramSize);
  for (let at = 0; at < histogramSize; at++) target[at] = (target[at] as number) - (part[at] as number);
}

function findBest(
  room: Room,
  { slot, sums, features }: { readonly slot: number; readonly sums: NodeSums; readonly features: Int32Array },
): Split | null {
  let best: Split | null = null;
  for (const feature of features) {
    const offset = slot * room.histogramSize + (room.offsets[feature] as number);
    const bins = (room.binned.cuts[feature] as Float64Array).length;
    const split = findSplit({ sums: room.histograms, offset, bins }, sums, { feature, limits: room.limits });
    if (split !== null && (best === null || split.gain > best.gain)) best = split;
  }
  return best;
}

/** Gives leaves their values and every other node the mean of what is below it. A tree that asks nothing says nothing. */
function settle({ limits }: Room, columns: Columns, leaves: readonly Leaf[]): void {
  if (leaves.length === 1) return;
  for (const { node, sums } of leaves) columns.value[node] = limits.learningRate * leafValue(sums, limits) + 0;
  for (let node = columns.feature.length - 1; node >= 0; node--) {
    const [left, right] = [columns.left[node] as number, columns.right[node] as number];
    if (left < 0) continue;
    const [leftRows, rightRows] = [columns.rows[left] as number, columns.rows[right] as number];
    const sum = leftRows * (columns.value[left] as number) + rightRows * (columns.value[right] as number);
    columns.value[node] = sum / (leftRows + rightRows) + 0;
  }
}

/** Adds the tree to the score of every row: those it was grown from by their leaf, the others by a walk. */
function addScores(
  { binned, order }: Room,
  { bag, slopes: { scores } }: Order,
  { columns, leaves }: { readonly columns: Columns; readonly leaves: readonly Leaf[] },
): void {
  for (const { node, from, to } of leaves) {
    const value = columns.value[node] as number;
    for (let at = from; at < to; at++) {
      const row = order[at] as number;
      scores[row] = (scores[row] as number) + value;
    }
  }
  let next = 0;
  for (let row = 0; row < binned.rows; row++) {
    if (bag[next] === row) next++;
    else scores[row] = (scores[row] as number) + (columns.value[leafOf(binned, columns, row)] as number);
  }
}

function leafOf({ bins, rows }: BinnedRows, columns: Columns, row: number): number {
  let node = 0;
  for (let feature = columns.feature[node] as number; feature >= 0; feature = columns.feature[node] as number) {
    const bin = bins[feature * rows + row] as number;
    const isLeft = bin === 0 ? columns.missing[node] === 0 : bin <= (columns.bin[node] as number);
    node = (isLeft ? columns.left[node] : columns.right[node]) as number;
  }
  return node;
}
