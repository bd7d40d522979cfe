/**
 * `hotwick data audit`: is what is stored complete, and is it what the exchange published?
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import { createArchiveClient } from '../../adapters/archive/archive-client.ts';
import { type ArchiveSeries, resolveArchiveSeries } from '../../adapters/archive/archive-file.ts';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { type EpochMs, toIsoText } from '../../core/time.ts';
import { type Failure, FailureError, failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { loadConfig } from '../config.ts';
import {
  type ArchiveDayAudit,
  type ArchiveOutcome,
  auditArchive,
  auditWhileItAnswers,
  probeArchive,
} from '../data/archive-audit.ts';
import { auditCandles } from '../data/audit-candles.ts';
import { withCandleStore } from '../data/data-store.ts';
import { type Stretch, storedStretch } from '../data/stored-candles.ts';
import { type AuditReport, countFindings, sayAuditReport, toJsonReport } from './audit-report.ts';
import { fromDayOption, oneSeriesOption, toDayOption } from './data-options.ts';
import { sayFailure, sayJson } from './output.ts';
import { type Progress, startProgress } from './progress.ts';
import { runUntilStopped } from './running.ts';

type AuditFlags = {
  readonly series: SeriesId;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  /** Absent where nobody said: ask it, and go on without where it does not answer. */
  readonly archive?: boolean;
  readonly dataDir?: string;
  readonly json?: boolean;
};

const EXAMPLES = `
Examples:
  hotwick data audit --series binance:spot:BTC/USDT:1m
  hotwick data audit --series binance:spot:BTC/USDT:1m --from 2024-03-01 --to 2024-03-31 --archive
  hotwick data audit --series binance:spot:BTC/USDT:1m --no-archive --json

Every UTC day is counted by certificate and source, with its holes and corrections; stored higher timeframes are derived
again and compared; where the exchange's archive answers, each whole day is compared with its own daily file. If it does
not answer within seconds, or stops answering for 20 s, the report says so and the audit goes on: --archive makes that a
failure, after more patience; --no-archive does not ask. Nothing is changed.
Exit status 0: nothing to find fault with; 1: a candle differs or is missing, or a hole is not known to be the
exchange's. A stored candle that the archive lacks is listed, not held against it: the archive is known to lack some.`;

/** Adds the command. */
export function addAuditCommand(data: Command): void {
  data
    .command('audit')
    .description('check what is stored: completeness, derived candles, and the exchange archive')
    .requiredOption('--series <id>', 'base series, for example binance:spot:BTC/USDT:1m', oneSeriesOption)
    .option('--from <day>', 'first UTC day, for example 2024-03-01 (default: the first candle)', fromDayOption)
    .option('--to <day>', 'last UTC day, inclusive (default: the last candle)', toDayOption)
    .option('--archive', "insist on the exchange's daily files (HOTWICK_ARCHIVE_URL; default: where they can be had)")
    .option('--no-archive', 'do not ask the archive')
    .option('--data-dir <dir>', 'where the database lies (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runAudit);
}

async function runAudit(flags: AuditFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const dataDir = flags.dataDir ?? config.value.home;
  await runUntilStopped(async (_stop, stopped) => {
    const progress = startProgress(`auditing ${flags.series}`, 'candles');
    const stop = new AbortController();
    void stopped.then(() => stop.abort());
    const work = { flags, dataDir, baseUrl: config.value.archiveUrl, progress, stop: stop.signal };
    const report = await withCandleStore(dataDir, (store) => audit(work, store));
    progress.stop();
    if (!report.ok) return sayFailure(report.error);
    if (flags.json === true) sayJson(toJsonReport(report.value));
    else sayAuditReport(report.value);
    if (countFindings(report.value) > 0) process.exitCode = 1;
  });
}

type AuditWork = {
  readonly flags: AuditFlags;
  readonly dataDir: string;
  readonly baseUrl: string;
  readonly progress: Progress;
  readonly stop: AbortSignal;
};

async function audit(work: AuditWork, store: CandleStore): Promise<Result<AuditReport, Failure>> {
  const { flags, dataDir, progress } = work;
  const stretch = await storedStretch(store, flags.series, { from: flags.from ?? null, to: flags.to ?? null });
  if (stretch === null) {
    return err(failure('usage_wrong', { reason: `no candle of ${flags.series} is stored in ${dataDir}` }));
  }
  if (stretch.from >= stretch.to) return err(failure('usage_wrong', { reason: emptyReason(stretch) }));
  const own = await auditCandles(store, stretch, (candles) => {
    if (work.stop.aborted) throw new FailureError(failure('usage_wrong', { reason: 'stopped before the end' }));
    progress.update(candles);
  });
  const archive = await askArchive(work, store, stretch);
  return archive.ok ? ok({ stretch, ...own, archive: archive.value }) : archive;
}

/** Only who insists on the archive is failed by it. */
async function askArchive(
  work: AuditWork,
  store: CandleStore,
  stretch: Stretch,
): Promise<Result<ArchiveOutcome, Failure>> {
  if (work.flags.archive === false) return ok({ state: 'unasked', reason: '--no-archive' });
  const series = resolveArchiveSeries(stretch.seriesId);
  const days = series.ok ? await compareWithArchive(work, { store, stretch, series: series.value }) : series;
  if (days.ok) return ok({ state: 'compared', days: days.value });
  if (work.flags.archive === true || work.stop.aborted) return days;
  const { message } = days.error;
  return ok({ state: series.ok ? 'unreachable' : 'unasked', reason: message });
}

function emptyReason({ seriesId, from, to }: Stretch): string {
  return `there is nothing of ${seriesId} between ${toIsoText(from)} and ${toIsoText(to)}`;
}

async function compareWithArchive(
  work: AuditWork,
  parts: { readonly store: CandleStore; readonly stretch: Stretch; readonly series: ArchiveSeries },
): Promise<Result<readonly ArchiveDayAudit[], Failure>> {
  const { store, stretch, series } = parts;
  const clock = createWallClock();
  const onRetry = ({ message }: Failure): void => work.progress.note(`asking the archive again: ${message}`);
  const common = { baseUrl: work.baseUrl, clock, random: createSeededRandom(1, 'audit'), stop: work.stop, onRetry };
  const about = { store, series, ...stretch, folder: join(work.dataDir, 'downloads', 'audit') };
  try {
    if (work.flags.archive === true) return await auditArchive({ ...about, client: createArchiveClient(common) });
    const probed = await probeArchive({ ...common, series, day: stretch.from });
    return probed.ok ? await auditWhileItAnswers({ ...about, access: common }) : probed;
  } finally {
    clock.close();
  }
}
