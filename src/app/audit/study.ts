/**
 * What can be audited for looking ahead: anything that answers something at every closed candle, whether it folds them
 * one by one or computes over all of them at once. Answers are compared as text and numbers, so nobody has to say what
 * they mean.
 */
import type { ClosedCandle } from '../../model/candle.ts';
import type { Timeframe } from '../../model/timeframe.ts';

/** Kinds, in the order of a report. */
export const STUDY_KINDS = ['indicator', 'factor', 'book', 'fusion', 'consensus'] as const;

/** What a study is. */
export type StudyKind = (typeof STUDY_KINDS)[number];

/**
 * How much history a study needs before its answers no longer depend on where the history begins: candles; or
 * `anchored` when they always do, as a running total does, and `none` when it has no memory of its own.
 */
export type WarmUp = number | 'anchored' | 'none';

/** One study of a family: its name, and what it claims of its warm-up. */
export type Study = { readonly name: string; readonly kind: StudyKind; readonly warmUp: WarmUp };

/**
 * Studies that are computed together over candles of one timeframe. `run` takes them oldest first and answers, for each
 * study by name, one answer a candle; an answer may be any plain data and is looked at only after the last candle, so
 * that one which was changed afterwards is caught as well.
 */
export type StudyFamily = {
  readonly timeframe: Timeframe;
  readonly studies: readonly Study[];
  readonly run: (candles: readonly ClosedCandle[]) => ReadonlyMap<string, readonly unknown[]>;
};
