/**
 * The report of a backtest: what every virtual run reports, what was played, what had to be assumed, and how far the
 * decisions are those that were recorded.
 */
import type { InvariantState } from '../simulation/invariants.ts';
import { type Reported, type RunReport, toRunReport } from '../simulation/run-report.ts';
import type { DecisionParity } from './decision-comparison.ts';

/** Version of the shape below; it grows with every change that a reader could stumble over. */
export const BACKTEST_REPORT_VERSION = 1;

/** What was played. */
export type PlayedRecording = {
  readonly dir: string;
  /** A recorded run has everything the program was told; candle files have prices and volumes only. */
  readonly kind: 'trading run' | 'candle files';
  readonly instruments: number | null;
  readonly timeframe: string | null;
  /** Files that were left out, with the reason. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
};

/** The report. */
export type BacktestReport = RunReport & {
  readonly report: 'hotwick.backtest';
  readonly report_version: typeof BACKTEST_REPORT_VERSION;
  readonly recording: PlayedRecording;
  /** What the recording does not say and how it was filled in. */
  readonly assumptions: readonly string[];
  /** Requests that the recording has no answer to. */
  readonly unanswered_requests: number;
  /** Compared with what was decided back then; `null` where nothing was recorded. */
  readonly parity: DecisionParity | null;
  /** What had to hold and was looked at. */
  readonly invariants: readonly InvariantState[];
};

/** What is reported beside the run. */
export type BacktestFacts = Reported &
  Pick<BacktestReport, 'recording' | 'assumptions' | 'parity'> & { readonly unanswered: number };

/** The report of a backtest that is over. */
export function toBacktestReport(facts: BacktestFacts): BacktestReport {
  const { recording, assumptions, parity, unanswered } = facts;
  return {
    report: 'hotwick.backtest',
    report_version: BACKTEST_REPORT_VERSION,
    ...toRunReport(facts),
    recording,
    assumptions,
    unanswered_requests: unanswered,
    parity,
    invariants: facts.run.auditor.book.states().filter(({ outcome }) => outcome !== 'skipped'),
  };
}
