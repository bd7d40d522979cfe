import { describe, expect, it } from 'vitest';
import { BTC_1M } from '../../test/fixtures/candles.ts';
import { chartOf, planWith, walkMinutes } from '../../test/fixtures/chart-candles.ts';
import { encode } from '../journal/index.ts';
import { addHead, type ChartPayload, type ToldHead } from '../model/chart.ts';
import { createChart, FACTORS, foldCandle, headsOf } from './index.ts';

describe('heads of the candles', () => {
  it('taken together are at every candle what the factors hold true', () => {
    for (const majorWindow of [1, 6]) {
      const plan = planWith({ majorWindow, minorWindow: 1, lookbackCandles: 150 });
      const candles = walkMinutes(260, 5 + majorWindow);
      const chart = createChart(BTC_1M, plan);
      const known = new Map<string, ChartPayload>();
      const told = new Map<string, ToldHead>();
      for (const candle of candles) {
        for (const head of foldCandle(chart, plan, candle).heads) {
          const { factor } = head;
          expect(head.visibleTime).toBe(candle.openTime);
          const all = addHead(told.get(factor), head);
          told.set(factor, all);
          const apply = FACTORS.find(({ catalog }) => catalog.key === factor)?.headChanges?.apply;
          known.set(factor, apply?.(all.payload, all.changes) ?? all.payload);
        }
        const now = headsOf(chart, plan).map(({ factor, payload }) => [factor, payload]);
        expect(encode(Object.fromEntries(now))).toBe(
          encode(Object.fromEntries(now.map(([factor]) => [factor, known.get(factor as string)]))),
        );
      }
      expect([...known.keys()]).toEqual(expect.arrayContaining(['anchor', 'pen', 'sr']));
    }
  });

  it('of levels are told by what changed: the entries told are in proportion to the changes, not to the levels', () => {
    const { steps } = chartOf(walkMinutes(20_000, 8), planWith({ majorWindow: 5, minorWindow: 3 }));
    const entries = (payload: ChartPayload): number =>
      ['levels', 'removed', 'pivots'].reduce(
        (sum, name) => sum + ((payload[name] as readonly unknown[] | undefined)?.length ?? 0),
        0,
      );
    const heads = steps.flatMap((step) => step.heads.filter(({ factor }) => factor === 'sr'));
    const changes = steps.flatMap((step) => step.events.filter(({ factor }) => factor === 'sr'));
    const told = heads.reduce((sum, { payload }) => sum + entries(payload), 0);
    const changed = changes.reduce((sum, { payload }) => sum + entries(payload), 0);
    expect(heads.length).toBeGreaterThan(1000);
    expect(told).toBeLessThan(2.2 * changed);
  });

  it('are told only when they changed', () => {
    const { steps } = chartOf(walkMinutes(2000, 8), planWith({ majorWindow: 10, minorWindow: 3 }));
    const told = (factor: string): number =>
      steps.filter(({ heads }) => heads.some((head) => head.factor === factor)).length;
    expect(told('zhongshu')).toBeLessThan(100);
    expect(told('sr')).toBeLessThan(300);
  });
});
