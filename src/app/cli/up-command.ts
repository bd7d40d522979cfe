/**
 * `hotwick up`: the K-line service on the real exchange.
 */
import type { Command } from 'commander';
import type { SeriesId } from '../../model/series.ts';
import { type Config, describeSettingNotes, loadConfig } from '../config.ts';
import { startUp } from '../modes/up.ts';
import { packageVersion } from '../version.ts';
import { portOption, seedOption, seriesOption } from './options.ts';
import { banner, say, sayFailure, sayWarning } from './output.ts';
import { runUntilStopped } from './running.ts';

type UpFlags = {
  readonly host: string;
  readonly port: number;
  readonly dataDir?: string;
  readonly series: readonly SeriesId[];
  readonly seed: number;
};

const EXAMPLES = `
Examples:
  hotwick up                                      BTC/USDT futures on http://127.0.0.1:18080
  hotwick up --data-dir /var/lib/hotwick --port 8080
  hotwick up --series binance:futures:BTC/USDT:1m,binance:spot:ETH/USDT:1m
  TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES=0 hotwick up     1m only, as if derivation did not exist

Settings by environment variable are listed in docs/settings.md.`;

/** Adds the command. */
export function addUpCommand(program: Command): void {
  program
    .command('up')
    .description("the K-line service on Binance's public market data; no account needed")
    .option('--port <port>', 'port of the page and the API, 0 for a free one', portOption, 18080)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--data-dir <dir>', 'where the database lies (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--series <ids>', 'base series to follow', seriesOption, seriesOption('binance:futures:BTC/USDT:1m'))
    .option('--seed <number>', 'seed of the retry jitter', seedOption, 1)
    .addHelpText('after', EXAMPLES)
    .action(runUp);
}

async function runUp(flags: UpFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  for (const note of describeSettingNotes()) sayWarning(note);
  await runUntilStopped(async (stop, stopped) => {
    const dataDir = flags.dataDir ?? config.value.home;
    const options = { ...flags, dataDir, config: config.value, onWarning: sayWarning, onFatal: stop.fail };
    const service = await startUp(options);
    if (!service.ok) return sayFailure(service.error);
    try {
      describe({ ...flags, dataDir, port: service.value.port }, config.value);
      await stopped;
    } finally {
      await service.value.close();
    }
    say('\nStopped.');
  });
}

function describe(flags: UpFlags & { readonly dataDir: string }, config: Config): void {
  const derived = config.derivedTimeframes;
  say(`Hotwick ${packageVersion()}: the K-line service\n`);
  say(
    banner([
      ['page', `http://${flags.host}:${flags.port}/`],
      ['API', `http://${flags.host}:${flags.port}/docs`],
      ['series', flags.series.join(', ')],
      ['derived', derived.length === 0 ? 'off' : derived.join(', ')],
      ['data', flags.dataDir],
    ]),
  );
  say('\nPress Ctrl-C to stop.');
}
