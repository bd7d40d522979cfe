/**
 * Boosted trees at work: all trees flat in typed arrays, walked from each root to a leaf, nothing allocated for a row.
 * What a feature did is told along the path: the change of the node's value at each question goes to the feature asked
 * (A. Saabas, "Interpreting random forests", 2014).
 */

import type { GbdtDocument, Tree } from './model-document.ts';
import type { FeatureRow, ScoreAt, Scorer } from './scorer.ts';

type FlatTrees = {
  readonly roots: Int32Array;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** The child for an unknown value. */
  readonly unknown: Int32Array;
  readonly value: Float64Array;
};

/** Opens the document. */
export function openGbdt(document: Pick<GbdtDocument, 'baseScore' | 'trees'>): Scorer {
  const flat = flatten(document.trees);
  const { roots } = flat;
  const { baseScore } = document;
  const base = document.trees.reduce((sum, tree) => sum + (tree.value[0] as number), baseScore);
  return {
    score: scoreTrees(flat, baseScore),
    contribute: (row, into) => {
      for (let at = 0; at < roots.length; at++) follow(flat, roots[at] as number, { row, into });
      return base;
    },
    weigh: (into) => {
      for (const tree of document.trees) addGains(tree, into);
    },
  };
}

/** Written out in one function: this loop is most of what a prediction costs. */
function scoreTrees(flat: FlatTrees, baseScore: number): ScoreAt {
  const { roots, feature, threshold, left, right, unknown, value } = flat;
  return (values, offset) => {
    let sum = baseScore;
    for (let tree = 0; tree < roots.length; tree++) {
      let node = roots[tree] as number;
      for (let asked = feature[node] as number; asked >= 0; asked = feature[node] as number) {
        const found = values[offset + asked] as number;
        if (found <= (threshold[node] as number)) node = left[node] as number;
        else node = (Number.isNaN(found) ? unknown[node] : right[node]) as number;
      }
      sum += value[node] as number;
    }
    return sum;
  };
}

/** The child of an inner node that a value goes to. */
function childOf(flat: FlatTrees, node: number, value: number): number {
  if (value <= (flat.threshold[node] as number)) return flat.left[node] as number;
  return (Number.isNaN(value) ? flat.unknown[node] : flat.right[node]) as number;
}

function follow(
  flat: FlatTrees,
  root: number,
  { row, into }: { readonly row: FeatureRow; readonly into: Float64Array },
): void {
  let node = root;
  for (let feature = flat.feature[node] as number; feature >= 0; feature = flat.feature[node] as number) {
    const child = childOf(flat, node, row[feature] as number);
    into[feature] = (into[feature] as number) + (flat.value[child] as number) - (flat.value[node] as number);
    node = child;
  }
}

function addGains(tree: Tree, into: Float64Array): void {
  tree.feature.forEach((feature, node) => {
    if (feature >= 0) into[feature] = (into[feature] as number) + (tree.gain[node] as number);
  });
}

function flatten(trees: readonly Tree[]): FlatTrees {
  const size = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const flat: FlatTrees = {
    roots: new Int32Array(trees.length),
    feature: new Int32Array(size),
    threshold: new Float64Array(size),
    left: new Int32Array(size),
    right: new Int32Array(size),
    unknown: new Int32Array(size),
    value: new Float64Array(size),
  };
  let offset = 0;
  trees.forEach((tree, at) => {
    flat.roots[at] = offset;
    place(flat, tree, offset);
    offset += tree.feature.length;
  });
  return flat;
}

function place(flat: FlatTrees, tree: Tree, offset: number): void {
  flat.feature.set(tree.feature, offset);
  flat.threshold.set(tree.threshold, offset);
  flat.value.set(tree.value, offset);
  tree.feature.forEach((_feature, node) => {
    const [left, right] = [(tree.left[node] as number) + offset, (tree.right[node] as number) + offset];
    flat.left[offset + node] = left;
    flat.right[offset + node] = right;
    flat.unknown[offset + node] = tree.missing[node] === 0 ? left : right;
  });
}
