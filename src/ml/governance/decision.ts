/**
 * The gate between a trained model and its being heard: a contract in, a promotion decision out, approved only when every
 * condition holds, with a reason for each that does not. A figure that is not known fails its condition.
 */
import { err, type Result } from '../../core/result.ts';
import { type EpochMs, toIsoText } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { type Fields, fieldsOf, integerOf, listOf, numberOf, readShape, refuse, textOf } from '../json-shape.ts';
import {
  type FileHashes,
  GOVERNANCE_VERSION,
  type ModelMetrics,
  type RuntimeContract,
  readHashes,
  readMetrics,
  readVersion,
  timeOf,
  wordOf,
} from './contract.ts';

/** What a model must reach. */
export type PromotionThresholds = {
  readonly min_samples: number;
  readonly min_test_auc: number;
  /** The lower end of the interval of the net expectancy must be above this. */
  readonly min_net_expectancy_low: number;
  readonly max_calibration_error: number;
};

/** The thresholds of the house; a decision by laxer ones is not accepted. */
export const PROMOTION_THRESHOLDS: PromotionThresholds = {
  min_samples: 20_000,
  min_test_auc: 0.55,
  min_net_expectancy_low: 0,
  max_calibration_error: 0.05,
};

/** Where a model may be used: heard by trading, or looked at. */
export type DeploymentTier = 'production' | 'research_only';

/** The decision about the model with exactly these files. */
export type PromotionDecision = {
  readonly schema_version: typeof GOVERNANCE_VERSION;
  readonly task: string;
  readonly interval: string;
  /** ISO 8601, UTC. */
  readonly decided_at: string;
  readonly sha256: FileHashes;
  readonly metrics: ModelMetrics;
  readonly thresholds: PromotionThresholds;
  readonly approved: boolean;
  readonly deployment_tier: DeploymentTier;
  /** Why not; empty exactly when approved. */
  readonly reasons: readonly string[];
};

/** Each condition that `metrics` do not meet, as `code: sentence`; empty when all are met. */
export function findShortcomings(metrics: ModelMetrics, thresholds: PromotionThresholds): readonly string[] {
  const { n_samples, test_auc, net_expectancy_low, calibration_error } = metrics;
  const { min_samples, min_test_auc, min_net_expectancy_low, max_calibration_error } = thresholds;
  const reasons: string[] = [];
  if (!(n_samples >= min_samples)) reasons.push(`few_samples: ${n_samples} rows, at least ${min_samples} are needed`);
  if (test_auc === null) reasons.push('auc_unknown: the test span has labels of one kind alone');
  else if (!(test_auc >= min_test_auc)) {
    reasons.push(`auc_low: AUC ${shortened(test_auc)} on the test span, at least ${min_test_auc} is needed`);
  }
  if (net_expectancy_low === null) {
    reasons.push('expectancy_unknown: too few stretches of time with trades for an interval of the net expectancy');
  } else if (!(net_expectancy_low > min_net_expectancy_low)) {
    reasons.push(
      `expectancy_unproven: the interval of the net expectancy begins at ${shortened(net_expectancy_low)}, above ${min_net_expectancy_low} is needed`,
    );
  }
  if (calibration_error === null) reasons.push('calibration_unknown: the test span is empty');
  else if (!(calibration_error <= max_calibration_error)) {
    reasons.push(
      `calibration_poor: probabilities are off by ${shortened(calibration_error)} on average, at most ${max_calibration_error} is allowed`,
    );
  }
  return reasons;
}

function shortened(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Decides about the model of `contract`. */
export function decidePromotion(
  contract: RuntimeContract,
  { thresholds, decidedAt }: { readonly thresholds: PromotionThresholds; readonly decidedAt: EpochMs },
): PromotionDecision {
  const { task, interval, sha256, metrics } = contract;
  const reasons = findShortcomings(metrics, thresholds);
  const approved = reasons.length === 0;
  return {
    schema_version: GOVERNANCE_VERSION,
    task,
    interval,
    decided_at: toIsoText(decidedAt),
    sha256,
    metrics,
    thresholds,
    approved,
    deployment_tier: approved ? 'production' : 'research_only',
    reasons,
  };
}

/** The decision taken back, for example when the monitor found drift; `reason` is added to those there are. */
export function demote(decision: PromotionDecision, reason: string, decidedAt: EpochMs): PromotionDecision {
  return {
    ...decision,
    decided_at: toIsoText(decidedAt),
    approved: false,
    deployment_tier: 'research_only',
    reasons: [...decision.reasons, `demoted: ${reason}`].slice(-REASONS_MAX),
  };
}

/** The name of the decision's file. */
export function decisionFileName(task: string, interval: string): string {
  return `promotion_decision_${task}_${interval}.json`;
}

const REASONS_MAX = 100;
const KEYS = [
  'schema_version',
  'task',
  'interval',
  'decided_at',
  'sha256',
  'metrics',
  'thresholds',
  'approved',
  'deployment_tier',
  'reasons',
];
const THRESHOLDS = ['min_samples', 'min_test_auc', 'min_net_expectancy_low', 'max_calibration_error'];

/** A decision from parsed JSON; `governance_unusable` when anything of it is wrong, missing, unknown or contradicts itself. */
export function parseDecision(value: unknown): Result<PromotionDecision, Failure> {
  const read = readShape(() => readDecision(fieldsOf(value, 'decision', KEYS)));
  return read.ok ? read : err(failure('governance_unusable', { reason: read.error }));
}

function readDecision(fields: Fields): PromotionDecision {
  readVersion(fields['schema_version']);
  const { approved, deployment_tier } = fields;
  if (typeof approved !== 'boolean') return refuse('approved is neither true nor false');
  if (deployment_tier !== 'production' && deployment_tier !== 'research_only') {
    return refuse('deployment_tier is neither production nor research_only');
  }
  const reasons = listOf(fields['reasons'], 'reasons', { max: REASONS_MAX, read: textOf });
  if (approved !== (deployment_tier === 'production') || approved !== (reasons.length === 0)) {
    return refuse('approved, deployment_tier and reasons contradict each other');
  }
  return {
    schema_version: GOVERNANCE_VERSION,
    task: wordOf(fields['task'], 'task'),
    interval: wordOf(fields['interval'], 'interval'),
    decided_at: timeOf(fields['decided_at'], 'decided_at'),
    sha256: readHashes(fields['sha256']),
    metrics: readMetrics(fields['metrics']),
    thresholds: readThresholds(fieldsOf(fields['thresholds'], 'thresholds', THRESHOLDS)),
    approved,
    deployment_tier,
    reasons,
  };
}

function readThresholds(fields: Fields): PromotionThresholds {
  return {
    min_samples: integerOf(fields['min_samples'], 'thresholds.min_samples', { min: 0, max: Number.MAX_SAFE_INTEGER }),
    min_test_auc: numberOf(fields['min_test_auc'], 'thresholds.min_test_auc'),
    min_net_expectancy_low: numberOf(fields['min_net_expectancy_low'], 'thresholds.min_net_expectancy_low'),
    max_calibration_error: numberOf(fields['max_calibration_error'], 'thresholds.max_calibration_error'),
  };
}
