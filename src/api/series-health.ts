/**
 * Judging a series by its head: how far it is behind the newest candle that can be over, and whether something is being
 * done about it (wire contract 2.8). Pure: facts in, the answer out.
 */
import { type EpochMs, toEpochSec } from '../core/time.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { latestClosedOpen, timeframeMs } from '../model/timeframe.ts';
import type { HealthAnswer } from './contract.ts';
import type { BackfillState } from './market-control.ts';

/** What is known of a series. */
export type HealthFacts = {
  readonly seriesId: SeriesId;
  readonly now: EpochMs;
  /** Newest stored open time. */
  readonly head: EpochMs | null;
  readonly backfill: BackfillState;
  /** A backfill that ended counts as recent for this long. */
  readonly recentMs: number;
  /** Periods behind which it is no longer fresh, and no longer stale but degraded. */
  readonly freshCandles: number;
  readonly staleCandles: number;
};

type Verdict = Pick<HealthAnswer, 'status' | 'status_reason'>;

/** The answer for `facts`. */
export function describeHealth(facts: HealthFacts): HealthAnswer {
  const { seriesId, now, head } = facts;
  const lengthMs = timeframeMs(seriesParts(seriesId).timeframe);
  const latest = latestClosedOpen(now, lengthMs);
  const missingMs = head === null ? null : Math.max(0, latest - head);
  const backfill = describeBackfill(facts, lengthMs / 1000);
  return {
    series_id: seriesId,
    timeframe_seconds: lengthMs / 1000,
    now_time: toEpochSec(now),
    expected_latest_closed_time: toEpochSec(latest),
    head_time: head === null ? null : toEpochSec(head),
    lag_seconds: head === null ? null : Math.max(0, toEpochSec(now) - toEpochSec(head)),
    missing_seconds: missingMs === null ? null : Math.floor(missingMs / 1000),
    missing_candles: missingMs === null ? null : Math.ceil(missingMs / lengthMs),
    ...judge(head, latest, backfill),
    freshness: judgeAge(facts, lengthMs),
    backfill,
  };
}

/** Wire contract 6.2: by the age of the newest candle's opening alone, whatever is being done about it. */
function judgeAge({ head, now, freshCandles, staleCandles }: HealthFacts, lengthMs: number): HealthAnswer['freshness'] {
  if (head === null) return 'missing';
  if (now - head <= freshCandles * lengthMs) return 'fresh';
  return now - head <= staleCandles * lengthMs ? 'stale' : 'degraded';
}

function judge(head: EpochMs | null, latest: EpochMs, backfill: HealthAnswer['backfill']): Verdict {
  if (head === null) return { status: 'red', status_reason: 'missing_head' };
  if (head > latest) return { status: 'yellow', status_reason: 'head_ahead_of_closed_window' };
  if (head === latest) return { status: 'green', status_reason: 'up_to_date' };
  if (backfill.state === 'running') return { status: 'yellow', status_reason: 'backfill_running' };
  const isRecent = backfill.state === 'succeeded' && backfill.recent;
  if (isRecent) return { status: 'yellow', status_reason: 'backfill_recent' };
  return { status: 'red', status_reason: 'lagging_no_recent_backfill' };
}

function describeBackfill({ backfill, now, recentMs }: HealthFacts, periodSec: number): HealthAnswer['backfill'] {
  const { state, startedAt, updatedAt, reason, note, error, startMissing, currentMissing } = backfill;
  return {
    state,
    progress_pct: progressOf(startMissing, currentMissing),
    started_at: startedAt === null ? null : toEpochSec(startedAt),
    updated_at: updatedAt === null ? null : toEpochSec(updatedAt),
    reason,
    note,
    error,
    recent: updatedAt !== null && now - updatedAt <= recentMs,
    start_missing_seconds: startMissing * periodSec,
    start_missing_candles: startMissing,
    current_missing_seconds: currentMissing * periodSec,
    current_missing_candles: currentMissing,
  };
}

function progressOf(start: number, current: number): number | null {
  if (start === 0) return current === 0 ? 100 : null;
  return Math.min(100, Math.max(0, (100 * (start - current)) / start));
}
