/**
 * `hotwick audit lookahead`: does anything that judges candles use what came later, and how much history does it need?
 */
import { type Command, InvalidArgumentError } from 'commander';
import { toIsoText } from '../../core/time.ts';
import { failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import { findSignalProfile, SIGNAL_PROFILES, type SignalProfile } from '../../signals/index.ts';
import { auditEverything } from '../audit/audit-everything.ts';
import type { StudyAudit } from '../audit/look-ahead-audit.ts';
import { STUDY_KINDS } from '../audit/study.ts';
import { loadConfig } from '../config.ts';
import { loadMinutes, type MinuteSource } from '../signals/minute-source.ts';
import { oneSeriesOption } from './data-options.ts';
import { seedOption } from './options.ts';
import { grouped, say, sayFailure, sayJson } from './output.ts';

type Flags = {
  readonly series?: SeriesId;
  readonly dataDir?: string;
  readonly seed: number;
  readonly profile: SignalProfile;
  readonly candles: number;
  readonly cuts: number;
  readonly json?: boolean;
};

const EXAMPLES = `
Examples:
  hotwick audit lookahead
  hotwick audit lookahead BTCUSDT-1m-2024-03.csv.gz --candles 5000 --json
  hotwick audit lookahead --series binance:spot:BTC/USDT:1m --profile parity

Look-ahead: every indicator, factor, book, the fusion and the consensus answers at each candle, over all candles and
again over prefixes of them. An answer that changes when its future is taken away used that future.
Warm-up: the same answers again from later starts. "settled after" is the least history from which on they no longer
depend on where it begins (identical, numbers to nine digits); "claims" is what the study says of itself or, for books
and fusion, the history a profile loads. "anchored" studies depend on their first candle and say so.
Over generated candles unless a file or a stored series of 1m candles is given.
Exit status 0: nothing to find fault with; 1: something looks ahead, or needs more history than it claims.`;

/** Candles that differ from their whole history, judged in each study. */
const JUDGED = 24;

/** Adds the command. */
export function addLookaheadCommand(audit: Command): void {
  audit
    .command('lookahead')
    .description('look for studies that use the future, or that need more history than they claim')
    .argument('[file]', 'candle file of 1m candles, named as the exchange does or Parquet')
    .option('--series <id>', 'stored base series, for example binance:spot:BTC/USDT:1m', oneSeriesOption)
    .option('--data-dir <dir>', 'where the database lies (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--seed <n>', 'seed of the generated candles', seedOption, 1)
    .option('--profile <name>', 'parameters of the signals', profileOption, SIGNAL_PROFILES[0])
    .option('--candles <n>', 'newest candles of each timeframe to look at', countOption, 2000)
    .option('--cuts <n>', 'prefixes to compare', countOption, 8)
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runLookahead);
}

/** A name of a profile. */
export function profileOption(text: string): SignalProfile {
  const profile = findSignalProfile(text);
  if (profile !== null) return profile;
  throw new InvalidArgumentError(`there are ${SIGNAL_PROFILES.map(({ name }) => name).join(', ')}`);
}

const COUNT_MAX = 1_000_000;

function countOption(text: string): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (count < 2 || count > COUNT_MAX) throw new InvalidArgumentError(`a whole number from 2 to ${COUNT_MAX}`);
  return count;
}

async function runLookahead(file: string | undefined, flags: Flags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  if (file !== undefined && flags.series !== undefined) {
    return sayFailure(failure('usage_wrong', { reason: 'give a file or --series, not both' }));
  }
  const minutes = await loadMinutes(sourceOf(file, flags, flags.dataDir ?? config.value.home));
  if (!minutes.ok) return sayFailure(minutes.error);
  const { origin, candles } = minutes.value;
  const { profile, cuts } = flags;
  const audits = auditEverything(candles, { profile, candles: flags.candles, cuts, judged: JUDGED }, (family) => {
    if (flags.json !== true) process.stderr.write(`  ${family.timeframe} ${family.studies[0]?.kind} ...\n`);
  });
  const violations = audits.filter(({ verdict }) => verdict === 'looksAhead' || verdict === 'warmUpTooShort').length;
  if (flags.json === true) sayJson({ origin, profile: profile.name, violations, studies: audits });
  else sayReport(audits, origin);
  if (violations > 0 && flags.json !== true) {
    sayFailure(failure('audit_violated', { violations, studies: audits.length }));
  }
  if (violations > 0) process.exitCode = 1;
}

function sourceOf(file: string | undefined, flags: Flags, dataDir: string): MinuteSource {
  if (file !== undefined) return { kind: 'file', path: file };
  if (flags.series !== undefined) return { kind: 'stored', dataDir, seriesId: flags.series };
  return { kind: 'generated', seed: flags.seed };
}

const HEADINGS = ['kind', 'timeframe', 'study', 'answers compared', 'changed', 'settled after', 'claims', 'verdict'];
const VERDICTS = { holds: 'ok', looksAhead: 'LOOKS AHEAD', warmUpTooShort: 'WARM-UP TOO SHORT', unjudged: 'unjudged' };

function sayReport(audits: readonly StudyAudit[], origin: string): void {
  const sorted = [...audits].sort((a, b) => STUDY_KINDS.indexOf(a.kind) - STUDY_KINDS.indexOf(b.kind));
  const rows = [HEADINGS, ...sorted.map(rowOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  say(`over ${origin}`);
  for (const row of rows)
    say(`  ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join('  ')}`.trimEnd());
  for (const { name, timeframe, leaks, firstLeak } of sorted) {
    if (firstLeak === null) continue;
    const { openTime, cutTime } = firstLeak;
    say(
      `  ${timeframe} ${name}: ${grouped(leaks)} answers change, the first at ${toIsoText(openTime)} without the candles from ${toIsoText(cutTime)} on`,
    );
  }
  const unjudged = sorted.filter(({ verdict }) => verdict === 'unjudged').length;
  if (unjudged > 0) say(`  ${unjudged} unjudged: fewer candles than twice the history they claim; see --candles`);
}

function rowOf(audit: StudyAudit): readonly string[] {
  const { kind, timeframe, name, compared, leaks, settledAfter, warmUp, verdict } = audit;
  const settled = warmUp === 'none' ? '-' : settledAfter === null ? 'never' : `${settledAfter}`;
  return [kind, timeframe, name, grouped(compared), grouped(leaks), settled, `${warmUp}`, VERDICTS[verdict]];
}
