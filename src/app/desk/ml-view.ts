/**
 * The model in shadow as the desk shows it.
 */
import type { MlAnswer, MlModel, MlPrediction, MlRound } from '../../api/contract.ts';
import type { EpochMs } from '../../core/time.ts';
import { deriveMonitorFigures } from '../../ml/index.ts';
import type { LearningRound, LoggedPrediction } from '../../model/prediction.ts';
import type { LearningView } from '../ml/shadow-learning.ts';
import type { WatchedModel } from '../ml/shadow-model.ts';
import type { ShadowRecord } from '../ml/shadow-record.ts';
import type { ShadowService } from '../ml/shadow-service.ts';
import { symbolOf } from '../trading/exports/trade-line.ts';

/** What is shown of it; `null` is a program without one. */
export function viewMl(shadow: ShadowService | null, now: EpochMs): MlAnswer {
  const watched = shadow?.now() ?? null;
  const { count, lastTime, lastReason } = shadow?.errors() ?? NO_ERRORS;
  const { predictions, resolved, unresolvable } = watched?.record.counts() ?? NO_COUNTS;
  const { late, dropped, refused } = watched?.watch.counts() ?? NO_WATCH;
  return {
    state: shadow?.state() ?? 'off',
    reason: shadow === null ? 'no model is watched in this program' : shadow.why(),
    model: watched === null ? null : viewModel(watched.model),
    counts: {
      predictions,
      open: predictions - resolved - unresolvable,
      resolved,
      unresolvable,
      late,
      dropped,
      coins: watched?.watch.coins() ?? 0,
      coins_refused: refused,
    },
    live: watched === null ? null : viewLive(watched.record),
    monitor: watched === null ? null : viewMonitor(watched.record),
    learning: watched === null ? null : viewLearning(watched.learning.view()),
    errors: { count, last_time: secondsOf(lastTime), last_reason: lastReason },
    predictions: (watched?.record.shown() ?? []).map(viewPrediction),
    ts: now / 1_000,
  };
}

const NO_ERRORS = { count: 0, lastTime: null, lastReason: null };
const NO_COUNTS = { predictions: 0, resolved: 0, unresolvable: 0 };
const NO_WATCH = { late: 0, dropped: 0, refused: 0 };

function secondsOf(time: EpochMs | null): number | null {
  return time === null ? null : time / 1_000;
}

function viewModel({ key, document, hash, contract, decision, notServed, recipe }: WatchedModel): MlModel {
  const { metrics } = contract;
  const { takeProfit, stopLoss, horizonMinutes } = recipe.labels.trade;
  return {
    ...key,
    kind: document.kind,
    hash,
    features_hash: contract.feature_schema_hash,
    generated_at: Date.parse(contract.generated_at) / 1_000,
    tier: decision?.deployment_tier ?? 'research_only',
    served: notServed === null,
    not_served: notServed,
    threshold: recipe.threshold,
    take_profit: takeProfit,
    stop_loss: stopLoss,
    horizon_minutes: horizonMinutes,
    contract: {
      n_samples: metrics.n_samples,
      test_samples: metrics.test_samples,
      auc: metrics.test_auc,
      brier: metrics.test_brier,
      calibration_error: metrics.calibration_error,
      lift_top_decile: metrics.lift_top_decile,
      n_trades: metrics.n_trades,
      net_expectancy: metrics.net_expectancy,
      net_expectancy_low: metrics.net_expectancy_low,
      net_expectancy_high: metrics.net_expectancy_high,
    },
  };
}

function viewLive(record: ShadowRecord): NonNullable<MlAnswer['live']> {
  const { state, settings } = record.monitor();
  const { rows, auc, brier, accuracy, calibration } = deriveMonitorFigures(state, settings);
  return { rows, auc, brier, accuracy, calibration_error: calibration?.error ?? null };
}

function viewMonitor(record: ShadowRecord): NonNullable<MlAnswer['monitor']> {
  const { state, settings } = record.monitor();
  return {
    alarm: state.alarm,
    baseline_auc: state.baselineAuc,
    rows_min: settings.rowsMin,
    drop_max: settings.dropMax,
    turning: state.turning,
    confirm_rows: settings.confirmRows,
  };
}

function viewLearning({ examples, fullRows, isLearning, lastRound }: LearningView): NonNullable<MlAnswer['learning']> {
  return {
    examples,
    full_rows: fullRows,
    learning: isLearning,
    last_round: lastRound === null ? null : viewRound(lastRound),
  };
}

function viewRound({ time, result, incumbentAuc, candidateAuc, candidate, reason }: LearningRound): MlRound {
  return {
    time: time / 1_000,
    result,
    incumbent_auc: incumbentAuc,
    candidate_auc: candidateAuc,
    candidate,
    reason,
  };
}

function viewPrediction({ prediction, resolution }: LoggedPrediction): MlPrediction {
  const { number, instrumentId, time, price, probability, reasons } = prediction;
  return {
    number,
    symbol: symbolOf(instrumentId),
    time: time / 1_000,
    price,
    probability,
    reasons: [...reasons],
    outcome: resolution === null ? null : viewOutcome(resolution),
  };
}

function viewOutcome({ time, outcome }: NonNullable<LoggedPrediction['resolution']>): MlPrediction['outcome'] {
  return outcome.kind === 'resolved'
    ? { kind: 'resolved', time: time / 1_000, label: outcome.label, ending: outcome.ending, net: outcome.net }
    : { kind: 'unresolvable', time: time / 1_000, label: null, ending: outcome.reason, net: null };
}
