/**
 * The desk of the demo: the hot-coin system trading on paper over a second simulated exchange whose coins burst every few
 * minutes. Everything of it is made up and is removed at the end.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryEquityLog } from '../../adapters/memory/memory-equity-log.ts';
import { createMemorySettingStore } from '../../adapters/memory/memory-setting-store.ts';
import { createLogNotifier } from '../../adapters/notify/log-notifier.ts';
import { playScenario } from '../../adapters/sim/scenario/play-scenario.ts';
import { createScenarioMarket } from '../../adapters/sim/scenario/scenario-market.ts';
import { type SimExchange, startSimExchange } from '../../adapters/sim/sim-exchange.ts';
import type { DeskMount } from '../../api/desk/desk-mount.ts';
import { DESK_ROUTES, DESK_SERVER_ROUTES } from '../../api/desk/desk-routes.ts';
import { Guard } from '../../api/security/guard.ts';
import { ownNames } from '../../api/security/origins.ts';
import { ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { type Failure, toReason } from '../../model/failure.ts';
import { bucketOpen, MINUTE_MS } from '../../model/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';
import { OperatorDesk } from '../desk/open-desk.ts';
import { HotCoinConfigEditor } from '../hotcoin/config-editor.ts';
import type { ResolvedConfig } from '../hotcoin/hotcoin-config.ts';
import { parseScenario } from '../scenarios/scenario-text.ts';
import { SettingsFollower } from '../trading/settings-follower.ts';
import type { TradingService } from '../trading/trading-service.ts';
import { deskDir, packageVersion } from '../version.ts';
import { demoScenario } from './demo-scenario.ts';
import { createMarketClock } from './market-clock.ts';
import { scaleTimings } from './scale-timings.ts';
import { startTrade } from './trade.ts';

/** What the demo chooses. */
export type DemoDeskOptions = {
  readonly seed: number;
  readonly speed: number;
  readonly startTime: EpochMs;
  readonly requestTimeoutMs: number;
  /** Real time. */
  readonly wallClock: Clock;
  readonly onWarning: (reason: string) => void;
  readonly onFatal: (failure: Failure) => void;
};

/** A desk. It can be served at once; `begin` lets it show an engine, and resolves when that runs or was told to fail. */
export type DemoDesk = {
  readonly mount: DeskMount;
  readonly begin: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Faster than this a market has no time to wait for answers: the desk's is slower than that of the charts then. */
const SPEED_MAX = 30;

/** Opens it; fails where the built-in settings can not be read. */
export async function openDemoDesk(given: DemoDeskOptions): Promise<Result<DemoDesk, Failure>> {
  let isClosing = false;
  // What is broken off by the end is no news.
  const tell = (reason: string): void => {
    if (!isClosing) given.onWarning(reason);
  };
  const options = { ...given, onWarning: withoutHaste(tell) };
  const dir = mkdtempSync(join(tmpdir(), 'hotwick-demo-desk-'));
  const speed = Math.min(options.speed, SPEED_MAX);
  const clock = createMarketClock(options.startTime, speed);
  const closers: (() => void | Promise<void>)[] = [
    () => rmSync(dir, { recursive: true, force: true }),
    () => clock.close(),
  ];
  const place = { dir, speed, clock, closers };
  let begun: Promise<void> = Promise.resolve();
  const close = async (): Promise<void> => {
    isClosing = true;
    await begun;
    for (const each of closers.toReversed()) await each();
  };
  const opened = await openIn(options, place);
  if (!opened.ok) {
    await close();
    return opened;
  }
  const begin = (): Promise<void> => {
    begun = beginTrading(options, place, opened.value).catch((error: unknown) => options.onWarning(toReason(error)));
    return begun;
  };
  return ok({ mount: opened.value.mount, begin, close });
}

/**
 * In fast market time an answer that a busy start holds up for a moment counts as none; it is asked for again, the trading
 * rules too.
 */
function withoutHaste(tell: (reason: string) => void): (reason: string) => void {
  return (reason) => {
    if (!/^(venue_unreachable|trading_rules_stale)/.test(reason)) tell(reason);
  };
}

type Place = {
  readonly dir: string;
  readonly speed: number;
  readonly clock: Clock;
  readonly closers: (() => void | Promise<void>)[];
};

type Opened = {
  readonly mount: DeskMount;
  readonly desk: OperatorDesk;
  readonly editor: HotCoinConfigEditor;
  readonly resolved: ResolvedConfig;
};

async function openIn(
  { wallClock, onWarning }: DemoDeskOptions,
  { clock, dir, closers }: Place,
): Promise<Result<Opened, Failure>> {
  // Trading is on, on paper, whatever is saved: there is nothing else here.
  const editor = new HotCoinConfigEditor({
    store: createMemorySettingStore(),
    environment: { HOTCOIN_EXECUTE: '1', HOTCOIN_PAPER: '1' },
    clock: wallClock,
  });
  const resolved = await editor.resolve();
  if (!resolved.ok) return resolved;
  const run = randomBytes(6).toString('hex');
  const desk = await OperatorDesk.open({
    ...{ dir, mode: 'paper', resolved: resolved.value, version: packageVersion(), runId: run, editor },
    ...{ clock, wallClock, onWarning, openEquityLog: createMemoryEquityLog },
  });
  closers.push(() => desk.exports.close());
  const mount = { desk: desk.ports(), run, guard: openDoor(wallClock), clock, webDir: deskDir() };
  return ok({ mount, desk, editor, resolved: resolved.value });
}

async function beginTrading(options: DemoDeskOptions, place: Place, opened: Opened): Promise<void> {
  const { clock, closers } = place;
  const { desk, editor, resolved } = opened;
  const exchange = await openExchange(options, place);
  const service = exchange.ok
    ? await startTrading(options, place, { exchange: exchange.value, resolved, desk })
    : exchange;
  if (!service.ok) {
    options.onWarning(`the desk of the demo does not trade: ${service.error.message}`);
    return;
  }
  closers.push(
    () => service.value.close(),
    () => desk.detach(),
  );
  showOn(desk, { service: service.value, editor, resolved, clock, onWarning: options.onWarning });
}

async function openExchange(
  { seed, onWarning }: DemoDeskOptions,
  { speed, clock, closers }: Place,
): Promise<Result<SimExchange, Failure>> {
  const scenario = parseScenario(demoScenario(), 'demo');
  if (!scenario.ok) return scenario;
  const startTime = bucketOpen(clock.now(), MINUTE_MS);
  const market = createScenarioMarket(scenario.value, { seed, startTime });
  const exchange = await startSimExchange({ host: '127.0.0.1', port: 0, clock, market, seed, speed });
  closers.push(() => exchange.close());
  closers.push(playScenario(scenario.value, { exchange, clock, startTime, onRefusal: onWarning }));
  // The first look at a coin makes up days of it: one by one, so that the page is answered in between.
  for (const { instrumentId } of market.instruments) {
    const symbol = instrumentId.split(':')[2]?.replace('/', '');
    await (await fetch(`${exchange.httpUrl}/api/v3/ticker/24hr?symbol=${symbol}`)).arrayBuffer();
  }
  return ok(exchange);
}

function startTrading(
  options: DemoDeskOptions,
  { dir, speed, clock }: Place,
  parts: { readonly exchange: SimExchange; readonly resolved: ResolvedConfig; readonly desk: OperatorDesk },
): Promise<Result<TradingService, Failure>> {
  const { seed, wallClock, onWarning, onFatal, requestTimeoutMs } = options;
  const { exchange, resolved, desk } = parts;
  const { httpUrl, wsUrl } = exchange;
  return startTrade({
    resolved,
    trading: 'simulated',
    credentials: null,
    dataDir: dir,
    candidatesPath: join(dir, 'hotcoins.db'),
    endpoints: {
      spotRestUrl: httpUrl,
      announcementsUrl: httpUrl,
      spotStreamUrl: wsUrl,
      spotApiUrl: `${wsUrl}/ws-api/v3`,
    },
    timings: scaleTimings(speed, requestTimeoutMs),
    version: packageVersion(),
    ...{ seed, clock, wallClock, onWarning, onFatal },
    notifier: createLogNotifier({ write: onWarning }),
    storage: () => desk.exports.storage(),
    onEvents: (events) => desk.take(events),
  });
}

function showOn(
  desk: OperatorDesk,
  parts: {
    readonly service: TradingService;
    readonly editor: HotCoinConfigEditor;
    readonly resolved: ResolvedConfig;
    readonly clock: Clock;
    readonly onWarning: (reason: string) => void;
  },
): void {
  const { service, editor, resolved, clock, onWarning } = parts;
  const settings = new SettingsFollower({
    started: resolved,
    trading: 'simulated',
    resolve: () => editor.resolve(),
    apply: (next) => service.engine.submit({ kind: 'settingsChanged', receivedTime: clock.now(), settings: next }),
    onApplied: (next) => desk.noteSettings(next, 'change'),
    ...{ clock, onWarning },
  });
  desk.noteSettings(resolved, 'start');
  desk.attach(service, { settings });
}

/** Nobody is asked for a passphrase, because there is nothing to lose; pages of other sites are kept out all the same. */
function openDoor(clock: Clock): Guard {
  return new Guard({
    access: 'open',
    routes: [...DESK_ROUTES, ...DESK_SERVER_ROUTES],
    names: ownNames([]),
    scheme: 'http',
    cookieSuffix: 'demo',
    secret: (bytes) => randomBytes(bytes).toString('base64url'),
    clock,
  });
}
