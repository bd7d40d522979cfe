/**
 * `hotwick demo`: everything at once, without network.
 */
import type { Command } from 'commander';
import { addMs, type DurationMs, toIsoText } from '../../core/time.ts';
import type { MarketType } from '../../model/instrument.ts';
import type { SeriesId } from '../../model/series.ts';
import type { SeriesExtent } from '../../ports/candle-store.ts';
import { loadConfig } from '../config.ts';
import { type Demo, startDemo } from '../modes/demo.ts';
import { packageVersion } from '../version.ts';
import { durationOption, marketOption, portOption, seedOption, speedOption } from './options.ts';
import { banner, say, sayFailure, sayWarning } from './output.ts';
import { runUntilStopped } from './running.ts';

type DemoFlags = {
  readonly host: string;
  readonly port: number;
  readonly dataDir?: string;
  readonly seed: number;
  readonly speed: number;
  readonly replay?: string;
  readonly symbol: string;
  readonly market: MarketType;
  readonly for?: DurationMs;
};

const EXAMPLES = `
Examples:
  hotwick demo                                    a generated market at 60x speed on http://127.0.0.1:18080
  hotwick demo --seed 7 --speed 1                 another market, in real time
  hotwick demo --replay BTCUSDT-1m-2024-03.csv.gz --symbol BTC/USDT --speed 600
  hotwick demo --port 0 --for 10m                 ten minutes of market time on a free port, then exit 0
  hotwick demo --data-dir ./demo                  keeps its candles; the next run goes on where this one stopped`;

/** Adds the command. */
export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('simulated exchange, K-line service and web page in one process; no network needed')
    .option('--port <port>', 'port of the page and the API, 0 for a free one', portOption, 18080)
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--data-dir <dir>', 'keep the database here (default: a temporary folder, removed at the end)')
    .option('--seed <number>', 'seed of the generated market', seedOption, 1)
    .option('--speed <factor>', 'market seconds per real second', speedOption, 60)
    .option('--replay <file>', 'recorded 1m candles (.csv or .csv.gz) as the market')
    .option('--symbol <symbol>', 'what the recording is of, and what the page shows', 'BTC/USDT')
    .option('--market <market>', 'spot or futures', marketOption, 'futures')
    .option('--for <duration>', 'stop after this much market time and exit 0, for example 10m', durationOption)
    .addHelpText('after', EXAMPLES)
    .action(runDemo);
}

async function runDemo(flags: DemoFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  await runUntilStopped(async (stop, stopped) => {
    const { dataDir = null, ...rest } = flags;
    const options = { ...rest, dataDir, config: config.value, onWarning: sayWarning, onFatal: stop.fail };
    const demo = await startDemo(options);
    if (!demo.ok) return sayFailure(demo.error);
    const { clock, source, service, seriesId } = demo.value;
    let ending = '';
    try {
      describe(demo.value, flags);
      if (flags.for !== undefined) clock.schedule(addMs(source.startTime, flags.for), stop.plan);
      await stopped;
      ending = describeEnd(seriesId, await service.store.extent(seriesId));
    } finally {
      await demo.value.close();
    }
    say(ending);
  });
}

function describe(demo: Demo, flags: DemoFlags): void {
  const { source, service, exchange } = demo;
  const market = flags.replay === undefined ? `generated, seed ${flags.seed}` : `recorded, ${flags.replay}`;
  const end = source.endTime === null ? '' : `, until ${toIsoText(source.endTime)}`;
  say(`Hotwick ${packageVersion()} demo: a simulated exchange at ${flags.speed}x speed, no network needed\n`);
  say(
    banner([
      ['page', `http://${flags.host}:${service.port}/`],
      ['API', `http://${flags.host}:${service.port}/docs`],
      ['exchange', `${exchange.httpUrl} (speaks Binance's protocol)`],
      ['market', `${market}, from ${toIsoText(source.startTime)}${end}`],
      ['series', demo.seriesId],
      ['data', flags.dataDir ?? `${demo.dataDir} (removed at the end)`],
    ]),
  );
  say('\nPress Ctrl-C to stop.');
}

function describeEnd(seriesId: SeriesId, { count, head }: SeriesExtent): string {
  const last = head === null ? 'none' : toIsoText(head);
  return `\nStopped. ${count} closed candles of ${seriesId}, the last at ${last}.`;
}
