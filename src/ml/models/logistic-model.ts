/**
 * Logistic regression at work: a row is standardised with the means and scales of its training and weighted. A value that
 * is not known stands at the mean and says nothing; values far out are cut, so that one spike can not outvote the rest.
 */

import type { LogisticDocument } from './model-document.ts';
import type { Scorer } from './scorer.ts';

/** Standard deviations beyond which a value says no more: a mean and deviation of heavy tails are not to be believed. */
export const STANDARD_MAX = 8;

/** The standardised value, within 8 of zero; 0 where it is not known. */
export function standardise(value: number, mean: number, scale: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.min(Math.max((value - mean) / scale, -STANDARD_MAX), STANDARD_MAX);
}

/** Opens the document. */
export function openLogistic(document: LogisticDocument): Scorer {
  const means = Float64Array.from(document.means);
  const scales = Float64Array.from(document.scales);
  const weights = Float64Array.from(document.weights);
  const { bias } = document;
  const termOf = (value: number, at: number): number =>
    (weights[at] as number) * standardise(value, means[at] as number, scales[at] as number);
  return {
    score: (values, offset) => {
      let sum = bias;
      for (let at = 0; at < weights.length; at++) sum += termOf(values[offset + at] as number, at);
      return sum;
    },
    contribute: (row, into) => {
      for (let at = 0; at < weights.length; at++) into[at] = (into[at] as number) + termOf(row[at] as number, at);
      return bias;
    },
    weigh: (into) => {
      for (let at = 0; at < weights.length; at++) into[at] = Math.abs(weights[at] as number);
    },
  };
}
