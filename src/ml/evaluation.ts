/**
 * What a model is worth on rows it never saw: an open model and a span with the results of its trades in, the figures of a
 * contract out. Meant for the test span alone; nothing here is chosen by looking at it.
 */

import { type BootstrapSettings, deriveExpectancy, type TimedResult } from '../core/expectancy.ts';
import type { EpochMs } from '../core/time.ts';
import type { ModelMetrics } from './governance/contract.ts';
import { deriveAuc, deriveLift, type Scored } from './metrics/auc.ts';
import { deriveBrier, deriveCalibration, deriveLogLoss } from './metrics/calibration.ts';
import type { Model } from './models/model.ts';
import { rowOf, type Samples } from './models/samples.ts';

/** Rows in time order, each with the time of its values and the net result of a trade begun then; NaN where there is none. */
export type TradeSpan = {
  readonly samples: Samples;
  readonly times: readonly EpochMs[];
  readonly nets: ArrayLike<number>;
};

const CALIBRATION_BINS = 10;

/** What the model says of each row, with the labels. */
export function scoreSpan({ predict }: Model, samples: Samples): Scored {
  const scores = Float64Array.from(samples.labels, (_, row) => predict(rowOf(samples, row)));
  return { scores, labels: samples.labels };
}

/**
 * The probability that the highest `share` of `scored` reach, by which a model says trade; for a span that is not the one
 * judged. Above 1, so that nothing is traded, without rows.
 */
export function entryThreshold({ scores }: Scored, share: number): number {
  const sorted = Float64Array.from(scores).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor((1 - share) * sorted.length))] ?? 2;
}

/** How a model is judged: the probability from which on it trades, and the rows of all spans that were used for it. */
export type EvaluationPlan = {
  readonly threshold: number;
  readonly samplesInAll: number;
  readonly bootstrap: BootstrapSettings;
};

/** The figures of `model` on `span`. */
export function evaluate(model: Model, span: TradeSpan, plan: EvaluationPlan): ModelMetrics {
  return evaluateScores(scoreSpan(model, span.samples), span, { ...plan, features: model.names.length });
}

/** The figures of probabilities from anywhere, for example of several folds whose models saw none of these rows. */
export function evaluateScores(
  scored: Scored,
  { times, nets }: Pick<TradeSpan, 'times' | 'nets'>,
  plan: EvaluationPlan & { readonly features: number },
): ModelMetrics {
  const trades = times.flatMap((time, row): readonly TimedResult[] => {
    const net = nets[row] as number;
    return (scored.scores[row] as number) >= plan.threshold && !Number.isNaN(net) ? [{ time, net }] : [];
  });
  const expectancy = deriveExpectancy(trades, plan.bootstrap);
  return {
    n_samples: plan.samplesInAll,
    n_features: plan.features,
    test_samples: scored.labels.length,
    test_auc: deriveAuc(scored),
    test_brier: deriveBrier(scored),
    test_log_loss: deriveLogLoss(scored),
    calibration_error: deriveCalibration(scored, CALIBRATION_BINS)?.error ?? null,
    lift_top_decile: deriveLift(scored),
    n_trades: trades.length,
    net_expectancy: expectancy?.mean ?? null,
    net_expectancy_low: expectancy?.interval?.low ?? null,
    net_expectancy_high: expectancy?.interval?.high ?? null,
  };
}
