/**
 * The log of a model in shadow: predictions, their outcomes, and what was learned of them. Nothing in it is ever changed.
 */
import type {
  LearningRound,
  LoggedPrediction,
  Prediction,
  PredictionBatch,
  ResolvedEntry,
} from '../model/prediction.ts';

/** What the log holds of a model. `newestNumber` is of all models, 0 before the first. */
export type PredictionSummary = {
  readonly predictions: number;
  readonly resolved: number;
  readonly unresolvable: number;
  readonly newestNumber: number;
  readonly lastRound: LearningRound | null;
};

/** Resolved predictions of a model stored after place `after`: the newest `limit` of them. */
export type ResolvedQuery = { readonly model: string; readonly after: number; readonly limit: number };

/**
 * - `save` stores a batch as a whole or not at all; after it resolves the batch survives a killed process. It answers the
 *   place of the newest outcome, 0 before the first. A number, or a coin at one moment by one model, that is there
 *   already rejects and stores nothing; so does a second outcome.
 * - Bounded: what is further than the store's bound behind the newest number is forgotten with its outcome along the way,
 *   and so are the oldest rounds.
 * - `loadOpen` answers what has no outcome, of every model, ascending by number. `loadResolved` answers ascending by place,
 *   without what can not be resolved. `loadNewest` answers the newest first.
 * - Failures reject with `FailureError` (`store_unavailable`, `store_corrupt`); nothing is half-written.
 */
export type PredictionLog = {
  readonly save: (batch: PredictionBatch) => Promise<number>;
  readonly loadOpen: () => Promise<readonly Prediction[]>;
  readonly loadResolved: (query: ResolvedQuery) => Promise<readonly ResolvedEntry[]>;
  readonly loadNewest: (limit: number) => Promise<readonly LoggedPrediction[]>;
  readonly summarize: (model: string) => Promise<PredictionSummary>;
  /** Releases the storage; later calls reject. Safe to call twice. */
  readonly close: () => Promise<void>;
};
