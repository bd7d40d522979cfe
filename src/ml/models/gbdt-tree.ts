/**
 * Grows one tree leaf by leaf, the most rewarding one first. In come binned rows with the gradients and hessians of the
 * loss, out come the tree and the scores of all rows with it; arrays are made once and used for every tree.
 */
import type { BinnedRows } from './gbdt-bins.ts';
import { createHistograms, fillSlot, findBest, type Histograms, type Slopes, subtractSlot } from './gbdt-histogram.ts';
import { leafValue, type NodeSums, type Split, type SplitLimits } from './gbdt-split.ts';
import type { Tree } from './model-document.ts';

/** How far a tree grows. */
export type TreeLimits = SplitLimits & { readonly leaves: number; readonly learningRate: number };

/** The rows to grow from, ascending, the features that may be asked about, and every row's slopes and score so far. */
export type GrowOrder = {
  readonly bag: Int32Array;
  readonly features: Int32Array;
  readonly slopes: Slopes;
  readonly scores: Float64Array;
};

/** Grows trees from the same rows, one after another; each is added to `scores`, also of rows outside the bag. */
export type Grower = (order: GrowOrder) => Tree;

type Leaf = {
  readonly node: number;
  readonly slot: number;
  /** Its stretch of the room's `order`. */
  readonly from: number;
  readonly to: number;
  readonly sums: NodeSums;
  readonly split: Split | null;
};

/** A tree under way; `bin` is what `threshold` is among bins. */
type Columns = { [K in keyof Tree]: number[] } & { readonly bin: number[] };

type Room = {
  readonly binned: BinnedRows;
  readonly limits: TreeLimits;
  readonly histograms: Histograms;
  readonly order: Int32Array;
  readonly spare: Int32Array;
};

/** A grower with room of its own. */
export function createGrower(binned: BinnedRows, limits: TreeLimits): Grower {
  const room: Room = {
    binned,
    limits,
    histograms: createHistograms(binned, limits.leaves),
    order: new Int32Array(binned.rows),
    spare: new Int32Array(binned.rows),
  };
  return (order) => grow(room, order);
}

function grow(room: Room, order: GrowOrder): Tree {
  const columns = emptyColumns();
  const leaves = [plant(room, order, columns)];
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

function emptyColumns(): Columns {
  return { feature: [], threshold: [], left: [], right: [], missing: [], value: [], gain: [], rows: [], bin: [] };
}

/** The root, a leaf so far. */
function plant(room: Room, { bag, features, slopes }: GrowOrder, columns: Columns): Leaf {
  room.order.set(bag);
  fillSlot(room.histograms, 0, { rows: bag, features, slopes });
  const sums = sumRows(bag, slopes);
  const split = findBest(room.histograms, 0, { total: sums, features, limits: room.limits });
  return { node: addNode(columns, sums.rows), slot: 0, from: 0, to: bag.length, sums, split };
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

type Cut = { readonly leaf: Leaf; readonly split: Split; readonly columns: Columns; readonly slot: number };

/** Both halves of a leaf; the smaller one gets the new slot, the larger one keeps what is left in the old. */
function splitLeaf(room: Room, { features, slopes }: GrowOrder, cut: Cut): readonly [Leaf, Leaf] {
  const { leaf, split, columns, slot } = cut;
  const { histograms, limits } = room;
  const middle = partition(room, leaf, split);
  const isLeftSmall = middle - leaf.from <= leaf.to - middle;
  const rows = isLeftSmall ? room.order.subarray(leaf.from, middle) : room.order.subarray(middle, leaf.to);
  fillSlot(histograms, slot, { rows, features, slopes });
  subtractSlot(histograms, { from: leaf.slot, part: slot }, features);
  const [leftSlot, rightSlot] = isLeftSmall ? [slot, leaf.slot] : [leaf.slot, slot];
  const searchIn = (at: number, total: NodeSums): Split | null => findBest(histograms, at, { total, features, limits });
  const [left, right] = ask(room, columns, { node: leaf.node, split });
  return [
    {
      node: left,
      slot: leftSlot,
      from: leaf.from,
      to: middle,
      sums: split.left,
      split: searchIn(leftSlot, split.left),
    },
    {
      node: right,
      slot: rightSlot,
      from: middle,
      to: leaf.to,
      sums: split.right,
      split: searchIn(rightSlot, split.right),
    },
  ];
}

/** Makes the leaf at `node` a question; answers its two children. */
function ask(
  { binned }: Room,
  columns: Columns,
  { node, split }: { readonly node: number; readonly split: Split },
): readonly [number, number] {
  const left = addNode(columns, split.left.rows);
  const right = addNode(columns, split.right.rows);
  columns.feature[node] = split.feature;
  columns.bin[node] = split.bin;
  columns.threshold[node] = binned.cuts[split.feature]?.[split.bin - 1] as number;
  columns.left[node] = left;
  columns.right[node] = right;
  columns.missing[node] = split.missing === 'left' ? 0 : 1;
  columns.gain[node] = split.gain;
  return [left, right];
}

/** Brings the rows that go left to the front of the leaf's stretch, both sides in their order; answers where right begins. */
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

/** Gives leaves their values and every other node the mean of what is below it. A tree that asks nothing says nothing. */
function settle({ limits }: Room, columns: Columns, leaves: readonly Leaf[]): void {
  if (leaves.length === 1) return;
  // A zero is added so that no value is minus zero, which a file does not keep.
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
  { bag, scores }: GrowOrder,
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
