/**
 * The state of the engine from whoever knows it: the runner of this process first, and of what it could not collect the
 * status file, while that is not older than 180 s; without a runner the file, however old, and said so; without either
 * the defaults of an engine that is stopped. A field of the file that is not what it should be is not believed.
 */
import type { EpochMs } from '../../core/time.ts';
import { type DeskSource, type DeskStatus, deskStatus } from '../contract.ts';
import type { DeskRunner, StatusFile } from './desk-ports.ts';

/** A status file counts as present for this long. Source: hotcoin.md 5.4. */
export const STATUS_VALID_MS = 180_000;

/** Whether a file tells of the present. */
export function isFresh(file: StatusFile | null): boolean {
  return file !== null && Math.abs(file.ageMs) < STATUS_VALID_MS;
}

/** Where an answer comes from when there is no runner. */
export function sourceOf(file: StatusFile | null): DeskSource {
  if (file === null) return 'none';
  return isFresh(file) ? 'status_file' : 'stale_file';
}

/** The whole status. */
export function toStatus(
  { runner, file }: { readonly runner: DeskRunner | null; readonly file: StatusFile | null },
  now: EpochMs,
): DeskStatus {
  const stopped = createStoppedStatus(now);
  if (runner === null) return { ...stopped, ...(file === null ? {} : readFields(file)), source: sourceOf(file) };
  const live = runner.views.status();
  const known = file !== null && isFresh(file) && hasErrors(live) ? readFields(file) : {};
  return { ...stopped, ...known, ...live, source: 'runner' };
}

function hasErrors({ block_errors = {} }: Partial<DeskStatus>): boolean {
  return Object.keys(block_errors).length > 0;
}

/** The fields of a file that are what the contract says. */
function readFields({ status }: StatusFile): Partial<DeskStatus> {
  const fields = Object.entries(deskStatus.shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse(status[name]);
    return parsed.success && parsed.data !== undefined ? [[name, parsed.data]] : [];
  });
  return Object.fromEntries(fields) as Partial<DeskStatus>;
}

const NO_TRADES = {
  total_trades: 0,
  wins: 0,
  losses: 0,
  win_rate: null,
  total_pnl: '0',
  avg_pnl: null,
  avg_holding_min: null,
  best_trade: null,
  worst_trade: null,
  profit_factor: null,
  max_drawdown: '0',
};

/** The status of an engine of which nothing is known. */
export function createStoppedStatus(now: EpochMs): DeskStatus {
  return {
    source: 'none',
    running: false,
    ts: now / 1_000,
    mode: 'observe',
    paper: true,
    execution_enabled: false,
    engine_state: 'stopped',
    engine_state_reasons: [],
    state_recovery_pending: null,
    can_open_new_positions: false,
    risk_halted: false,
    emergency: null,
    pause: null,
    freshness: { ws_connected: false, latest_ticker_age_sec: null, priced_symbols: 0 },
    ws_connected: false,
    orders_in_doubt: 0,
    buys_under_way: 0,
    execution_metrics: {
      window_sec: 300,
      order_attempts_5m: 0,
      precheck_failures_5m: 0,
      dedup_rejects_5m: 0,
      order_errors_5m: 0,
      order_success_5m: 0,
      precheck_fail_rate_5m: 0,
      order_error_rate_5m: 0,
    },
    precheck_stats: { total: 0, by_code: {}, by_symbol: {} },
    pool_size: 0,
    candidates: [],
    anomaly_count: 0,
    anomalies_today: 0,
    recent_anomalies: [],
    active_signals: 0,
    recent_signals: [],
    positions: 0,
    equity: '0',
    cash: '0',
    peak_equity: '0',
    day_pnl: '0',
    day_pnl_pct: 0,
    pnl_summary: { ...NO_TRADES },
    pnl_today: { ...NO_TRADES },
    tasks: [],
    monitors: {},
    hot_posts: [],
    config_hash: '',
    config: null,
    run_id: '',
    version: '',
    event_log_file: null,
    block_errors: {},
  };
}
