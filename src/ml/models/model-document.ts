/**
 * A trained model as plain data, which is also its file: what it was trained on by name and hash, its kind and its
 * parameters. Numbers are finite; a value of a feature that is not known is NaN in a row and never in a document.
 */

/** What a row means: the ordered names of its values, and the hash of the schema that makes them. */
export type FeatureSpace = { readonly schemaHash: string; readonly names: readonly string[] };

/** The version of the form below. */
export const MODEL_FORMAT = 1;

/**
 * Turns a model's probability into one that comes true as often as it says. `platt`: sigmoid(slope logit(p) + intercept).
 * `isotonic`: steps joined by straight lines; `scores` ascend strictly, `values` never fall, and both ends stay level.
 */
export type Calibrator =
  | { readonly kind: 'platt'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'isotonic'; readonly scores: readonly number[]; readonly values: readonly number[] };

type DocumentHead = {
  readonly format: typeof MODEL_FORMAT;
  readonly schemaHash: string;
  readonly featureNames: readonly string[];
  readonly calibrator: Calibrator | null;
};

/** Logistic regression over standardised values, with what its training needs to go on. */
export type LogisticDocument = DocumentHead & {
  readonly kind: 'logistic';
  /** Of each feature over the known values of the training rows; a scale is above zero. */
  readonly means: readonly number[];
  readonly scales: readonly number[];
  readonly weights: readonly number[];
  readonly bias: number;
  /** Adagrad's sums of squared gradients, that of the bias last. */
  readonly squares: readonly number[];
  readonly epochs: number;
};

/**
 * One tree as columns over its nodes, the root first and children behind their parent. A leaf has -1 for its feature and
 * both children and 0 for its threshold.
 */
export type Tree = {
  readonly feature: readonly number[];
  /** A value at most this goes left. */
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** Where an unknown value goes: 0 left, 1 right. */
  readonly missing: readonly number[];
  /** Log odds: of a leaf what it adds, of another node the mean of its leaves weighted by training rows. */
  readonly value: readonly number[];
  /** How much the split lowered the training loss; 0 of a leaf. */
  readonly gain: readonly number[];
  /** Training rows that came by. */
  readonly rows: readonly number[];
};

/** Gradient-boosted trees: log odds are the base score and what a leaf of each tree adds. */
export type GbdtDocument = DocumentHead & {
  readonly kind: 'gbdt';
  readonly baseScore: number;
  readonly trees: readonly Tree[];
};

/** Any trained model. */
export type ModelDocument = LogisticDocument | GbdtDocument;

/** The text of a document, byte for byte the same for the same model. */
export function modelText(document: ModelDocument): string {
  return `${JSON.stringify(document)}\n`;
}
