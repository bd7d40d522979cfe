/**
 * `hotwick trade`: the hot-coin system on the real market, or on a simulated exchange: observing, on paper, or with money.
 */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { createLogNotifier } from '../../adapters/notify/log-notifier.ts';
import { ok, type Result } from '../../core/result.ts';
import type { OperatorCommand } from '../../decisions/index.ts';
import { type Failure, FailureError } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { loadConfig, readHotCoinEnvironment } from '../config.ts';
import { openHotCoinEditor } from '../hotcoin/open-editor.ts';
import { PRESET_NAMES } from '../hotcoin/presets.ts';
import { LIVE_CONFIRMATION } from '../hotcoin/trading-consent.ts';
import { startTrade } from '../modes/trade.ts';
import { toEventLines } from '../trading/event-text.ts';
import { TradingExports } from '../trading/exports/trading-exports.ts';
import { checkKey } from '../trading/key-check.ts';
import { watchOperator } from '../trading/operator-file.ts';
import { SettingsFollower } from '../trading/settings-follower.ts';
import { Supervisor, type Task, untilStopped } from '../trading/supervisor.ts';
import type { TradingService } from '../trading/trading-service.ts';
import { endInTime, windDown } from '../trading/wind-down.ts';
import { packageVersion } from '../version.ts';
import { say, sayFailure, sayWarning } from './output.ts';
import { runUntilStopped } from './running.ts';
import { describePlan } from './trade-banner.ts';
import {
  planTrade,
  type SettingSource,
  settingSource,
  type TradeFlags,
  type TradePlan,
  tradeHome,
} from './trade-plan.ts';

const EXAMPLES = `
Examples:
  hotwick trade                                   observe: signals and decisions, no orders
  HOTCOIN_EXECUTE=1 hotwick trade                 on paper, at the real market's prices
  HOTCOIN_EXECUTE=1 HOTCOIN_CAPITAL=500 hotwick trade --config hotcoin.json
  HOTCOIN_EXECUTE=1 hotwick trade --preset stage-1      100 USDT, two positions, only the hottest
  HOTCOIN_EXECUTE=1 hotwick trade --rest-url http://127.0.0.1:18090 --ws-url ws://127.0.0.1:18090

Settings: built-in defaults, over them what is saved (hotwick config --hotcoin), over that the preset, over all of it the
environment (docs/settings.md). --config FILE.json ({"discovery": {...}, "trading": {...}, "execution": {...}}) is read in
place of what is saved. Safe settings that are saved meanwhile act at once, the others with the next start.

Money is traded with only when HOTCOIN_EXECUTE=1, HOTCOIN_PAPER=0, BINANCE_API_KEY and BINANCE_SECRET_KEY are set (an
HMAC secret, or an Ed25519 private key as PEM) and --confirm-live ${LIVE_CONFIRMATION} is given. A key that may withdraw is
refused. What is held at a stop stays held, with its stop resting on the exchange, unless execution.on_shutdown says close;
paper goes on at the next start.
hotwick emergency-close sells everything that a running trade holds.`;

/** Longest time an orderly stop may take, and of it what selling and ending the parts beside the engine may. */
const STOP_MS = 15_000;
const SELL_MS = 8_000;
const TASKS_MS = 2_000;

/** Adds the command. */
export function addTradeCommand(program: Command): void {
  program
    .command('trade')
    .description('the hot-coin system: discovery, signals, decisions and orders, on paper unless told otherwise')
    .option('--data-dir <dir>', 'where its files lie (default: HOTWICK_HOME or ~/.hotwick)')
    .option('--config <file>', 'settings in place of the saved ones, JSON')
    .addOption(new Option('--preset <name>', 'staged roll-out: 100, 300 or 500 USDT').choices(PRESET_NAMES))
    .option('--confirm-live <word>', 'the word without which no money is traded with')
    .option('--rest-url <url>', 'REST address of a simulated exchange (default: the one in the settings)')
    .option('--ws-url <url>', 'its stream address')
    .addHelpText('after', EXAMPLES)
    .action(runTrade);
}

async function runTrade(flags: TradeFlags): Promise<void> {
  const config = loadConfig();
  if (!config.ok) return sayFailure(config.error);
  const environment = readHotCoinEnvironment();
  const clock = createWallClock();
  const dir = tradeHome(flags, config.value);
  const opened = openHotCoinEditor({ dir, purpose: 'change', environment: environment.variables, clock });
  if (!opened.ok) return sayFailure(opened.error);
  try {
    const source = settingSource(flags, opened.value.editor, environment);
    const plan = await planTrade(flags, { config: config.value, environment, source });
    if (!plan.ok) return sayFailure(plan.error);
    await runPlan(plan.value, { clock, source });
  } finally {
    await opened.value.close();
    clock.close();
  }
}

type Surroundings = { readonly clock: Clock; readonly source: SettingSource };

async function runPlan(plan: TradePlan, { clock, source }: Surroundings): Promise<void> {
  await runUntilStopped(async (stop, stopped) => {
    describePlan(plan);
    const supervisor = new Supervisor({ clock, onFatal: stop.fail, onWarning: sayWarning });
    const exports = openExports(plan, clock);
    const { fatal, onFatal } = hearFatal();
    const service = await start(plan, { clock, onFatal, exports });
    if (!service.ok) return sayFailure(service.error);
    say('\nTrading runs. Press Ctrl-C to stop, twice to end at once. Times are UTC.\n');
    exports.noteSettings(plan.resolved, 'start');
    exports.start(service.value, () => supervisor.status());
    const running = { service: service.value, clock, source, exports };
    for (const task of listTasks(plan, { ...running, fatal })) supervisor.add(task);
    await stopped;
    say('\nStopping. Press Ctrl-C again to end at once.');
    await end(plan, { ...running, supervisor });
    say('\nStopped.');
  });
}

type Running = Surroundings & { readonly service: TradingService; readonly exports: TradingExports };

/** R9-2: all of it together takes `STOP_MS` at most. */
async function end(
  plan: TradePlan,
  { service, clock, exports, supervisor }: Running & { readonly supervisor: Supervisor },
): Promise<void> {
  const close = async (): Promise<void> => {
    const positions = plan.resolved.config.execution.on_shutdown;
    await windDown({ service, clock, positions, limitMs: SELL_MS, onWarning: sayWarning });
    await supervisor.stop(TASKS_MS);
    await service.close();
    await exports.close();
  };
  const onLate = (): void => {
    sayWarning(`trading did not stop within ${STOP_MS / 1000} s; it is ended, and the next start recovers`);
    process.exit(1);
  };
  await endInTime(close, { clock, limitMs: STOP_MS, onLate });
}

/** The engine's end by a failure, as a promise that a critical part can wait for. */
function hearFatal(): { readonly fatal: Promise<never>; readonly onFatal: (failure: Failure) => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {
    // Whoever races with it hears it; before that it must not end the process as an unhandled one.
  });
  return { fatal: promise, onFatal: (told) => reject(new FailureError(told)) };
}

/** What runs beside the engine, and the engine itself, without which nothing is worth running. */
function listTasks(plan: TradePlan, running: Running & { readonly fatal: Promise<never> }): readonly Task[] {
  const follower = createFollower(plan, running);
  return [
    { name: 'engine', importance: 'critical', run: (stop) => Promise.race([running.fatal, untilStopped(stop)]) },
    { name: 'saved settings', importance: 'other', run: (stop) => follower.run(stop) },
    { name: 'operator file', importance: 'other', run: (stop) => listen(plan, running, stop) },
  ];
}

/** Settings that are saved while trading runs. */
function createFollower(plan: TradePlan, { service, clock, source, exports }: Running): SettingsFollower {
  return new SettingsFollower({
    started: plan.resolved,
    trading: plan.trading,
    resolve: source,
    apply: (settings) => service.engine.submit({ kind: 'settingsChanged', receivedTime: clock.now(), settings }),
    onApplied: (config) => {
      exports.noteSettings(config, 'change');
      say(`settings   hash ${config.hash} are in force`);
    },
    clock,
    onWarning: sayWarning,
  });
}

type StartParts = Pick<Running, 'clock' | 'exports'> & { readonly onFatal: (failure: Failure) => void };

async function start(
  plan: TradePlan,
  { clock, onFatal, exports }: StartParts,
): Promise<Result<TradingService, Failure>> {
  const { credentials, endpoints, trading } = plan;
  const isKeyUsed = trading === 'real' && credentials !== null;
  const checked = isKeyUsed ? await checkKey({ credentials, endpoints, clock, onWarning: sayWarning }) : ok(undefined);
  if (!checked.ok) return checked;
  return startTrade({
    ...plan,
    candidatesPath: join(plan.dataDir, 'hotcoins.db'),
    version: packageVersion(),
    seed: 1,
    clock,
    wallClock: clock,
    notifier: createLogNotifier({ write: sayWarning }),
    storage: () => exports.storage(),
    onEvents: (events) => {
      exports.take(events);
      for (const event of events) for (const line of toEventLines(event)) say(line);
    },
    onWarning: sayWarning,
    onFatal,
  });
}

/** `hotwick emergency-close` reaches a running process by a file. */
function listen({ dataDir }: TradePlan, { service, clock }: Running, stop: AbortSignal): Promise<void> {
  const command = (wanted: OperatorCommand): Promise<void> =>
    service.engine.submit({ kind: 'operatorCommanded', receivedTime: clock.now(), command: wanted });
  return watchOperator({ dir: dataDir, clock, command, onWarning: sayWarning }, stop);
}

const EXPORT_MODES = { observe: 'observe', simulated: 'paper', real: 'live' } as const;

function openExports({ resolved, trading, dataDir }: TradePlan, clock: Clock): TradingExports {
  return new TradingExports({
    dir: dataDir,
    clock,
    mode: EXPORT_MODES[trading],
    configHash: resolved.hash,
    runId: clock.now().toString(36),
    onWarning: sayWarning,
  });
}
