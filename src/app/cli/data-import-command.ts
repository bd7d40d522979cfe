/**
 * `hotwick data import`: recorded candles into the database, with every higher timeframe derived on the way.
 */
import type { Command } from 'commander';
import { createSqliteCandleStore } from '../../adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { toIsoText } from '../../core/time.ts';
import { failure } from '../../model/failure.ts';
import type { MarketType } from '../../model/instrument.ts';
import { parseTimeframe, timeframeMs } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { type Config, loadConfig } from '../config.ts';
import { type FileHints, openImportFile } from '../data/candle-files.ts';
import { type ImportSummary, importCandles } from '../data/import-candles.ts';
import { prepareDataDir } from '../service/kline-service.ts';
import { marketOption } from './options.ts';
import { banner, grouped, say, sayFailure, sayJson } from './output.ts';
import { startProgress } from './progress.ts';

type ImportFlags = FileHints & { readonly dataDir?: string; readonly market?: MarketType; readonly json?: boolean };

const EXAMPLES = `
Examples:
  hotwick data import BTCUSDT-1m-2024-03.csv.gz --market spot
  hotwick data import *.csv.gz --market futures --data-dir ./data
  hotwick data import candles.csv --series binance:spot:BTC/USDT:1m

Files are Binance's archive layout (12 columns, milliseconds or microseconds) or open_time,open,high,low,close,volume
with or without the other columns, plain, gzip or zip; or Parquet made by data export. Importing again
changes nothing; a killed import is finished by running it again.`;

/** Adds the command. */
export function addImportCommand(data: Command): void {
  data
    .command('import')
    .description('read recorded candles into the database and derive every higher timeframe')
    .argument('<files...>', '.csv, .csv.gz, .zip (the archive) or .parquet (an export) files')
    .option('--data-dir <dir>', 'where the database lies (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--symbol <symbol>', 'BTC/USDT, when the file name does not say it')
    .option('--market <market>', 'spot or futures, when the path does not say it', marketOption)
    .option('--series <id>', 'the whole series id, for example binance:spot:BTC/USDT:1m')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runImport);
}

async function runImport(files: readonly string[], flags: ImportFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const path = prepareDataDir(flags.dataDir ?? config.value.home);
  if (!path.ok) return sayFailure(path.error);
  const database = openSqliteDatabase({ path: path.value });
  try {
    const store = createSqliteCandleStore(database);
    for (const file of files) await importFile(file, { flags, config: config.value, store });
  } finally {
    database.close();
  }
}

type ImportContext = { readonly flags: ImportFlags; readonly config: Config; readonly store: CandleStore };

async function importFile(path: string, { flags, config, store }: ImportContext): Promise<void> {
  const file = await openImportFile(path, flags);
  if (!file.ok) return sayFailure(file.error);
  const { seriesId, chunks, interval } = file.value;
  if (!isStorable(interval)) {
    const reason = `candles of ${interval} are for \`hotwick data verify\`; the service stores m, h and 1d`;
    return sayFailure(failure('usage_wrong', { reason }));
  }
  const progress = startProgress(`importing ${path}`, 'candles');
  // A file of a higher timeframe may hold candles that were derived: nothing is derived from those.
  const isExport = path.toLowerCase().endsWith('.parquet') && file.value.interval !== config.baseTimeframe;
  const timeframes = isExport ? [] : config.derivedTimeframes;
  const imported = await importCandles({ chunks, seriesId, timeframes, store, onProgress: progress.update });
  const summary = imported.ok ? imported.value : imported.error.summary;
  if (imported.ok) progress.succeed(`${path}: ${grouped(summary.rows)} candles of ${seriesId}`);
  else {
    progress.stop();
    sayFailure(imported.error.failure);
  }
  if (flags.json === true) sayJson({ file: path, series_id: seriesId, complete: imported.ok, ...summary });
  else saySummary(summary);
}

/** Longer candles are not aligned as the service aligns its own. */
function isStorable(interval: string): boolean {
  const parsed = parseTimeframe(interval);
  return parsed.ok && timeframeMs(parsed.value) <= DAY_MS;
}

const DAY_MS = 86_400_000;

function saySummary(summary: ImportSummary): void {
  const derived = Object.entries(summary.derived).map(([timeframe, count]) => `${grouped(count)} ${timeframe}`);
  const span =
    summary.first === null || summary.last === null
      ? 'none'
      : `${toIsoText(summary.first)} to ${toIsoText(summary.last)}`;
  say(
    banner([
      [
        'stored',
        `${grouped(summary.inserted)} new, ${grouped(summary.changed)} corrected, ${grouped(summary.unchanged)} unchanged`,
      ],
      ['derived', derived.length === 0 ? 'none' : derived.join(', ')],
      ['span', span],
      ['gaps', summary.gaps.length === 0 ? 'none' : `${summary.gaps.length} stretch(es) without candles:`],
    ]),
  );
  for (const gap of summary.gaps.slice(0, GAPS_SHOWN)) say(`    ${toIsoText(gap.from)} to ${toIsoText(gap.to)}`);
  if (summary.gaps.length > GAPS_SHOWN) say(`    and ${summary.gaps.length - GAPS_SHOWN} more`);
}

const GAPS_SHOWN = 10;
