/**
 * The face of machine learning: rows of named features in, probabilities with their reasons out, and what decides whether
 * a model may be heard. Pure: files, clocks and hashes are handed in.
 */
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
