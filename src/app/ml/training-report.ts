/**
 * What training came to, as a report for programs: names in snake case, times as ISO text. The text that people read is made
 * from it, so both say the same.
 */
import { type EpochMs, toIsoText } from '../../core/time.ts';
import {
  type ModelDocument,
  type ModelMetrics,
  openModel,
  type PromotionDecision,
  type Release,
  type SplitSpan,
} from '../../ml/index.ts';
import { type LeftOut, toLeftOut } from './left-out.ts';
import type { Fold, TaskTraining } from './train-task.ts';

/** A span of a split. */
export type ReportedSpan = {
  readonly from: string;
  readonly to: string;
  readonly rows: number;
  readonly purged: number;
  readonly embargoed: number;
};

/** A split; `failure` says why nothing was trained on it. */
export type ReportedFold = {
  readonly train: ReportedSpan;
  readonly validation: ReportedSpan;
  readonly test: ReportedSpan;
  readonly chosen: string | null;
  readonly threshold: number | null;
  readonly contenders: readonly {
    readonly kind: string;
    readonly rounds: number;
    readonly rounds_kept: number;
    readonly validation_loss: number;
    readonly validation_auc: number | null;
    readonly calibrated: boolean;
  }[];
  readonly metrics: ModelMetrics | null;
  readonly failure: string | null;
};

/** The report. */
export type TrainingReport = {
  readonly task: string;
  readonly interval: string;
  readonly symbols: readonly string[];
  readonly candles: number;
  readonly moments: number;
  readonly every_candles: number;
  readonly rows: number;
  readonly positives: number;
  readonly left_out: LeftOut;
  readonly labels: object;
  readonly day_volume_min: number;
  readonly folds: readonly ReportedFold[];
  readonly pooled: ModelMetrics | null;
  /** The features that matter most to the saved model, with their share in the whole. */
  readonly importance: readonly { readonly name: string; readonly share: number }[];
  readonly decision: PromotionDecision;
  /** Paths of the files that were written; none of a dry run. */
  readonly saved: readonly string[];
};

/** The report of a training and its papers. */
export function toTrainingReport(
  training: TaskTraining,
  { contract, decision }: Release,
  saved: readonly string[],
): TrainingReport {
  const { dataset, counts, reading, recipe } = training;
  return {
    task: contract.task,
    interval: contract.interval,
    symbols: dataset.symbols,
    candles: counts.candles,
    moments: counts.moments,
    every_candles: reading.dataset.everyCandles,
    rows: dataset.times.length,
    positives: dataset.samples.labels.reduce((sum, label) => sum + label, 0),
    left_out: toLeftOut(counts),
    labels: recipe.labels,
    day_volume_min: recipe.dayVolumeMin,
    folds: training.folds.map(reportFold),
    pooled: training.pooled,
    importance: rankFeatures(training.final.document),
    decision,
    saved,
  };
}

const FEATURES_TOLD = 10;

function rankFeatures(document: ModelDocument): TrainingReport['importance'] {
  const { names, importance } = openModel(document);
  const shares = importance().map((share, at) => ({ name: names[at] as string, share }));
  return shares
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, FEATURES_TOLD);
}

function reportFold({ split, trained }: Fold): ReportedFold {
  const spans = {
    train: reportSpan(split.train),
    validation: reportSpan(split.validation),
    test: reportSpan(split.test),
  };
  if (!trained.ok) {
    return { ...spans, chosen: null, threshold: null, contenders: [], metrics: null, failure: trained.error.message };
  }
  const { document, threshold, metrics, contenders } = trained.value;
  return {
    ...spans,
    chosen: document.kind,
    threshold,
    contenders: contenders.map((each) => ({
      kind: each.kind,
      rounds: each.trained,
      rounds_kept: each.kept,
      validation_loss: each.validationLoss,
      validation_auc: each.validationAuc,
      calibrated: each.calibrated,
    })),
    metrics,
    failure: null,
  };
}

function reportSpan({ from, to, rows, purged, embargoed }: SplitSpan): ReportedSpan {
  return { from: textOf(from), to: textOf(to), rows: rows.length, purged, embargoed };
}

function textOf(time: EpochMs): string {
  return toIsoText(time);
}
