/**
 * What a benchmark hands back: for each figure ours beside the bare baseline of the same run, and whether an aim was
 * reached. Rounds come in pairs, so a disturbance of the machine hits both sides; ratios are taken pair by pair.
 */

/** Middle, smallest and largest of several rounds. */
export type Spread = { readonly median: number; readonly min: number; readonly max: number };

/** A figure to reach: of ours itself, or of its ratio to the baseline. */
export type Aim = {
  readonly of: 'ours' | 'ratio';
  readonly direction: 'at least' | 'at most';
  readonly value: number;
};

/** One figure. `ratio` is ours divided by bare; `bare` is `null` where there is nothing to compare with. */
export type Figure = {
  readonly name: string;
  readonly unit: string;
  readonly ours: Spread;
  readonly bare: Spread | null;
  readonly ratio: Spread | null;
  readonly aim: Aim | null;
};

/** A benchmark's figures and what a reader must know to judge them. */
export type BenchResult = {
  readonly title: string;
  readonly notes: readonly string[];
  readonly figures: readonly Figure[];
};

/** How long to measure: `full` for a report, `quick` to see that everything runs. */
export type Mode = 'full' | 'quick';

/** What a benchmark gets: how long it may take, a folder of its own for files, and a place for progress. */
export type BenchContext = { readonly mode: Mode; readonly dir: string; readonly note: (text: string) => void };

/** Figures of one measured pair: the same quantity of ours and of the baseline. */
export type Pair = { readonly ours: number; readonly bare: number };

/** The spread of `values`, which are not empty; of an even number the median lies between the middle two. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}

/** The smallest value that at least `share` of `values` do not exceed; `values` are not empty. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const index = Math.max(0, Math.ceil(share * sorted.length) - 1);
  return sorted[index] ?? Number.NaN;
}

/** A figure made of alternating rounds. */
export function figureOf(
  pairs: readonly Pair[],
  names: { readonly name: string; readonly unit: string },
  aim: Aim | null = null,
): Figure {
  return {
    ...names,
    ours: spreadOf(pairs.map(({ ours }) => ours)),
    bare: spreadOf(pairs.map(({ bare }) => bare)),
    ratio: spreadOf(pairs.map(({ ours, bare }) => ours / bare)),
    aim,
  };
}

/** Whether the median reaches the aim; `null` without one. */
export function judge(figure: Figure): 'met' | 'missed' | null {
  const { aim } = figure;
  const spread = aim?.of === 'ratio' ? figure.ratio : figure.ours;
  if (aim === null || spread === null) return null;
  const reached = aim.direction === 'at least' ? spread.median >= aim.value : spread.median <= aim.value;
  return reached ? 'met' : 'missed';
}
