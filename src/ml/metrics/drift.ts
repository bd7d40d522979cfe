/**
 * Whether rows still look like those a model was trained on: how often each feature fell into each of ten bins is kept with
 * the model, and the shares of newer rows are held against them. Plain data, so that it can stand beside the model.
 */
import type { Samples } from '../models/samples.ts';

/** Of one feature: rising borders between bins, and the share of rows in each; that of unknown values is last. */
export type FeatureShares = { readonly borders: readonly number[]; readonly shares: readonly number[] };

/** How much a feature moved: below 0.1 hardly, above 0.25 so much that the model was made for another world. */
export type Drift = { readonly feature: number; readonly stability: number };

const BINS = 10;
/** Stands for a share of nothing, which has no logarithm. */
const SHARE_MIN = 1e-4;

/** What rows look like, feature by feature; bins hold about equally many of these rows. */
export function describeRows(samples: Samples): readonly FeatureShares[] {
  return Array.from({ length: samples.width }, (_, feature) => {
    const values = columnOf(samples, feature);
    const known = values.filter((value) => !Number.isNaN(value)).sort();
    const quantiles = Array.from({ length: BINS - 1 }, (_, at) => known[Math.floor(((at + 1) * known.length) / BINS)]);
    const borders = [...new Set(quantiles.filter((value) => value !== undefined))];
    return { borders, shares: sharesOf(values, borders) };
  });
}

/**
 * How far `samples` moved from what was described, the furthest first: the population stability index, the sum over bins
 * of (now - then) ln(now / then). 0 is the same, and it does not matter which side is called then.
 */
export function deriveDrift(described: readonly FeatureShares[], samples: Samples): readonly Drift[] {
  if (samples.labels.length === 0) return [];
  return described
    .map(({ borders, shares }, feature) => ({
      feature,
      stability: stabilityIndex(shares, sharesOf(columnOf(samples, feature), borders)),
    }))
    .sort((a, b) => b.stability - a.stability || a.feature - b.feature);
}

/** The index of two lists of shares, bin by bin. */
export function stabilityIndex(then: readonly number[], now: readonly number[]): number {
  return then.reduce((sum, share, bin) => {
    const before = Math.max(share, SHARE_MIN);
    const after = Math.max(now[bin] as number, SHARE_MIN);
    return sum + (after - before) * Math.log(after / before);
  }, 0);
}

function columnOf({ values, labels, width }: Samples, feature: number): Float64Array {
  return Float64Array.from(labels, (_, row) => values[row * width + feature] as number);
}

/** Shares of values below the first border, from each border on, and unknown; all 0 without rows. */
function sharesOf(values: Float64Array, borders: readonly number[]): readonly number[] {
  const counts = new Array<number>(borders.length + 2).fill(0);
  for (const value of values) {
    const above = borders.findIndex((border) => value < border);
    const bin = Number.isNaN(value) ? borders.length + 1 : above < 0 ? borders.length : above;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts.map((count) => (values.length === 0 ? 0 : count / values.length));
}
