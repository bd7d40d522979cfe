/**
 * Every setting of the product, read from the environment in this one place. Wire-contract names keep their prefix
 * `TRADE_CANVAS_`; what a value may be is in `setting-values.ts`, and what can not be understood at all stops the start.
 * docs/settings.md is generated from `SETTINGS`.
 */
import type { SocketCompression } from '../api/index.ts';
import { assert } from '../core/assert.ts';
import { err, ok, type Result } from '../core/result.ts';
import { checkSpan } from '../market/timeframe-span.ts';
import type { ChartSettings } from '../model/chart.ts';
import { type Failure, failure } from '../model/failure.ts';
import { parseTimeframe, type Timeframe, timeframe } from '../model/timeframe.ts';
import type { NoticeConfig } from './notices/channels.ts';
import { parseNotices } from './notices/notice-config.ts';
import { listSettingsOf, type SettingInForce, sayNotes } from './setting-list.ts';
import { type Defaults, type Environment, readInteger, readList, readSwitch, readText } from './setting-values.ts';
import { SETTINGS, type Setting } from './settings.ts';

export type { SettingInForce } from './setting-list.ts';
export { SETTINGS, type Setting } from './settings.ts';

/** The parsed configuration; frozen and passed by argument. */
export type Config = {
  readonly derivedTimeframes: readonly Timeframe[];
  readonly baseTimeframe: Timeframe;
  readonly formingMinIntervalMs: number;
  readonly catchUpLimit: number;
  readonly corsOrigins: readonly string[];
  readonly socketCompression: SocketCompression;
  readonly endpoints: {
    readonly futuresRestUrl: string;
    readonly spotRestUrl: string;
    readonly futuresStreamUrl: string;
    readonly spotStreamUrl: string;
    readonly announcementsUrl: string;
    readonly spotApiUrl: string;
  };
  /** Base address of the exchange's public archive. */
  readonly archiveUrl: string;
  readonly historyDays: number;
  readonly home: string;
  readonly ingest: IngestConfig;
  readonly backfill: BackfillConfig;
  readonly charts: ChartConfig;
  readonly topMarkets: { readonly symbolsTtlMs: number; readonly tickersTtlMs: number };
  readonly gates: GateConfig;
  readonly social: SocialConfig;
  readonly discovery: DiscoverySettings;
  readonly notices: NoticeConfig;
};

type Switch = 'on' | 'off';

/** Which series are followed, and when. */
export type IngestConfig = {
  readonly whitelist: Switch;
  /** `null` when the whitelist is the list given on the command line. */
  readonly whitelistPath: string | null;
  readonly onDemand: Switch;
  readonly onDemandMax: number;
  readonly idleMs: number;
  readonly roleGuard: Switch;
  readonly role: 'hybrid' | 'ingest' | 'read';
  readonly guardrail: Switch;
};

/** Chart structure. */
export type ChartConfig = {
  /** `null` when none is computed. */
  readonly settings: ChartSettings | null;
  /** Whether a stored chart of other settings or another program is computed again; `off` leaves it as it is. */
  readonly rebuild: Switch;
};

/** What is fetched beside following a series; lengths in candles. */
export type BackfillConfig = {
  /** After a read. */
  readonly tail: Switch;
  readonly tailMax: number;
  /** Before a subscriber is told of a hole. */
  readonly gap: Switch;
  readonly gapMax: number;
  /** Before the service is served. */
  readonly startup: Switch;
  readonly startupTarget: number;
  /** Whether the exchange may be asked: for what a read misses, and for the two others. */
  readonly exchangeOnRead: Switch;
  readonly exchange: Switch;
  readonly exchangeTimeoutMs: number;
};

/** What may be asked what people say. */
export type SocialConfig = {
  /** A secret; `null` without one. */
  readonly bearerToken: string | null;
  readonly accounts: readonly string[];
  readonly square: Switch;
  readonly xUrl: string;
  readonly squareUrl: string;
};

/** What trading says while it runs, from everything to failures alone. */
export type LogLevel = 'info' | 'warning' | 'error';

/** Finding hot coins. */
export type DiscoverySettings = {
  readonly state: Switch;
  /** File of candidates, heat and lists. */
  readonly databasePath: string;
  readonly logLevel: LogLevel;
  /** Largest size of the recording; 0 is none. */
  readonly recordingBytesMax: number;
};

/** Which gated routes are served. */
export type GateConfig = {
  readonly debug: Switch;
  readonly dev: Switch;
  readonly health: Switch;
  readonly metrics: Switch;
  readonly readRepair: Switch;
  readonly replay: Switch;
  readonly replayCoverage: Switch;
  readonly backfillRecentMs: number;
  /** Periods behind which a series is no longer fresh, and no longer stale but degraded. */
  readonly freshCandles: number;
  readonly staleCandles: number;
};

const BASE_TIMEFRAME = timeframe('1m');

const COMPRESSIONS: ReadonlyMap<string, SocketCompression> = new Map([
  ['off', 'off'],
  ['0', 'off'],
  ['long', 'long'],
  ['1', 'long'],
  ['all', 'all'],
]);

/** The configuration of this process; fails with `config_invalid` naming every problem at once. */
export function loadConfig(environment: Environment = process.env): Result<Config, Failure> {
  const problems: string[] = [];
  const isOn = createSwitches(environment);
  const integer = (setting: Setting): number => readInteger(setting, environment).value;
  const text = (setting: Setting): string => readText(setting, environment).value;
  if (text(SETTINGS.derivedBase) !== BASE_TIMEFRAME) {
    problems.push(`${SETTINGS.derivedBase.name}: only 1m is supported`);
  }
  const wanted = isOn(SETTINGS.derivedEnabled) === 'on' ? parseDerived(environment, problems) : ok([]);
  const config: Config = {
    derivedTimeframes: wanted.ok ? wanted.value : [],
    baseTimeframe: BASE_TIMEFRAME,
    formingMinIntervalMs: integer(SETTINGS.formingMinIntervalMs),
    catchUpLimit: integer(SETTINGS.catchUpLimit),
    corsOrigins: readList(SETTINGS.corsOrigins, environment).value,
    socketCompression: parseCompression(environment, problems),
    ...parseAddresses(environment, problems),
    historyDays: integer(SETTINGS.historyDays),
    home: text(SETTINGS.home),
    ingest: parseIngest(environment),
    backfill: parseBackfill(environment),
    charts: parseCharts(environment),
    topMarkets: {
      symbolsTtlMs: integer(SETTINGS.symbolsTtlS) * 1000,
      tickersTtlMs: integer(SETTINGS.tickersTtlS) * 1000,
    },
    gates: parseGates(environment),
    social: {
      bearerToken: text(SETTINGS.twitterToken) || null,
      accounts: readList(SETTINGS.twitterAccounts, environment).value,
      square: isOn(SETTINGS.square),
      xUrl: text(SETTINGS.xUrl),
      squareUrl: text(SETTINGS.squareUrl),
    },
    discovery: {
      state: isOn(SETTINGS.discovery),
      databasePath: text(SETTINGS.hotcoinsPath),
      logLevel: text(SETTINGS.logLevel) as LogLevel,
      recordingBytesMax: integer(SETTINGS.flightMaxMib) * 1024 * 1024,
    },
    notices: parseNotices(environment, problems),
  };
  if (!wanted.ok && problems.length === 0) return wanted;
  if (!wanted.ok) problems.push(`${SETTINGS.derivedTimeframes.name}: ${wanted.error.message}`);
  if (problems.length === 0) return ok(Object.freeze(config));
  return err(failure('config_invalid', { count: problems.length, reason: problems.join('; ') }));
}

/** Every setting as it stands in this process, in the order of the documentation; secrets are never among the values. */
export function listSettings(environment: Environment = process.env): readonly SettingInForce[] {
  return listSettingsOf(environment);
}

/** What an operator should hear at the start: settings that are ignored, unknown, or not what was written. */
export function describeSettingNotes(environment: Environment = process.env): readonly string[] {
  return sayNotes(environment);
}

/** What the environment says to the hot-coin system: its settings as they are written, and the key, which is a secret. */
export type HotCoinEnvironment = {
  readonly variables: Environment;
  /** Both halves as they are written; `null` where both are missing or empty. */
  readonly key: { readonly apiKey: string; readonly secret: string } | null;
};

/** Where `hotwick mcp` finds a desk; `null` where none is named. A token is a secret. */
export type DeskEnvironment = { readonly url: string; readonly token: string | null } | null;

/** The desk that is named; what is no address is refused by whoever asks it. */
export function readDeskEnvironment(environment: Environment = process.env): DeskEnvironment {
  const url = (environment['HOTWICK_URL'] ?? '').trim().replace(/\/+$/, '');
  return url === '' ? null : { url, token: environment['HOTWICK_TOKEN']?.trim() || null };
}

/** Variables that hold secrets, or say where one lies; none is ever shown, logged or answered. */
export const KEY_VARIABLES: Readonly<Record<string, string>> = {
  BINANCE_API_KEY: 'key of the account that `hotwick trade` trades with; one that may withdraw is refused',
  BINANCE_SECRET_KEY: 'its secret: an HMAC secret, or an Ed25519 private key as PEM (`\\n` for line ends)',
  HOTWICK_PASSPHRASE_FILE: "file with the operator's passphrase, readable by its owner alone; opens the vault",
  HOTWICK_PASSPHRASE: 'the passphrase itself; the file is the better place',
  HOTWICK_URL: 'address of the desk that `hotwick mcp` asks, such as http://127.0.0.1:18081; files are read without it',
  HOTWICK_TOKEN: 'a token of the scope `read` for it (`hotwick operator token`)',
};

/** The environment of the hot-coin system; nothing of it is checked here. */
export function readHotCoinEnvironment(environment: Environment = process.env): HotCoinEnvironment {
  const variables = Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('HOTCOIN_')));
  // A key in the environment of a container often carries `\n` for line ends.
  const secret = (environment['BINANCE_SECRET_KEY'] ?? '').trim().replaceAll('\\n', '\n');
  const apiKey = (environment['BINANCE_API_KEY'] ?? '').trim();
  return { variables, key: apiKey === '' && secret === '' ? null : { apiKey, secret } };
}

/** The environment with what lies in the vault beneath it: a variable that is set wins. */
export function withSecrets(secrets: Environment, environment: Environment = process.env): Environment {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => (value ?? '').trim() !== ''));
  return { ...secrets, ...set };
}

/** Where the operator's passphrase may come from without a person; `null` where it does not. */
export type PassphraseEnvironment = { readonly file: string | null; readonly passphrase: string | null };

/** The passphrase as the environment gives it; a file is the better place, because it has an owner. */
export function readPassphraseEnvironment(environment: Environment = process.env): PassphraseEnvironment {
  const text = (name: string): string | null => environment[name] || null;
  return { file: text('HOTWICK_PASSPHRASE_FILE'), passphrase: text('HOTWICK_PASSPHRASE') };
}

function createSwitches(environment: Environment): (setting: Setting) => Switch {
  const defaults = readText(SETTINGS.defaults, environment).value as Defaults;
  return (setting) => readSwitch(setting, { environment, defaults }).value;
}

function parseDerived(environment: Environment, problems: string[]): Result<readonly Timeframe[], Failure> {
  const { name } = SETTINGS.derivedTimeframes;
  const timeframes = readList(SETTINGS.derivedTimeframes, environment).value.flatMap((text) => {
    const parsed = parseTimeframe(text);
    if (parsed.ok) return parsed.value === BASE_TIMEFRAME ? [] : [parsed.value];
    problems.push(`${name}: ${parsed.error.message}`);
    return [];
  });
  const checked = checkSpan(timeframes);
  return checked.ok ? ok(timeframes) : checked;
}

function parseAddresses(environment: Environment, problems: string[]): Pick<Config, 'endpoints' | 'archiveUrl'> {
  const url = (setting: Setting, protocols: readonly string[]): string => {
    const text = readText(setting, environment).value.replace(/\/+$/, '');
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
      problems.push(`${setting.name}: "${text}" is not a ${protocols.join(' or ')} URL`);
    }
    return text;
  };
  const [rest, streams] = [
    ['https:', 'http:'],
    ['wss:', 'ws:'],
  ] as const;
  return {
    endpoints: {
      futuresRestUrl: url(SETTINGS.futuresRestUrl, rest),
      spotRestUrl: url(SETTINGS.spotRestUrl, rest),
      futuresStreamUrl: url(SETTINGS.futuresStreamUrl, streams),
      spotStreamUrl: url(SETTINGS.spotStreamUrl, streams),
      announcementsUrl: url(SETTINGS.announcementsUrl, rest),
      spotApiUrl: url(SETTINGS.spotApiUrl, streams),
    },
    archiveUrl: url(SETTINGS.archiveUrl, rest),
  };
}

function parseCompression(environment: Environment, problems: string[]): SocketCompression {
  const { name, initial } = SETTINGS.socketCompression;
  const text = readText(SETTINGS.socketCompression, environment).value.toLowerCase();
  const known = COMPRESSIONS.get(text) ?? COMPRESSIONS.get(initial);
  assert(known !== undefined, `${name} has no default`);
  if (!COMPRESSIONS.has(text)) problems.push(`${name}: "${text}" is none of ${[...COMPRESSIONS.keys()].join(', ')}`);
  return known;
}

function parseIngest(environment: Environment): IngestConfig {
  const isOn = createSwitches(environment);
  return {
    whitelist: isOn(SETTINGS.whitelistIngest),
    whitelistPath: readText(SETTINGS.whitelistPath, environment).value || null,
    onDemand: isOn(SETTINGS.onDemandIngest),
    onDemandMax: readInteger(SETTINGS.onDemandMax, environment).value,
    idleMs: readInteger(SETTINGS.onDemandIdleS, environment).value * 1000,
    roleGuard: isOn(SETTINGS.roleGuard),
    role: readText(SETTINGS.role, environment).value as IngestConfig['role'],
    guardrail: isOn(SETTINGS.guardrail),
  };
}

function parseBackfill(environment: Environment): BackfillConfig {
  const isOn = createSwitches(environment);
  return {
    tail: isOn(SETTINGS.autoTailBackfill),
    tailMax: readInteger(SETTINGS.autoTailMax, environment).value,
    gap: isOn(SETTINGS.gapBackfill),
    gapMax: readInteger(SETTINGS.gapBackfillMax, environment).value,
    startup: isOn(SETTINGS.startupSync),
    startupTarget: readInteger(SETTINGS.startupSyncTarget, environment).value,
    exchangeOnRead: isOn(SETTINGS.exchangeBackfillOnRead),
    exchange: isOn(SETTINGS.exchangeBackfill),
    exchangeTimeoutMs: readInteger(SETTINGS.exchangeTimeoutMs, environment).value,
  };
}

function parseCharts(environment: Environment): ChartConfig {
  const isOn = createSwitches(environment);
  const integer = (setting: Setting): number => readInteger(setting, environment).value;
  const settings: ChartSettings = {
    majorWindow: integer(SETTINGS.pivotMajor),
    minorWindow: integer(SETTINGS.pivotMinor),
    lookbackCandles: integer(SETTINGS.factorLookback),
    overlayCandles: isOn(SETTINGS.overlayIngest) === 'on' ? integer(SETTINGS.overlayWindow) : null,
    logicSalt: readText(SETTINGS.factorSalt, environment).value,
  };
  return {
    settings: isOn(SETTINGS.factorIngest) === 'on' ? settings : null,
    rebuild: isOn(SETTINGS.factorRebuild),
  };
}

function parseGates(environment: Environment): GateConfig {
  const isOn = createSwitches(environment);
  return {
    debug: isOn(SETTINGS.debugApi),
    dev: isOn(SETTINGS.devApi),
    health: isOn(SETTINGS.healthApi),
    metrics: isOn(SETTINGS.metricsApi),
    readRepair: isOn(SETTINGS.readRepairApi),
    replay: isOn(SETTINGS.replayApi),
    replayCoverage: isOn(SETTINGS.replayCoverageApi),
    backfillRecentMs: readInteger(SETTINGS.backfillRecentS, environment).value * 1000,
    freshCandles: readInteger(SETTINGS.freshWindow, environment).value,
    staleCandles: readInteger(SETTINGS.staleWindow, environment).value,
  };
}
