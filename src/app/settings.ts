/**
 * Every setting of the product as data: its variable, kind, default, bounds and meaning. `config.ts` parses them,
 * `hotwick config` lists them, docs/settings.md is generated from them.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';

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
  whitelistIngest: {
    name: 'TRADE_CANVAS_ENABLE_WHITELIST_INGEST',
    kind: 'boolean',
    initial: '',
    meaning: 'follow the whitelist from the start; unset means on, `0` means off',
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
    meaning: 'hybrid, ingest or read; `read` with the guard on starts no jobs',
  },
  guardrail: {
    name: 'TRADE_CANVAS_ENABLE_INGEST_LOOP_GUARDRAIL',
    kind: 'boolean',
    initial: '0',
    meaning: 'pause a job that keeps failing (5 failures in 60 s pause it for 30 s)',
  },
  autoTailBackfill: {
    name: 'TRADE_CANVAS_ENABLE_MARKET_AUTO_TAIL_BACKFILL',
    kind: 'boolean',
    initial: '0',
    meaning: 'fetch missing newest candles after a read',
  },
  autoTailMax: {
    name: 'TRADE_CANVAS_MARKET_AUTO_TAIL_BACKFILL_MAX_CANDLES',
    kind: 'integer',
    initial: '5000',
    min: 1,
    meaning: 'most candles fetched after one read',
  },
  healthApi: {
    name: 'TRADE_CANVAS_ENABLE_KLINE_HEALTH_V2',
    kind: 'boolean',
    initial: '0',
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
  realtimeSource: {
    name: 'TRADE_CANVAS_MARKET_REALTIME_SOURCE',
    kind: 'text',
    initial: 'binance_ws',
    meaning: 'accepted for compatibility and ignored: the exchange stream is the only source',
  },
} as const satisfies Record<string, Setting>;
