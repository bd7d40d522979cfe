/**
 * `hotwick scan`: which coins discovery finds, when, and how much of their move is left.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { failure, toFailure, toReason } from '../../model/failure.ts';
import { SCAN_TIMEFRAMES, type ScanTimeframe } from '../scan/recording-files.ts';
import { scanRecording } from '../scan/scan-recording.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { alignTable, medianStayHours, toTables } from '../scan/scan-tables.ts';
import { banner, grouped, say, sayFailure } from './output.ts';
import { type Progress, startProgress } from './progress.ts';

type ScanFlags = { readonly recording: string; readonly report?: string; readonly timeframe?: ScanTimeframe };

const EXAMPLES = `
Examples:
  hotwick scan --recording data/klines/spot-hot-2025
  hotwick scan --recording data/klines/spot-hot-2025 --report scan.json
  hotwick scan --recording data/klines/spot-doge-may2021 --timeframe 5m

A recording is a folder of candle files of USDT spot pairs (.csv, .csv.gz, .zip, .parquet), 1m or 5m, at least two days
of them. It is played bar by bar through the rules of discovery with their default numbers; no bar is seen before it is
over. Books, announcements and posts are not in it.`;

/** Adds the command. */
export function addScanCommand(program: Command): void {
  program
    .command('scan')
    .description('play recorded candles of the whole market through discovery and judge what it finds')
    .requiredOption('--recording <dir>', 'folder of candle files, sub-folders included')
    .option('--report <file>', 'write the whole report, every candidate included, as JSON')
    .option('--timeframe <timeframe>', `${SCAN_TIMEFRAMES.join(' or ')} (default: the finest there is)`, scanTimeframe)
    .addHelpText('after', EXAMPLES)
    .action(runScan);
}

function scanTimeframe(text: string): ScanTimeframe {
  const found = SCAN_TIMEFRAMES.find((each) => each === text);
  if (found === undefined) throw new InvalidArgumentError(`write ${SCAN_TIMEFRAMES.join(' or ')}`);
  return found;
}

async function runScan({ recording: dir, report: file, timeframe }: ScanFlags): Promise<void> {
  const stages = { reading: startProgress('Reading', 'bars'), playing: null as Progress | null };
  const onProgress = (stage: 'reading' | 'playing', bars: number): void => {
    if (stage === 'playing' && stages.playing === null) {
      stages.reading.stop();
      stages.playing = startProgress('Playing', 'bars');
    }
    stages[stage]?.update(bars);
  };
  try {
    const scanned = await scanRecording(timeframe === undefined ? { dir, onProgress } : { dir, timeframe, onProgress });
    stages.reading.stop();
    stages.playing?.stop();
    if (!scanned.ok) return sayFailure(scanned.error);
    sayScan(scanned.value);
    if (file !== undefined) writeReport(file, scanned.value);
  } catch (error) {
    sayFailure(toFailure(error));
  } finally {
    stages.reading.stop();
    stages.playing?.stop();
  }
}

function sayScan(report: ScanReport): void {
  const { recording, mapping } = report;
  const stay = medianStayHours(report);
  say(
    banner([
      ['recording', `${recording.dir}, ${recording.timeframe}`],
      ['instruments', `${grouped(recording.instruments)}, ${grouped(recording.bars)} bars`],
      ['from, to', `${recording.from}, ${recording.to}`],
      ['judged from', `${recording.judged_from} on, ${recording.judged_days.toFixed(2)} days`],
      ['left out', `${grouped(recording.skipped.length)} files, ${grouped(recording.repeated_bars)} repeated bars`],
      ['estimated', `${grouped(recording.estimated_quote_volumes)} quote volumes, from base volumes`],
      ['median stay', stay === null ? '-' : `${stay.toFixed(1)} hours in the pool`],
    ]),
  );
  for (const line of mapping) say(`\n  ${line}`);
  for (const table of toTables(report)) say(`\n${alignTable(table)}`);
}

function writeReport(file: string, report: ScanReport): void {
  try {
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
    say(`\nThe whole report is in ${resolve(file)}.`);
  } catch (error) {
    sayFailure(failure('usage_wrong', { reason: `${file} can not be written: ${toReason(error)}` }));
  }
}
