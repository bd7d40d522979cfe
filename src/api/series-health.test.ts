import { describe, expect, it } from 'vitest';
import { epochMs, fromEpochSec } from '../core/time.ts';
import type { SeriesId } from '../model/series.ts';
import type { BackfillState } from './market-control.ts';
import { describeHealth, type HealthFacts } from './series-health.ts';

const NOW = 1_700_000_960;
const LATEST = 1_700_000_400;
const IDLE: BackfillState = {
  state: 'idle',
  startedAt: null,
  updatedAt: null,
  reason: null,
  note: null,
  error: null,
  startMissing: 0,
  currentMissing: 0,
};

function facts(headSec: number | null, backfill: Partial<BackfillState> = {}): HealthFacts {
  return {
    seriesId: 'binance:futures:BTC/USDT:5m' as SeriesId,
    now: fromEpochSec(NOW),
    head: headSec === null ? null : fromEpochSec(headSec),
    backfill: { ...IDLE, ...backfill },
    recentMs: 120_000,
    freshCandles: 2,
    staleCandles: 5,
  };
}

describe('the health of a series', () => {
  it('is the example of the contract to the letter', () => {
    expect(describeHealth(facts(1_700_000_100))).toEqual({
      series_id: 'binance:futures:BTC/USDT:5m',
      timeframe_seconds: 300,
      now_time: NOW,
      expected_latest_closed_time: LATEST,
      head_time: 1_700_000_100,
      lag_seconds: 860,
      missing_seconds: 300,
      missing_candles: 1,
      status: 'red',
      status_reason: 'lagging_no_recent_backfill',
      freshness: 'stale',
      backfill: {
        state: 'idle',
        progress_pct: 100,
        started_at: null,
        updated_at: null,
        reason: null,
        note: null,
        error: null,
        recent: false,
        start_missing_seconds: 0,
        start_missing_candles: 0,
        current_missing_seconds: 0,
        current_missing_candles: 0,
      },
    });
  });

  const at = (sec: number) => fromEpochSec(NOW - sec);
  const decisions: readonly [HealthFacts, string][] = [
    [facts(null), 'red/missing_head'],
    [facts(LATEST + 300), 'yellow/head_ahead_of_closed_window'],
    [facts(LATEST), 'green/up_to_date'],
    [facts(LATEST - 1), 'red/lagging_no_recent_backfill'],
    [facts(LATEST - 300, { state: 'running', updatedAt: at(999) }), 'yellow/backfill_running'],
    [facts(LATEST - 300, { state: 'succeeded', updatedAt: at(120) }), 'yellow/backfill_recent'],
    [facts(LATEST - 300, { state: 'succeeded', updatedAt: at(121) }), 'red/lagging_no_recent_backfill'],
    [facts(LATEST - 300, { state: 'failed', updatedAt: at(1) }), 'red/lagging_no_recent_backfill'],
    [facts(null, { state: 'running' }), 'red/missing_head'],
  ];

  it.each(decisions)('decision %#', (given, expected) => {
    const { status, status_reason: reason } = describeHealth(given);
    expect(`${status}/${reason}`).toBe(expected);
  });

  it('rounds missing candles up, and tells nothing of a series without a head', () => {
    expect(describeHealth(facts(LATEST - 301))).toMatchObject({ missing_seconds: 301, missing_candles: 2 });
    const nothing = { lag_seconds: null, missing_seconds: null, missing_candles: null };
    expect(describeHealth(facts(null))).toMatchObject(nothing);
    expect(describeHealth({ ...facts(null), now: epochMs(0) })).toMatchObject({ expected_latest_closed_time: 0 });
  });

  it.each([
    [10, 4, 60],
    [10, 12, 0],
    [10, 0, 100],
    [0, 0, 100],
    [0, 3, null],
  ])('from %i missing to %i is %j percent', (startMissing, currentMissing, percent) => {
    const { backfill } = describeHealth(facts(LATEST, { startMissing, currentMissing }));
    expect(backfill).toMatchObject({ progress_pct: percent, start_missing_seconds: startMissing * 300 });
  });
});
