import { describe, expect, it } from 'vitest';
import { BTC_1M } from '../../test/fixtures/candles.ts';
import { chartOf, planWith, walkMinutes } from '../../test/fixtures/chart-candles.ts';
import { encode } from '../journal/index.ts';
import type { ChartPayload } from '../model/chart.ts';
import { createChart, foldCandle, headsOf } from './index.ts';

describe('heads of the candles', () => {
  it('taken together are at every candle what the factors hold true', () => {
    for (const majorWindow of [1, 6]) {
      const plan = planWith({ majorWindow, minorWindow: 1, lookbackCandles: 150 });
      const candles = walkMinutes(260, 5 + majorWindow);
      const chart = createChart(BTC_1M, plan);
      const known = new Map<string, ChartPayload>();
      for (const candle of candles) {
        for (const { factor, payload, visibleTime } of foldCandle(chart, plan, candle).heads) {
          expect(visibleTime).toBe(candle.openTime);
          known.set(factor, payload);
        }
        const now = headsOf(chart, plan).map(({ factor, payload }) => [factor, payload]);
        expect(encode(Object.fromEntries(now))).toBe(
          encode(Object.fromEntries(now.map(([factor]) => [factor, known.get(factor as string)]))),
        );
      }
      expect([...known.keys()]).toEqual(expect.arrayContaining(['anchor', 'pen', 'sr']));
    }
  });

  it('are told only when they changed', () => {
    const { steps } = chartOf(walkMinutes(2000, 8), planWith({ majorWindow: 10, minorWindow: 3 }));
    const told = (factor: string): number =>
      steps.filter(({ heads }) => heads.some((head) => head.factor === factor)).length;
    expect(told('zhongshu')).toBeLessThan(100);
    expect(told('sr')).toBeLessThan(300);
  });
});
