import { describe, expect, it } from 'vitest';
import { BTC_1M } from '../../test/fixtures/candles.ts';
import { planWith, walkMinutes } from '../../test/fixtures/chart-candles.ts';
import { epochMs } from '../core/time.ts';
import { encode } from '../journal/index.ts';
import type { ClosedCandle } from '../model/candle.ts';
import { type Chart, createChart, foldCandle } from './index.ts';
import type { PenOutput } from './pen/index.ts';
import type { SrState } from './sr/index.ts';

type Reading = { readonly candles: number; readonly work: number; readonly ids: number; readonly bytes: number };

const CANDLES = 100_000;

function read(chart: Chart, candles: number): Reading {
  const { steps } = chart.states['sr'] as SrState;
  return {
    candles,
    work: steps.count,
    ids: Object.keys(chart.overlay.instructions).length,
    bytes: encode(chart).length,
  };
}

describe('a hundred thousand candles', () => {
  it('cost work in proportion, and neither the drawings nor the state grow with the history', () => {
    const plan = planWith({ majorWindow: 20, minorWindow: 5 });
    const chart = createChart(BTC_1M, plan);
    const readings: Reading[] = [];
    let drawn = 0;
    // The same ten thousand over and over: a quarter of them is as busy as another.
    const pattern = walkMinutes(10_000, 3);
    for (let index = 0; index < CANDLES; index++) {
      const candle = pattern[index % pattern.length] as ClosedCandle;
      const openTime = epochMs((pattern[0] as ClosedCandle).openTime + index * 60_000);
      drawn += foldCandle(chart, plan, { ...candle, openTime }).drawn.length;
      if ((index + 1) % 25_000 === 0) readings.push(read(chart, index + 1));
    }
    const [quarter, half, most, whole] = readings as [Reading, Reading, Reading, Reading];
    // From the first quarter on every window is full: another quarter costs the same, and a tenth for chance.
    expect(whole.work - most.work).toBeLessThan(1.1 * (half.work - quarter.work));
    // A pivot every ten candles looks at some hundred others: a constant, whatever the history.
    expect(whole.work / CANDLES).toBeLessThan(60);
    expect(drawn).toBeLessThan(2 * CANDLES);
    for (const { ids, bytes } of readings) {
      // The window of 2,000 candles holds at most a marker of each side a candle; here it is far from that.
      expect(ids).toBeLessThan(1500);
      expect(bytes).toBeLessThan(2_000_000);
    }
    expect(whole.bytes).toBeLessThan(1.3 * quarter.bytes);
    expect(whole.ids).toBeLessThan(1.3 * quarter.ids);
  });
});

describe('a price that only falls', () => {
  it('keeps constant state although no opposite pivot ever comes', () => {
    const plan = planWith({ majorWindow: 2, minorWindow: 1, lookbackCandles: 100 });
    const sizes = [5000, 50_000].map((count) => {
      const chart = createChart(BTC_1M, plan);
      for (const [index, candle] of walkMinutes(count, 3).entries()) {
        const price = BigInt(10 ** 9 - index) as unknown as typeof candle.high;
        foldCandle(chart, plan, { ...candle, open: price, high: price, low: price, close: price });
      }
      const output = chart.states['pen'] as unknown as { readonly pivots: PenOutput['confirmed'] };
      return { pivots: output.pivots.length, bytes: encode(chart).length };
    });
    expect(sizes[1]?.pivots).toBe(sizes[0]?.pivots);
    expect(sizes[1]?.bytes).toBeLessThan(1.5 * (sizes[0]?.bytes ?? 0));
  });
});
