/**
 * `hotwick demo`: everything at once, without network.
 */
import type { Command } from 'commander';
import { addMs, toIsoText } from '../../core/time.ts';
import { failure } from '../../model/failure.ts';
import type { SeriesId } from '../../model/series.ts';
import type { SeriesExtent } from '../../ports/candle-store.ts';
import { describeSettingNotes, loadConfig } from '../config.ts';
import { type Demo, startDemo } from '../modes/demo.ts';
import { packageVersion } from '../version.ts';
import type { SimulationFlags } from './demo-simulation.ts';
import { addMarketOptions, type MarketFlags } from './market-options.ts';
import { frameOption, portOption, simulateOption } from './options.ts';
import { banner, say, sayFailure, sayWarning } from './output.ts';
import { runUntilStopped } from './running.ts';

type DemoFlags = MarketFlags &
  Omit<SimulationFlags, 'simulate'> & {
    readonly port: number;
    readonly dataDir?: string;
    readonly desk: boolean;
    readonly simulate?: SimulationFlags['simulate'];
  };

type PageFlags = Omit<DemoFlags, 'simulate' | 'frame' | 'report'>;

const EXAMPLES = `
Examples:
  hotwick demo                                    a generated market at 60x speed on http://127.0.0.1:18080
  hotwick demo --seed 7 --speed 1                 another market, in real time
  hotwick demo --replay BTCUSDT-1m-2024-03.csv.gz --symbol BTC/USDT --speed 600
  hotwick demo --port 0 --for 10m                 ten minutes of market time on a free port, then exit 0
  hotwick demo --data-dir ./demo                  keeps its candles; the next run goes on where this one stopped
  hotwick demo --simulate 7d --seed 7 --report week.json
                                                  a week of the whole hot-coin system on paper, then exit 0

The operator's desk is at /hotcoin/: a second simulated exchange whose coins burst, traded on paper, up to 30x speed. It is left
out with --replay, with --for and above 60x.

A simulated run has no page and needs no port: market, program and clock are in one process, and time jumps from one
thing to the next. It ends with status 1 where something that must hold did not.`;

/** Adds the command. */
export function addDemoCommand(program: Command): void {
  const command = program
    .command('demo')
    .description('simulated exchange, K-line service and web page in one process; no network needed')
    .option('--port <port>', 'port of the page and the API, 0 for a free one', portOption, 18080)
    .option('--data-dir <dir>', 'keep the database here (default: a temporary folder, removed at the end)');
  command
    .option('--simulate <duration>', 'run the hot-coin system through this much market time, 1h to 31d', simulateOption)
    .option('--frame <duration>', 'simulated run: time between two frames of prices', frameOption, frameOption('2s'))
    .option('--report <file>', 'simulated run: write the whole report as JSON');
  command.option('--no-desk', 'charts only: no hot-coin system on paper, and no desk');
  addMarketOptions(command, { speed: 60, symbol: 'what the recording is of, and what the page shows' });
  command.addHelpText('after', EXAMPLES).action(runDemo);
}

async function runDemo({ simulate, frame, report, ...flags }: DemoFlags): Promise<void> {
  if (simulate !== undefined) {
    const { seed } = flags;
    // It brings the whole trading system along, which the page has no use for.
    const { runDemoSimulation } = await import('./demo-simulation.ts');
    return runDemoSimulation({ simulate, frame, seed, ...(report === undefined ? {} : { report }) });
  }
  if (report !== undefined) {
    return sayFailure(
      failure('usage_wrong', { reason: '--report belongs to --simulate: say how long, for example 7d' }),
    );
  }
  await runPage(flags);
}

async function runPage(flags: PageFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  for (const note of describeSettingNotes()) sayWarning(note);
  await runUntilStopped(async (stop, stopped) => {
    const { dataDir = null, desk: isWanted, ...rest } = flags;
    const desk = isWanted && isForLooking(flags) ? ('shown' as const) : ('absent' as const);
    const options = { ...rest, desk, dataDir, config: config.value, onWarning: sayWarning, onFatal: stop.fail };
    const demo = await startDemo(options);
    if (!demo.ok) return sayFailure(demo.error);
    const { clock, source, seriesId, settle, close } = demo.value;
    const end = flags.for === undefined ? null : addMs(source.startTime, flags.for);
    try {
      describe(demo.value, flags);
      if (end !== null) clock.schedule(end, stop.plan);
      await stopped;
      // The planned end is the end of a candle, which is still on its way.
      if (end !== null && clock.now() >= end) await settle(end);
    } catch (thrown) {
      await close();
      throw thrown;
    }
    say(describeEnd(seriesId, await close()));
  });
}

/** A desk is for somebody who looks: not for runs with an end, nor faster than one can follow. */
function isForLooking({ replay, speed, for: end }: PageFlags): boolean {
  return replay === undefined && end === undefined && speed <= 60;
}

function describe(demo: Demo, flags: PageFlags): void {
  const { source, service, exchange } = demo;
  const market = flags.replay === undefined ? `generated, seed ${flags.seed}` : `recorded, ${flags.replay}`;
  const end = source.endTime === null ? '' : `, until ${toIsoText(source.endTime)}`;
  say(`Hotwick ${packageVersion()} demo: a simulated exchange at ${flags.speed}x speed, no network needed\n`);
  say(
    banner([
      ['page', `http://${flags.host}:${service.port}/`],
      ...(flags.desk && isForLooking(flags)
        ? [['desk', `http://${flags.host}:${service.port}/hotcoin/ (paper, over made-up coins)`] as const]
        : []),
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
