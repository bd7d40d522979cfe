import { describe, expect, it } from 'vitest';
import { divergenceWindow, griddedWindow } from './divergence-window.ts';
import { SIGNAL_PROFILES, type TimeframeParams } from './hot-coin-params.ts';

const ladder = SIGNAL_PROFILES[0]?.timeframes as readonly TimeframeParams[];

describe('the window of the divergence book', () => {
  it.each([
    [0, 200, 66, 6],
    [2, 300, 100, 8],
    [3, 400, 133, 11],
  ])('of the reference lags behind a full window of timeframe %i (%i candles)', (index, size, length, lag) => {
    expect(divergenceWindow('parity', ladder[index] as TimeframeParams, size)).toEqual({ length, lag });
  });

  it('of the reference begins with the 61st candle and jumps with the grid', () => {
    expect(griddedWindow(60, 59)).toBeNull();
    const lags = [61, 62, 63, 64, 65, 66, 67, 68].map((size) => griddedWindow(size, size - 1)?.lag);
    expect(lags).toEqual([1, 2, 3, 4, 5, 6, 7, 1]);
  });

  it('of the product ends at the newest candle, is as long as ever, and shorter only for a young listing', () => {
    const hour = ladder[3] as TimeframeParams;
    expect(divergenceWindow('fresh', hour, 59)).toBeNull();
    expect(divergenceWindow('fresh', hour, 60)).toEqual({ length: 60, lag: 0 });
    expect([133, 200, 400].map((size) => divergenceWindow('fresh', hour, size)?.length)).toEqual([133, 133, 133]);
  });
});
