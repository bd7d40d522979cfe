/**
 * Settings of the wire contract that have no meaning in this program: accepted, listed with the reason, and told at the
 * start where somebody set one to something else than its default, so that nobody relies on it.
 */

/** One of them. */
export type IgnoredSetting = {
  readonly name: string;
  /** The contract's default: setting it to this changes nothing anywhere. */
  readonly initial: string;
  readonly reason: string;
};

const ONE_COMMIT = 'candles, structure and drawings of one input are one transaction: there whole or not at all';
const NO_FEATURES = 'there are no features between factors and overlay';
const NO_BACKTESTS = 'no backtest can be run over HTTP: POST /api/backtest/run answers 501';
const NO_POSTGRES = 'candles and journal are in one SQLite file';
const ONE_PROCESS = 'one process serves all clients';
const NO_LOCAL_FILES = 'history comes from the exchange; local files are read by `hotwick data import`';
const AT_ONCE = 'every final candle is stored and announced at once';

const REASONS: readonly (readonly [name: string, initial: string, reason: string])[] = [
  ['MARKET_REALTIME_SOURCE', 'binance_ws', 'the exchange stream is the only source'],
  [
    'DERIVED_BACKFILL_BASE_CANDLES',
    '2000',
    'a derived series is first made from all stored base candles, not the newest',
  ],
  ['BINANCE_WS_BATCH_MAX', '200', AT_ONCE],
  ['BINANCE_WS_FLUSH_S', '0.5', AT_ONCE],
  ['ENABLE_STRICT_CLOSED_ONLY', '1', 'always so: a candle that can not be over is never stored as closed'],
  ['MARKET_GAP_BACKFILL_FREQTRADE_LIMIT', '2000', NO_LOCAL_FILES],
  ['MARKET_HISTORY_SOURCE', '', NO_LOCAL_FILES],
  ['ENABLE_MARKET_BACKFILL_PROGRESS_PERSISTENCE', '0', 'a restart goes on from what is stored; progress is of one run'],
  ['ENABLE_INGEST_COMPENSATE_OVERLAY_ERROR', '0', ONE_COMMIT],
  ['ENABLE_INGEST_COMPENSATE_NEW_CANDLES', '0', ONE_COMMIT],
  ['ENABLE_READ_LEDGER_WARMUP', '0', 'structure is stored with its candles: there is nothing to warm up'],
  ['ENABLE_CAPACITY_METRICS', '0', 'capacity is in GET /metrics, behind TRADE_CANVAS_ENABLE_RUNTIME_METRICS'],
  ['ENABLE_FEATURE_INGEST', '1', NO_FEATURES],
  ['ENABLE_FEATURE_STRICT_READ', '1', NO_FEATURES],
  ['FACTOR_STATE_REBUILD_EVENT_LIMIT', '50000', 'structure goes on from its own state, not from events'],
  ['FACTOR_REBUILD_KEEP_CANDLES', '2000', 'no candle is ever removed to compute structure again'],
  ['BACKTEST_REQUIRE_TRADES', '0', NO_BACKTESTS],
  ['FREQTRADE_MOCK', '0', NO_BACKTESTS],
  ['FREQTRADE_SUBPROCESS_TIMEOUT_S', '120', NO_BACKTESTS],
  ['ARTIFACTS_DIR', 'backend/data/artifacts', 'replay packages are kept in memory and built again when they are gone'],
  ['BLOCKING_WORKERS', '8', 'one engine takes every input in order; there is no pool of workers'],
  ['DB_PATH', 'backend/data/market.db', 'the data directory holds more than one file: --data-dir or HOTWICK_HOME'],
  ['ENABLE_PG_STORE', '0', NO_POSTGRES],
  ['ENABLE_PG_ONLY', '0', NO_POSTGRES],
  ['POSTGRES_DSN', '', NO_POSTGRES],
  ['POSTGRES_SCHEMA', 'public', NO_POSTGRES],
  ['POSTGRES_CONNECT_TIMEOUT_S', '5', NO_POSTGRES],
  ['POSTGRES_POOL_MIN_SIZE', '1', NO_POSTGRES],
  ['POSTGRES_POOL_MAX_SIZE', '10', NO_POSTGRES],
  ['ENABLE_WS_PUBSUB', '0', ONE_PROCESS],
  ['REDIS_URL', '', ONE_PROCESS],
];

/** Every ignored setting, in the order of the contract. */
export const IGNORED_SETTINGS: readonly IgnoredSetting[] = REASONS.map(([name, initial, reason]) => {
  return { name: `TRADE_CANVAS_${name}`, initial, reason };
});
