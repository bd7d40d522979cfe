/**
 * `hotwick data download`: history from the exchange's public archive into the database, checked file by file.
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import { createArchiveClient } from '../../adapters/archive/archive-client.ts';
import { type ArchiveSeries, resolveArchiveSeries } from '../../adapters/archive/archive-file.ts';
import { createBinanceFeed } from '../../adapters/binance/binance-feed.ts';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { ok } from '../../core/result.ts';
import { type EpochMs, toIsoText } from '../../core/time.ts';
import { failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { type Config, loadConfig } from '../config.ts';
import { withCandleStore } from '../data/data-store.ts';
import { type DownloadedStretch, type DownloadOutcome, downloadHistory } from '../data/download-history.ts';
import { openDownloadLedger } from '../data/download-ledger.ts';
import { fromDayOption, oneSeriesOption, toDayOption } from './data-options.ts';
import { startDownloadProgress } from './download-progress.ts';
import { banner, grouped, say, sayFailure, sayJson, sayWarning } from './output.ts';
import { runUntilStopped } from './running.ts';

type DownloadFlags = {
  readonly series: SeriesId;
  readonly from: EpochMs;
  readonly to?: EpochMs;
  readonly dataDir?: string;
  readonly keep?: string;
  readonly force?: boolean;
  readonly json?: boolean;
};

const EXAMPLES = `
Examples:
  hotwick data download --series binance:spot:BTC/USDT:1m --from 2024-03-01 --to 2024-04-30
  hotwick data download --series binance:futures:BTC/USDT:1m --from 2024-01-01
  hotwick data download --series binance:spot:ETH/USDT:1m --from 2023-01-01 --keep ./archive

Whole months come as monthly files, the rest as daily ones, and days that the archive does not have yet over REST. Each
file is compared with the archive's SHA-256 before a row of it is imported. Stopped or killed anywhere, the same command
goes on where it was; files that are stored with the same check sum are skipped unless --force is given. The address of
the archive is HOTWICK_ARCHIVE_URL. Exit status 0: complete; 1: failed; 130: stopped.`;

/** Adds the command. */
export function addDownloadCommand(data: Command): void {
  data
    .command('download')
    .description("history from the exchange's public archive into the database, with higher timeframes derived")
    .requiredOption('--series <id>', 'base series, for example binance:spot:BTC/USDT:1m', oneSeriesOption)
    .requiredOption('--from <day>', 'first UTC day, for example 2024-03-01', fromDayOption)
    .option('--to <day>', 'last UTC day, inclusive (default: today, up to the last closed candle)', toDayOption)
    .option('--data-dir <dir>', 'where the database lies (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--keep <dir>', 'keep the downloaded files here, and use those that are there already')
    .option('--force', 'import also what is stored already')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runDownload);
}

/** Seed of the retry jitter: it only has to differ from attempt to attempt. */
const JITTER_SEED = 1;

async function runDownload(flags: DownloadFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const series = resolveArchiveSeries(flags.series);
  if (!series.ok) return sayFailure(series.error);
  const dataDir = flags.dataDir ?? config.value.home;
  await runUntilStopped(async (_stop, stopped) => {
    const work = { flags, config: config.value, series: series.value, dataDir, stopped };
    const outcome = await withCandleStore(dataDir, async (store) => ok(await download(work, store)));
    if (!outcome.ok) return sayFailure(outcome.error);
    if (flags.json === true) sayJson(toJsonSummary(flags.series, outcome.value));
    else saySummary(flags.series, outcome.value);
    if (outcome.value.end === 'failed' && outcome.value.failure !== null) sayFailure(outcome.value.failure);
    if (outcome.value.end === 'stopped') process.exitCode = STOPPED_EXIT_CODE;
  });
}

/** What shells report for a program ended by Ctrl-C. */
const STOPPED_EXIT_CODE = 130;

type DownloadWork = {
  readonly flags: DownloadFlags;
  readonly config: Config;
  readonly series: ArchiveSeries;
  readonly dataDir: string;
  readonly stopped: Promise<void>;
};

async function download(work: DownloadWork, store: CandleStore): Promise<DownloadOutcome> {
  const { flags, config, series, dataDir } = work;
  const clock = createWallClock();
  if (flags.from >= (flags.to ?? clock.now())) return refused('--from lies after --to or in the future');
  const stop = new AbortController();
  const random = createSeededRandom(JITTER_SEED, 'download');
  const progress = startDownloadProgress(`downloading ${flags.series}`);
  const { archiveUrl: baseUrl, endpoints } = config;
  const feed = createBinanceFeed({ clock, random, sink: () => {}, onFault: () => {}, endpoints });
  void work.stopped.then(() => {
    stop.abort();
    return feed.close();
  });
  try {
    return await downloadHistory({
      series,
      from: flags.from,
      to: flags.to ?? clock.now(),
      timeframes: config.derivedTimeframes,
      store,
      ledger: await openDownloadLedger(dataDir, sayWarning),
      client: createArchiveClient({ baseUrl, clock, random, stop: stop.signal, onBytes: progress.addBytes }),
      feed,
      policy: { clock, random, stop: stop.signal, attemptsMax: 6, backoff: { minMs: 1_000, maxMs: 30_000 } },
      folder: flags.keep ?? join(dataDir, 'downloads'),
      afterImport: flags.keep === undefined ? 'remove' : 'keep',
      known: flags.force === true ? 'import' : 'skip',
      onProgress: progress.update,
    });
  } finally {
    progress.stop();
    await feed.close();
    clock.close();
  }
}

function refused(reason: string): DownloadOutcome {
  return { end: 'failed', failure: failure('usage_wrong', { reason }), stretches: [] };
}

type Totals = Readonly<Record<'rows' | 'inserted' | 'changed' | 'unchanged', number>>;

function sumUp(stretches: readonly DownloadedStretch[]): Totals {
  const sum = (field: keyof Totals): number => stretches.reduce((total, stretch) => total + stretch[field], 0);
  return { rows: sum('rows'), inserted: sum('inserted'), changed: sum('changed'), unchanged: sum('unchanged') };
}

function toJsonSummary(seriesId: SeriesId, { end, failure: cause, stretches }: DownloadOutcome): object {
  const files = stretches.map(({ from, to, gaps, ...rest }) => ({
    ...rest,
    from: toIsoText(from),
    to: toIsoText(to),
    gaps: gaps.map((gap) => ({ from: toIsoText(gap.from), to: toIsoText(gap.to) })),
  }));
  const reason = cause === null ? null : { code: cause.code, message: cause.message };
  return { series_id: seriesId, end, failure: reason, ...sumUp(stretches), files };
}

function saySummary(seriesId: SeriesId, { end, stretches }: DownloadOutcome): void {
  const count = (origin: DownloadedStretch['origin']): number => {
    return stretches.filter((stretch) => stretch.origin === origin).length;
  };
  const { rows, inserted, changed, unchanged } = sumUp(stretches);
  const gaps = stretches.flatMap((stretch) => stretch.gaps);
  say(`${seriesId}: ${end}`);
  say(
    banner([
      ['archive', `${count('archive')} file(s) imported, ${count('stored')} stored before`],
      ['over REST', `${count('rest')} day(s) that the archive does not have`],
      ['no candles', `${count('none')} file(s) or day(s) before the exchange's first candle`],
      [
        'candles',
        `${grouped(rows)} read: ${grouped(inserted)} new and derived, ${grouped(changed)} corrected, ${grouped(unchanged)} unchanged`,
      ],
      ['gaps', gaps.length === 0 ? 'none' : `${gaps.length} stretch(es) that the exchange has no candles of`],
    ]),
  );
}
