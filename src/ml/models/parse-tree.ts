/**
 * One tree of a model file, read strictly: columns of one length, every question about a feature that there is, and every
 * node but the root the child of exactly one node before it, so that each walk ends in a leaf.
 */
import { type Fields, fieldsOf, integerOf, listOf, numbersOf, refuse } from '../json-shape.ts';
import type { Tree } from './model-document.ts';

const NODES_MAX = 4_095;
const ROWS_MAX = Number.MAX_SAFE_INTEGER;
const COLUMNS = ['feature', 'threshold', 'left', 'right', 'missing', 'value', 'gain', 'rows'] as const;

/** The tree at `path` over `width` features; refuses what is none. */
export function parseTree(value: unknown, path: string, width: number): Tree {
  const fields = fieldsOf(value, path, COLUMNS);
  const whole = (key: string, min: number, max: number): readonly number[] =>
    column(fields, `${path}.${key}`, { key, min, max });
  const feature = whole('feature', -1, width - 1);
  const size = feature.length;
  if (size === 0) refuse(`${path} has no nodes`);
  const tree: Tree = {
    feature,
    threshold: numbersOf(fields['threshold'], `${path}.threshold`, size),
    left: whole('left', -1, size - 1),
    right: whole('right', -1, size - 1),
    missing: whole('missing', 0, 1),
    value: numbersOf(fields['value'], `${path}.value`, size),
    gain: numbersOf(fields['gain'], `${path}.gain`, size),
    rows: whole('rows', 0, ROWS_MAX),
  };
  for (const key of COLUMNS)
    if (tree[key].length !== size) refuse(`${path}.${key} is not as long as the feature column`);
  checkLinks(tree, path);
  return tree;
}

function column(
  fields: Fields,
  path: string,
  { key, min, max }: { readonly key: string; readonly min: number; readonly max: number },
): readonly number[] {
  return listOf(fields[key], path, { max: NODES_MAX, read: (item, at) => integerOf(item, at, { min, max }) });
}

function checkLinks(tree: Tree, path: string): void {
  const parents = new Uint8Array(tree.feature.length);
  tree.feature.forEach((feature, node) => {
    const children = [tree.left[node] as number, tree.right[node] as number];
    if (feature < 0 && children.some((child) => child !== -1)) refuse(`${path}: the leaf ${node} has a child`);
    if (feature < 0) return;
    if (children.some((child) => child <= node)) refuse(`${path}: a child of node ${node} does not come after it`);
    for (const child of children) parents[child] = (parents[child] as number) + 1;
  });
  const stray = parents.findIndex((count, node) => count !== (node === 0 ? 0 : 1));
  if (stray >= 0) refuse(`${path}: node ${stray} is not the child of exactly one node`);
}
