/**
 * What a model said of a coin while nobody acted on it, and what became of that. Plain data; numbers are floats, because
 * nothing is ever ordered by them.
 */
import type { EpochMs } from '../core/time.ts';
import type { InstrumentId } from './instrument.ts';

/** What one feature did to a prediction; `value` is `null` where it is not known, `contribution` is in log odds. */
export type PredictionReason = { readonly name: string; readonly value: number | null; readonly contribution: number };

/** One prediction. */
export type Prediction = {
  /** Grows by one with each prediction of a log, from 1. */
  readonly number: number;
  /** SHA-256 of the model's file. */
  readonly model: string;
  readonly instrumentId: InstrumentId;
  /** The close of the candle that it was made of. */
  readonly time: EpochMs;
  /** The price it closed at, which a trade begun then is judged from. */
  readonly price: number;
  readonly probability: number;
  /** The furthest first. */
  readonly reasons: readonly PredictionReason[];
  /** The values that the model was given, in the order of its features; `null` is not known. */
  readonly row: readonly (number | null)[];
};

/** What became of it: the label, or why there will never be one. */
export type PredictionOutcome =
  /** `ending` names what was touched, `net` is the result after costs as a fraction of the price paid. */
  | { readonly kind: 'resolved'; readonly label: 0 | 1; readonly ending: string; readonly net: number }
  | { readonly kind: 'unresolvable'; readonly reason: string };

/** The outcome of the prediction with this number; `time` is the close of the candle that settled it. */
export type Resolution = {
  readonly number: number;
  readonly time: EpochMs;
  readonly outcome: PredictionOutcome;
};

/** A prediction with what is known of its outcome, `null` while it is open. */
export type LoggedPrediction = { readonly prediction: Prediction; readonly resolution: Resolution | null };

/** A resolved prediction; `place` grows in the order in which outcomes were stored. */
export type ResolvedEntry = {
  readonly place: number;
  readonly prediction: Prediction;
  readonly time: EpochMs;
  readonly label: 0 | 1;
};

/** One try to learn from outcomes of a model; `through` is the place of the newest outcome that it took. */
export type LearningRound = {
  readonly model: string;
  readonly time: EpochMs;
  readonly through: number;
  readonly result: 'replaced' | 'discarded' | 'failed';
  /** AUC of the model and of what was learned on examples that neither had seen; `null` where it failed. */
  readonly incumbentAuc: number | null;
  readonly candidateAuc: number | null;
  /** SHA-256 of the candidate that was written; `null` where none was. */
  readonly candidate: string | null;
  /** Why it failed; `null` where it did not. */
  readonly reason: string | null;
};

/** What is stored together. */
export type PredictionBatch = {
  readonly predictions: readonly Prediction[];
  readonly resolutions: readonly Resolution[];
  readonly rounds: readonly LearningRound[];
};
