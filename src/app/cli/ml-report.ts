/**
 * The report of training for people: what was learned from, how each split did on time it had not seen, and what the gate
 * says, with every shortcoming.
 */
import { dirname } from 'node:path';
import type { LabelRules, ModelMetrics } from '../../ml/index.ts';
import { leftOutText } from '../ml/left-out.ts';
import type { ReportedFold, ReportedSpan, TrainingReport } from '../ml/training-report.ts';
import { alignTable, type TextTable } from '../scan/scan-tables.ts';
import { banner, grouped, say } from './output.ts';

/** Says the report. */
export function sayTrainingReport(report: TrainingReport): void {
  const { task, interval, symbols, rows, positives } = report;
  say(
    `${task} ${interval}: ${grouped(rows)} rows of ${grouped(symbols.length)} coin(s), ${percent(positives / Math.max(1, rows))} of them labelled 1`,
  );
  say(
    banner([
      ['coins', listText(symbols)],
      ['labels', labelText(report)],
      ['universe', `coins with ${grouped(report.day_volume_min)} USDT in the 24 hours before, at each moment`],
      ['candles', `${grouped(report.candles)} at ${grouped(report.moments)} moments${everyText(report.every_candles)}`],
      ['left out', leftOutText(report.left_out)],
    ]),
  );
  for (const table of [spansTable(report), figuresTable(report), contendersTable(report)])
    say(`\n${alignTable(table)}`);
  say(`\n${importanceText(report)}`);
  for (const [at, { failure }] of report.folds.entries()) if (failure !== null) say(`  split ${at + 1}: ${failure}`);
  sayVerdict(report);
}

const COINS_SHOWN = 12;

function listText(symbols: readonly string[]): string {
  const rest = symbols.length - COINS_SHOWN;
  return [...symbols.slice(0, COINS_SHOWN), ...(rest > 0 ? [`and ${grouped(rest)} more`] : [])].join(', ');
}

function labelText({ task, labels }: TrainingReport): string {
  const { trade, hotness } = labels as LabelRules;
  const cost = `${trade.feeBps} bps fee and ${trade.slippageBps} bps slippage a side`;
  const ends = `take profit ${percent(trade.takeProfit)}, stop ${percent(trade.stopLoss)}, at most ${trade.horizonMinutes} min`;
  if (task === 'trade') return `1 where a trade earns: ${ends}, net of ${cost}`;
  return `1 for the top ${percent(hotness.share)} after ${hotness.horizonMinutes} min; trades by it: ${ends}, net of ${cost}`;
}

function everyText(every: number): string {
  return every === 1 ? '' : `; one in ${every} makes rows, by --rows-max`;
}

function spansTable({ folds }: TrainingReport): TextTable {
  return {
    title:
      'Splits, in UTC. Left out are rows whose label reaches over the end (purged) and the first after a span (embargo).',
    headings: ['split', 'span', 'from', 'to', 'rows', 'purged', 'embargo'],
    rows: folds.flatMap(({ train, validation, test }, at) => [
      [String(at + 1), 'train', ...spanCells(train)],
      ['', 'validation', ...spanCells(validation)],
      ['', 'test', ...spanCells(test)],
    ]),
  };
}

function spanCells({ from, to, rows, purged, embargoed }: ReportedSpan): readonly string[] {
  return [minuteOf(from), minuteOf(to), grouped(rows), grouped(purged), grouped(embargoed)];
}

/** `2025-03-18T01:15:00.000Z` as `2025-03-18 01:15`. */
function minuteOf(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}

function figuresTable({ folds, pooled }: TrainingReport): TextTable {
  const all = folds.length > 1 && pooled !== null ? [['all', '', ...figureCells(pooled)]] : [];
  return {
    title: 'On the test spans',
    headings: ['split', 'model', 'AUC', 'Brier', 'calibration', 'lift', 'trades', 'net a trade', '95 % interval'],
    rows: [...folds.map((fold, at) => [String(at + 1), fold.chosen ?? 'none', ...figureCells(fold.metrics)]), ...all],
  };
}

function figureCells(metrics: ModelMetrics | null): readonly string[] {
  if (metrics === null) return Array<string>(7).fill('-');
  const { test_auc, test_brier, calibration_error, lift_top_decile, n_trades, net_expectancy } = metrics;
  return [
    fixed(test_auc, 3),
    fixed(test_brier, 4),
    fixed(calibration_error, 3),
    fixed(lift_top_decile, 2),
    grouped(n_trades),
    signed(net_expectancy),
    intervalText(metrics),
  ];
}

function intervalText({ net_expectancy_low: low, net_expectancy_high: high, n_trades }: ModelMetrics): string {
  if (low === null || high === null) return n_trades === 0 ? '-' : 'too few blocks of time';
  return `${signed(low)} to ${signed(high)}`;
}

function contendersTable({ folds }: TrainingReport): TextTable {
  const last = folds.at(-1) as ReportedFold;
  return {
    title: `Contenders of split ${folds.length}, by the validation span`,
    headings: ['model', 'loss', 'AUC', 'rounds', 'kept', 'calibrated', ''],
    rows: last.contenders.map((each) => [
      each.kind,
      fixed(each.validation_loss, 4),
      fixed(each.validation_auc, 3),
      grouped(each.rounds),
      grouped(each.rounds_kept),
      each.calibrated ? 'yes' : 'no',
      each.kind === last.chosen ? `chosen; trades from a probability of ${fixed(last.threshold, 3)}` : '',
    ]),
  };
}

const FEATURES_SHOWN = 6;

function importanceText({ importance }: TrainingReport): string {
  if (importance.length === 0) return 'The model goes by no feature: it says the same of every coin.';
  const shown = importance.slice(0, FEATURES_SHOWN).map(({ name, share }) => `${name} ${percent(share)}`);
  return `It goes most by ${shown.join(', ')}.`;
}

function sayVerdict({ task, interval, decision, folds, saved }: TrainingReport): void {
  const { approved, reasons, thresholds } = decision;
  say(`\nGate: ${approved ? 'approved for production' : 'research_only, it may not be heard'} (split ${folds.length})`);
  for (const reason of reasons) say(`  ${reason}`);
  if (approved) {
    say(
      `  ${grouped(thresholds.min_samples)} rows, AUC ${thresholds.min_test_auc}, calibration and net expectancy are all met`,
    );
  }
  say();
  if (saved.length === 0) {
    say('A dry run: nothing was written.');
    return;
  }
  say(`Saved in ${dirname(saved[0] as string)}. What is served has not changed.`);
  if (approved) say(`To have it heard: hotwick ml promote --task ${task} --interval ${interval}`);
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function signed(share: number | null): string {
  if (share === null) return '-';
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(3)} %`;
}

function fixed(value: number | null, digits: number): string {
  return value === null ? '-' : value.toFixed(digits);
}
