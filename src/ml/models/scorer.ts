/**
 * What every kind of model can do with a row.
 */

/** A row: one number for each feature in the order of its schema; NaN is a value that is not known. */
export type FeatureRow = ArrayLike<number>;

/** The log odds of the row that begins at `offset` of `values`, so that rows side by side need no views of their own. */
export type ScoreAt = (values: FeatureRow, offset: number) => number;

/** What a kind of model must be able to do; scores are log odds. */
export type Scorer = {
  readonly score: ScoreAt;
  /** Adds what each feature did into `into`; answers the base. */
  readonly contribute: (row: FeatureRow, into: Float64Array) => number;
  /** How much each feature matters, in a unit of the model's own. */
  readonly weigh: (into: Float64Array) => void;
};
