import { describe, expect, it } from 'vitest';
import { candleAt, freshSeries, minutesFrom } from '../../test/fixtures/api-server.ts';
import { createMemoryCandleStore } from '../adapters/memory/memory-candle-store.ts';
import { fromEpochSec } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { SeriesId } from '../model/series.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import { describeGaps } from './series-gaps.ts';

const T = 1_700_000_100;
const ID = freshSeries('GAPS');
const FIVE = freshSeries('GAPS', '5m');

async function stored(...candles: readonly ClosedCandle[]): Promise<CandleStore> {
  const store = createMemoryCandleStore();
  await store.save({ candles, gaps: [] });
  return store;
}

function describeIn(store: CandleStore, seriesId: SeriesId, more: { gapsMax?: number; bucketsMax?: number } = {}) {
  return describeGaps(store, { seriesId, now: fromEpochSec(T + 6_000), gapsMax: 5, bucketsMax: 8, ...more });
}

describe('the holes of a series', () => {
  it('are where neighbours are farther apart than a period, the newest first', async () => {
    const offsets = [0, 60, 240, 300, 301, 420];
    const store = await stored(...offsets.map((offset) => candleAt(ID, T + offset)));
    const gap = (from: number, to: number, missing: number) => {
      return { prev_time: T + from, next_time: T + to, delta_seconds: to - from, missing_candles: missing };
    };
    expect(await describeIn(store, ID)).toEqual({
      series_id: ID,
      timeframe_seconds: 60,
      now_time: T + 6_000,
      first_time: T,
      head_time: T + 420,
      lag_seconds: 5_580,
      candle_count: 6,
      gap_count: 2,
      max_gap_seconds: 180,
      recent_gaps: [gap(301, 420, 0), gap(60, 240, 2)],
      base_series_id: ID,
      base_bucket_completeness: [],
    });
    expect((await describeIn(store, ID, { gapsMax: 1 })).recent_gaps).toEqual([gap(301, 420, 0)]);
  });

  it('are found across pages', async () => {
    const candles = minutesFrom(ID, T, 12_000).filter((_, index) => index !== 5_000 && index !== 9_999);
    expect(await describeIn(await stored(...candles), ID)).toMatchObject({
      gap_count: 2,
      recent_gaps: [{ prev_time: T + 9_998 * 60 }, { prev_time: T + 4_999 * 60 }],
    });
  });

  it('are none in a long series with as many candles as it must have', async () => {
    const store = await stored(...minutesFrom(ID, T, 50_001));
    expect(await describeIn(store, ID)).toMatchObject({ candle_count: 50_001, gap_count: 0, max_gap_seconds: null });
  });

  it('are none in an empty series', async () => {
    const nothing = { first_time: null, head_time: null, lag_seconds: null, candle_count: 0, gap_count: 0 };
    expect(await describeIn(await stored(), FIVE)).toMatchObject({ ...nothing, base_bucket_completeness: [] });
  });
});

describe('the buckets of a derived series', () => {
  const bucket = (offset: number, actual: number) => {
    const missing = 5 - actual;
    return { bucket_open_time: T + offset, expected_minutes: 5, actual_minutes: actual, missing_minutes: missing };
  };

  it('count the minutes of its base up to the newest one, ascending', async () => {
    const store = await stored(...minutesFrom(ID, T, 23).filter((_, index) => index < 6 || index > 14));
    const { base_bucket_completeness: buckets, base_series_id: base } = await describeIn(store, FIVE);
    expect(base).toBe(ID);
    expect(buckets).toEqual([bucket(0, 5), bucket(300, 1), bucket(600, 0), bucket(900, 5), bucket(1_200, 3)]);
    const two = await describeIn(store, FIVE, { bucketsMax: 2 });
    expect(two.base_bucket_completeness).toEqual([bucket(900, 5), bucket(1_200, 3)]);
  });
});
