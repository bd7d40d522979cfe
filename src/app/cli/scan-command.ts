/**
 * `hotwick scan`: which coins discovery finds, when, and how much of their move is left.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { failure, toFailure, toReason } from '../../model/failure.ts';
import { SCAN_TIMEFRAMES, type ScanTimeframe } from '../scan/recording-files.ts';
import { describeFindings } from '../scan/scan-findings.ts';
import { scanRecording } from '../scan/scan-recording.ts';
import type { ScanReport } from '../scan/scan-report.ts';
import { alignTable, toTables } from '../scan/scan-tables.ts';
import { durationOption } from './options.ts';
import { banner, grouped, say, sayFailure } from './output.ts';
import { type Progress, startProgress } from './progress.ts';
import { type LiveFlags, runLiveScan } from './scan-live.ts';

type RecordingFlags = { readonly recording: string; readonly report?: string; readonly timeframe?: ScanTimeframe };
type ScanFlags = LiveFlags & Partial<RecordingFlags> & { readonly live?: true };

const EXAMPLES = `
Examples:
  hotwick scan --recording data/klines/spot-hot-2025
  hotwick scan --recording data/klines/spot-hot-2025 --report scan.json
  hotwick scan --recording data/klines/spot-doge-may2021 --timeframe 5m
  hotwick scan --live --for 20m
  hotwick scan --live --rest-url http://127.0.0.1:18090 --ws-url ws://127.0.0.1:18090

A recording is a folder of candle files of USDT spot pairs (.csv, .csv.gz, .zip, .parquet), 1m or 5m, at least two days
of them. It is played bar by bar through the rules of discovery with their default numbers; no bar is seen before it is
over. Books, announcements and posts are not in it.

The live market is watched without an account: tickers and minutes of every USDT spot pair, lists, announcements and
books. Posts are read where docs/settings.md is told how. Nothing is stored and nothing is traded.`;

/** Adds the command. */
export function addScanCommand(program: Command): void {
  program
    .command('scan')
    .description('discovery over recorded candles of the whole market, judged, or on the live market')
    .option('--recording <dir>', 'folder of candle files, sub-folders included')
    .option('--report <file>', 'write the whole report, every candidate included, as JSON')
    .option('--timeframe <timeframe>', `${SCAN_TIMEFRAMES.join(' or ')} (default: the finest there is)`, scanTimeframe)
    .option('--live', 'watch the live market instead')
    .option('--for <duration>', 'live: stop after this long and exit 0, for example 20m', durationOption)
    .option('--every <duration>', 'live: time between two tables', durationOption, durationOption('1m'))
    .option('--rest-url <url>', 'live: REST address of a simulated exchange (default: the one in the settings)')
    .option('--ws-url <url>', 'live: its stream address')
    .addHelpText('after', EXAMPLES)
    .action(runScan);
}

function scanTimeframe(text: string): ScanTimeframe {
  const found = SCAN_TIMEFRAMES.find((each) => each === text);
  if (found === undefined) throw new InvalidArgumentError(`write ${SCAN_TIMEFRAMES.join(' or ')}`);
  return found;
}

async function runScan({ live, recording, report, timeframe, ...liveFlags }: ScanFlags): Promise<void> {
  if ((live === true) === (recording !== undefined)) {
    return sayFailure(failure('usage_wrong', { reason: 'name a folder with --recording, or say --live' }));
  }
  if (recording === undefined) return runLiveScan(liveFlags);
  await runRecordingScan({
    recording,
    ...(report === undefined ? {} : { report }),
    ...(timeframe === undefined ? {} : { timeframe }),
  });
}

async function runRecordingScan({ recording: dir, report: file, timeframe }: RecordingFlags): Promise<void> {
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
  say(
    banner([
      ['recording', `${recording.dir}, ${recording.timeframe}`],
      ['instruments', `${grouped(recording.instruments)}, ${grouped(recording.bars)} bars`],
      ['from, to', `${recording.from}, ${recording.to}`],
      ['judged from', `${recording.judged_from} on, ${recording.judged_days.toFixed(2)} days`],
      ['left out', `${grouped(recording.skipped.length)} files, ${grouped(recording.repeated_bars)} repeated bars`],
      ['estimated', `${grouped(recording.estimated_quote_volumes)} quote volumes, from base volumes`],
    ]),
  );
  for (const line of mapping) say(`\n  ${line}`);
  for (const table of toTables(report)) say(`\n${alignTable(table)}`);
  say('\nWhat it shows');
  for (const line of describeFindings(report)) say(`  - ${line}`);
}

function writeReport(file: string, report: ScanReport): void {
  try {
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
    say(`\nThe whole report is in ${resolve(file)}.`);
  } catch (error) {
    sayFailure(failure('usage_wrong', { reason: `${file} can not be written: ${toReason(error)}` }));
  }
}
