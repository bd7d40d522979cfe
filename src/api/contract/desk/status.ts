/**
 * The state of the engine at a glance (hotcoin.md 5.4 and 7), and its aggregate health.
 */
import { z } from 'zod';
import { hotPost, socialMonitor } from './feed.ts';
import {
  deskEngineState,
  deskFreshness,
  deskSource,
  exact,
  executionMetrics,
  figure,
  pnlSummary,
  precheckStats,
  recoveryPending,
  sec,
  text,
} from './parts.ts';

const score = z.number().describe('0..100');

/** A candidate as the status shows it. */
export const statusCandidate = z.object({
  symbol: z.string(),
  heat_score: score,
  source: z.string(),
  status: z.string(),
  price_change_5m: figure,
  price_change_24h: figure,
  quote_volume_24h: figure,
  volume_surge_ratio: figure,
  score_announcement: score,
  score_social: score,
  score_sentiment: score,
  score_momentum: score,
  score_liquidity: score,
  score_risk_penalty: score.describe('subtracted with its weight'),
  has_listing_signal: z.boolean(),
});

/** A signal as the status shows it. */
export const statusSignal = z.object({
  symbol: z.string(),
  action: z.enum(['BUY', 'SELL', 'HOLD']),
  strength: z.number(),
  confidence: z.number(),
  reason: z.string(),
  computed_at: sec,
});

/** A burst as the status shows it. */
export const statusAnomaly = z.object({
  symbol: z.string(),
  volume_surge_ratio: figure,
  price_change_5m: figure,
  computed_at: sec,
});

/** Answer of `GET /hotcoin/api/status`; what could not be collected is named in `block_errors` and has its default. */
export const deskStatus = z
  .object({
    source: deskSource,
    running: z.boolean(),
    ts: sec,
    message: z.string().optional(),
    mode: z.enum(['observe', 'paper', 'live']),
    paper: z.boolean(),
    execution_enabled: z.boolean(),
    engine_state: deskEngineState,
    engine_state_reasons: z.array(z.string()),
    state_recovery_pending: recoveryPending,
    can_open_new_positions: z.boolean(),
    risk_halted: z.boolean(),
    emergency: text.describe('why everything was closed; null while nothing latches it'),
    pause: text.describe('why an operator paused entries'),
    freshness: deskFreshness,
    ws_connected: z.boolean(),
    orders_in_doubt: z.int().describe('orders of which nobody knows yet what became of them'),
    buys_under_way: z.int().describe('buys that have not ended, each of which may become something that is held'),
    execution_metrics: executionMetrics,
    precheck_stats: precheckStats,
    pool_size: z.int(),
    candidates: z.array(statusCandidate).describe('at most 20, hottest first'),
    anomaly_count: z.int().describe('bursts of the last 15 minutes'),
    anomalies_today: z.int().describe('bursts since 00:00 UTC that this process saw'),
    recent_anomalies: z.array(statusAnomaly).describe('at most 20, newest last'),
    active_signals: z.int(),
    recent_signals: z.array(statusSignal).describe('at most 20, newest last'),
    positions: z.int(),
    equity: exact,
    cash: exact,
    peak_equity: exact,
    day_pnl: exact.describe('change of the equity since 00:00 UTC, unrealised results included'),
    day_pnl_pct: z.number(),
    pnl_summary: pnlSummary,
    pnl_today: pnlSummary.describe('of positions closed since 00:00 UTC'),
    tasks: z
      .array(
        z.object({
          name: z.string(),
          critical: z.boolean(),
          state: z.string(),
          restarts: z.int(),
          last_error: text,
        }),
      )
      .describe('what runs beside the engine'),
    monitors: z.record(z.string(), socialMonitor),
    hot_posts: z.array(hotPost).describe('at most 50, newest first'),
    config_hash: z.string(),
    config: z
      .record(z.string(), z.record(z.string(), z.unknown()))
      .nullable()
      .describe('the settings in force; null before they are known'),
    run_id: z.string(),
    version: z.string(),
    event_log_file: text,
    block_errors: z.record(z.string(), z.string()),
  })
  .meta({ id: 'DeskStatus' });

/** Answer of `GET /hotcoin/health`; who is not logged in sees `status`, `can_trade` and `ts` only. */
export const deskHealth = z
  .object({
    status: z.enum(['ok', 'degraded', 'blocked', 'stopped']),
    can_trade: z.boolean(),
    ts: sec,
    runner_attached: z.boolean(),
    engine_state: deskEngineState,
    engine_state_reasons: z.array(z.string()),
    status_snapshot_fresh: z.boolean(),
    status_snapshot_age_sec: figure,
    ws_connected: z.boolean(),
    latest_ticker_age_sec: figure,
    risk_halted: z.boolean(),
    execution_metrics: executionMetrics,
    checks: z.record(z.string(), z.enum(['ok', 'degraded', 'blocked', 'stopped'])),
    reasons: z.array(z.string()),
    failing: z.array(z.string()).describe('what fails beside the engine; trading goes on without it'),
  })
  .meta({ id: 'DeskHealth' });

/** What everybody may know of the health. */
export const deskHealthBrief = deskHealth
  .pick({ status: true, can_trade: true, ts: true })
  .meta({ id: 'DeskHealthBrief' });

/** The state at a glance. */
export type DeskStatus = z.infer<typeof deskStatus>;
/** The health. */
export type DeskHealth = z.infer<typeof deskHealth>;
