/**
 * How the server and its series are doing; times are Unix seconds unless the name says otherwise.
 */
import { z } from 'zod';
import { seriesIdText } from './candles.ts';

const sec = z.int();

/** Query of `GET /api/market/health`. */
export const healthQuery = z.object({
  series_id: seriesIdText,
  now_time: z.coerce.number().int().min(0).optional().describe('instead of the clock of the market'),
});

/** Answer of `GET /api/market/health`. */
export const healthAnswer = z
  .object({
    series_id: z.string(),
    timeframe_seconds: z.int(),
    now_time: sec,
    expected_latest_closed_time: sec,
    head_time: sec.nullable(),
    lag_seconds: z.int().nullable(),
    missing_seconds: z.int().nullable(),
    missing_candles: z.int().nullable(),
    status: z.enum(['green', 'yellow', 'red']),
    status_reason: z.string(),
    freshness: z
      .enum(['missing', 'fresh', 'stale', 'degraded'])
      .describe('by the age of the newest candle alone, in the windows of the settings'),
    backfill: z.object({
      state: z.enum(['idle', 'running', 'succeeded', 'failed']),
      progress_pct: z.number().nullable(),
      started_at: sec.nullable(),
      updated_at: sec.nullable(),
      reason: z.string().nullable(),
      note: z.string().nullable(),
      error: z.string().nullable(),
      recent: z.boolean(),
      start_missing_seconds: z.int(),
      start_missing_candles: z.int(),
      current_missing_seconds: z.int(),
      current_missing_candles: z.int(),
    }),
  })
  .meta({ id: 'SeriesHealth' });

/** Query of `GET /api/market/debug/series_health`. */
export const seriesHealthQuery = z.object({
  series_id: seriesIdText,
  max_recent_gaps: z.coerce.number().int().min(1).max(50).default(5),
  recent_base_buckets: z.coerce.number().int().min(1).max(48).default(8),
});

/** Answer of `GET /api/market/debug/series_health`; newest gap first, buckets ascending. */
export const seriesHealthAnswer = z
  .object({
    series_id: z.string(),
    timeframe_seconds: z.int(),
    now_time: sec,
    first_time: sec.nullable(),
    head_time: sec.nullable(),
    lag_seconds: z.int().nullable(),
    candle_count: z.int(),
    gap_count: z.int(),
    max_gap_seconds: z.int().nullable(),
    recent_gaps: z.array(
      z.object({ prev_time: sec, next_time: sec, delta_seconds: z.int(), missing_candles: z.int() }),
    ),
    base_series_id: z.string(),
    base_bucket_completeness: z.array(
      z.object({
        bucket_open_time: sec,
        expected_minutes: z.int(),
        actual_minutes: z.int(),
        missing_minutes: z.int(),
      }),
    ),
  })
  .meta({ id: 'SeriesGaps' });

/** Answer of `GET /api/market/debug/ingest_state`. */
export const ingestStateAnswer = z
  .object({
    jobs: z.array(z.looseObject({})),
    whitelist_series_ids: z.array(z.string()),
    ondemand_max_jobs: z.int(),
    whitelist_ingest_enabled: z.boolean(),
    ingest_role_guard_enabled: z.boolean(),
    ingest_role: z.string(),
    ingest_jobs_enabled: z.boolean(),
    loop_guardrail_enabled: z.boolean(),
  })
  .meta({ id: 'IngestState' });

const numbers = z.record(z.string(), z.number());

/** Answer of `GET /api/market/debug/metrics`; keys are like `name{label=value}`. */
export const metricsAnswer = z
  .object({
    enabled: z.boolean(),
    updated_at_ms: z.int(),
    counters: numbers,
    gauges: numbers,
    timers: z.record(
      z.string(),
      z.object({ count: z.int(), total_ms: z.number(), max_ms: z.number(), avg_ms: z.number() }),
    ),
  })
  .meta({ id: 'Metrics' });

/** Answer of `GET /healthz`. */
export const liveAnswer = z.object({ status: z.enum(['ok', 'unavailable']) }).meta({ id: 'Alive' });

/** Answer of `GET /api/market/health`. */
export type HealthAnswer = z.infer<typeof healthAnswer>;
/** Answer of `GET /api/market/debug/series_health`. */
export type SeriesHealthAnswer = z.infer<typeof seriesHealthAnswer>;
/** Answer of `GET /api/market/debug/metrics`. */
export type MetricsAnswer = z.infer<typeof metricsAnswer>;
