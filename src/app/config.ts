/**
 * Every setting of the product, read from the environment in this one place. Wire-contract names keep their prefix
 * `TRADE_CANVAS_`; booleans are `1/true/yes/on` in any case, anything else is off; a number that is none falls back to
 * its default, and is then brought within its bounds. docs/settings.md is generated from `SETTINGS`.
 */
import type { SocketCompression } from '../api/index.ts';
import { assert } from '../core/assert.ts';
import { err, ok, type Result } from '../core/result.ts';
import { type Failure, failure } from '../model/failure.ts';
import { parseTimeframe, type Timeframe, timeframe } from '../model/timeframe.ts';
import { SETTINGS, type Setting } from './settings.ts';

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
  };
  /** Base address of the exchange's public archive. */
  readonly archiveUrl: string;
  readonly historyDays: number;
  readonly home: string;
  readonly ingest: IngestConfig;
  readonly gates: GateConfig;
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
  readonly autoTail: Switch;
  readonly autoTailMax: number;
};

/** Which gated routes are served. */
export type GateConfig = {
  readonly debug: Switch;
  readonly dev: Switch;
  readonly health: Switch;
  readonly metrics: Switch;
  readonly backfillRecentMs: number;
};

const BASE_TIMEFRAME = timeframe('1m');

const COMPRESSIONS: ReadonlyMap<string, SocketCompression> = new Map([
  ['off', 'off'],
  ['0', 'off'],
  ['long', 'long'],
  ['1', 'long'],
  ['all', 'all'],
]);

type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration of this process; fails with `config_invalid` naming every problem at once. */
export function loadConfig(environment: Environment = process.env): Result<Config, Failure> {
  const problems: string[] = [];
  const value = (setting: Setting): string => environment[setting.name]?.trim() || setting.initial;
  const parse = (setting: Setting, text: string): readonly Timeframe[] => {
    const parsed = parseTimeframe(text);
    if (parsed.ok) return [parsed.value];
    problems.push(`${setting.name}: ${parsed.error.message}`);
    return [];
  };
  const url = (setting: Setting, protocols: readonly string[]): string => {
    const text = value(setting).replace(/\/+$/, '');
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) {
      problems.push(`${setting.name}: "${text}" is not a ${protocols.join(' or ')} URL`);
    }
    return text;
  };
  const word = <T>(setting: Setting, words: ReadonlyMap<string, T>): T => {
    const text = value(setting).toLowerCase();
    const known = words.get(text) ?? words.get(setting.initial);
    assert(known !== undefined, `${setting.name} has no default`);
    if (!words.has(text)) problems.push(`${setting.name}: "${text}" is none of ${[...words.keys()].join(', ')}`);
    return known;
  };
  const baseTimeframe = value(SETTINGS.derivedBase);
  if (baseTimeframe !== BASE_TIMEFRAME) problems.push(`${SETTINGS.derivedBase.name}: only 1m is supported`);
  const wanted = isOnUnlessSaid(SETTINGS.derivedEnabled, environment)
    ? list(SETTINGS.derivedTimeframes, environment)
    : [];
  const config: Config = {
    derivedTimeframes: wanted.flatMap((text) => parse(SETTINGS.derivedTimeframes, text)),
    baseTimeframe: BASE_TIMEFRAME,
    formingMinIntervalMs: integer(SETTINGS.formingMinIntervalMs, environment),
    catchUpLimit: integer(SETTINGS.catchUpLimit, environment),
    corsOrigins: list(SETTINGS.corsOrigins, environment),
    socketCompression: word(SETTINGS.socketCompression, COMPRESSIONS),
    endpoints: {
      futuresRestUrl: url(SETTINGS.futuresRestUrl, ['https:', 'http:']),
      spotRestUrl: url(SETTINGS.spotRestUrl, ['https:', 'http:']),
      futuresStreamUrl: url(SETTINGS.futuresStreamUrl, ['wss:', 'ws:']),
      spotStreamUrl: url(SETTINGS.spotStreamUrl, ['wss:', 'ws:']),
    },
    archiveUrl: url(SETTINGS.archiveUrl, ['https:', 'http:']),
    historyDays: integer(SETTINGS.historyDays, environment),
    home: value(SETTINGS.home),
    ingest: parseIngest(environment),
    gates: {
      debug: toSwitch(SETTINGS.debugApi, environment),
      dev: toSwitch(SETTINGS.devApi, environment),
      health: toSwitch(SETTINGS.healthApi, environment),
      metrics: toSwitch(SETTINGS.metricsApi, environment),
      backfillRecentMs: integer(SETTINGS.backfillRecentS, environment) * 1000,
    },
  };
  if (problems.length === 0) return ok(Object.freeze(config));
  return err(failure('config_invalid', { count: problems.length, reason: problems.join('; ') }));
}

/** One setting as it stands now. */
export type SettingInForce = {
  readonly name: string;
  readonly value: string;
  readonly source: 'environment' | 'default';
  readonly meaning: string;
};

/** Every setting as it stands in this process, in the order of the documentation. No setting holds a secret. */
export function listSettings(environment: Environment = process.env): readonly SettingInForce[] {
  return Object.values<Setting>(SETTINGS).map(({ name, initial, meaning }) => {
    const given = environment[name]?.trim();
    const isGiven = given !== undefined && given !== '';
    return { name, value: isGiven ? given : initial, source: isGiven ? 'environment' : 'default', meaning };
  });
}

function parseIngest(environment: Environment): IngestConfig {
  const role = environment[SETTINGS.role.name]?.trim().toLowerCase();
  return {
    whitelist: isOnUnlessSaid(SETTINGS.whitelistIngest, environment) ? 'on' : 'off',
    whitelistPath: environment[SETTINGS.whitelistPath.name]?.trim() || null,
    onDemand: toSwitch(SETTINGS.onDemandIngest, environment),
    onDemandMax: integer(SETTINGS.onDemandMax, environment),
    idleMs: integer(SETTINGS.onDemandIdleS, environment) * 1000,
    roleGuard: toSwitch(SETTINGS.roleGuard, environment),
    role: role === 'ingest' || role === 'read' ? role : 'hybrid',
    guardrail: toSwitch(SETTINGS.guardrail, environment),
    autoTail: toSwitch(SETTINGS.autoTailBackfill, environment),
    autoTailMax: integer(SETTINGS.autoTailMax, environment),
  };
}

/** A kill-switch of the seed: a newcomer who says nothing gets the product, any word but yes switches it off. */
function isOnUnlessSaid(setting: Setting, environment: Environment): boolean {
  const text = environment[setting.name]?.trim();
  return text === undefined || isYes(text);
}

function toSwitch(setting: Setting, environment: Environment): Switch {
  return isYes(environment[setting.name]?.trim() ?? setting.initial) ? 'on' : 'off';
}

function isYes(text: string): boolean {
  return /^(1|true|yes|on)$/i.test(text);
}

function integer(setting: Setting & { readonly kind: 'integer' }, environment: Environment): number {
  const text = environment[setting.name]?.trim() ?? '';
  const parsed = /^[+-]?\d+$/.test(text) ? Number(text) : Number(setting.initial);
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = setting;
  return Math.min(max, Math.max(min, parsed));
}

/** The items of a list; one without any is its default, like one that is not set. */
function list(setting: Setting & { readonly kind: 'list' }, environment: Environment): readonly string[] {
  const items = splitList(environment[setting.name] ?? '');
  return items.length > 0 ? items : splitList(setting.initial);
}

function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
