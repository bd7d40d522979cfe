/**
 * How far factors and drawings of a series are behind its stored candles (wire contract 2.10).
 */
import { type EpochMs, toEpochSec } from '../core/time.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { timeframeMs } from '../model/timeframe.ts';
import type { FactorHealthAnswer } from './contract.ts';

/** What there is of a series; `null` where there is none. Factors and drawings of a chart stand at one candle. */
export type LedgerHeads = {
  readonly seriesId: SeriesId;
  readonly stored: EpochMs | null;
  readonly chart: EpochMs | null;
};

/** The answer of `GET /api/factor/health`; `id` is the series as the client wrote it. */
export function describeLedgers(id: string, { seriesId, stored, chart }: LedgerHeads): FactorHealthAnswer {
  const lengthMs = timeframeMs(seriesParts(seriesId).timeframe);
  const behindMs = stored === null || chart === null ? null : Math.max(0, stored - chart);
  const seconds = behindMs === null ? null : Math.floor(behindMs / 1000);
  const candles = behindMs === null ? null : Math.ceil(behindMs / lengthMs);
  const head = chart === null ? null : toEpochSec(chart);
  return {
    series_id: id,
    timeframe_seconds: lengthMs / 1000,
    store_head_time: stored === null ? null : toEpochSec(stored),
    factor_head_time: head,
    overlay_head_time: head,
    factor_delay_seconds: seconds,
    factor_delay_candles: candles,
    overlay_delay_seconds: seconds,
    overlay_delay_candles: candles,
    max_delay_seconds: seconds,
    max_delay_candles: candles,
    ...judge(stored, candles),
  };
}

function judge(stored: EpochMs | null, candles: number | null): Pick<FactorHealthAnswer, 'status' | 'status_reason'> {
  if (stored === null) return { status: 'gray', status_reason: 'no_store_head' };
  if (candles === null) return { status: 'red', status_reason: 'missing_factor_overlay_head' };
  if (candles === 0) return { status: 'green', status_reason: 'up_to_date' };
  if (candles === 1) return { status: 'yellow', status_reason: 'lagging_one_candle' };
  return { status: 'red', status_reason: 'lagging_many_candles' };
}
