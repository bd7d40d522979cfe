import { describe, expect, it } from 'vitest';
import { describeMetrics, toPrometheusText } from './metrics-text.ts';

describe('metrics for Prometheus', () => {
  it('are families with their type, labels quoted, timers in seconds', () => {
    const numbers = { requests_total: 3, 'jobs{state=running}': 2, 'jobs{state=pa"used}': 0.5, 'odd name': 1 };
    const timers = new Map([['took{path=/a,method=GET}', { count: 2, totalMs: 1_500, maxMs: 1_000 }]]);
    expect(toPrometheusText(numbers, timers)).toBe(
      [
        '# TYPE hotwick_requests_total counter',
        'hotwick_requests_total 3',
        '# TYPE hotwick_jobs gauge',
        'hotwick_jobs{state="running"} 2',
        'hotwick_jobs{state="pa\\"used"} 0.5',
        '# TYPE hotwick_odd_name gauge',
        'hotwick_odd_name 1',
        '# TYPE hotwick_took_seconds summary',
        'hotwick_took_seconds_sum{path="/a",method="GET"} 1.5',
        'hotwick_took_seconds_count{path="/a",method="GET"} 2',
        '',
      ].join('\n'),
    );
  });
});

describe('metrics for the debug page', () => {
  it('are told apart by their names', () => {
    const timers = new Map([['took', { count: 2, totalMs: 30, maxMs: 20 }]]);
    expect(describeMetrics(7, { a_total: 1, 'b_total{c=d}': 2, e: 3 }, timers)).toEqual({
      enabled: true,
      updated_at_ms: 7,
      counters: { a_total: 1, 'b_total{c=d}': 2 },
      gauges: { e: 3 },
      timers: { took: { count: 2, total_ms: 30, max_ms: 20, avg_ms: 15 } },
    });
  });
});
