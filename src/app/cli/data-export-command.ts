/**
 * `hotwick data export`: stored candles to a file for other programs.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { err } from '../../core/result.ts';
import { type EpochMs, toIsoText } from '../../core/time.ts';
import { failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import { loadConfig } from '../config.ts';
import { withCandleStore } from '../data/data-store.ts';
import { exportCandles } from '../data/export-candles.ts';
import { storedStretch } from '../data/stored-candles.ts';
import { fromDayOption, oneSeriesOption, toDayOption } from './data-options.ts';
import { grouped, say, sayFailure, sayJson } from './output.ts';
import { startProgress } from './progress.ts';

type ExportFlags = {
  readonly series: SeriesId;
  readonly out: string;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly columns: 6 | 12;
  readonly dataDir?: string;
  readonly json?: boolean;
};

const EXAMPLES = `
Examples:
  hotwick data export --series binance:spot:BTC/USDT:1m --out btc.csv.gz
  hotwick data export --series binance:spot:BTC/USDT:1h --from 2024-03-01 --to 2024-04-30 --out btc-1h.parquet

The ending of the name chooses the format. CSV has the 12 columns of Binance's archive and can be imported again; it
carries no certificate, and candles that lack a column need --columns 6. Parquet keeps everything: decimals as exact
DECIMAL(38, 18), missing columns as null, and the certificate (source, status, base_count, base_expected, revision).`;

/** Adds the command. */
export function addExportCommand(data: Command): void {
  data
    .command('export')
    .description('write stored candles to a .csv, .csv.gz or .parquet file, exactly')
    .requiredOption('--series <id>', 'for example binance:spot:BTC/USDT:1m', oneSeriesOption)
    .requiredOption('--out <file>', 'file to write; one that exists is replaced')
    .option('--from <day>', 'first UTC day, for example 2024-03-01 (default: the first candle)', fromDayOption)
    .option('--to <day>', 'last UTC day, inclusive (default: the last candle)', toDayOption)
    .option('--columns <count>', 'columns of a CSV file: 12, or 6 without quote volume and trades', columnsOption, 12)
    .option('--data-dir <dir>', 'where the database lies (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXAMPLES)
    .action(runExport);
}

function columnsOption(text: string): 6 | 12 {
  if (text !== '6' && text !== '12') throw new InvalidArgumentError('a CSV file has 6 or 12 columns');
  return text === '6' ? 6 : 12;
}

async function runExport(flags: ExportFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const { series, out, columns } = flags;
  const dataDir = flags.dataDir ?? config.value.home;
  const progress = startProgress(`exporting ${series}`, 'candles');
  const written = await withCandleStore(dataDir, async (store) => {
    const stretch = await storedStretch(store, series, { from: flags.from ?? null, to: flags.to ?? null });
    if (stretch === null)
      return err(failure('usage_wrong', { reason: `no candle of ${series} is stored in ${dataDir}` }));
    return exportCandles({ store, stretch, path: out, columns, onProgress: progress.update });
  });
  progress.stop();
  if (!written.ok) return sayFailure(written.error);
  const { rows, bytes } = written.value;
  if (flags.json === true) return sayJson({ series_id: series, file: out, rows, bytes, ...boundsOf(flags) });
  say(`${out}: ${grouped(rows)} candles of ${series}, ${grouped(bytes)} bytes`);
}

function boundsOf({ from, to }: ExportFlags): { readonly from: string | null; readonly to: string | null } {
  return { from: from === undefined ? null : toIsoText(from), to: to === undefined ? null : toIsoText(to) };
}
