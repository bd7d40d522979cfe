/**
 * Watches a model in use: resolved predictions in, rolling figures and an alarm out. A pure fold over a bounded window.
 * The alarm asks for the model's demotion when its AUC fell well below what its contract promised, and is over only when
 * it came back most of the way, so that a figure at the border does not ring twice.
 */
import { deriveAccuracy, deriveAuc, type Scored } from './metrics/auc.ts';
import { type Calibration, deriveBrier, deriveFixedCalibration } from './metrics/calibration.ts';

/** A probability that was told, and what became of it. */
export type ResolvedPrediction = { readonly probability: number; readonly label: 0 | 1 };

/** When the monitor speaks. */
export type MonitorSettings = {
  /** Newest predictions that figures are made of. */
  readonly windowRows: number;
  /** Predictions, and predictions of each label, before anything is said. */
  readonly rowsMin: number;
  readonly labelRowsMin: number;
  /** Fall below the baseline that is an alarm, and the fall at or above which it is over. */
  readonly dropMax: number;
  readonly dropOver: number;
  /** Predictions in a row after which the figure must still be so before the monitor believes it. */
  readonly confirmRows: number;
};

/** The specification's fall of 0.05; the rest keeps chance from ringing. */
export const MONITOR_DEFAULTS: MonitorSettings = {
  windowRows: 1_000,
  rowsMin: 300,
  labelRowsMin: 30,
  dropMax: 0.05,
  dropOver: 0.025,
  confirmRows: 20,
};

/** What it remembers; plain data. `turning` counts predictions in a row that speak for the other state of the alarm. */
export type MonitorState = {
  readonly baselineAuc: number;
  readonly window: readonly ResolvedPrediction[];
  readonly alarm: 'quiet' | 'ringing';
  readonly turning: number;
  readonly seen: number;
};

/** What the newest prediction led to. */
export type MonitorEvent =
  /** Asks for the demotion of the model. */
  | { readonly kind: 'driftAlarmed'; readonly auc: number; readonly baselineAuc: number; readonly rows: number }
  | { readonly kind: 'driftOver'; readonly auc: number; readonly baselineAuc: number; readonly rows: number };

/** The figures of the window; `null` where too little is known. */
export type MonitorFigures = {
  readonly rows: number;
  readonly auc: number | null;
  readonly accuracy: number | null;
  readonly brier: number | null;
  /** Over five bins of equal width. */
  readonly calibration: Calibration | null;
};

const CALIBRATION_BINS = 5;

/** A monitor of a model whose contract promises this AUC. */
export function createMonitor(baselineAuc: number): MonitorState {
  return { baselineAuc, window: [], alarm: 'quiet', turning: 0, seen: 0 };
}

/** Folds the next resolved prediction. */
export function foldResolved(
  state: MonitorState,
  prediction: ResolvedPrediction,
  settings: MonitorSettings,
): { readonly state: MonitorState; readonly event: MonitorEvent | null } {
  const window = [...state.window, prediction].slice(-settings.windowRows);
  const next = { ...state, window, seen: state.seen + 1 };
  const auc = believableAuc(window, settings);
  if (auc === null) return { state: { ...next, turning: 0 }, event: null };
  const drop = state.baselineAuc - auc;
  const isTurning = state.alarm === 'quiet' ? drop > settings.dropMax : drop <= settings.dropOver;
  const turning = isTurning ? state.turning + 1 : 0;
  if (turning < settings.confirmRows) return { state: { ...next, turning }, event: null };
  const facts = { auc, baselineAuc: state.baselineAuc, rows: window.length };
  return state.alarm === 'quiet'
    ? { state: { ...next, alarm: 'ringing', turning: 0 }, event: { kind: 'driftAlarmed', ...facts } }
    : { state: { ...next, alarm: 'quiet', turning: 0 }, event: { kind: 'driftOver', ...facts } };
}

/** One line about an event, for people and for the reason of a demotion. */
export function monitorText({ kind, auc, baselineAuc, rows }: MonitorEvent): string {
  const figures = `AUC ${auc.toFixed(3)} over the newest ${rows} predictions, ${baselineAuc.toFixed(3)} in its contract`;
  return kind === 'driftAlarmed'
    ? `the model lost its order: ${figures}`
    : `the model found its order again: ${figures}`;
}

/** The figures of the window at hand. */
export function deriveMonitorFigures({ window }: MonitorState, settings: MonitorSettings): MonitorFigures {
  const scored = scoredOf(window);
  return {
    rows: window.length,
    auc: believableAuc(window, settings),
    accuracy: deriveAccuracy(scored),
    brier: deriveBrier(scored),
    calibration: deriveFixedCalibration(scored, CALIBRATION_BINS),
  };
}

function believableAuc(window: readonly ResolvedPrediction[], settings: MonitorSettings): number | null {
  const positives = window.reduce((count, { label }) => count + label, 0);
  const isFew = Math.min(positives, window.length - positives) < settings.labelRowsMin;
  return window.length < settings.rowsMin || isFew ? null : deriveAuc(scoredOf(window));
}

function scoredOf(window: readonly ResolvedPrediction[]): Scored {
  return { scores: window.map(({ probability }) => probability), labels: window.map(({ label }) => label) };
}
