/**
 * The runtime contract of a trained model: what it is for, which files it is made of, what it was measured to be worth, and
 * the features it must be fed. It is JSON under the field names of the specification, read strictly.
 */
import { err, type Result } from '../../core/result.ts';
import { type EpochMs, toIsoText } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { type Fields, fieldsOf, integerOf, listOf, numberOf, readShape, refuse, textOf } from '../json-shape.ts';
import type { FeatureSpace } from '../models/model-document.ts';

/** The version of both forms of governance. */
export const GOVERNANCE_VERSION = 1;

/** What a model was measured to be worth, on rows of its test span alone; `null` is not known. */
export type ModelMetrics = {
  /** Labelled rows of all spans, after purging. */
  readonly n_samples: number;
  readonly n_features: number;
  readonly test_samples: number;
  readonly test_auc: number | null;
  readonly test_brier: number | null;
  readonly test_log_loss: number | null;
  /** Mean distance between what was said and what came, over ten bins. */
  readonly calibration_error: number | null;
  readonly lift_top_decile: number | null;
  /** Trades that the model would have taken, and their mean net result as a fraction of cost, with its 95 % interval. */
  readonly n_trades: number;
  readonly net_expectancy: number | null;
  readonly net_expectancy_low: number | null;
  readonly net_expectancy_high: number | null;
};

/** SHA-256 as 64 hexadecimal digits, by file name. */
export type FileHashes = Readonly<Record<string, string>>;

/** The contract. */
export type RuntimeContract = {
  readonly schema_version: typeof GOVERNANCE_VERSION;
  readonly task: string;
  readonly interval: string;
  /** ISO 8601, UTC. */
  readonly generated_at: string;
  readonly model_files: readonly string[];
  readonly sha256: FileHashes;
  readonly metrics: ModelMetrics;
  readonly feature_schema_hash: string;
  readonly feature_names: readonly string[];
};

/** What a contract is made from; one hash for each model file. */
export type ContractFacts = {
  readonly task: string;
  readonly interval: string;
  readonly generatedAt: EpochMs;
  readonly sha256: FileHashes;
  readonly metrics: ModelMetrics;
  readonly space: FeatureSpace;
};

/** The contract of a model whose files have these hashes. */
export function makeContract({ task, interval, generatedAt, sha256, metrics, space }: ContractFacts): RuntimeContract {
  return {
    schema_version: GOVERNANCE_VERSION,
    task,
    interval,
    generated_at: toIsoText(generatedAt),
    model_files: Object.keys(sha256),
    sha256,
    metrics,
    feature_schema_hash: space.schemaHash,
    feature_names: space.names,
  };
}

/** The name of the contract's file; task and interval are words, as `parseContract` checks. */
export function contractFileName(task: string, interval: string): string {
  return `runtime_contract_${task}_${interval}.json`;
}

const FILES_MAX = 16;
const FEATURES_MAX = 1_000;
const KEYS = [
  'schema_version',
  'task',
  'interval',
  'generated_at',
  'model_files',
  'sha256',
  'metrics',
  'feature_schema_hash',
  'feature_names',
];
const COUNTS = ['n_samples', 'n_features', 'test_samples', 'n_trades'] as const;
const FIGURES = [
  'test_auc',
  'test_brier',
  'test_log_loss',
  'calibration_error',
  'lift_top_decile',
  'net_expectancy',
  'net_expectancy_low',
  'net_expectancy_high',
] as const;

/** A contract from parsed JSON; `governance_unusable` when anything of it is wrong, missing or unknown. */
export function parseContract(value: unknown): Result<RuntimeContract, Failure> {
  const read = readShape(() => readContract(fieldsOf(value, 'contract', KEYS)));
  return read.ok ? read : err(failure('governance_unusable', { reason: read.error }));
}

function readContract(fields: Fields): RuntimeContract {
  readVersion(fields['schema_version']);
  const model_files = listOf(fields['model_files'], 'model_files', { max: FILES_MAX, read: wordOf });
  if (model_files.length === 0) refuse('model_files is empty');
  const sha256 = readHashes(fields['sha256']);
  if (Object.keys(sha256).sort().join() !== [...model_files].sort().join()) refuse('sha256 is not of the model_files');
  return {
    schema_version: GOVERNANCE_VERSION,
    task: wordOf(fields['task'], 'task'),
    interval: wordOf(fields['interval'], 'interval'),
    generated_at: timeOf(fields['generated_at'], 'generated_at'),
    model_files,
    sha256,
    metrics: readMetrics(fields['metrics']),
    feature_schema_hash: textOf(fields['feature_schema_hash'], 'feature_schema_hash'),
    feature_names: listOf(fields['feature_names'], 'feature_names', { max: FEATURES_MAX, read: textOf }),
  };
}

/** Refuses another version. */
export function readVersion(value: unknown): void {
  if (value !== GOVERNANCE_VERSION) refuse(`schema_version ${JSON.stringify(value)} is not known`);
}

/** A name that is safe in a file name: letters, digits, `_`, `-` and `.`, the last not in front. */
export function wordOf(value: unknown, path: string): string {
  const text = textOf(value, path);
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(text)) refuse(`${path} is no plain name`);
  return text;
}

/** An instant as ISO 8601 with milliseconds. */
export function timeOf(value: unknown, path: string): string {
  const text = textOf(value, path);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) || Number.isNaN(Date.parse(text)))
    refuse(`${path} is no time`);
  return text;
}

/** Hashes by file name. */
export function readHashes(value: unknown): FileHashes {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('sha256 is no object');
  const entries = Object.entries(value).map(([name, hash]): [string, string] => {
    if (!/^[0-9a-f]{64}$/.test(textOf(hash, `sha256.${name}`))) refuse(`sha256.${name} is no hash`);
    return [wordOf(name, 'a name in sha256'), textOf(hash, `sha256.${name}`)];
  });
  return Object.fromEntries(entries);
}

/** Metrics, complete. */
export function readMetrics(value: unknown): ModelMetrics {
  const fields = fieldsOf(value, 'metrics', [...COUNTS, ...FIGURES]);
  const count = (key: (typeof COUNTS)[number]): number =>
    integerOf(fields[key], `metrics.${key}`, { min: 0, max: Number.MAX_SAFE_INTEGER });
  const figure = (key: (typeof FIGURES)[number]): number | null =>
    fields[key] === null ? null : numberOf(fields[key], `metrics.${key}`);
  return {
    n_samples: count('n_samples'),
    n_features: count('n_features'),
    test_samples: count('test_samples'),
    test_auc: figure('test_auc'),
    test_brier: figure('test_brier'),
    test_log_loss: figure('test_log_loss'),
    calibration_error: figure('calibration_error'),
    lift_top_decile: figure('lift_top_decile'),
    n_trades: count('n_trades'),
    net_expectancy: figure('net_expectancy'),
    net_expectancy_low: figure('net_expectancy_low'),
    net_expectancy_high: figure('net_expectancy_high'),
  };
}
