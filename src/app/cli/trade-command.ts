/**
 * `hotwick trade`: the hot-coin system on the real market, or on a simulated exchange: observing, on paper, or with money.
 */
import { type Command, Option } from 'commander';
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { createLogNotifier } from '../../adapters/notify/log-notifier.ts';
import type { AuditEntry } from '../../api/security/access-ports.ts';
import { ok, type Result } from '../../core/result.ts';
import type { OperatorCommand } from '../../decisions/index.ts';
import { type Failure, FailureError } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Config, loadConfig, readHotCoinEnvironment, withSecrets } from '../config.ts';
import type { OperatorDesk } from '../desk/open-desk.ts';
import type { HotCoinConfigEditor } from '../hotcoin/config-editor.ts';
import type { HotCoinConfig } from '../hotcoin/hotcoin-schema.ts';
import { openHotCoinEditor } from '../hotcoin/open-editor.ts';
import { PRESET_NAMES } from '../hotcoin/presets.ts';
import { LIVE_CONFIRMATION } from '../hotcoin/trading-consent.ts';
import { openShadow } from '../ml/open-shadow.ts';
import type { ShadowService } from '../ml/shadow-service.ts';
import { startTrade } from '../modes/trade.ts';
import { NoticeService } from '../notices/notice-service.ts';
import { AuditLog } from '../security/audit-log.ts';
import type { DeskDoor } from '../security/open-guard.ts';
import { checkKey } from '../trading/key-check.ts';
import { watchOperator } from '../trading/operator-file.ts';
import { SettingsFollower } from '../trading/settings-follower.ts';
import { Supervisor, type Task, untilStopped } from '../trading/supervisor.ts';
import type { TradingService } from '../trading/trading-service.ts';
import { endInTime, windDown } from '../trading/wind-down.ts';
import { packageVersion } from '../version.ts';
import { namesOption, portOption } from './options.ts';
import { openVault, type PassphraseFlags } from './passphrase-source.ts';
import { runUntilStopped } from './running.ts';
import { describePlan } from './trade-banner.ts';
import { describeFirst, openDesk, serveDesk } from './trade-desk.ts';
import { LOG_FORMATS, type LogFormat, openTradeLog, type TradeLog } from './trade-log.ts';
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
  hotwick trade --port 8081                       the operator's desk elsewhere than on http://127.0.0.1:18081/hotcoin/
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
    .option('--port <port>', "port of the operator's desk on this machine, 0 for a free one", portOption, 18081)
    .option('--host <host>', 'address that the desk listens on; another than this machine wants TLS', '127.0.0.1')
    .option('--tls-cert <file>', "the desk's certificate, PEM")
    .option('--tls-key <file>', 'its key, PEM')
    .option('--behind-proxy', 'a proxy before the desk speaks TLS and tells who asks')
    .option('--allow-host <names>', 'further host names the desk goes by, separated by commas', namesOption)
    .option('--passphrase-file <file>', "file with the operator's passphrase, which opens the key vault")
    .addOption(new Option('--log-format <form>', 'lines for people or JSON').choices(LOG_FORMATS).default('text'))
    .option('--no-http', 'serve no desk; hotwick emergency-close and the files remain')
    .addHelpText('after', EXAMPLES)
    .action(runTrade);
}

type TradeCommandFlags = TradeFlags &
  DeskDoor &
  PassphraseFlags & { readonly http: boolean; readonly logFormat: LogFormat };

async function runTrade(flags: TradeCommandFlags): Promise<void> {
  const clock = createWallClock();
  let held = false;
  const onHeld = (): void => {
    held = true;
  };
  try {
    await runFlags(flags, clock, onHeld);
  } finally {
    clock.close();
  }
  // Everything is closed but a connection to a channel that does not answer; the process does not wait for it.
  if (held) process.exit();
}

async function runFlags(flags: TradeCommandFlags, clock: Clock, onHeld: () => void): Promise<void> {
  const early = openTradeLog(flags.logFormat, { clock, secrets: [] });
  const bare = loadConfig();
  if (!bare.ok) return early.fail(bare.error);
  const dir = tradeHome(flags, bare.value);
  const secrets = await openVault(dir, flags, early.warn);
  if (!secrets.ok) return early.fail(secrets.error);
  const config = loadConfig(withSecrets(secrets.value));
  if (!config.ok) return early.fail(config.error);
  const environment = readHotCoinEnvironment(withSecrets(secrets.value));
  const struck = [...Object.values(secrets.value), environment.key?.secret ?? '', environment.key?.apiKey ?? ''];
  const log = openTradeLog(flags.logFormat, { clock, secrets: struck });
  const opened = openHotCoinEditor({
    dir,
    purpose: 'change',
    environment: environment.variables,
    clock,
    preset: flags.preset ?? null,
  });
  if (!opened.ok) return log.fail(opened.error);
  try {
    const { editor } = opened.value;
    const source = settingSource(flags, editor, environment);
    const plan = await planTrade(flags, { config: config.value, environment, source });
    if (!plan.ok) return log.fail(plan.error);
    // What a file says is not changed by saving: the desk then only shows it.
    const own = flags.config === undefined ? editor : null;
    await runPlan(plan.value, { log, clock, source, flags, dir, config: config.value, editor: own, onHeld });
  } finally {
    await opened.value.close();
  }
}

type Surroundings = {
  readonly log: TradeLog;
  readonly clock: Clock;
  readonly source: SettingSource;
  readonly flags: TradeCommandFlags;
  readonly dir: string;
  readonly config: Config;
  readonly editor: HotCoinConfigEditor | null;
  /** Told when something that does not answer would keep the process although all is closed. */
  readonly onHeld: () => void;
};

async function runPlan(plan: TradePlan, surroundings: Surroundings): Promise<void> {
  const { log, clock, flags, editor, dir, config } = surroundings;
  // One log for the desk and the chats: each line seals the one before.
  const audit = AuditLog.open({ dir, clock, onWarning: log.warn });
  if (!audit.ok) return log.fail(audit.error);
  const note = (entry: AuditEntry): void => audit.value.append(entry);
  await runUntilStopped(async (stop, stopped) => {
    const desk = await openDesk(plan, { log, clock, editor });
    // Before trading, so that a port that is taken ends the start before anything is traded with.
    const door = flags.http ? flags : null;
    const server = await serveDesk(desk, { log, clock, dir, door, audit: note, passphrase: flags });
    if (!server.ok) return log.fail(server.error);
    try {
      log.say(describePlan(plan, server.value?.url ?? null));
      describeFirst(server.value?.first ?? null, log);
      const { fatal, onFatal } = hearFatal();
      const notices = openNotices(plan, { log, clock, config, audit: note });
      const service = await start(plan, { log, clock, onFatal, desk, notices });
      if (!service.ok) return log.fail(service.error);
      const supervisor = new Supervisor({ clock, onFatal: stop.fail, onWarning: log.warn });
      await trade(plan, { ...surroundings, service: service.value, desk, notices, supervisor, fatal, stopped });
    } finally {
      await endInTime(async () => server.value?.close(), { clock, limitMs: TASKS_MS, onLate: () => {} });
    }
    log.say('\nStopped.');
  }, log.fail);
}

type Running = Pick<Surroundings, 'log' | 'clock' | 'source' | 'dir' | 'onHeld'> & {
  readonly service: TradingService;
  readonly desk: OperatorDesk;
  readonly notices: NoticeService;
  readonly supervisor: Supervisor;
  /** Rejects when the engine ended by a failure. */
  readonly fatal: Promise<never>;
};

async function trade(plan: TradePlan, running: Running & { readonly stopped: Promise<void> }): Promise<void> {
  const { log, service, desk, notices, supervisor, stopped } = running;
  log.say('\nTrading runs. Press Ctrl-C to stop, twice to end at once. Times are UTC.\n');
  const shadow = watchModel(plan, { ...running, inForce: () => follower.inForce().config });
  const follower = createFollower(plan, { ...running, onApplied: () => void shadow.look() });
  desk.noteSettings(plan.resolved, 'start');
  desk.attach(service, {
    settings: follower,
    tasks: () => supervisor.status(),
    notices: () => notices.counts(),
    shadow,
  });
  shadow.start();
  for (const task of listTasks(plan, { ...running, follower })) supervisor.add(task);
  const state = () => service.engine.state().trading;
  notices.start({ state, command: (command) => commandEngine(running, command) });
  await stopped;
  log.say('\nStopping. Press Ctrl-C again to end at once.');
  await end(plan, { ...running, shadow });
}

/** R9-2: all of it together takes `STOP_MS` at most. */
async function end(
  plan: TradePlan,
  { log, service, clock, desk, notices, supervisor, shadow, onHeld }: Running & { readonly shadow: ShadowService },
): Promise<void> {
  const close = async (): Promise<void> => {
    const positions = plan.resolved.config.execution.on_shutdown;
    await windDown({ service, clock, positions, limitMs: SELL_MS, onWarning: log.warn });
    await supervisor.stop(TASKS_MS);
    await shadow.close();
    await desk.detach();
    await service.close();
    await desk.exports.close();
    if ((await notices.close()) === 'late') onHeld();
  };
  const onLate = (): void => {
    log.warn(`trading did not stop within ${STOP_MS / 1000} s; it is ended, and the next start recovers`);
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
function listTasks(plan: TradePlan, running: Running & { readonly follower: SettingsFollower }): readonly Task[] {
  const { follower } = running;
  return [
    { name: 'engine', importance: 'critical', run: (stop) => Promise.race([running.fatal, untilStopped(stop)]) },
    { name: 'saved settings', importance: 'other', run: (stop) => follower.run(stop) },
    { name: 'operator file', importance: 'other', run: (stop) => listen(plan, running, stop) },
  ];
}

/** A trained model that judges beside trading; that it fails is told, and nothing else. */
function watchModel(plan: TradePlan, running: Running & { readonly inForce: () => HotCoinConfig }): ShadowService {
  const { service, clock, desk, notices, log, dir: home, inForce } = running;
  return openShadow({
    ...{ service, home, inForce, clock, wallClock: clock, onWarning: log.warn },
    dataDir: plan.dataDir,
    onAlarm: (alarm) => {
      desk.noteModelAlarm(alarm);
      notices.tellModelAlarm(alarm);
    },
  });
}

/** Settings that are saved while trading runs. */
function createFollower(
  plan: TradePlan,
  { log, service, clock, source, desk, onApplied }: Running & { readonly onApplied: () => void },
): SettingsFollower {
  return new SettingsFollower({
    started: plan.resolved,
    trading: plan.trading,
    resolve: source,
    apply: (settings) => service.engine.submit({ kind: 'settingsChanged', receivedTime: clock.now(), settings }),
    onApplied: (config) => {
      desk.noteSettings(config, 'change');
      log.say(`settings   hash ${config.hash} are in force`);
      onApplied();
    },
    clock,
    onWarning: log.warn,
  });
}

type StartParts = Pick<Running, 'log' | 'clock' | 'desk' | 'notices'> & {
  readonly onFatal: (failure: Failure) => void;
};

async function start(
  plan: TradePlan,
  { log, clock, onFatal, desk, notices }: StartParts,
): Promise<Result<TradingService, Failure>> {
  const { credentials, endpoints, trading } = plan;
  const isKeyUsed = trading === 'real' && credentials !== null;
  const checked = isKeyUsed ? await checkKey({ credentials, endpoints, clock, onWarning: log.warn }) : ok(undefined);
  if (!checked.ok) return checked;
  const warn = plan.logLevel === 'error' ? (): void => {} : log.warn;
  return startTrade({
    ...plan,
    version: packageVersion(),
    seed: 1,
    clock,
    wallClock: clock,
    notifier: createLogNotifier({ write: warn }),
    storage: () => desk.exports.storage(),
    stopwatch: desk.metrics.stopwatch,
    onEvents: (events) => {
      desk.take(events);
      notices.take(events);
      if (plan.logLevel === 'info') log.tellEvents(events);
    },
    onWarning: warn,
    onFatal,
  });
}

/** `hotwick emergency-close` reaches a running process by a file. */
function listen({ dataDir }: TradePlan, running: Running, stop: AbortSignal): Promise<void> {
  const command = (wanted: OperatorCommand): Promise<void> => commandEngine(running, wanted);
  return watchOperator({ dir: dataDir, clock: running.clock, command, onWarning: running.log.warn }, stop);
}

function commandEngine(
  { service, clock }: Pick<Running, 'service' | 'clock'>,
  command: OperatorCommand,
): Promise<void> {
  return service.engine.submit({ kind: 'operatorCommanded', receivedTime: clock.now(), command });
}

/** Channels that tell people. */
function openNotices(
  plan: TradePlan,
  {
    log,
    clock,
    config,
    audit,
  }: Pick<Surroundings, 'log' | 'clock' | 'config'> & { readonly audit: (entry: AuditEntry) => void },
): NoticeService {
  const mode = { observe: 'observe', simulated: 'paper', real: 'LIVE' }[plan.trading];
  const notices = new NoticeService({
    ...{ config: config.notices, mode, settings: plan.resolved, clock, wallClock: clock, audit },
    onWarning: log.warn,
  });
  if (notices.channels.length > 0) log.say(`  notices     ${notices.channels.map(({ name }) => name).join(', ')}`);
  return notices;
}
