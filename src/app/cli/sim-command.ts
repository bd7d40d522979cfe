/**
 * `hotwick sim`: the simulated exchange alone.
 */
import type { Command } from 'commander';
import { addMs, toIsoText } from '../../core/time.ts';
import { type Sim, startSim } from '../modes/sim.ts';
import { packageVersion } from '../version.ts';
import { addMarketOptions, type MarketFlags } from './market-options.ts';
import { portOption } from './options.ts';
import { banner, say, sayFailure, sayWarning } from './output.ts';
import { runUntilStopped } from './running.ts';
import { addSimFaultCommand } from './sim-fault-command.ts';
import { addSimScenariosCommand } from './sim-scenarios-command.ts';

type SimFlags = MarketFlags & { readonly port: number; readonly scenario?: string };

const EXAMPLES = `
Examples:
  hotwick sim                                     spot and USD-M futures on http://127.0.0.1:18090
  hotwick sim --speed 10 --seed 3
  hotwick sim --port 19000 --seed 7 --scenario pump-and-dump
  hotwick sim --scenario ./mine.yaml
  hotwick sim scenarios
  hotwick sim fault request drop-response --path /order
  hotwick sim --replay BTCUSDT-1m-2024-03.csv.gz --symbol BTC/USDT --market spot
  curl 'http://127.0.0.1:18090/fapi/v1/klines?symbol=BTCUSDT&interval=5m&limit=3'`;

/** Adds the command. */
export function addSimCommand(program: Command): void {
  const command = program
    .command('sim')
    .description("a simulated exchange that speaks Binance's market-data protocol, for any Binance client")
    .option('--port <port>', 'port to listen on, 0 for a free one', portOption, 18090)
    .option('--scenario <name>', 'what happens: a name that hotwick sim scenarios lists, or a YAML file');
  addMarketOptions(command, { speed: 1, symbol: 'what the recording is of' });
  command.addHelpText('after', EXAMPLES).action(runSim);
  // What stands behind a subcommand is its own, also where both have an option of that name.
  command.enablePositionalOptions();
  addSimFaultCommand(command);
  addSimScenariosCommand(command);
}

async function runSim(flags: SimFlags): Promise<void> {
  await runUntilStopped(async (stop, stopped) => {
    const sim = await startSim({ ...flags, onWarning: sayWarning });
    if (!sim.ok) return sayFailure(sim.error);
    try {
      describe(sim.value, flags);
      const { clock } = sim.value;
      if (flags.for !== undefined) clock.schedule(addMs(clock.now(), flags.for), stop.plan);
      await stopped;
    } finally {
      await sim.value.close();
    }
    say('\nStopped.');
  });
}

function describe({ exchange, source, scenario, clock }: Sim, flags: SimFlags): void {
  say(`Hotwick ${packageVersion()}: simulated exchange at ${flags.speed}x speed\n`);
  say(
    banner([
      ['REST', `${exchange.httpUrl}/api/v3 (spot), ${exchange.httpUrl}/fapi/v1 (USD-M futures)`],
      ['streams', `${exchange.wsUrl}/stream (spot), ${exchange.wsUrl}/market/stream (USD-M futures)`],
      ['instruments', String(source.market.instruments.length)],
      ['market time', toIsoText(clock.now())],
      ...(scenario === null ? [] : [['scenario', `${scenario.name}: ${scenario.about}`] as const]),
    ]),
  );
  say('\nPress Ctrl-C to stop.');
}
