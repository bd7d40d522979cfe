/**
 * Trains the model of a task: three spans of rows in time order in, the better of the kinds asked for with its figures out.
 * Kinds are trained on the first span; when to stop, how to calibrate, which kind is better and from which probability on
 * to trade are all settled on the second; the third is looked at once, by the model that was chosen.
 */

import type { BootstrapSettings } from '../core/expectancy.ts';
import { err, ok, type Result } from '../core/result.ts';
import { type Failure, failure } from '../model/failure.ts';
import { entryThreshold, evaluate, scoreSpan, type TradeSpan } from './evaluation.ts';
import type { ModelMetrics } from './governance/contract.ts';
import { deriveAuc } from './metrics/auc.ts';
import { deriveLogLoss } from './metrics/calibration.ts';
import { fitPlatt } from './metrics/calibrator-fit.ts';
import { openModel } from './models/model.ts';
import type { FeatureSpace, ModelDocument } from './models/model-document.ts';
import { type TrainingPlan, type TrainingSettings, trainModel } from './models/training.ts';

/** Spans, each wholly before the next; rows whose labels reach into the next one have been purged. */
export type TaskSpans = { readonly train: TradeSpan; readonly validation: TradeSpan; readonly test: TradeSpan };

/** How a task is trained. */
export type TaskPlan = {
  /** Kinds to choose from, the simplest first: of equals the earlier one is taken. */
  readonly kinds: readonly TrainingSettings[];
  readonly seed: number;
  /** The highest share of the validation rows, by whose least probability trades are begun. */
  readonly tradeShare: number;
  readonly bootstrap: BootstrapSettings;
  /** Told after each round of training, which can take seconds on many rows. */
  readonly onRound?: (kind: TrainingSettings['kind'], round: number) => void;
};

/** A kind as it did on the validation span. */
export type Contender = {
  readonly kind: ModelDocument['kind'];
  readonly trained: number;
  readonly kept: number;
  readonly validationLoss: number;
  readonly validationAuc: number | null;
  readonly calibrated: boolean;
};

/** The chosen model and what is known of it. */
export type TrainedTask = {
  readonly document: ModelDocument;
  readonly threshold: number;
  readonly metrics: ModelMetrics;
  readonly contenders: readonly Contender[];
};

type Entry = { readonly document: ModelDocument; readonly contender: Contender };

/** Trains, chooses and judges; `samples_unusable` also for spans that overlap or are out of order, and for no kind at all. */
export function trainHotcoin(space: FeatureSpace, spans: TaskSpans, plan: TaskPlan): Result<TrainedTask, Failure> {
  const fault = findFault(spans, space);
  if (fault !== null) return err(failure('samples_unusable', { reason: fault }));
  const entries: Entry[] = [];
  for (const settings of plan.kinds) {
    const onRound = (round: number): void => plan.onRound?.(settings.kind, round);
    const entry = contend(space, spans, { settings, seed: plan.seed, onRound });
    if (!entry.ok) return entry;
    entries.push(entry.value);
  }
  const best = chooseBest(entries);
  if (best === null) return err(failure('model_settings_wrong', { reason: 'no kind of model is asked for' }));
  const model = openModel(best.document);
  const threshold = entryThreshold(scoreSpan(model, spans.validation.samples), plan.tradeShare);
  const samplesInAll = [spans.train, spans.validation, spans.test].reduce((sum, { times }) => sum + times.length, 0);
  return ok({
    document: best.document,
    threshold,
    metrics: evaluate(model, spans.test, { threshold, samplesInAll, bootstrap: plan.bootstrap }),
    contenders: entries.map(({ contender }) => contender),
  });
}

/** Trains one kind and calibrates it; where there is nothing to calibrate by, it stays as it is. */
function contend(space: FeatureSpace, { train, validation }: TaskSpans, plan: TrainingPlan): Result<Entry, Failure> {
  const trained = trainModel(space, { train: train.samples, validation: validation.samples }, plan);
  if (!trained.ok) return trained;
  const raw = trained.value.document;
  const calibrator = fitPlatt(scoreSpan(openModel(raw), validation.samples));
  const document: ModelDocument = { ...raw, calibrator };
  const scored = scoreSpan(openModel(document), validation.samples);
  const contender: Contender = {
    kind: document.kind,
    trained: trained.value.trained,
    kept: trained.value.kept,
    validationLoss: deriveLogLoss(scored) ?? Number.POSITIVE_INFINITY,
    validationAuc: deriveAuc(scored),
    calibrated: calibrator !== null,
  };
  return ok({ document, contender });
}

function chooseBest(entries: readonly Entry[]): Entry | null {
  return entries.reduce<Entry | null>((best, entry) => {
    const isBetter = best === null || entry.contender.validationLoss < best.contender.validationLoss;
    return isBetter ? entry : best;
  }, null);
}

function findFault(spans: TaskSpans, { names }: FeatureSpace): string | null {
  const named = Object.entries(spans) as readonly (readonly [string, TradeSpan])[];
  for (const [name, { samples, times, nets }] of named) {
    const rows = samples.labels.length;
    if (rows === 0) return `the ${name} span is empty`;
    if (samples.width !== names.length)
      return `the ${name} span has ${samples.width} values for ${names.length} features`;
    if (times.length !== rows || nets.length !== rows)
      return `the ${name} span has not one time and result for each row`;
    if (times.some((time, row) => row > 0 && time < (times[row - 1] as number)))
      return `the ${name} span is out of order`;
  }
  const ends = [spans.train.times.at(-1), spans.validation.times.at(-1)] as const;
  const begins = [spans.validation.times[0], spans.test.times[0]] as const;
  const isApart = begins.every((begin, at) => (begin as number) > (ends[at] as number));
  return isApart ? null : 'a span begins before the one before it has ended';
}
