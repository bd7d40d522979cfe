/**
 * A scan's report as tables of text, the same for the terminal and for pages.
 */

import { CHANCE_LANE, POOL_LANE, RULE_LANE } from './scan-player.ts';
import type { ReportedCandidate, ReportedMove, ScanReport } from './scan-report.ts';

/** A table; every row has a cell for each heading. */
export type TextTable = {
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

/** Candidates a table shows at most; the report has all. */
const HOTTEST_SHOWN = 20;

/** Every table of a report. */
export function toTables(report: ScanReport): readonly TextTable[] {
  return [lanesTable(report), movesTable(report), hottestTable(report)];
}

function lanesTable({ lanes, recording }: ScanReport): TextTable {
  return {
    title: `Alarms in ${days(recording.judged_days)}`,
    headings: ['lane', 'alarms', 'a day', 'target', 'stop', 'neither', 'false a day', 'moves', 'held', 'share left'],
    rows: lanes.map((lane) => [
      lane.lane,
      String(lane.alarms),
      lane.alarms_per_day.toFixed(1),
      String(lane.target),
      String(lane.stop),
      String(lane.neither),
      lane.false_per_day.toFixed(1),
      lane.lane === CHANCE_LANE ? '-' : `${lane.moves_found} of ${lane.moves}`,
      lane.lane === CHANCE_LANE ? '-' : String(lane.moves_held),
      percent(lane.median_share_left),
    ]),
  };
}

function days(count: number): string {
  return `${Number(count.toFixed(2))} days`;
}

function movesTable({ moves }: ScanReport): TextTable {
  const closed = moves.filter(({ rise_to_close }) => rise_to_close > 0.35).length;
  return {
    title: `Coins that rose more than 35 % in a day: ${moves.length}, of which ${closed} also closed there`,
    headings: ['day', 'coin', 'high', 'close', 'top at', 'in the pool', 'left', 'rule', 'left', 'refused by'],
    rows: moves.map((move) => [
      move.day,
      coinOf(move.instrument_id),
      signedPercent(move.rise_to_high),
      signedPercent(move.rise_to_close),
      clockOf(move.high_time),
      ...alarmCells(move, POOL_LANE),
      ...alarmCells(move, RULE_LANE),
      move.refused_by.join(' '),
    ]),
  };
}

function alarmCells({ alarms }: ReportedMove, lane: string): readonly string[] {
  const alarm = alarms[lane];
  if (alarm === undefined || alarm === null) return ['never', '-'];
  return [alarm.held ? `since ${dayClockOf(alarm.time)}` : clockOf(alarm.time), percent(alarm.share_left)];
}

function hottestTable({ candidates }: ScanReport): TextTable {
  const entered = candidates.filter((each) => each.entry_time !== null);
  const hottest = [...entered].sort((a, b) => (b.heat ?? 0) - (a.heat ?? 0)).slice(0, HOTTEST_SHOWN);
  return {
    title: `Entries into the pool: ${entered.length} of ${candidates.length} admitted; the ${hottest.length} hottest`,
    headings: ['entered', 'coin', 'source', 'heat', 'score', 'later high', 'left', 'outcome', 'stayed'],
    rows: hottest.map((each) => [
      dayClockOf(each.entry_time ?? ''),
      coinOf(each.instrument_id),
      each.source,
      (each.heat ?? 0).toFixed(1),
      each.burst_score === null ? '-' : each.burst_score.toFixed(1),
      signedPercent((each.later_high ?? 0) / (each.price ?? 1) - 1),
      percent(each.share_left),
      each.outcome ?? '-',
      stayedText(each),
    ]),
  };
}

/** Hours of a stay that ended; `null` of one that did not. */
export function stayHours({ entry_time, end_time }: ReportedCandidate): number | null {
  if (entry_time === null || end_time === null) return null;
  return (Date.parse(end_time) - Date.parse(entry_time)) / 3_600_000;
}

function stayedText(each: ReportedCandidate): string {
  const hours = stayHours(each);
  return hours === null ? 'to the end' : `${hours.toFixed(1)} h`;
}

/** `ABC/USDT` of an instrument id. */
export function coinOf(instrumentId: string): string {
  return instrumentId.slice(instrumentId.lastIndexOf(':') + 1);
}

function percent(share: number | null): string {
  return share === null ? '-' : `${Math.round(share * 100)} %`;
}

/** `+12 %`. */
export function signedPercent(share: number): string {
  return `${share < 0 ? '' : '+'}${(share * 100).toFixed(0)} %`;
}

function clockOf(iso: string): string {
  return iso.slice(11, 16);
}

function dayClockOf(iso: string): string {
  return iso.slice(5, 16).replace('T', ' ');
}

/** The table with its columns aligned, one line a row. */
export function alignTable({ title, headings, rows }: TextTable): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? '').length)));
  const lines = all.map((cells) => `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
  return [title, ...lines.map((line) => line.trimEnd())].join('\n');
}
