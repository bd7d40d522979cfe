/**
 * Learning in use: resolved examples in, and now and then a better model out. A pure fold over plain data: the same
 * examples and settings give the same models, also through JSON, which is why an unknown value is `null` here.
 * A candidate replaces the incumbent only when it orders examples that neither was trained on better than the incumbent
 * orders the same ones. What it makes is a candidate for the gate, not yet a model that may be heard.
 */
import { assert } from '../core/assert.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { EpochMs } from '../core/time.ts';
import { type Failure, failure } from '../model/failure.ts';
import { deriveAuc } from './metrics/auc.ts';
import { GBDT_DEFAULTS } from './models/gbdt-training.ts';
import { LOGISTIC_DEFAULTS } from './models/logistic-training.ts';
import { openModel } from './models/model.ts';
import type { ModelDocument } from './models/model-document.ts';
import { countPositives, rowOf, type Samples, toSamples } from './models/samples.ts';
import type { FeatureRow } from './models/scorer.ts';
import { continueModel, type TrainingSettings } from './models/training.ts';

/** A prediction whose outcome is known. `time` is that of its values, `resolvedTime` when the label was known. */
export type Example = {
  readonly time: EpochMs;
  readonly resolvedTime: EpochMs;
  readonly row: readonly (number | null)[];
  readonly label: 0 | 1;
};

/** How it learns. */
export type OnlineSettings = {
  /** Examples that make a full buffer. */
  readonly fullRows: number;
  /** Most examples kept while they can not teach anything; the oldest give way. */
  readonly rowsMax: number;
  readonly trainShare: number;
  /** Examples of each label that both parts need: an order of fewer is chance. */
  readonly labelRowsMin: number;
  /** How much the candidate's AUC must exceed the incumbent's. */
  readonly aucGainMin: number;
  /** Most trees a model may grow to; then it is to be trained anew. */
  readonly treesMax: number;
  readonly gbdt: TrainingSettings & { readonly kind: 'gbdt' };
  readonly logistic: TrainingSettings & { readonly kind: 'logistic' };
  readonly seed: number;
};

/** The settings of the specification; leaves are smaller, because a buffer is. */
export const ONLINE_DEFAULTS: OnlineSettings = {
  fullRows: 500,
  rowsMax: 1_500,
  trainShare: 0.8,
  labelRowsMin: 5,
  aucGainMin: 0.005,
  treesMax: 3_000,
  gbdt: { kind: 'gbdt', ...GBDT_DEFAULTS, rounds: 100, learningRate: 0.01, leaves: 15, minLeafRows: 20 },
  logistic: { kind: 'logistic', ...LOGISTIC_DEFAULTS, epochs: 20, learningRate: 0.01 },
  seed: 1,
};

/** Everything it remembers; plain data. */
export type OnlineState = {
  readonly buffer: readonly Example[];
  readonly model: ModelDocument;
  /** What `model` replaced last. */
  readonly rollback: ModelDocument | null;
  readonly counts: {
    readonly taken: number;
    readonly dropped: number;
    readonly trainings: number;
    readonly replaced: number;
  };
};

/** Both models on the same examples, which neither was trained on here. */
export type Comparison = {
  readonly incumbentAuc: number;
  readonly candidateAuc: number;
  readonly trainedRows: number;
  readonly judgedRows: number;
};

/** What an example led to. */
export type OnlineOutcome =
  | { readonly kind: 'kept' }
  /** The buffer is full, and one of its parts has too few examples of a label. */
  | { readonly kind: 'waiting'; readonly dropped: number }
  | ({ readonly kind: 'replaced' } & Comparison)
  | ({ readonly kind: 'discarded' } & Comparison)
  /** The example or the settings are unusable, or the model may grow no further; the model is the same. */
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A state that goes on from `model`. */
export function createOnlineLearning(model: ModelDocument): OnlineState {
  return { buffer: [], model, rollback: null, counts: { taken: 0, dropped: 0, trainings: 0, replaced: 0 } };
}

/** A row as an example keeps it. */
export function toExampleRow(row: FeatureRow): readonly (number | null)[] {
  return Array.from(row, (value) => (Number.isNaN(value) ? null : value));
}

/** Folds the next example, in the order in which outcomes became known. */
export function foldExample(
  state: OnlineState,
  example: Example,
  settings: OnlineSettings,
): { readonly state: OnlineState; readonly outcome: OnlineOutcome } {
  const fault = findFault(example, state.model);
  if (fault !== null)
    return { state, outcome: { kind: 'failed', failure: failure('samples_unusable', { reason: fault }) } };
  const held = [...state.buffer, example];
  const buffer = held.slice(-settings.rowsMax);
  const dropped = held.length - buffer.length;
  const counts = { ...state.counts, taken: state.counts.taken + 1, dropped: state.counts.dropped + dropped };
  const next = { ...state, buffer, counts };
  if (buffer.length < settings.fullRows) return { state: next, outcome: { kind: 'kept' } };
  const parts = partsOf(buffer, state.model.featureNames.length, settings);
  if (parts === null) return { state: next, outcome: { kind: 'waiting', dropped } };
  return learn(next, parts, settings);
}

/** The model before the last replacement again; `model_previous_missing` when there is none. */
export function rollBackOnline(state: OnlineState): Result<OnlineState, Failure> {
  if (state.rollback === null) return err(failure('model_previous_missing'));
  return ok({ ...state, model: state.rollback, rollback: null });
}

function findFault({ row, label, time, resolvedTime }: Example, { featureNames }: ModelDocument): string | null {
  if (row.length !== featureNames.length) return `a row of ${row.length} values for ${featureNames.length} features`;
  if (row.some((value) => value !== null && !(Math.abs(value) <= 1e100))) return 'a value is no number';
  if (label !== 0 && label !== 1) return 'the label is neither 0 nor 1';
  return resolvedTime < time ? 'the outcome was known before the values' : null;
}

type Parts = { readonly train: Samples; readonly judge: Samples };

/**
 * The older part to learn from and the newer one to judge by, in the order of the values' time. What was resolved only
 * after the newer part began is left out of the older: its label already tells of the time that is to be foreseen.
 */
function partsOf(buffer: readonly Example[], width: number, settings: OnlineSettings): Parts | null {
  const inTime = [...buffer].sort((a, b) => a.time - b.time);
  const cut = Math.floor(inTime.length * settings.trainShare);
  const newer = inTime.slice(cut);
  const begin = newer[0]?.time;
  if (begin === undefined) return null;
  const older = inTime.slice(0, cut).filter(({ resolvedTime }) => resolvedTime <= begin);
  const parts = { train: samplesOf(older, width), judge: samplesOf(newer, width) };
  const isMixed = [parts.train, parts.judge].every((samples) => {
    const positives = countPositives(samples);
    return Math.min(positives, samples.labels.length - positives) >= settings.labelRowsMin;
  });
  return isMixed ? parts : null;
}

function samplesOf(examples: readonly Example[], width: number): Samples {
  return toSamples(
    examples.map(({ row, label }) => ({ row: row.map((value) => value ?? Number.NaN), label })),
    width,
  );
}

function learn(
  state: OnlineState,
  { train, judge }: Parts,
  settings: OnlineSettings,
): { readonly state: OnlineState; readonly outcome: OnlineOutcome } {
  const { model, counts } = state;
  const trees = model.kind === 'gbdt' ? model.trees.length : 0;
  if (trees + settings.gbdt.rounds > settings.treesMax) {
    const grown = failure('model_full_grown', { trees, treesMax: settings.treesMax });
    return { state: { ...state, buffer: [] }, outcome: { kind: 'failed', failure: grown } };
  }
  const plan = { settings: settings[model.kind], seed: settings.seed + counts.trainings };
  const trained = continueModel(refreshed(model), { train, validation: null }, plan);
  if (!trained.ok) return { state, outcome: { kind: 'failed', failure: trained.error } };
  const candidate = trained.value.document;
  const comparison = {
    incumbentAuc: aucOf(model, judge),
    candidateAuc: aucOf(candidate, judge),
    trainedRows: train.labels.length,
    judgedRows: judge.labels.length,
  };
  const isBetter = comparison.candidateAuc - comparison.incumbentAuc > settings.aucGainMin;
  const after = { ...state, buffer: [], counts: { ...counts, trainings: counts.trainings + 1 } };
  if (!isBetter) return { state: after, outcome: { kind: 'discarded', ...comparison } };
  return {
    state: { ...after, model: candidate, rollback: model, counts: { ...after.counts, replaced: counts.replaced + 1 } },
    outcome: { kind: 'replaced', ...comparison },
  };
}

/** Adagrad's memory begins anew: after tens of thousands of rows its steps are too small to follow anything. */
function refreshed(model: ModelDocument): ModelDocument {
  return model.kind === 'logistic' ? { ...model, squares: model.squares.map(() => 0) } : model;
}

function aucOf(document: ModelDocument, samples: Samples): number {
  const { score } = openModel(document);
  const scores = Float64Array.from(samples.labels, (_, row) => score(rowOf(samples, row)));
  const auc = deriveAuc({ scores, labels: samples.labels });
  assert(auc !== null, 'a part with examples of one label alone was judged');
  return auc;
}
