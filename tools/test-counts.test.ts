import { describe, expect, it } from 'vitest';
import { countTests, describeCounts, parseReport, readTestCounts } from './test-counts.ts';

const report = (files: readonly { status: string; tests: readonly string[] }[]): string =>
  JSON.stringify({
    testResults: files.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((test) => ({ status: test })),
    })),
  });

describe('the counts of a test run', () => {
  it('counts tests by outcome, whatever the reason for skipping', () => {
    const text = report([
      { status: 'passed', tests: ['passed', 'pending', 'skipped', 'todo'] },
      { status: 'failed', tests: ['failed', 'passed'] },
    ]);
    expect(countTests(parseReport(text))).toEqual({ passed: 2, failed: 1, skipped: 3 });
  });

  it('counts a file that failed without a failed test as a failure', () => {
    const text = report([
      { status: 'failed', tests: [] },
      { status: 'failed', tests: ['passed'] },
    ]);
    expect(countTests(parseReport(text))).toEqual({ passed: 1, failed: 2, skipped: 0 });
  });

  it('counts a run without a report as a failure', () => {
    expect(readTestCounts('/nowhere/tests.json')).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('names skipped tests only when there are any', () => {
    expect(describeCounts({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(describeCounts({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped');
  });
});
