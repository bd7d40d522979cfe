/**
 * Whether a model may be heard, and which one is: contract, decision, the hashes of the files as they are and the features
 * at hand in, yes or every reason against it out. What is missing, changed or unknown means no.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { FeatureSpace } from '../models/model-document.ts';
import type { FileHashes, ModelMetrics, RuntimeContract } from './contract.ts';
import {
  findShortcomings,
  PROMOTION_THRESHOLDS,
  type PromotionDecision,
  type PromotionThresholds,
} from './decision.ts';

/** A model with its papers. */
export type Release = { readonly contract: RuntimeContract; readonly decision: PromotionDecision };

/** What stands on the disk and in the program now; `null` for papers that are missing or could not be read. */
export type ServingFacts = {
  readonly contract: RuntimeContract | null;
  readonly decision: PromotionDecision | null;
  readonly fileHashes: FileHashes;
  readonly space: FeatureSpace;
};

/**
 * The release if it may be heard, else `model_not_served` with every reason: papers are there and about the same files, the
 * decision is an approval that its own figures bear out, by thresholds no laxer than `floor`, the files are those that were
 * approved, and the features are those the model learned.
 */
export function mayServe(
  { contract, decision, fileHashes, space }: ServingFacts,
  floor: PromotionThresholds = PROMOTION_THRESHOLDS,
): Result<Release, Failure> {
  if (contract === null) return refusal(['contract_missing: there is no usable runtime contract']);
  if (decision === null) return refusal(['decision_missing: there is no usable promotion decision']);
  const reasons = [
    ...findDisapproval(decision, floor),
    ...findPaperFaults({ contract, decision }, { fileHashes, space }),
  ];
  return reasons.length === 0 ? ok({ contract, decision }) : refusal(reasons);
}

/** What of papers is not as it was saved, whatever the gate said: about other files, other figures or other features. */
export function findPaperFaults(
  { contract, decision }: Release,
  { fileHashes, space }: Pick<ServingFacts, 'fileHashes' | 'space'>,
): readonly string[] {
  return [
    ...findMismatch(contract, decision),
    ...findChangedFiles(contract, fileHashes),
    ...findOtherFeatures(contract, space),
  ];
}

function refusal(reasons: readonly string[]): Result<never, Failure> {
  return err(failure('model_not_served', { reasons: reasons.join('; ') }));
}

function findDisapproval(decision: PromotionDecision, floor: PromotionThresholds): readonly string[] {
  const { approved, deployment_tier, reasons, metrics, thresholds } = decision;
  if (!approved || deployment_tier !== 'production' || reasons.length > 0) {
    return [`not_approved: ${reasons.length > 0 ? reasons.join(', ') : `the tier is ${deployment_tier}`}`];
  }
  const isLax =
    thresholds.min_samples < floor.min_samples ||
    thresholds.min_test_auc < floor.min_test_auc ||
    thresholds.min_net_expectancy_low < floor.min_net_expectancy_low ||
    thresholds.max_calibration_error > floor.max_calibration_error;
  return [
    ...(isLax ? ['thresholds_lax: it was approved by lower thresholds than these'] : []),
    ...findShortcomings(metrics, floor),
  ];
}

function findMismatch(contract: RuntimeContract, decision: PromotionDecision): readonly string[] {
  const papers = [
    ['task', contract.task, decision.task],
    ['interval', contract.interval, decision.interval],
    ['files', textOfEntries(contract.sha256), textOfEntries(decision.sha256)],
    ['metrics', textOfEntries(contract.metrics), textOfEntries(decision.metrics)],
  ] as const;
  return papers
    .filter(([, one, other]) => one !== other)
    .map(([name]) => `papers_differ: the decision is about other ${name} than the contract`);
}

/** The same for equal entries in any order. */
function textOfEntries(record: FileHashes | ModelMetrics): string {
  return JSON.stringify(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function findChangedFiles({ model_files, sha256 }: RuntimeContract, fileHashes: FileHashes): readonly string[] {
  if (model_files.length === 0) return ['files_missing: the contract names no file'];
  return model_files.flatMap((name) => {
    const found = Object.hasOwn(fileHashes, name) ? fileHashes[name] : undefined;
    const wanted = Object.hasOwn(sha256, name) ? sha256[name] : undefined;
    if (found === undefined) return [`files_missing: ${name} is not there`];
    return found === wanted ? [] : [`files_changed: ${name} is not the file that was approved`];
  });
}

function findOtherFeatures(contract: RuntimeContract, space: FeatureSpace): readonly string[] {
  const isSame =
    contract.feature_schema_hash === space.schemaHash && contract.feature_names.join('\n') === space.names.join('\n');
  return isSame ? [] : [`features_differ: it learned ${contract.feature_schema_hash}, these are ${space.schemaHash}`];
}

/** Which model is heard; plain data. Earlier ones stand in `previous`, the newest first. */
export type ServingState = { readonly current: Release | null; readonly previous: readonly Release[] };

/** Nothing is heard. */
export const NOTHING_SERVED: ServingState = { current: null, previous: [] };

/** Earlier releases that are kept to go back to. */
export const PREVIOUS_MAX = 5;

/** `release`, which `mayServe` gave, is heard from now on; the one before it is kept. */
export function serveRelease({ current, previous }: ServingState, release: Release): ServingState {
  return { current: release, previous: current === null ? previous : [current, ...previous].slice(0, PREVIOUS_MAX) };
}

/** Nothing is heard from now on; what was heard is not gone back to. */
export function withdrawRelease({ previous }: ServingState): ServingState {
  return { current: null, previous };
}

/**
 * The release before is heard again, and the one now is forgotten; `model_previous_missing` when there is none. Whether
 * it may be heard is to be asked again, because its files and the features may have changed since.
 */
export function rollBackRelease({ previous }: ServingState): Result<ServingState, Failure> {
  const [last, ...older] = previous;
  return last === undefined ? err(failure('model_previous_missing')) : ok({ current: last, previous: older });
}
