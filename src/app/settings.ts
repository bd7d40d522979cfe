/**
 * Every setting of the product as data: its variable, kind, default, bounds and meaning. `config.ts` parses them,
 * `hotwick config` lists them, docs/settings.md is generated from them. What is accepted and ignored is in
 * `ignored-settings.ts`.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DISCOVERY_SETTINGS, SOCIAL_SETTINGS } from './discovery-settings.ts';
import { NOTIFY_SETTINGS } from './notify-settings.ts';
import type { Setting } from './setting.ts';
import { STRUCTURE_SETTINGS } from './structure-settings.ts';

export type { Setting } from './setting.ts';

const freshWindow = {
  name: 'TRADE_CANVAS_MARKET_FRESH_WINDOW_CANDLES',
  kind: 'integer',
  initial: '2',
  min: 1,
  meaning: 'periods that the newest stored candle may lie back and still count as `fresh` in the health answer',
} as const satisfies Setting;

const autoTailBackfill = {
  name: 'TRADE_CANVAS_ENABLE_MARKET_AUTO_TAIL_BACKFILL',
  kind: 'boolean',
  initial: '0',
  meaning: 'fetch missing newest candles after a read; candles that can be over only',
} as const satisfies Setting;

const gapBackfill = {
  name: 'TRADE_CANVAS_ENABLE_MARKET_GAP_BACKFILL',
  kind: 'boolean',
  initial: '0',
  meaning:
    'before a subscriber is told of a hole in a series that nobody follows, try to fill it; followed series are repaired in any case',
} as const satisfies Setting;

const startupSync = {
  name: 'TRADE_CANVAS_ENABLE_STARTUP_KLINE_SYNC',
  kind: 'boolean',
  initial: '0',
  meaning: 'serve only when the series of the whitelist were brought up to date',
} as const satisfies Setting;

/** Every setting, in the order the documentation lists them. */
export const SETTINGS = {
  derivedEnabled: {
    name: 'TRADE_CANVAS_ENABLE_DERIVED_TIMEFRAMES',
    kind: 'boolean',
    initial: '0',
    preset: '1',
    meaning: 'derive higher timeframes from the base one',
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
  whitelistIngest: {
    name: 'TRADE_CANVAS_ENABLE_WHITELIST_INGEST',
    kind: 'boolean',
    initial: '0',
    preset: '1',
    meaning: 'follow the whitelist from the start',
  },
  whitelistPath: {
    name: 'TRADE_CANVAS_WHITELIST_PATH',
    kind: 'text',
    initial: '',
    meaning: 'JSON file with `series_ids`; without it the whitelist is what --series names',
  },
  onDemandIngest: {
    name: 'TRADE_CANVAS_ENABLE_ONDEMAND_INGEST',
    kind: 'boolean',
    initial: '0',
    meaning: 'follow a series while somebody subscribes to it',
  },
  onDemandIdleS: {
    name: 'TRADE_CANVAS_ONDEMAND_IDLE_TTL_S',
    kind: 'integer',
    initial: '60',
    min: 1,
    meaning: 'seconds without subscribers after which an on-demand job ends',
  },
  onDemandMax: {
    name: 'TRADE_CANVAS_ONDEMAND_MAX_JOBS',
    kind: 'integer',
    initial: '0',
    min: 0,
    meaning: 'most on-demand jobs, 0 is no limit',
  },
  roleGuard: {
    name: 'TRADE_CANVAS_ENABLE_INGEST_ROLE_GUARD',
    kind: 'boolean',
    initial: '0',
    meaning: 'let the ingest role decide whether jobs run here',
  },
  role: {
    name: 'TRADE_CANVAS_INGEST_ROLE',
    kind: 'text',
    initial: 'hybrid',
    choices: ['hybrid', 'ingest', 'read'],
    meaning: 'hybrid, ingest or read; `read` with the guard on starts no jobs',
  },
  guardrail: {
    name: 'TRADE_CANVAS_ENABLE_INGEST_LOOP_GUARDRAIL',
    kind: 'boolean',
    initial: '0',
    meaning: 'pause a job that keeps failing (5 failures in 60 s pause it for 30 s)',
  },
  autoTailBackfill,
  autoTailMax: {
    name: 'TRADE_CANVAS_MARKET_AUTO_TAIL_BACKFILL_MAX_CANDLES',
    kind: 'integer',
    initial: '5000',
    min: 1,
    meaning: 'most candles fetched after one read',
  },
  gapBackfill,
  gapBackfillMax: {
    name: 'TRADE_CANVAS_MARKET_GAP_BACKFILL_READ_LIMIT',
    kind: 'integer',
    initial: '5000',
    min: 100,
    meaning: 'most candles of one hole that are fetched, from its oldest on',
  },
  startupSync,
  startupSyncTarget: {
    name: 'TRADE_CANVAS_STARTUP_KLINE_SYNC_TARGET_CANDLES',
    kind: 'integer',
    initial: '2000',
    min: 100,
    max: 100_000,
    meaning: 'newest candles that the sync at the start makes complete',
  },
  exchangeBackfill: {
    name: 'TRADE_CANVAS_ENABLE_CCXT_BACKFILL',
    kind: 'boolean',
    initial: '',
    follows: [gapBackfill, startupSync],
    meaning: 'whether these two may ask the exchange; `0` leaves them what can be made of stored 1m candles',
  },
  exchangeBackfillOnRead: {
    name: 'TRADE_CANVAS_ENABLE_CCXT_BACKFILL_ON_READ',
    kind: 'boolean',
    initial: '',
    follows: [autoTailBackfill],
    meaning: 'whether fetching after a read may ask the exchange; `0` leaves it what can be made of stored 1m candles',
  },
  exchangeTimeoutMs: {
    name: 'TRADE_CANVAS_CCXT_TIMEOUT_MS',
    kind: 'integer',
    initial: '10000',
    min: 1000,
    max: 120_000,
    meaning: 'longest wait for an answer of the exchange over REST, and for a stream to open, in milliseconds',
  },
  ...STRUCTURE_SETTINGS,
  freshWindow,
  staleWindow: {
    name: 'TRADE_CANVAS_MARKET_STALE_WINDOW_CANDLES',
    kind: 'integer',
    initial: '5',
    above: freshWindow,
    meaning: 'periods up to which it counts as `stale`, beyond them as `degraded`',
  },
  healthApi: {
    name: 'TRADE_CANVAS_ENABLE_KLINE_HEALTH_V2',
    kind: 'boolean',
    initial: '0',
    preset: '1',
    meaning: 'serve GET /api/market/health',
  },
  backfillRecentS: {
    name: 'TRADE_CANVAS_KLINE_HEALTH_BACKFILL_RECENT_SECONDS',
    kind: 'integer',
    initial: '120',
    min: 5,
    meaning: 'seconds for which a finished backfill counts as recent',
  },
  debugApi: {
    name: 'TRADE_CANVAS_ENABLE_DEBUG_API',
    kind: 'boolean',
    initial: '0',
    meaning: 'serve the debug routes, /ws/debug and the health route',
  },
  devApi: {
    name: 'TRADE_CANVAS_ENABLE_DEV_API',
    kind: 'boolean',
    initial: '0',
    meaning: 'serve the development routes',
  },
  metricsApi: {
    name: 'TRADE_CANVAS_ENABLE_RUNTIME_METRICS',
    kind: 'boolean',
    initial: '0',
    meaning: 'serve GET /metrics, and with the debug routes GET /api/market/debug/metrics',
  },
  corsOrigins: {
    name: 'TRADE_CANVAS_CORS_ORIGINS',
    kind: 'list',
    initial: 'http://localhost:5173,http://127.0.0.1:5173',
    meaning: 'web origins that may call the API from a browser',
  },
  socketCompression: {
    name: 'HOTWICK_WS_DEFLATE',
    kind: 'text',
    initial: 'off',
    meaning:
      'compress messages to WebSocket clients that offer it: off, long (pages of history; `1` means this) or all; ' +
      'what it costs is in docs/ops/running.md',
  },
  symbolsTtlS: {
    name: 'TRADE_CANVAS_BINANCE_EXCHANGEINFO_TTL_S',
    kind: 'integer',
    initial: '3600',
    min: 1,
    max: 86_400,
    meaning: 'seconds for which the list of symbols behind the top markets is kept',
  },
  tickersTtlS: {
    name: 'TRADE_CANVAS_BINANCE_TICKER_TTL_S',
    kind: 'integer',
    initial: '10',
    min: 1,
    max: 86_400,
    meaning: 'seconds for which the figures of the top markets are kept',
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
  spotApiUrl: {
    name: 'HOTWICK_BINANCE_SPOT_API_URL',
    kind: 'text',
    initial: 'wss://ws-api.binance.com:443/ws-api/v3',
    meaning: 'WebSocket API of spot, path included, which tells `hotwick trade` of its orders',
  },
  ...SOCIAL_SETTINGS,
  ...DISCOVERY_SETTINGS,
  ...NOTIFY_SETTINGS,
  archiveUrl: {
    name: 'HOTWICK_ARCHIVE_URL',
    kind: 'text',
    initial: 'https://data.binance.vision',
    meaning: "base URL of the exchange's public archive, for `hotwick data download` and `data audit`",
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
  defaults: {
    name: 'HOTWICK_DEFAULTS',
    kind: 'text',
    initial: 'newcomer',
    choices: ['newcomer', 'contract'],
    meaning:
      'what the switches with a preset are where nobody set them: `newcomer` on, `contract` off, as the wire contract has them',
  },
} as const satisfies Record<string, Setting>;
