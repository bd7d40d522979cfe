/**
 * Gradient boosting of binary log loss: labelled rows in, trees out, each grown against what the ones before it got wrong.
 * The same rows in the same order, settings and seed give the same trees; the order counts, because it decides which rows a
 * bag draws and in which order sums are rounded. Rounds are counted from the first tree of the model, so that training 60
 * rounds and going on for 40 is the same as training 100.
 */
import { createRng } from '../../core/rng.ts';
import { binSamples } from './gbdt-bins.ts';
import type { Slopes } from './gbdt-histogram.ts';
import { openGbdt } from './gbdt-model.ts';
import { createGrower } from './gbdt-tree.ts';
import type { GbdtDocument, Tree } from './model-document.ts';
import type { Samples } from './samples.ts';
import type { ScoreAt } from './scorer.ts';
import { type Boosted, type LossWatch, lossOfScores, type RoundPlan, watchLoss } from './stopping.ts';

/** How trees are boosted; the defaults are `GBDT_DEFAULTS`. */
export type GbdtSettings = {
  readonly rounds: number;
  readonly learningRate: number;
  /** Most leaves of a tree. */
  readonly leaves: number;
  readonly minLeafRows: number;
  /** Shares drawn for a tree, above 0 to 1; rows are drawn anew every `baggingEvery` rounds. */
  readonly featureFraction: number;
  readonly baggingFraction: number;
  readonly baggingEvery: number;
  readonly l1: number;
  readonly l2: number;
  /** Bins of a feature, that of unknown values among them. */
  readonly bins: number;
  /** Rounds without a better loss on the validation span after which training ends. */
  readonly earlyStopRounds: number;
};

/** The settings that the specification gives. */
export const GBDT_DEFAULTS: GbdtSettings = {
  rounds: 500,
  learningRate: 0.05,
  leaves: 63,
  minLeafRows: 50,
  featureFraction: 0.7,
  baggingFraction: 0.8,
  baggingEvery: 5,
  l1: 0.1,
  l2: 1,
  bins: 255,
  earlyStopRounds: 50,
};

/** Rows to learn from and, never the same or the ones the model is judged by, rows that tell when to stop. */
export type TrainingSpans = { readonly train: Samples; readonly validation: Samples | null };

/**
 * Adds up to `rounds` trees to `document`; with a validation span only those up to its least loss are kept, which may be
 * none. Samples and settings have been checked.
 */
export function boost(
  document: GbdtDocument,
  { train, validation }: TrainingSpans,
  { settings, seed, onRound }: RoundPlan<GbdtSettings>,
): Boosted<GbdtDocument> {
  const before = openGbdt(document);
  const rows = train.labels.length;
  const scores = scoreAll(train, before.score);
  const slopes = { gradients: new Float64Array(rows), hessians: new Float64Array(rows) };
  const grow = createGrower(binSamples(train, settings.bins), settings);
  const bags = bagOf(rows, settings, seed);
  const watch = validation === null ? null : watchTrees(validation, before.score, settings.earlyStopRounds);
  const added: Tree[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    const number = document.trees.length + round;
    takeSlopes(slopes, scores, train.labels);
    const features = draw(train.width, settings.featureFraction, createRng(seed, `features ${number}`).next);
    added.push(grow({ bag: bags(number), features, slopes, scores }));
    onRound?.(round + 1);
    if (watch?.see(added.at(-1) as Tree) === 'stop') break;
  }
  const kept = watch === null ? added.length : watch.best();
  return {
    document: { ...document, trees: [...document.trees, ...added.slice(0, kept)] },
    trained: added.length,
    kept,
    validationLoss: watch === null ? null : watch.loss(),
  };
}

/** Gradient and hessian of log loss at the scores so far. */
function takeSlopes({ gradients, hessians }: Slopes, scores: Float64Array, labels: Uint8Array): void {
  for (let row = 0; row < labels.length; row++) {
    const probability = 1 / (1 + Math.exp(-(scores[row] as number)));
    gradients[row] = probability - (labels[row] as number);
    hessians[row] = probability * (1 - probability);
  }
}

/** The rows for a round: drawn for each stretch of `baggingEvery` rounds by its number alone. */
function bagOf(
  rows: number,
  { baggingFraction, baggingEvery }: GbdtSettings,
  seed: number,
): (round: number) => Int32Array {
  let stretch = -1;
  let bag: Int32Array = new Int32Array(0);
  return (round) => {
    const wanted = Math.floor(round / baggingEvery);
    if (wanted === stretch) return bag;
    stretch = wanted;
    bag = draw(rows, baggingFraction, createRng(seed, `bag ${stretch}`).next);
    return bag;
  };
}

/** A share of 0..count-1, at least one, ascending, each set equally likely (D. Knuth, TAOCP 2, 3.4.2, algorithm S). */
function draw(count: number, fraction: number, next: () => number): Int32Array {
  const size = Math.min(count, Math.max(1, Math.round(count * fraction)));
  const drawn = new Int32Array(size);
  let taken = 0;
  for (let at = 0; taken < size; at++) {
    if ((count - at) * next() >= size - taken) continue;
    drawn[taken++] = at;
  }
  return drawn;
}

type TreeWatch = Omit<LossWatch, 'see'> & { readonly see: (tree: Tree) => 'stop' | 'go on' };

function scoreAll({ values, labels, width }: Samples, scoreAt: ScoreAt): Float64Array {
  return Float64Array.from(labels, (_, row) => scoreAt(values, row * width));
}

function watchTrees(validation: Samples, scoreAt: ScoreAt, patience: number): TreeWatch {
  const scores = scoreAll(validation, scoreAt);
  const { values, width } = validation;
  const watch = watchLoss(lossOfScores(scores, validation.labels), patience);
  return {
    see: (tree) => {
      const { score } = openGbdt({ baseScore: 0, trees: [tree] });
      for (let row = 0; row < scores.length; row++) scores[row] = (scores[row] as number) + score(values, row * width);
      return watch.see(lossOfScores(scores, validation.labels));
    },
    best: watch.best,
    loss: watch.loss,
  };
}
