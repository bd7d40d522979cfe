/**
 * Logistic regression by mini-batches with Adagrad (J. Duchi, E. Hazan, Y. Singer, JMLR 12, 2011): labelled rows in,
 * weights out. The order of rows within an epoch is drawn from the seed and the epoch's number, so the same rows in the
 * same order give the same weights, and going on later is the same as not having stopped.
 */
import { createRng } from '../../core/rng.ts';
import type { TrainingSpans } from './gbdt-training.ts';
import { standardise } from './logistic-model.ts';
import type { LogisticDocument } from './model-document.ts';
import type { Samples } from './samples.ts';
import { type Boosted, lossOfScores, type RoundPlan, watchLoss } from './stopping.ts';

/** How weights are learned; the defaults are `LOGISTIC_DEFAULTS`. */
export type LogisticSettings = {
  readonly epochs: number;
  readonly learningRate: number;
  /** Pulls weights to zero, in units of the mean loss; the bias is left alone. */
  readonly l2: number;
  readonly batchRows: number;
  /** Epochs without a better loss on the validation span after which training ends. */
  readonly earlyStopEpochs: number;
};

/** Settings that served well on rows like ours. */
export const LOGISTIC_DEFAULTS: LogisticSettings = {
  epochs: 30,
  learningRate: 0.05,
  l2: 1e-4,
  batchRows: 32,
  earlyStopEpochs: 5,
};

/** Keeps Adagrad's first steps finite where a gradient has been zero so far. */
const SQUARE_MIN = 1e-8;

/** Means and scales of the known values of each feature; a feature that never varies has the scale 1. */
export function measureScales({ values, labels, width }: Samples): Pick<LogisticDocument, 'means' | 'scales'> {
  const means: number[] = [];
  const scales: number[] = [];
  for (let feature = 0; feature < width; feature++) {
    const known = Array.from(labels, (_, row) => values[row * width + feature] as number).filter(
      (v) => !Number.isNaN(v),
    );
    const count = Math.max(1, known.length);
    const mean = known.reduce((sum, value) => sum + value, 0) / count;
    const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
    means.push(mean);
    scales.push(deviation > Math.abs(mean) * 1e-12 ? deviation : 1);
  }
  return { means, scales };
}

/** Weights under training: one for each feature, the bias last. */
type Weights = { readonly weights: Float64Array; readonly squares: Float64Array };

/**
 * Trains `document` for up to `epochs` more epochs; with a validation span the weights are those of its least loss, which
 * may be the ones it began with. Samples and settings have been checked.
 */
export function descend(
  document: LogisticDocument,
  { train, validation }: TrainingSpans,
  { settings, seed, onRound }: RoundPlan<LogisticSettings>,
): Boosted<LogisticDocument> {
  const state: Weights = {
    weights: Float64Array.from([...document.weights, document.bias]),
    squares: Float64Array.from(document.squares),
  };
  const inputs = standardiseAll(document, train);
  const watch =
    validation === null ? null : watchWeights(document, validation, { state, patience: settings.earlyStopEpochs });
  let trained = 0;
  while (trained < settings.epochs) {
    const order = shuffle(train.labels.length, createRng(seed, `epoch ${document.epochs + trained}`).next);
    runEpoch(state, { inputs, labels: train.labels, order, settings });
    trained++;
    onRound?.(trained);
    if (watch?.see() === 'stop') break;
  }
  const kept = watch === null ? { epochs: trained, ...state } : watch.best();
  return {
    document: {
      ...document,
      weights: [...kept.weights.subarray(0, train.width)],
      bias: kept.weights[train.width] as number,
      squares: [...kept.squares],
      epochs: document.epochs + kept.epochs,
    },
    trained,
    kept: kept.epochs,
    validationLoss: watch === null ? null : watch.loss(),
  };
}

function standardiseAll({ means, scales }: LogisticDocument, { values, width }: Samples): Float64Array {
  return values.map((value, at) => standardise(value, means[at % width] as number, scales[at % width] as number));
}

/** A permutation of 0..count-1, each equally likely (Fisher and Yates). */
function shuffle(count: number, next: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    const kept = order[at] as number;
    order[at] = order[other] as number;
    order[other] = kept;
  }
  return order;
}

type Epoch = {
  readonly inputs: Float64Array;
  readonly labels: Uint8Array;
  readonly order: Int32Array;
  readonly settings: LogisticSettings;
};

function runEpoch(state: Weights, epoch: Epoch): void {
  const slopes = new Float64Array(state.weights.length);
  const { order, settings } = epoch;
  for (let from = 0; from < order.length; from += settings.batchRows) {
    const to = Math.min(order.length, from + settings.batchRows);
    slopes.fill(0);
    for (let at = from; at < to; at++) addSlopes(slopes, state.weights, { ...epoch, row: order[at] as number });
    step(state, slopes, { count: to - from, settings });
  }
}

/** Adds the gradient of one row's loss. */
function addSlopes(
  slopes: Float64Array,
  weights: Float64Array,
  { inputs, labels, row }: Pick<Epoch, 'inputs' | 'labels'> & { readonly row: number },
): void {
  const width = weights.length - 1;
  const offset = row * width;
  let score = weights[width] as number;
  for (let at = 0; at < width; at++) score += (weights[at] as number) * (inputs[offset + at] as number);
  const error = 1 / (1 + Math.exp(-score)) - (labels[row] as number);
  for (let at = 0; at < width; at++) slopes[at] = (slopes[at] as number) + error * (inputs[offset + at] as number);
  slopes[width] = (slopes[width] as number) + error;
}

/** One step of Adagrad against the mean gradient of `count` rows. */
function step(
  { weights, squares }: Weights,
  slopes: Float64Array,
  { count, settings }: { readonly count: number; readonly settings: LogisticSettings },
): void {
  const bias = weights.length - 1;
  for (let at = 0; at <= bias; at++) {
    const weight = weights[at] as number;
    const slope = (slopes[at] as number) / count + (at === bias ? 0 : settings.l2 * weight);
    const square = (squares[at] as number) + slope * slope;
    squares[at] = square;
    weights[at] = weight - (settings.learningRate * slope) / (Math.sqrt(square) + SQUARE_MIN) + 0;
  }
}

type KeptWeights = Weights & { readonly epochs: number };

function watchWeights(
  document: LogisticDocument,
  validation: Samples,
  { state, patience }: { readonly state: Weights; readonly patience: number },
): { readonly see: () => 'stop' | 'go on'; readonly best: () => KeptWeights; readonly loss: () => number } {
  const inputs = standardiseAll(document, validation);
  const lossNow = (): number => lossOfScores(scoreAll(inputs, state.weights), validation.labels);
  const copy = (): Weights => ({ weights: state.weights.slice(), squares: state.squares.slice() });
  const watch = watchLoss(lossNow(), patience);
  let kept: KeptWeights = { epochs: 0, ...copy() };
  return {
    see: () => {
      const verdict = watch.see(lossNow());
      if (watch.best() > kept.epochs) kept = { epochs: watch.best(), ...copy() };
      return verdict;
    },
    best: () => kept,
    loss: watch.loss,
  };
}

function scoreAll(inputs: Float64Array, weights: Float64Array): Float64Array {
  const width = weights.length - 1;
  const scores = new Float64Array(inputs.length / width);
  for (let row = 0; row < scores.length; row++) {
    let score = weights[width] as number;
    for (let at = 0; at < width; at++) score += (weights[at] as number) * (inputs[row * width + at] as number);
    scores[row] = score;
  }
  return scores;
}
