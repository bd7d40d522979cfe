/**
 * The face of machine learning: rows of named features in, probabilities with their reasons out, and what decides whether
 * a model may be heard. Pure: files, clocks and hashes are handed in.
 */
export { deriveAccuracy, deriveAuc, deriveLift, type Scored } from './metrics/auc.ts';
export {
  type Calibration,
  type CalibrationBin,
  deriveBrier,
  deriveCalibration,
  deriveFixedCalibration,
  deriveLogLoss,
} from './metrics/calibration.ts';
export { fitIsotonic, fitPlatt } from './metrics/calibrator-fit.ts';
export { type Drift, deriveDrift, describeRows, type FeatureShares, stabilityIndex } from './metrics/drift.ts';
export { type BootstrapSettings, deriveExpectancy, type Expectancy, type LabelledTrade } from './metrics/expectancy.ts';
export { GBDT_DEFAULTS, type GbdtSettings, type TrainingSpans } from './models/gbdt-training.ts';
export { LOGISTIC_DEFAULTS, type LogisticSettings } from './models/logistic-training.ts';
export { type Explanation, type FeatureRow, type Model, openModel } from './models/model.ts';
export {
  type Calibrator,
  type FeatureSpace,
  type GbdtDocument,
  type LogisticDocument,
  type ModelDocument,
  modelText,
  type Tree,
} from './models/model-document.ts';
export { parseModel, parseModelText } from './models/parse-model.ts';
export {
  countPositives,
  type LabelledRow,
  rowOf,
  type Samples,
  sliceSamples,
  toSamples,
} from './models/samples.ts';
export {
  continueModel,
  type TrainedModel,
  type TrainingPlan,
  type TrainingSettings,
  trainModel,
} from './models/training.ts';
