/**
 * Counters of the last five minutes. In come events with their times, kept are their newest times in bounded windows,
 * read are counts and rates.
 */
import type { EpochMs } from '../core/time.ts';

/** What is counted. */
export type MetricName = 'orderAttempt' | 'orderSuccess' | 'orderError' | 'precheckFailed' | 'dedupeRejected';

/** Times of each event, oldest first; plain data. */
export type ExecutionMetrics = Record<MetricName, EpochMs[]>;

/** The counters as people and dashboards read them; rates have four decimals and are 0 without attempts. */
export type MetricsView = {
  readonly windowSec: number;
  readonly orderAttempts5m: number;
  readonly precheckFailures5m: number;
  readonly dedupeRejects5m: number;
  readonly orderErrors5m: number;
  readonly orderSuccess5m: number;
  readonly precheckFailRate5m: number;
  readonly orderErrorRate5m: number;
};

const WINDOW_MS = 300_000;
/** Times kept of each counter. Policy beyond it: the oldest are forgotten, and the count stops there. */
export const TIMES_MAX = 5_000;

/** Nothing counted. */
export function createExecutionMetrics(): ExecutionMetrics {
  return { orderAttempt: [], orderSuccess: [], orderError: [], precheckFailed: [], dedupeRejected: [] };
}

/** Counts one event. */
export function countMetric(metrics: ExecutionMetrics, name: MetricName, time: EpochMs): void {
  const times = metrics[name];
  times.push(time);
  const oldest = times[0] as EpochMs;
  if (times.length <= TIMES_MAX && time - oldest <= 2 * WINDOW_MS) return;
  const first = times.findIndex((past) => time - past <= WINDOW_MS);
  times.splice(0, Math.max(first, times.length - TIMES_MAX));
}

/** The counters at `now`. */
export function readMetrics(metrics: ExecutionMetrics, now: EpochMs): MetricsView {
  const count = (name: MetricName): number => metrics[name].filter((time) => now - time <= WINDOW_MS).length;
  const attempts = count('orderAttempt');
  const rate = (part: number): number => (attempts === 0 ? 0 : Math.round((part / attempts) * 10_000) / 10_000);
  const precheckFailures5m = count('precheckFailed');
  const orderErrors5m = count('orderError');
  return {
    windowSec: WINDOW_MS / 1000,
    orderAttempts5m: attempts,
    precheckFailures5m,
    dedupeRejects5m: count('dedupeRejected'),
    orderErrors5m,
    orderSuccess5m: count('orderSuccess'),
    precheckFailRate5m: rate(precheckFailures5m),
    orderErrorRate5m: rate(orderErrors5m),
  };
}
