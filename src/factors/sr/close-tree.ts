/**
 * Closing prices of the newest candles with the least and the greatest of every block of 8, 64, 512 and 4096, so that
 * crossings of a band are counted without looking at every candle: a block on one side of the band has none inside.
 * Counting up to k crossings costs O(k log n). Prices are doubles: bands are made of averages. Plain data; it mutates.
 */
import { assert } from '../../core/assert.ts';

/** The closes; `count` were added since the start, at least the newest `capacityMax` of them are here. */
export type CloseTree = {
  readonly capacityMax: number;
  capacity: number;
  count: number;
  closes: Float64Array;
  /** Least and greatest close of each block, by level from the smallest blocks up. */
  least: Float64Array[];
  greatest: Float64Array[];
};

const WIDTHS = [8, 64, 512, 4096] as const;
const WIDEST = 4096;
const FIRST_CAPACITY = 512;

/** Which level has blocks of `width`; -1 for single closes. */
function levelOf(width: number): number {
  return width === 1 ? -1 : width === 8 ? 0 : width === 64 ? 1 : width === 512 ? 2 : 3;
}

/** An empty tree that keeps at least the newest `lookback` closes. */
export function createCloseTree(lookback: number): CloseTree {
  const capacityMax = Math.ceil(lookback / WIDEST) * WIDEST;
  return { capacityMax, count: 0, ...emptyArrays(FIRST_CAPACITY) };
}

function emptyArrays(capacity: number): Pick<CloseTree, 'capacity' | 'closes' | 'least' | 'greatest'> {
  const blocks = () => WIDTHS.map((width) => new Float64Array(Math.ceil(capacity / width)));
  return { capacity, closes: new Float64Array(capacity), least: blocks(), greatest: blocks() };
}

/** Adds the next close. */
export function addClose(tree: CloseTree, close: number): void {
  if (tree.count === tree.capacity && tree.capacity < tree.capacityMax) grow(tree);
  const index = tree.count++;
  tree.closes[index % tree.capacity] = close;
  for (const [level, width] of WIDTHS.entries()) {
    const least = tree.least[level] as Float64Array;
    const greatest = tree.greatest[level] as Float64Array;
    const block = Math.floor(index / width) % least.length;
    const isFirst = index % width === 0;
    if (isFirst || close < (least[block] as number)) least[block] = close;
    if (isFirst || close > (greatest[block] as number)) greatest[block] = close;
  }
}

/** Doubles the arrays; possible only before the first close is overwritten, when places and slots agree. */
function grow(tree: CloseTree): void {
  const larger = emptyArrays(Math.min(tree.capacity * 2, tree.capacityMax));
  larger.closes.set(tree.closes);
  for (const level of WIDTHS.keys()) {
    larger.least[level]?.set(tree.least[level] ?? []);
    larger.greatest[level]?.set(tree.greatest[level] ?? []);
  }
  Object.assign(tree, larger);
}

/** Whether the close of `index` is still here. */
export function hasClose(tree: CloseTree, index: number): boolean {
  return index >= Math.max(0, tree.count - tree.capacity) && index < tree.count;
}

/** The newest close. */
export function lastClose(tree: CloseTree): number {
  return tree.closes[(tree.count - 1) % tree.capacity] as number;
}

/** A band, and the stretch of candles [`from`, `to`) in which its crossings are counted. */
export type BandQuery = { readonly lower: number; readonly upper: number; readonly from: number; readonly to: number };

/** Crossings of a band: how many, and the place of the close that completed the last one counted; -1 for none. */
export type Crossings = { readonly count: number; readonly lastIndex: number };

/**
 * How often closes went from above `upper` to below `lower` or back, counting at most `limit`. `steps.count` grows by
 * the blocks and closes looked at.
 */
export function countCrossings(
  tree: CloseTree,
  query: BandQuery,
  { limit, steps }: { readonly limit: number; readonly steps: { count: number } },
): Crossings {
  assert(query.from >= query.to || hasClose(tree, query.from), `close ${query.from} has left`);
  let side = 0;
  let count = 0;
  let lastIndex = -1;
  let index = query.from;
  while (index < query.to && count < limit) {
    steps.count++;
    const width = uniformWidth(tree, index, query);
    const at = sideAt(tree, { index, width }, query);
    if (at !== 0) {
      if (side === -at) {
        count++;
        lastIndex = firstBeyond(tree, query, { index, width, side: at });
      }
      side = at;
    }
    index += width;
  }
  return { count, lastIndex };
}

/** Width of the widest block that begins at `index`, ends before `to` and keeps to one side of the band; 1 for none. */
function uniformWidth(tree: CloseTree, index: number, { lower, upper, to }: BandQuery): number {
  let widest = 1;
  for (let level = 0; level < WIDTHS.length; level++) {
    const width = WIDTHS[level] as number;
    if (index % width !== 0 || index + width > to) break;
    const least = tree.least[level] as Float64Array;
    const block = (index / width) % least.length;
    // A wider block holds this one, so it is no more on one side than this one.
    if ((least[block] as number) < lower && ((tree.greatest[level] as Float64Array)[block] as number) > upper) break;
    widest = width;
  }
  return widest;
}

/** Which side of the band a block that keeps to one is on: 1 above, -1 below, 0 neither. */
function sideAt(
  tree: CloseTree,
  { index, width }: { readonly index: number; readonly width: number },
  { lower, upper }: BandQuery,
): number {
  const level = levelOf(width);
  const greatest = level < 0 ? tree.closes : (tree.greatest[level] as Float64Array);
  const least = level < 0 ? tree.closes : (tree.least[level] as Float64Array);
  const block = (index / width) % greatest.length;
  return (greatest[block] as number) > upper ? 1 : (least[block] as number) < lower ? -1 : 0;
}

/** The first close of a stretch that is beyond the band on `side`; there is one, because the whole stretch says so. */
function firstBeyond(
  tree: CloseTree,
  band: BandQuery,
  stretch: { readonly index: number; readonly width: number; readonly side: number },
): number {
  let { index, width } = stretch;
  while (width > 1) {
    width /= WIDTHS[0];
    while (!reachesBeyond(tree, band, { index, width, side: stretch.side })) index += width;
  }
  return index;
}

function reachesBeyond(
  tree: CloseTree,
  { lower, upper }: BandQuery,
  { index, width, side }: { readonly index: number; readonly width: number; readonly side: number },
): boolean {
  const level = levelOf(width);
  const extremes = level < 0 ? tree.closes : side > 0 ? tree.greatest[level] : tree.least[level];
  const extreme = extremes?.[(index / width) % extremes.length] as number;
  return side > 0 ? extreme > upper : extreme < lower;
}
