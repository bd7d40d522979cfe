/**
 * When training has gone far enough: losses on a validation span in, one a round, and out which round was best and whether
 * enough rounds have passed since. The span is not the one that a model is judged by.
 */
import type { ModelDocument } from './model-document.ts';

/** A trained document: rounds done, rounds kept of them, and log loss on the validation span; `null` without one. */
export type Boosted<D extends ModelDocument = ModelDocument> = {
  readonly document: D;
  readonly trained: number;
  readonly kept: number;
  readonly validationLoss: number | null;
};

/** How rounds are trained: settings of a kind, the seed of all that is drawn, and who is told after each of them. */
export type RoundPlan<S> = {
  readonly settings: S;
  readonly seed: number;
  readonly onRound?: (round: number) => void;
};

/** Watches losses; round 0 is the model before training. */
export type LossWatch = {
  readonly see: (loss: number) => 'stop' | 'go on';
  /** The round with the least loss so far, the earliest of equals. */
  readonly best: () => number;
  readonly loss: () => number;
};

/** A watch that stops `patience` rounds after the best one; `first` is the loss before the first round. */
export function watchLoss(first: number, patience: number): LossWatch {
  let round = 0;
  let best = 0;
  let least = first;
  return {
    see: (loss) => {
      round++;
      if (loss < least) {
        best = round;
        least = loss;
      }
      return round - best >= patience ? 'stop' : 'go on';
    },
    best: () => best,
    loss: () => least,
  };
}

/** Mean log loss of log odds, finite for any finite score. */
export function lossOfScores(scores: Float64Array, labels: Uint8Array): number {
  let sum = 0;
  for (let row = 0; row < scores.length; row++) {
    const against = labels[row] === 1 ? -(scores[row] as number) : (scores[row] as number);
    sum += against > 0 ? against + Math.log1p(Math.exp(-against)) : Math.log1p(Math.exp(against));
  }
  return sum / scores.length;
}
