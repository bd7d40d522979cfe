/**
 * Ranks and quantiles of the last `period` values: the window is kept sorted beside its order of arrival. An update
 * takes O(log n) comparisons and one block move of at most n numbers, which up to some ten thousand values is faster
 * than a balanced tree (docs/adr/0008-own-indicators.md).
 */
import { createNumberWindow, type NumberWindow, pushNumber } from './number-window.ts';

/** State; `sorted` ascends and holds exactly the window's values. */
export type Percentile = { readonly window: NumberWindow; readonly sorted: number[] };

/** Ranks among the last `period` values; answers from the first value on. */
export function createPercentile(period: number): Percentile {
  return { window: createNumberWindow(period), sorted: [] };
}

/** Adds a finite value. */
export function pushPercentile(percentile: Percentile, value: number): void {
  const { window, sorted } = percentile;
  const dropped = pushNumber(window, value);
  if (!Number.isNaN(dropped)) replaceSorted(sorted, dropped, value);
  else sorted.splice(countBelow(percentile, value), 0, value);
}

/** Moves only what lies between the place of the dropped value and that of the new one. */
function replaceSorted(sorted: number[], dropped: number, value: number): void {
  const from = search(sorted, dropped);
  const to = search(sorted, value);
  if (to > from) {
    sorted.copyWithin(from, from + 1, to);
    sorted[to - 1] = value;
  } else {
    sorted.copyWithin(to + 1, to, from);
    sorted[to] = value;
  }
}

/** How many values of the window are strictly below `value`. */
export function countBelow(percentile: Percentile, value: number): number {
  return search(percentile.sorted, value);
}

function search(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The `share`-quantile (0..1) of the window, interpolated linearly between neighbours; NaN before the first value. */
export function quantileValue(percentile: Percentile, share: number): number {
  const { sorted } = percentile;
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below];
  if (low === undefined) return Number.NaN;
  const high = sorted[below + 1] ?? low;
  return low + (at - below) * (high - low);
}
