/**
 * The test runner's JSON report, read for its counts. A test file that failed without a failed test (it did not load,
 * or a hook broke) counts as one failure, so that "0 failed" is never said of a run that failed.
 */
import { existsSync, readFileSync } from 'node:fs';

/** Tests by outcome. */
export type TestCounts = { readonly passed: number; readonly failed: number; readonly skipped: number };

type FileReport = { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] };
type Report = { readonly testResults: readonly FileReport[] };

/** The counts of the report at `path`; a run that left no report counts as one failure. */
export function readTestCounts(path: string): TestCounts {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0 };
  return countTests(parseReport(readFileSync(path, 'utf8')));
}

/** A report from its text; throws `SyntaxError` or `TypeError` when it is none. */
export function parseReport(text: string): Report {
  const report: unknown = JSON.parse(text);
  if (typeof report !== 'object' || report === null || !('testResults' in report)) {
    throw new TypeError('not a test report');
  }
  return report as Report;
}

/** Counts every test once. */
export function countTests({ testResults }: Report): TestCounts {
  const statuses = testResults.flatMap((file) => file.assertionResults.map(({ status }) => status));
  const broken = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  const passed = statuses.filter((status) => status === 'passed').length;
  const failed = statuses.filter((status) => status === 'failed').length;
  return { passed, failed: failed + broken.length, skipped: statuses.length - passed - failed };
}

/** The line that ends a verification: `12 passed, 0 failed`, with the skipped ones only when there are any. */
export function describeCounts({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
