/**
 * What the HTTP and WebSocket edge may ask of the running service beside reading the store. The composition root
 * provides it; every method is safe to call at any time.
 */
import type { Result } from '../core/result.ts';
import type { EpochMs } from '../core/time.ts';
import type { ClosedCandle, FormingCandle } from '../model/candle.ts';
import type { Failure } from '../model/failure.ts';
import type { SeriesId } from '../model/series.ts';

/** How far history that is being fetched for a series has come; times in Unix milliseconds. */
export type BackfillState = {
  readonly state: 'idle' | 'running' | 'succeeded' | 'failed';
  readonly startedAt: EpochMs | null;
  readonly updatedAt: EpochMs | null;
  readonly reason: string | null;
  readonly note: string | null;
  readonly error: string | null;
  /** Candles missing when it started, and now. */
  readonly startMissing: number;
  readonly currentMissing: number;
};

/** What the debug page shows of ingest. */
export type IngestState = {
  readonly jobs: readonly object[];
  readonly whitelist_series_ids: readonly string[];
  readonly ondemand_max_jobs: number;
  readonly whitelist_ingest_enabled: boolean;
  readonly ingest_role_guard_enabled: boolean;
  readonly ingest_role: string;
  readonly ingest_jobs_enabled: boolean;
  readonly loop_guardrail_enabled: boolean;
};

/** Switches of the edge; everything gated is off unless the configuration says otherwise. */
export type ApiGates = {
  readonly debug: 'on' | 'off';
  readonly dev: 'on' | 'off';
  readonly health: 'on' | 'off';
  readonly metrics: 'on' | 'off';
  readonly readRepair: 'on' | 'off';
  readonly replay: 'on' | 'off';
  /** Counts only while `replay` is on. */
  readonly replayCoverage: 'on' | 'off';
  /** A successful backfill counts as recent for this long. */
  readonly backfillRecentMs: number;
  /** Periods behind which a series is no longer fresh, and no longer stale but degraded. */
  readonly freshCandles: number;
  readonly staleCandles: number;
};

/** The running service as the edge sees it. */
export type MarketControl = {
  /** Stores closed candles of one series in one transaction and announces them; resolves when both are done. */
  readonly postClosed: (
    candles: readonly ClosedCandle[],
    announce: 'publish' | 'silent',
  ) => Promise<Result<null, Failure>>;
  /** Announces a forming candle; resolves when subscribers were sent it. */
  readonly postForming: (candle: FormingCandle) => Promise<void>;
  /** A subscriber wants this series followed; `refused` when there is no capacity for it. */
  readonly reserve: (seriesId: SeriesId) => 'served' | 'refused';
  /** A served subscriber left. */
  readonly release: (seriesId: SeriesId) => void;
  /** Makes a derived series that was never stored from its base series; does nothing otherwise. */
  readonly prepareSeries: (seriesId: SeriesId) => Promise<void>;
  /**
   * Brings the chart of a series up to its stored candles, or computes it `again`, beside the requests; `idle` where no
   * structure is computed at all.
   */
  readonly prepareChart: (seriesId: SeriesId, how: 'missing' | 'again') => Promise<'working' | 'idle'>;
  /** Called after a read of the newest `limit` candles: may fetch what is missing at the end, in the background. */
  readonly coverTail: (seriesId: SeriesId, limit: number) => void;
  /**
   * Called before a subscriber is told of a hole [`from`, `to`): `null` where nothing is tried, else resolves, also
   * when it was in vain, when the subscriber has waited enough. Callers with the same hole share one attempt.
   */
  readonly repairGap: (
    seriesId: SeriesId,
    hole: { readonly from: EpochMs; readonly to: EpochMs },
  ) => Promise<void> | null;
  readonly backfill: (seriesId: SeriesId) => BackfillState;
  readonly ingestState: () => IngestState;
  readonly whitelist: () => readonly string[];
  /** Counters, gauges and timers of the process, by name. */
  readonly metrics: () => Readonly<Record<string, number>>;
};
