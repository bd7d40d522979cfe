/**
 * Training, whatever the kind: checked rows, settings and a seed in, a document and how it came about out. A model begins
 * with the base rate of its training rows; going on with one keeps its features, scales and calibrator.
 */
import { assertNever } from '../../core/assert.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { boost, type GbdtSettings, type TrainingSpans } from './gbdt-training.ts';
import { descend, type LogisticSettings, measureScales } from './logistic-training.ts';
import {
  type FeatureSpace,
  type GbdtDocument,
  type LogisticDocument,
  MODEL_FORMAT,
  type ModelDocument,
} from './model-document.ts';
import { checkSamples, countPositives, type Samples } from './samples.ts';
import type { Boosted } from './stopping.ts';

/** A kind of model and how it is trained. */
export type TrainingSettings =
  | ({ readonly kind: 'gbdt' } & GbdtSettings)
  | ({ readonly kind: 'logistic' } & LogisticSettings);

/** Settings, the seed of everything that is drawn, and who is told after each round or epoch; telling changes nothing. */
export type TrainingPlan = {
  readonly settings: TrainingSettings;
  readonly seed: number;
  readonly onRound?: (round: number) => void;
};

/** A trained model; see `Boosted`. */
export type TrainedModel = Boosted;

/**
 * Trains a new model. `samples_unusable` for rows that nothing can be learned from (also of the validation span),
 * `model_settings_wrong` for a setting outside its range.
 */
export function trainModel(
  space: FeatureSpace,
  spans: TrainingSpans,
  plan: TrainingPlan,
): Result<TrainedModel, Failure> {
  const fault = findFault(space.names.length, spans, plan.settings);
  if (fault !== null) return err(fault);
  const head = {
    format: MODEL_FORMAT,
    schemaHash: space.schemaHash,
    featureNames: space.names,
    calibrator: null,
  } as const;
  const { settings } = plan;
  switch (settings.kind) {
    case 'gbdt':
      return ok(boost(beginGbdt(head, spans.train), spans, { ...plan, settings }));
    case 'logistic':
      return ok(descend(beginLogistic(head, spans.train), spans, { ...plan, settings }));
    default:
      return assertNever(settings);
  }
}

/** Goes on with a trained model: more trees, or more epochs. Failures as of `trainModel`; settings of another kind are wrong. */
export function continueModel(
  document: ModelDocument,
  spans: TrainingSpans,
  plan: TrainingPlan,
): Result<TrainedModel, Failure> {
  const { settings } = plan;
  const fault = findFault(document.featureNames.length, spans, settings);
  if (fault !== null) return err(fault);
  if (document.kind === 'gbdt' && settings.kind === 'gbdt') return ok(boost(document, spans, { ...plan, settings }));
  if (document.kind === 'logistic' && settings.kind === 'logistic')
    return ok(descend(document, spans, { ...plan, settings }));
  return err(
    failure('model_settings_wrong', { reason: `settings of ${settings.kind} for a model of ${document.kind}` }),
  );
}

type Head = Pick<GbdtDocument, 'format' | 'schemaHash' | 'featureNames' | 'calibrator'>;

function beginGbdt({ format, schemaHash, featureNames, calibrator }: Head, train: Samples): GbdtDocument {
  return { format, kind: 'gbdt', schemaHash, featureNames, calibrator, baseScore: baseRate(train), trees: [] };
}

function beginLogistic({ format, schemaHash, featureNames, calibrator }: Head, train: Samples): LogisticDocument {
  return {
    format,
    kind: 'logistic',
    schemaHash,
    featureNames,
    calibrator,
    ...measureScales(train),
    weights: featureNames.map(() => 0),
    bias: baseRate(train),
    squares: [...featureNames, 'bias'].map(() => 0),
    epochs: 0,
  };
}

/** Log odds of a label of 1; both labels are there. */
function baseRate(samples: Samples): number {
  const positives = countPositives(samples);
  return Math.log(positives / (samples.labels.length - positives));
}

function findFault(width: number, { train, validation }: TrainingSpans, settings: TrainingSettings): Failure | null {
  if (validation !== null && validation.values === train.values) {
    return failure('samples_unusable', { reason: 'the validation span is the training span' });
  }
  for (const samples of validation === null ? [train] : [train, validation]) {
    const checked = checkSamples(samples, width);
    if (!checked.ok) return checked.error;
  }
  const reason = findWrongSetting(settings);
  return reason === null ? null : failure('model_settings_wrong', { reason });
}

/** Least and greatest of each setting. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  rounds: [1, 5_000],
  leaves: [2, 2_048],
  minLeafRows: [1, 1_000_000],
  baggingEvery: [1, 5_000],
  bins: [3, 255],
  earlyStopRounds: [1, 5_000],
  epochs: [1, 10_000],
  batchRows: [1, 1_000_000],
  earlyStopEpochs: [1, 10_000],
  learningRate: [1e-6, 10],
  featureFraction: [1e-6, 1],
  baggingFraction: [1e-6, 1],
  l1: [0, 1e6],
  l2: [0, 1e6],
};
const FRACTIONAL = ['learningRate', 'featureFraction', 'baggingFraction', 'l1', 'l2'];

function findWrongSetting(settings: TrainingSettings): string | null {
  for (const [name, value] of Object.entries(settings)) {
    const range = RANGES[name];
    if (range === undefined || typeof value !== 'number') continue;
    const [least, greatest] = range;
    const isWhole = FRACTIONAL.includes(name) || Number.isInteger(value);
    if (!isWhole || !(value >= least && value <= greatest))
      return `${name} is ${value}, and ${least} to ${greatest} is allowed`;
  }
  return null;
}
