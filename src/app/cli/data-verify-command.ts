/**
 * `hotwick data verify`: are derived candles the ones the exchange publishes?
 */
import type { Command } from 'commander';
import { toIsoText } from '../../core/time.ts';
import { failure, toFailure } from '../../model/failure.ts';
import type { MarketType } from '../../model/instrument.ts';
import { seriesParts } from '../../model/series.ts';
import { openCandleFile } from '../data/candle-files.ts';
import { type VerifyReport, verifyCandles } from '../data/verify-candles.ts';
import { marketOption } from './options.ts';
import { banner, grouped, say, sayFailure, sayJson } from './output.ts';

type VerifyFlags = { readonly json?: boolean; readonly market: MarketType; readonly symbol?: string };

const EXAMPLES = `
Examples:
  hotwick data verify BTCUSDT-1m-2024-03.csv.gz BTCUSDT-1h-2024-03.csv.gz
  hotwick data verify BTCUSDT-1m-2024-03.csv.gz BTCUSDT-1d-2024-03.csv.gz --json

The timeframes are read from the file names. Exit status 0: every compared candle is equal; 1: one differs, or a file
can not be used. Candles that lie partly outside the base file are counted as skipped.`;

/** Adds the command. */
export function addVerifyCommand(data: Command): void {
  data
    .command('verify')
    .description("derive the higher timeframe from a base file and compare it with the exchange's own")
    .argument('<base>', 'file of base candles, for example 1m')
    .argument('<higher>', 'file of the higher timeframe as the exchange published it')
    .option('--json', 'print the report as JSON')
    .option('--market <market>', 'spot or futures; only names the series', marketOption, 'spot')
    .option('--symbol <symbol>', 'BTC/USDT, when the file names do not say it')
    .addHelpText('after', EXAMPLES)
    .action(runVerify);
}

async function runVerify(basePath: string, higherPath: string, flags: VerifyFlags): Promise<void> {
  const hints = flags.symbol === undefined ? { market: flags.market } : { market: flags.market, symbol: flags.symbol };
  const base = openCandleFile(basePath, hints);
  if (!base.ok) return sayFailure(base.error);
  const higher = openCandleFile(higherPath, hints);
  if (!higher.ok) return sayFailure(higher.error);
  if (seriesParts(base.value.seriesId).instrumentId !== seriesParts(higher.value.seriesId).instrumentId) {
    const reason = `${basePath} and ${higherPath} are of different symbols`;
    return sayFailure(failure('usage_wrong', { reason }));
  }
  try {
    const report = await verifyCandles(base.value.seriesId, base.value, higher.value);
    if (!report.ok) return sayFailure(report.error);
    if (flags.json === true) sayJson({ base: basePath, higher: higherPath, ...toJsonReport(report.value) });
    else sayReport(report.value, `${base.value.interval} -> ${higher.value.interval}`);
    const { different, compared } = report.value;
    if (different > 0 && flags.json !== true) sayFailure(failure('data_differs', { different, compared }));
    if (different > 0) process.exitCode = 1;
  } catch (error) {
    sayFailure(toFailure(error));
  }
}

function toJsonReport(report: VerifyReport): object {
  const differences = report.differences.map(({ openTime, columns, note }) => {
    return { open_time: toIsoText(openTime), open_time_ms: openTime, columns, note };
  });
  const { compared, equal, different, skipped, columns, volumeRule } = report;
  return { compared, equal, different, skipped, columns, volume_rule: volumeRule, differences };
}

function sayReport(report: VerifyReport, title: string): void {
  for (const { openTime, columns, note } of report.differences) {
    say(`${toIsoText(openTime)}  ${note}`);
    for (const { column, derived, published } of columns)
      say(`    ${column}: derived ${derived}, published ${published}`);
  }
  say(`${title}`);
  say(
    banner([
      ['compared', grouped(report.compared)],
      ['equal', grouped(report.equal)],
      ['different', grouped(report.different)],
      ['skipped', `${grouped(report.skipped)} (partly outside the base file)`],
      ['columns', report.columns.join(', ')],
      ['volume', report.volumeRule],
    ]),
  );
}
