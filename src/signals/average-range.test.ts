import { describe, expect, it } from 'vitest';
import { epochMs } from '../core/time.ts';
import { timeframe } from '../model/timeframe.ts';
import { averageRange, createSignalWorker, foldPlainCandle, SIGNAL_PROFILES, type SignalWorkerState } from './index.ts';

const FIFTEEN = timeframe('15m');
const START = 1_767_225_600_000;

function worker(candles: number, height: number): SignalWorkerState {
  const state = createSignalWorker('binance:spot:A/USDT', SIGNAL_PROFILES[0] as (typeof SIGNAL_PROFILES)[number]);
  for (let index = 0; index < candles; index++) {
    const openTime = epochMs(START + index * 900_000);
    foldPlainCandle(state, FIFTEEN, { openTime, open: 0.5, high: 0.5 + height, low: 0.5, close: 0.5, volume: 10 });
  }
  return state;
}

describe('the average range of a timeframe', () => {
  it('is in price units, whatever units the rules compute in', () => {
    expect(averageRange(worker(60, 0.02), { timeframe: FIFTEEN, period: 14 })).toBeCloseTo(0.02, 12);
  });

  it('is known from the fourteenth candle on', () => {
    expect(averageRange(worker(13, 0.02), { timeframe: FIFTEEN, period: 14 })).toBeNull();
    expect(averageRange(worker(14, 0.02), { timeframe: FIFTEEN, period: 14 })).toBeCloseTo(0.02, 12);
  });

  it('is unknown without a candle, and for a timeframe that is not judged', () => {
    expect(averageRange(worker(0, 1), { timeframe: FIFTEEN, period: 14 })).toBeNull();
    expect(averageRange(worker(60, 1), { timeframe: timeframe('1d'), period: 14 })).toBeNull();
  });
});
