import { expect, it } from 'vitest';
import { epochMs } from '../core/time.ts';
import { countMetric, createExecutionMetrics, readMetrics, TIMES_MAX } from './execution-metrics.ts';

const at = (seconds: number) => epochMs(1_800_000_000_000 + seconds * 1000);

it('counts the last five minutes, and rates of what was tried in them', () => {
  const metrics = createExecutionMetrics();
  for (let i = 0; i < 3; i++) countMetric(metrics, 'orderAttempt', at(i));
  countMetric(metrics, 'orderError', at(1));
  countMetric(metrics, 'orderSuccess', at(2));
  countMetric(metrics, 'precheckFailed', at(2));
  countMetric(metrics, 'dedupeRejected', at(2));
  expect(readMetrics(metrics, at(100))).toEqual({
    ...{ windowSec: 300, orderAttempts5m: 3, precheckFailures5m: 1, dedupeRejects5m: 1, orderErrors5m: 1 },
    ...{ orderSuccess5m: 1, precheckFailRate5m: 0.3333, orderErrorRate5m: 0.3333 },
  });
  expect(readMetrics(metrics, at(400))).toMatchObject({
    orderAttempts5m: 0,
    precheckFailRate5m: 0,
    orderErrorRate5m: 0,
  });
});

it('keeps a bounded number of times', () => {
  const metrics = createExecutionMetrics();
  for (let i = 0; i < 3 * TIMES_MAX; i++) countMetric(metrics, 'orderAttempt', at(i / 1000));
  expect(metrics.orderAttempt).toHaveLength(TIMES_MAX);
  countMetric(metrics, 'orderAttempt', at(10_000));
  expect(metrics.orderAttempt).toEqual([at(10_000)]);
});
