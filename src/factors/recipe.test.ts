import { describe, expect, it } from 'vitest';
import { chartOf, flatCandles, planWith } from '../../test/fixtures/chart-candles.ts';
import { epochMs } from '../core/time.ts';
import { encode, parseEncoded } from '../journal/index.ts';
import {
  type Chart,
  type ChartPlan,
  createChart,
  FACTORS,
  type Factor,
  type FactorOutput,
  fingerprintOf,
  foldCandle,
  headsOf,
  orderFactors,
  runnable,
} from './index.ts';
import { pivotFactor } from './pivot/index.ts';

/** What docs/recipes/add-a-factor.md leads to: how many candles passed since the newest major pivot. */
type StalenessState = { candles: number | null };

const staleness: Factor<StalenessState, FactorOutput> = {
  catalog: {
    key: 'staleness',
    label: 'Staleness',
    shown: 'byDefault',
    features: [{ key: 'staleness.alarm', label: 'Alarm', shown: 'byDefault' }],
  },
  dependsOn: [pivotFactor],
  logicVersion: 1,
  start: () => ({ candles: null }),
  fold: (state, tick) => {
    if (tick.read(pivotFactor).majors.length > 0) state.candles = 0;
    else if (state.candles !== null) state.candles++;
    if (state.candles !== 5) return { events: [] };
    const visibleTime = tick.candle.openTime;
    const payload = { sinceTime: tick.candle.openTime, candles: state.candles };
    return { events: [{ factor: 'staleness', kind: 'staleness.alarm', key: `${visibleTime}`, visibleTime, payload }] };
  },
  head: ({ candles }) => (candles === null ? null : { candles }),
  slice: ({ events, head }) =>
    head === null ? null : { history: { alarms: events.map(({ payload }) => payload) }, head },
  draw: (canvas, { events }) => {
    for (const { visibleTime: time } of events) {
      canvas.draw({
        id: 'staleness.alarm',
        reach: 'fixed',
        definition: {
          type: 'marker',
          feature: 'staleness.alarm',
          time,
          position: 'aboveBar',
          color: '#888888',
          shape: 'circle',
          text: '!',
          size: 1,
        },
      });
    }
  },
};

const plan: ChartPlan = {
  ...planWith({ majorWindow: 2, minorWindow: 1 }),
  factors: orderFactors([...FACTORS, runnable(staleness)]),
};
const candles = flatCandles([5, 6, 9, 8, 7, 6, 5, 4, 3, 2, 1]);

describe('a factor added by the recipe', () => {
  it('comes after what it depends on and disturbs nobody', () => {
    const keys = plan.factors.map(({ catalog }) => catalog.key);
    expect(keys.indexOf('staleness')).toBeGreaterThan(keys.indexOf('pivot'));
    const others = planWith({ majorWindow: 2, minorWindow: 1 });
    const events = (each: ChartPlan) => chartOf(candles, each).steps.flatMap((step) => step.events);
    expect(events(plan).filter(({ factor }) => factor !== 'staleness')).toEqual(events(others));
    expect(fingerprintOf(plan)).not.toBe(fingerprintOf(others));
  });

  it('speaks, holds a head, is sliced and draws', () => {
    const { chart, steps } = chartOf(candles, plan);
    const events = steps.flatMap((step) => step.events).filter(({ factor }) => factor === 'staleness');
    expect(events).toHaveLength(1);
    const head = headsOf(chart, plan).find(({ factor }) => factor === 'staleness')?.payload ?? null;
    expect(head).toEqual({ candles: 6 });
    const own = plan.factors.find(({ catalog }) => catalog.key === 'staleness');
    expect(own?.slice({ events, head, time: epochMs(1) })?.history['alarms']).toEqual([events[0]?.payload]);
    expect(chart.overlay.instructions['staleness.alarm']?.definition.type).toBe('marker');
  });

  it('is restored between any two candles', () => {
    const whole = chartOf(candles, plan).steps;
    let chart = createChart(candles[0]?.seriesId as Chart['seriesId'], plan);
    const pieces = candles.map((candle) => {
      chart = parseEncoded<Chart>(encode(chart));
      return foldCandle(chart, plan, candle);
    });
    expect(encode(pieces)).toBe(encode(whole));
  });

  it('is stopped when it reads a factor it did not name', () => {
    const greedy = runnable({ ...staleness, dependsOn: [] });
    const loose = { ...plan, factors: [...FACTORS, greedy] };
    expect(() => chartOf(candles, loose)).toThrow('staleness reads pivot');
  });
});
