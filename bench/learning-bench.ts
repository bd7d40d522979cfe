/**
 * What learning costs on one core: rows a second through training, predictions a second, and how near the order that comes
 * out is to the best there is. Rows are drawn from a seed with a known probability for each label; the baselines are the
 * loops that no implementation can do without, over the same arrays.
 */
import { createRng } from '../src/core/rng.ts';
import {
  deriveAuc,
  type FeatureSpace,
  GBDT_DEFAULTS,
  LOGISTIC_DEFAULTS,
  type LogisticDocument,
  type Model,
  openModel,
  rowOf,
  type Samples,
  sliceSamples,
  type TrainingSettings,
  toSamples,
  trainModel,
} from '../src/ml/index.ts';
import { type BenchContext, type BenchResult, type Figure, figureOf, type Pair, spreadOf } from './bench-result.ts';
import { alternate, type Work } from './rounds.ts';

const ROWS = 10_000;
const HELD_OUT = 3_000;
const WIDTH = 30;
const BINS = 254;
const TREES: TrainingSettings & { readonly kind: 'gbdt' } = {
  kind: 'gbdt',
  ...GBDT_DEFAULTS,
  rounds: 100,
  leaves: 32,
  learningRate: 0.1,
};
const LINE: TrainingSettings & { readonly kind: 'logistic' } = { kind: 'logistic', ...LOGISTIC_DEFAULTS, epochs: 10 };
const SPACE: FeatureSpace = { schemaHash: 'bench', names: Array.from({ length: WIDTH }, (_, at) => `f${at}`) };

type World = { readonly train: Samples; readonly heldOut: Samples; readonly truth: readonly number[] };

/** Measures. */
export async function runLearningBench(context: BenchContext): Promise<BenchResult> {
  const world = drawWorld();
  const rounds = { warmUps: 1, measured: context.mode === 'full' ? 7 : 2 };
  const figures: Figure[] = [];
  for (const { name, unit, work } of operations(world)) {
    const { cpu } = await alternate(work, rounds);
    figures.push(figureOf(cpu, { name, unit }));
    context.note(name);
  }
  figures.push(...orders(world));
  return { title: 'Learning: boosted trees and logistic regression', notes: notesOf(), figures };
}

function notesOf(): readonly string[] {
  return [
    `Input: ${ROWS} rows of ${WIDTH} normal deviates from a seed, a tenth of the values unknown, ${HELD_OUT} more held out.`,
    `Trees: ${TREES.rounds} of at most ${TREES.leaves} leaves, at most ${TREES.bins} bins, ${TREES.featureFraction} of the features and ` +
      `${TREES.baggingFraction} of the rows to a tree; a row counts once for each tree. Bare: three sums into bins for each of ` +
      'these rows and features, once a tree, which is the first node alone.',
    `Line: ${LINE.epochs} epochs in batches of ${LINE.batchRows}; a row counts once for each epoch. Bare: one dot product a row.`,
    'Predictions, bare: of trees the same trees as nested objects; of the line the dot product and one exponential.',
    'Order: AUC on the rows held out; bare is the AUC of the probabilities that the labels were drawn by.',
  ];
}

/** A line, a step and two features that matter only together. */
function logOdds(row: readonly number[]): number {
  const at = (index: number): number => row[index] as number;
  return at(0) + 0.5 * at(1) + 1.5 * at(2) * at(3) + (at(4) > 0.5 ? 1 : 0) - 1;
}

function drawWorld(): World {
  const rng = createRng(2026, 'learning bench');
  const truth: number[] = [];
  const rows = Array.from({ length: ROWS + HELD_OUT }, () => {
    const row = Array.from({ length: WIDTH }, () => rng.normal());
    const probability = 1 / (1 + Math.exp(-logOdds(row)));
    truth.push(probability);
    const label: 0 | 1 = rng.next() < probability ? 1 : 0;
    return { row: row.map((value) => (rng.next() < 0.1 ? Number.NaN : value)), label };
  });
  const all = toSamples(rows, WIDTH);
  return {
    train: sliceSamples(all, 0, ROWS),
    heldOut: sliceSamples(all, ROWS, ROWS + HELD_OUT),
    truth: truth.slice(ROWS),
  };
}

function train(samples: Samples, settings: TrainingSettings) {
  const trained = trainModel(SPACE, { train: samples, validation: null }, { settings, seed: 1 });
  if (!trained.ok) throw new Error(trained.error.message);
  return trained.value.document;
}

type Operation = {
  readonly name: string;
  readonly unit: string;
  readonly work: { readonly ours: Work; readonly bare: Work };
};

function operations({ train: samples, heldOut }: World): readonly Operation[] {
  const trees = train(samples, TREES);
  const line = train(samples, LINE);
  const training = 'rows per processor second';
  const predicting = 'predictions per processor second';
  return [
    {
      name: 'training boosted trees',
      unit: training,
      work: { ours: () => trainedRows(samples, TREES), bare: addToBins(samples) },
    },
    {
      name: 'training logistic regression',
      unit: training,
      work: { ours: () => trainedRows(samples, LINE), bare: () => LINE.epochs * dotProducts(samples, LINE.epochs) },
    },
    {
      name: `predictions of ${TREES.rounds} trees`,
      unit: predicting,
      work: {
        ours: () => predictions(openModel(trees), heldOut),
        bare: () => walks(nest(trees), heldOut),
      },
    },
    {
      name: 'predictions of logistic regression',
      unit: predicting,
      work: {
        ours: () => predictions(openModel(line), heldOut, 100),
        bare: () => bareLine(line as LogisticDocument, heldOut, 100),
      },
    },
  ];
}

function trainedRows(samples: Samples, settings: typeof TREES | typeof LINE): number {
  train(samples, settings);
  return ROWS * (settings.kind === 'gbdt' ? settings.rounds : settings.epochs);
}

/** Three sums into bins for the rows and features of each tree, gathered as ours are. */
function addToBins({ values, labels }: Samples): Work {
  const features = Math.round(WIDTH * TREES.featureFraction);
  const rows = Math.round(ROWS * TREES.baggingFraction);
  const bins = Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1 + (Math.abs(value * 1e6) % BINS)));
  const slopes = Float64Array.from(labels, (label) => 0.5 - label);
  const sums = new Float64Array(features * 256 * 3);
  return () => {
    for (let tree = 0; tree < TREES.rounds; tree++) {
      for (let feature = 0; feature < features; feature++) {
        addFeature(
          sums.subarray(feature * 768, (feature + 1) * 768),
          bins.subarray(feature * ROWS),
          slopes.subarray(0, rows),
        );
      }
    }
    if (Number.isNaN(sums[0])) throw new Error('sums are no numbers');
    return ROWS * TREES.rounds;
  };
}

function addFeature(sums: Float64Array, bins: Uint8Array, slopes: Float64Array): void {
  for (let row = 0; row < slopes.length; row++) {
    const at = (bins[row] as number) * 3;
    sums[at] = (sums[at] as number) + (slopes[row] as number);
    sums[at + 1] = (sums[at + 1] as number) + 0.25;
    sums[at + 2] = (sums[at + 2] as number) + 1;
  }
}

/** One dot product a row, `times` over; answers how many rows that were, once. */
function dotProducts({ values, labels, width }: Samples, times: number): number {
  const weights = new Float64Array(width).fill(0.1);
  let total = 0;
  for (let time = 0; time < times; time++) {
    for (let row = 0; row < labels.length; row++) {
      for (let at = 0; at < width; at++) total += (weights[at] as number) * (values[row * width + at] || 0);
    }
  }
  if (Number.isNaN(total)) throw new Error('the sum is no number');
  return labels.length;
}

function predictions({ predict }: Model, samples: Samples, times = 10): number {
  let sum = 0;
  for (let time = 0; time < times; time++) {
    for (let row = 0; row < samples.labels.length; row++) sum += predict(rowOf(samples, row));
  }
  if (!(sum > 0)) throw new Error('the sum of probabilities is not above zero');
  return times * samples.labels.length;
}

type Nested =
  | { readonly value: number }
  | {
      readonly feature: number;
      readonly threshold: number;
      readonly missing: number;
      readonly left: Nested;
      readonly right: Nested;
    };

function nest(document: ReturnType<typeof train>): readonly Nested[] {
  if (document.kind !== 'gbdt') throw new Error('only trees are nested');
  return document.trees.map((tree) => {
    const nodeAt = (node: number): Nested => {
      const feature = tree.feature[node] as number;
      if (feature < 0) return { value: tree.value[node] as number };
      const [left, right] = [nodeAt(tree.left[node] as number), nodeAt(tree.right[node] as number)];
      return { feature, threshold: tree.threshold[node] as number, missing: tree.missing[node] as number, left, right };
    };
    return nodeAt(0);
  });
}

function walks(trees: readonly Nested[], samples: Samples): number {
  let sum = 0;
  for (let time = 0; time < 10; time++) {
    for (let row = 0; row < samples.labels.length; row++) {
      const values = rowOf(samples, row);
      let score = 0;
      for (const tree of trees) score += leafValue(tree, values);
      sum += 1 / (1 + Math.exp(-score));
    }
  }
  if (!(sum > 0)) throw new Error('the sum of probabilities is not above zero');
  return 10 * samples.labels.length;
}

function leafValue(tree: Nested, row: Float64Array): number {
  let node = tree;
  while ('feature' in node) {
    const value = row[node.feature] as number;
    const isLeft = Number.isNaN(value) ? node.missing === 0 : value <= node.threshold;
    node = isLeft ? node.left : node.right;
  }
  return node.value;
}

function bareLine({ weights, bias }: LogisticDocument, { values, labels, width }: Samples, times: number): number {
  const plain = Float64Array.from(weights);
  let sum = 0;
  for (let time = 0; time < times; time++) {
    for (let row = 0; row < labels.length; row++) {
      let score = bias;
      for (let at = 0; at < width; at++) score += (plain[at] as number) * (values[row * width + at] || 0);
      sum += 1 / (1 + Math.exp(-score));
    }
  }
  if (!(sum > 0)) throw new Error('the sum of probabilities is not above zero');
  return times * labels.length;
}

function orders({ train: samples, heldOut, truth }: World): readonly Figure[] {
  const best = deriveAuc({ scores: truth, labels: heldOut.labels }) as number;
  return [TREES, LINE].map((settings): Figure => {
    const { predict } = openModel(train(samples, settings));
    const scores = Float64Array.from(heldOut.labels, (_, row) => predict(rowOf(heldOut, row)));
    const pair: Pair = { ours: deriveAuc({ scores, labels: heldOut.labels }) as number, bare: best };
    return {
      name: settings.kind === 'gbdt' ? 'order of boosted trees' : 'order of logistic regression',
      unit: 'AUC',
      ours: spreadOf([pair.ours]),
      bare: spreadOf([pair.bare]),
      ratio: spreadOf([pair.ours / pair.bare]),
      aim: null,
    };
  });
}
