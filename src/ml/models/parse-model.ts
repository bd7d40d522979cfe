/**
 * A model file read back, strictly: made for the schema at hand, complete, every number finite, every tree a tree. Whatever
 * is wrong ends in a failure that names it; nothing that came through can make a prediction loop or read beside a row.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure } from '../../model/failure.ts';
import {
  type Fields,
  fieldsOf,
  integerOf,
  listOf,
  numberOf,
  numbersOf,
  readShape,
  refuse,
  textOf,
} from '../json-shape.ts';
import {
  type Calibrator,
  type FeatureSpace,
  type GbdtDocument,
  type LogisticDocument,
  MODEL_FORMAT,
  type ModelDocument,
} from './model-document.ts';
import { parseTree } from './parse-tree.ts';

/** Most features, trees and steps of a calibrator that a file may have. */
const FEATURES_MAX = 1_000;
const TREES_MAX = 10_000;
const STEPS_MAX = 100_000;
const EPOCHS_MAX = 1_000_000;

const HEAD = ['format', 'kind', 'schemaHash', 'featureNames', 'calibrator'] as const;
const LOGISTIC = [...HEAD, 'means', 'scales', 'weights', 'bias', 'squares', 'epochs'];
const GBDT = [...HEAD, 'baseScore', 'trees'];

/**
 * The document in parsed JSON; `model_unusable` when anything of it is wrong, `model_schema_differs` when it was trained
 * on other features than `space`: another hash, other names or another order.
 */
export function parseModel(value: unknown, space: FeatureSpace): Result<ModelDocument, Failure> {
  const read = readShape(() => readModel(value));
  if (!read.ok) return err(failure('model_unusable', { reason: read.error }));
  const { schemaHash, featureNames } = read.value;
  if (schemaHash !== space.schemaHash || featureNames.join('\n') !== space.names.join('\n')) {
    return err(failure('model_schema_differs', { expected: space.schemaHash, found: schemaHash }));
  }
  return ok(read.value);
}

/** `parseModel` of a file's text. */
export function parseModelText(text: string, space: FeatureSpace): Result<ModelDocument, Failure> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err(failure('model_unusable', { reason: 'the text is no JSON' }));
  }
  return parseModel(value, space);
}

function readModel(value: unknown): ModelDocument {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  switch (kind) {
    case 'logistic':
      return readLogistic(fieldsOf(value, 'model', LOGISTIC));
    case 'gbdt':
      return readGbdt(fieldsOf(value, 'model', GBDT));
    default:
      return refuse(`the kind ${JSON.stringify(kind)} is not known`);
  }
}

function readHead(fields: Fields): Pick<ModelDocument, 'schemaHash' | 'featureNames' | 'calibrator'> {
  if (fields['format'] !== MODEL_FORMAT) refuse(`the format ${JSON.stringify(fields['format'])} is not known`);
  const featureNames = listOf(fields['featureNames'], 'featureNames', { max: FEATURES_MAX, read: textOf });
  if (featureNames.length === 0) refuse('featureNames is empty');
  if (new Set(featureNames).size !== featureNames.length) refuse('featureNames names a feature twice');
  return {
    schemaHash: textOf(fields['schemaHash'], 'schemaHash'),
    featureNames,
    calibrator: fields['calibrator'] === null ? null : readCalibrator(fields['calibrator']),
  };
}

function readLogistic(fields: Fields): LogisticDocument {
  const { schemaHash, featureNames, calibrator } = readHead(fields);
  const width = featureNames.length;
  const scales = numbersOf(fields['scales'], 'scales', width);
  if (scales.some((scale) => scale <= 0)) refuse('scales has one that is not above zero');
  const squares = numbersOf(fields['squares'], 'squares', width + 1);
  if (squares.some((square) => square < 0)) refuse('squares has one below zero');
  return {
    format: MODEL_FORMAT,
    kind: 'logistic',
    schemaHash,
    featureNames,
    calibrator,
    means: numbersOf(fields['means'], 'means', width),
    scales,
    weights: numbersOf(fields['weights'], 'weights', width),
    bias: numberOf(fields['bias'], 'bias'),
    squares,
    epochs: integerOf(fields['epochs'], 'epochs', { min: 0, max: EPOCHS_MAX }),
  };
}

function readGbdt(fields: Fields): GbdtDocument {
  const { schemaHash, featureNames, calibrator } = readHead(fields);
  const read = (item: unknown, path: string) => parseTree(item, path, featureNames.length);
  return {
    format: MODEL_FORMAT,
    kind: 'gbdt',
    schemaHash,
    featureNames,
    calibrator,
    baseScore: numberOf(fields['baseScore'], 'baseScore'),
    trees: listOf(fields['trees'], 'trees', { max: TREES_MAX, read }),
  };
}

function readCalibrator(value: unknown): Calibrator {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  switch (kind) {
    case 'platt':
      return readPlatt(fieldsOf(value, 'calibrator', ['kind', 'slope', 'intercept']));
    case 'isotonic':
      return readIsotonic(fieldsOf(value, 'calibrator', ['kind', 'scores', 'values']));
    default:
      return refuse(`the calibrator ${JSON.stringify(kind)} is not known`);
  }
}

function readPlatt(fields: Fields): Calibrator {
  const slope = numberOf(fields['slope'], 'calibrator.slope');
  if (slope < 0) refuse('calibrator.slope turns the order round');
  return { kind: 'platt', slope, intercept: numberOf(fields['intercept'], 'calibrator.intercept') };
}

function readIsotonic(fields: Fields): Calibrator {
  const scores = listOf(fields['scores'], 'calibrator.scores', { max: STEPS_MAX, read: numberOf });
  const values = numbersOf(fields['values'], 'calibrator.values', scores.length);
  if (scores.length === 0) refuse('calibrator.scores is empty');
  const isRising = scores.every((score, at) => at === 0 || score > (scores[at - 1] as number));
  if (!isRising) refuse('calibrator.scores do not rise');
  const isInside = values.every((item, at) => item >= (values[at - 1] ?? 0) && item <= 1);
  if (!isInside) refuse('calibrator.values fall or are no probabilities');
  return { kind: 'isotonic', scores, values };
}
