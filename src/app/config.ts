/**
 * Every setting of the product, read from the environment in this one place. Wire-contract names keep their prefix
 * `TRADE_CANVAS_`; booleans are `1/true/yes/on` in any case, anything else is off; a number that is none falls back to
 * its default, and is then brought within its bounds. docs/settings.md is generated from `SETTINGS`.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { err, ok, type Result } from '../core/result.ts';
import { type Failure, failure } from '../model/failure.ts';
import { parseTimeframe, type Timeframe, timeframe } from '../model/timeframe.ts';

/** One setting: where it comes from, what it does and what it is when nobody says. */
export type Setting = {
  readonly name: string;
  readonly kind: 'boolean' | 'integer' | 'text' | 'list';
  readonly initial: string;
  readonly min?: number;
  readonly max?: number;
  readonly meaning: string;
};

/** Every setting, in the order the documentation lists them. */
export const SETTINGS = {
  derivedEnabled: {
    name: 'TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES',
    kind: 'boolean',
    initial: '',
    meaning: 'derive higher timeframes from the base one; unset means on for `hotwick up` and `demo`, `0` means off',
  },
  derivedBase: {
    name: 'TRADE_CANVAS_DERIVED_BASE_TIMEFRAME',
    kind: 'text',
    initial: '1m',
    meaning: 'the timeframe everything is derived from',
  },
  derivedTimeframes: {
    name: 'TRADE_CANVAS_DERIVED_TIMEFRAMES',
    kind: 'list',
    initial: '5m,15m,1h,4h,1d',
    meaning: 'timeframes to derive; empty means this list',
  },
  formingMinIntervalMs: {
    name: 'TRADE_CANVAS_MARKET_FORMING_MIN_INTERVAL_MS',
    kind: 'integer',
    initial: '250',
    min: 0,
    meaning: 'least time between two forming publications of one series, in milliseconds',
  },
  catchUpLimit: {
    name: 'TRADE_CANVAS_MARKET_WS_CATCHUP_LIMIT',
    kind: 'integer',
    initial: '5000',
    min: 100,
    meaning: 'candles per page of WebSocket catch-up',
  },
  corsOrigins: {
    name: 'TRADE_CANVAS_CORS_ORIGINS',
    kind: 'list',
    initial: 'http://localhost:5173,http://127.0.0.1:5173',
    meaning: 'web origins that may call the API from a browser',
  },
  futuresRestUrl: {
    name: 'TRADE_CANVAS_BINANCE_FUTURES_BASE_URL',
    kind: 'text',
    initial: 'https://fapi.binance.com',
    meaning: 'USD-M futures REST base URL',
  },
  spotRestUrl: {
    name: 'TRADE_CANVAS_BINANCE_SPOT_BASE_URL',
    kind: 'text',
    initial: 'https://api.binance.com',
    meaning: 'spot REST base URL',
  },
  futuresStreamUrl: {
    name: 'HOTWICK_BINANCE_FUTURES_STREAM_URL',
    kind: 'text',
    initial: 'wss://fstream.binance.com',
    meaning: 'USD-M futures stream base URL; `/market/stream` is appended',
  },
  spotStreamUrl: {
    name: 'HOTWICK_BINANCE_SPOT_STREAM_URL',
    kind: 'text',
    initial: 'wss://stream.binance.com:9443',
    meaning: 'spot stream base URL; `/stream` is appended',
  },
  historyDays: {
    name: 'HOTWICK_HISTORY_DAYS',
    kind: 'integer',
    initial: '10',
    min: 1,
    max: 3650,
    meaning: 'days of history fetched when a series is empty',
  },
  home: {
    name: 'HOTWICK_HOME',
    kind: 'text',
    initial: join(homedir(), '.hotwick'),
    meaning: 'data directory when --data-dir is not given',
  },
  realtimeSource: {
    name: 'TRADE_CANVAS_MARKET_REALTIME_SOURCE',
    kind: 'text',
    initial: 'binance_ws',
    meaning: 'accepted for compatibility and ignored: the exchange stream is the only source',
  },
} as const satisfies Record<string, Setting>;

/** The parsed configuration; frozen and passed by argument. */
export type Config = {
  readonly derivedTimeframes: readonly Timeframe[];
  readonly baseTimeframe: Timeframe;
  readonly formingMinIntervalMs: number;
  readonly catchUpLimit: number;
  readonly corsOrigins: readonly string[];
  readonly endpoints: {
    readonly futuresRestUrl: string;
    readonly spotRestUrl: string;
    readonly futuresStreamUrl: string;
    readonly spotStreamUrl: string;
  };
  readonly historyDays: number;
  readonly home: string;
};

const BASE_TIMEFRAME = timeframe('1m');

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
  const baseTimeframe = value(SETTINGS.derivedBase);
  if (baseTimeframe !== BASE_TIMEFRAME) problems.push(`${SETTINGS.derivedBase.name}: only 1m is supported`);
  const wanted = isDerivedOn(environment) ? list(SETTINGS.derivedTimeframes, environment) : [];
  const config: Config = {
    derivedTimeframes: wanted.flatMap((text) => parse(SETTINGS.derivedTimeframes, text)),
    baseTimeframe: BASE_TIMEFRAME,
    formingMinIntervalMs: integer(SETTINGS.formingMinIntervalMs, environment),
    catchUpLimit: integer(SETTINGS.catchUpLimit, environment),
    corsOrigins: list(SETTINGS.corsOrigins, environment),
    endpoints: {
      futuresRestUrl: url(SETTINGS.futuresRestUrl, ['https:', 'http:']),
      spotRestUrl: url(SETTINGS.spotRestUrl, ['https:', 'http:']),
      futuresStreamUrl: url(SETTINGS.futuresStreamUrl, ['wss:', 'ws:']),
      spotStreamUrl: url(SETTINGS.spotStreamUrl, ['wss:', 'ws:']),
    },
    historyDays: integer(SETTINGS.historyDays, environment),
    home: value(SETTINGS.home),
  };
  if (problems.length === 0) return ok(Object.freeze(config));
  return err(failure('config_invalid', { count: problems.length, reason: problems.join('; ') }));
}

/** The seed's kill-switch; a newcomer who says nothing gets the product. */
function isDerivedOn(environment: Environment): boolean {
  const text = environment[SETTINGS.derivedEnabled.name]?.trim();
  return text === undefined || /^(1|true|yes|on)$/i.test(text);
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
