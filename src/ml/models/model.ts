/**
 * The one face of every model: a document is opened once and then answers probabilities, what each feature did to one of
 * them, and which features matter at all. An open model holds typed arrays of its own and no state between calls.
 */
import { assertNever } from '../../core/assert.ts';
import { applyCalibrator, sigmoid } from './calibrator.ts';
import { openGbdt } from './gbdt-model.ts';
import { openLogistic } from './logistic-model.ts';
import type { FeatureSpace, ModelDocument } from './model-document.ts';
import type { FeatureRow, Scorer } from './scorer.ts';

/** How a probability came about, in log odds before calibration: `base` and all `contributions` sum to `score`. */
export type Explanation = {
  readonly probability: number;
  readonly score: number;
  /** What the model says of a row about which nothing is known. */
  readonly base: number;
  /** One for each feature, in the order of the row; positive speaks for the event. */
  readonly contributions: readonly number[];
};

/** A model that answers. A row of another length than the feature names is a bug of the caller and stops. */
export type Model = FeatureSpace & {
  readonly kind: ModelDocument['kind'];
  /** The probability of the event, 0 to 1, calibrated if the model is. */
  readonly predict: (row: FeatureRow) => number;
  /** The log odds that the probability is made from. */
  readonly score: (row: FeatureRow) => number;
  readonly explain: (row: FeatureRow) => Explanation;
  /** Share of each feature in the whole, 0 to 1, in the order of the names; all 0 of a model that uses none. */
  readonly importance: () => readonly number[];
};

/** Opens a document that was trained here or came through `parseModel`. */
export function openModel(document: ModelDocument): Model {
  const { calibrator } = document;
  const { score, contribute, weigh } = openScorer(document);
  const width = document.featureNames.length;
  const check = (row: FeatureRow): void => {
    if (row.length !== width) throw new RangeError(`a row of ${row.length} values for ${width} features`);
  };
  const toProbability = (logOdds: number): number => applyCalibrator(calibrator, sigmoid(logOdds));
  const scoreChecked = (row: FeatureRow): number => {
    check(row);
    return score(row, 0);
  };
  return {
    kind: document.kind,
    schemaHash: document.schemaHash,
    names: document.featureNames,
    score: scoreChecked,
    predict: (row) => toProbability(scoreChecked(row)),
    explain: (row) => {
      const logOdds = scoreChecked(row);
      const contributions = new Float64Array(width);
      const base = contribute(row, contributions);
      return { probability: toProbability(logOdds), score: logOdds, base, contributions: [...contributions] };
    },
    importance: () => shares(weigh, width),
  };
}

function openScorer(document: ModelDocument): Scorer {
  switch (document.kind) {
    case 'logistic':
      return openLogistic(document);
    case 'gbdt':
      return openGbdt(document);
    default:
      return assertNever(document);
  }
}

function shares(weigh: Scorer['weigh'], width: number): readonly number[] {
  const weights = new Float64Array(width);
  weigh(weights);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from(weights, (weight) => (total > 0 ? weight / total : 0));
}
