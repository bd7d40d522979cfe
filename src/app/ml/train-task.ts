/**
 * Trains a task on stored candles: rows are made, split and trained on, one split after the other, and out come the figures
 * of every split and the model of the last one, which has seen the most. Test spans are looked at once each; nothing is
 * chosen by them.
 */
import { setImmediate } from 'node:timers/promises';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import {
  createDatasetBuilder,
  type Dataset,
  type DatasetCounts,
  finishDataset,
  foldDataset,
  HOT_FEATURES,
  judgePool,
  type ModelMetrics,
  openModel,
  type PooledRows,
  RECIPE_FORMAT,
  type Recipe,
  type Split,
  scoreSpan,
  spaceOfSchema,
  splitWalkForward,
  type TaskPlan,
  type TrainedTask,
  toTaskSpan,
  trainHotcoin,
} from '../../ml/index.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { leftOutText, toLeftOut } from './left-out.ts';
import { readMoments } from './read-moments.ts';
import { planSplits, planTask } from './split-plan.ts';
import { labelRulesOf, planReading, type ReadingPlan, type TrainingRequest } from './training-plan.ts';

/** How far it has come: candles read, or rounds of training in a split. */
export type TrainingProgress =
  | { readonly stage: 'reading'; readonly candles: number; readonly of: number }
  | {
      readonly stage: 'training';
      readonly fold: number;
      readonly folds: number;
      readonly kind: string;
      readonly round: number;
    };

/** A split with what was trained on it, or why nothing could be. */
export type Fold = { readonly split: Split; readonly trained: Result<TrainedTask, Failure> };

/** What training a task came to. */
export type TaskTraining = {
  readonly reading: ReadingPlan;
  readonly dataset: Dataset;
  readonly counts: DatasetCounts;
  readonly folds: readonly Fold[];
  /** Figures over the test spans of all folds, each judged by its own model and threshold; `null` where none was trained. */
  readonly pooled: ModelMetrics | null;
  readonly final: TrainedTask;
  readonly recipe: Recipe;
};

/** Trains; `ml_candles_missing`, `ml_history_short`, `model_settings_wrong` and `samples_unusable` tell why not. */
export async function trainTask(
  store: CandleStore,
  request: TrainingRequest,
  onProgress: (progress: TrainingProgress) => void,
): Promise<Result<TaskTraining, Failure>> {
  const labels = labelRulesOf(request);
  if (!labels.ok) return labels;
  const reading = await planReading(store, request, labels.value);
  if (!reading.ok) return reading;
  const made = await makeRows(store, reading.value, onProgress);
  if (!made.ok) return made;
  const { dataset, counts } = made.value;
  const splits = splitRows(made.value, reading.value, request);
  if (!splits.ok) return splits;
  const { folds, pool } = await trainFolds(dataset, splits.value, onProgress);
  const last = folds.at(-1) as Fold;
  if (!last.trained.ok) return last.trained;
  const recipe = recipeOf(request, { reading: reading.value, fold: last, threshold: last.trained.value.threshold });
  return ok({
    reading: reading.value,
    dataset,
    counts,
    folds,
    pooled: judgePool(pool, splits.value.plan.bootstrap),
    final: last.trained.value,
    recipe,
  });
}

async function makeRows(
  store: CandleStore,
  { range, dataset, candles }: ReadingPlan,
  onProgress: (progress: TrainingProgress) => void,
): Promise<Result<ReturnType<typeof finishDataset>, Failure>> {
  const builder = createDatasetBuilder(dataset);
  for await (const moment of readMoments(store, range)) {
    const folded = foldDataset(builder, moment);
    if (!folded.ok) return folded;
    onProgress({ stage: 'reading', candles: builder.counts.candles, of: candles });
  }
  return ok(finishDataset(builder));
}

type Splits = { readonly splits: readonly Split[]; readonly plan: TaskPlan };

function splitRows(
  { dataset, counts }: ReturnType<typeof finishDataset>,
  { dataset: made, range }: ReadingPlan,
  { folds, seed }: TrainingRequest,
): Result<Splits, Failure> {
  const rows = dataset.times.length;
  const horizonMs =
    Math.max(made.task === 'hotness' ? made.labels.hotness.horizonMinutes : 0, made.labels.trade.horizonMinutes) *
    60_000;
  const from = (dataset.times[0] ?? 0) as EpochMs;
  const to = addMs((dataset.times[rows - 1] ?? 0) as EpochMs, horizonMs);
  const plan = planSplits({ from, to }, { folds, candleMs: range.candleMs, horizonMs });
  const splits = rows === 0 || plan === null ? [] : splitWalkForward(dataset, plan, to);
  if (plan === null || splits.length === 0) {
    return err(failure('ml_history_short', { rows, folds, leftOut: leftOutText(toLeftOut(counts)) }));
  }
  return ok({ splits, plan: planTask(seed, horizonMs, plan.testMs) });
}

async function trainFolds(
  dataset: Dataset,
  { splits, plan }: Splits,
  onProgress: (progress: TrainingProgress) => void,
): Promise<{ readonly folds: readonly Fold[]; readonly pool: readonly PooledRows[] }> {
  const folds: Fold[] = [];
  const pool: PooledRows[] = [];
  for (const [at, split] of splits.entries()) {
    const onRound = (kind: string, round: number): void =>
      onProgress({ stage: 'training', fold: at + 1, folds: splits.length, kind, round });
    onRound('', 0);
    await setImmediate();
    folds.push({ split, trained: trainFold({ dataset, split, plan, pool, onRound }) });
  }
  return { folds, pool };
}

type FoldWork = {
  readonly dataset: Dataset;
  readonly split: Split;
  readonly plan: TaskPlan;
  readonly pool: PooledRows[];
  readonly onRound: (kind: string, round: number) => void;
};

function trainFold({ dataset, split, plan, pool, onRound }: FoldWork): Result<TrainedTask, Failure> {
  const spans = {
    train: toTaskSpan(dataset, split.train.rows),
    validation: toTaskSpan(dataset, split.validation.rows),
    test: toTaskSpan(dataset, split.test.rows),
  };
  const trained = trainHotcoin(spaceOfSchema(HOT_FEATURES), spans, { ...plan, onRound });
  if (!trained.ok) return trained;
  const { document, threshold } = trained.value;
  pool.push({ scored: scoreSpan(openModel(document), spans.test.samples), span: spans.test, threshold });
  return trained;
}

function recipeOf(
  { task, interval, seed }: TrainingRequest,
  { reading, fold, threshold }: { readonly reading: ReadingPlan; readonly fold: Fold; readonly threshold: number },
): Recipe {
  const facts = ({ from, to, rows }: Split['train']) => ({ from, to, rows: rows.length });
  const { train, validation, test } = fold.split;
  return {
    format: RECIPE_FORMAT,
    task,
    interval,
    labels: reading.dataset.labels,
    dayVolumeMin: reading.dataset.universe.dayVolumeMin,
    threshold,
    seed,
    spans: { train: facts(train), validation: facts(validation), test: facts(test) },
  };
}
