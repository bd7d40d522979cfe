/**
 * `hotwick backtest`: what the hot-coin system would have done over a recording, net of every cost, with how much that
 * says.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { err, ok, type Result } from '../../core/result.ts';
import type { DurationMs, EpochMs } from '../../core/time.ts';
import { type Failure, failure, toFailure, toReason } from '../../model/failure.ts';
import type { BacktestReport } from '../backtest/backtest-report.ts';
import { type ResolvedConfig, resolveHotCoinConfig } from '../hotcoin/hotcoin-config.ts';
import { backtestRun } from '../modes/backtest.ts';
import { backtestCandles } from '../modes/backtest-candles.ts';
import { hasRecording } from '../recording/open-recording.ts';
import { alignTable } from '../scan/scan-tables.ts';
import { describeMeasures, describeResults, refusalsTable, tradesTable } from '../simulation/run-text.ts';
import { judgeSimulation } from './demo-simulation.ts';
import { frameOption, instantOption, seedOption } from './options.ts';
import { banner, grouped, say, sayFailure, sayWarning } from './output.ts';
import { type Progress, startProgress } from './progress.ts';

type BacktestFlags = {
  readonly recording: string;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly config?: string;
  readonly seed: number;
  readonly frame: DurationMs;
  readonly report?: string;
};

const EXAMPLES = `
Examples:
  hotwick backtest --recording ~/.hotwick/paper/flight
  hotwick backtest --recording ~/.hotwick/paper/flight --config hotcoin.json --report backtest.json
  hotwick backtest --recording data/klines/spot-hot-2025 --report backtest.json
  hotwick backtest --recording ~/.hotwick/paper/flight --from 2026-06-15T09:00:00Z --to 2026-06-16

A recording is what a run of hotwick trade was told, kept in the folder flight of its data. It is played through the very
composition that trades, with a simulated venue, on its own time; with the settings it was recorded with the decisions are
the same byte for byte, and the report says so. --config plays it with others.

A folder of candle files (USDT spot pairs, .csv, .csv.gz, .zip, .parquet, 1m or 5m) is played the same way, with everything
that candles do not say filled in; without --from the first three days are history.

Results are net of commission and slippage of the settings. Few trades prove nothing: the report says how wide the doubt
is. What a recording can not tell is listed as an assumption.`;

/** Adds the command. */
export function addBacktestCommand(program: Command): void {
  program
    .command('backtest')
    .description('what the hot-coin system would have done over a recording, net of costs')
    .requiredOption('--recording <dir>', 'folder of a recording of hotwick trade, or of candle files')
    .option(
      '--from <instant>',
      'begin here, in UTC: a day or 2026-06-15T09:30:00Z (default: the beginning)',
      instantOption,
    )
    .option('--to <instant>', 'end here (default: the end)', instantOption)
    .option('--config <file>', 'hot-coin settings, JSON (default: those of the recording)')
    .option('--seed <number>', 'seed of paths inside minutes and of the intervals of doubt', seedOption, 1)
    .option('--frame <duration>', 'candle files: time between two prices', frameOption, frameOption('10s'))
    .option('--report <file>', 'write the whole report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runBacktest);
}

async function runBacktest(flags: BacktestFlags): Promise<void> {
  const progress = startBacktestProgress();
  try {
    const settings = readSettings(flags.config);
    if (!settings.ok) return sayFailure(settings.error);
    const done = await play(flags, settings.value, progress);
    progress.stop();
    if (!done.ok) return sayFailure(done.error);
    sayBacktest(done.value);
    if (flags.report !== undefined) writeReport(flags.report, done.value);
    const verdict = judgeSimulation(done.value);
    if (verdict !== null) sayFailure(verdict);
  } catch (error) {
    sayFailure(toFailure(error));
  } finally {
    progress.stop();
  }
}

type BacktestProgress = {
  readonly onLoading: (bars: number) => void;
  readonly onPlaying: (passedMs: number) => void;
  readonly stop: () => void;
};

/** A line for what is read, and one for what is played. */
function startBacktestProgress(): BacktestProgress {
  let shown: { readonly stage: string; readonly line: Progress } | null = null;
  const show = (stage: string, unit: string, count: number): void => {
    if (shown?.stage !== stage) {
      shown?.line.stop();
      shown = { stage, line: startProgress(stage, unit) };
    }
    shown.line.update(count);
  };
  return {
    onLoading: (bars) => show('Reading', 'bars', bars),
    onPlaying: (passedMs) => show('Playing', 'market seconds', passedMs / 1_000),
    stop: () => shown?.line.stop(),
  };
}

async function play(
  flags: BacktestFlags,
  resolved: ResolvedConfig | null,
  progress: BacktestProgress,
): Promise<Result<BacktestReport, Failure>> {
  const { recording: dir, seed } = flags;
  const [from, to] = [flags.from ?? null, flags.to ?? null];
  if (from !== null && to !== null && to <= from) {
    return err(failure('usage_wrong', { reason: '--to is not after --from' }));
  }
  const options = { dir, from, to, resolved, seed, onProgress: progress.onPlaying };
  if (hasRecording(dir)) return backtestRun(options);
  return backtestCandles({ ...options, frameMs: flags.frame, onLoading: progress.onLoading });
}

function readSettings(path: string | undefined): Result<ResolvedConfig | null, Failure> {
  if (path === undefined) return ok(null);
  try {
    return resolveHotCoinConfig(JSON.parse(readFileSync(path, 'utf8')) as unknown, {});
  } catch (error) {
    return err(failure('file_unreadable', { path, reason: toReason(error) }));
  }
}

function sayBacktest(report: BacktestReport): void {
  const { recording, parity } = report;
  say(
    banner([
      ['recording', `${recording.dir}, ${recordingText(recording)}`],
      ['from, to', `${report.from}, ${report.to}`],
      ['settings', `hash ${report.settings_hash}`],
      ...describeResults(report),
      ...(parity === null ? [] : [['as recorded', parityText(parity)] as const]),
      ...describeMeasures(report),
      ['decisions', report.decisions_hash],
    ]),
  );
  for (const table of [tradesTable(report), refusalsTable(report)]) say(`\n${alignTable(table)}`);
  say('\nAssumed:');
  for (const assumption of report.assumptions) say(`  ${assumption}`);
  for (const warning of report.results.warnings) sayWarning(warning);
  if (report.unanswered_requests > 0) {
    sayWarning(`${grouped(report.unanswered_requests)} requests have no answer in the recording and were refused`);
  }
}

function recordingText({ kind, instruments, timeframe, skipped }: BacktestReport['recording']): string {
  if (instruments === null) return kind;
  return `${kind}, ${instruments} coins, ${timeframe}, ${skipped.length} files left out`;
}

function parityText({
  recorded,
  identical,
  first_difference: difference,
}: NonNullable<BacktestReport['parity']>): string {
  if (difference === null) return `all ${grouped(identical)} decisions are the same, byte for byte`;
  return `${grouped(identical)} of ${grouped(recorded)} decisions are the same, until the first that differs`;
}

function writeReport(file: string, report: BacktestReport): void {
  try {
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
    say(`\nThe whole report is in ${resolve(file)}.`);
  } catch (error) {
    sayFailure(failure('usage_wrong', { reason: `${file} can not be written: ${toReason(error)}` }));
  }
}
