import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutesArbitrary } from '../../test/fixtures/candles.ts';
import { chartOf, planWith, recordedMinutes, walkMinutes } from '../../test/fixtures/chart-candles.ts';
import { describeWithData } from '../../test/fixtures/shared-data.ts';
import { encode, parseEncoded } from '../journal/index.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { ChartValue } from '../model/chart.ts';
import { type Chart, type ChartPlan, type ChartStep, createChart, FACTORS, foldCandle } from './index.ts';

const START = Date.UTC(2024, 0, 1);

/** Folds in pieces, each from a state that was written down and read again. */
function foldInPieces(
  candles: readonly ClosedCandle[],
  plan: ChartPlan,
  cuts: readonly number[],
): readonly ChartStep[] {
  let chart = createChart(candles[0]?.seriesId as ClosedCandle['seriesId'], plan);
  return candles.map((candle, index) => {
    if (cuts.includes(index)) chart = parseEncoded<Chart>(encode(chart));
    return foldCandle(chart, plan, candle);
  });
}

/** Every time in a value whose name says that it is one. */
function timesIn(value: ChartValue, name = ''): number[] {
  if (Array.isArray(value)) return value.flatMap((each: ChartValue) => timesIn(each, name.replace(/s$/, '')));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, part]) => timesIn(part, key));
  return /(^t|T)ime$/.test(name) && typeof value === 'number' ? [value] : [];
}

function expectNoLookAhead(candles: readonly ClosedCandle[], plan: ChartPlan, cut: number): void {
  const { steps, chart } = chartOf(candles, plan);
  // Nothing speaks of a time after the candle that made it known.
  for (const [index, { events }] of steps.entries()) {
    for (const event of events) {
      expect(event.visibleTime).toBe(candles[index]?.openTime);
      expect(Math.max(...timesIn(event.payload))).toBeLessThanOrEqual(event.visibleTime);
    }
  }
  // Another future, or none, changes nothing of the past.
  const head = candles.slice(0, cut);
  const last = head.at(-1);
  expect(encode(chartOf(head, plan, chart.seriesId).steps)).toBe(encode(steps.slice(0, cut)));
  if (last === undefined) return;
  const otherFuture = walkMinutes(120, cut, last.openTime + 60_000).map((candle) => ({
    ...candle,
    seriesId: last.seriesId,
  }));
  expect(encode(chartOf([...head, ...otherFuture], plan).steps.slice(0, cut))).toBe(encode(steps.slice(0, cut)));
  // Stopping and going on anywhere gives the same bytes.
  expect(encode(foldInPieces(candles, plan, [1, cut, cut + 1, candles.length - 1]))).toBe(encode(steps));
}

describe('no factor looks ahead', () => {
  it('on any prices, cut and restarted anywhere', () => {
    fc.assert(
      fc.property(
        minutesArbitrary(START, { min: 100, max: 200 }),
        fc.nat(199),
        fc.constantFrom([2, 1], [3, 2], [8, 3]),
        (candles, at, [majorWindow, minorWindow]) => {
          const plan = planWith({
            majorWindow: majorWindow as number,
            minorWindow: minorWindow as number,
            overlayCandles: 60,
          });
          expectNoLookAhead(candles, plan, at % candles.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('on a long generated walk', () => {
    expectNoLookAhead(walkMinutes(3000, 11), planWith({ majorWindow: 10, minorWindow: 3, overlayCandles: 500 }), 1777);
  });

  it.each(FACTORS.map(({ catalog }) => catalog.key))('and %s says the same however the history is divided', (name) => {
    const plan = planWith({ majorWindow: 4, minorWindow: 2 });
    const candles = walkMinutes(800, 5);
    const own = (steps: readonly ChartStep[]) =>
      steps.flatMap(({ events }) => events.filter(({ factor }) => factor === name));
    const whole = own(chartOf(candles, plan).steps);
    expect(whole.length).toBeGreaterThan(3);
    for (const size of [1, 7, 256, 1000]) {
      const cuts = candles.map((_, index) => index).filter((index) => index % size === 0);
      expect(encode(own(foldInPieces(candles, plan, size === 1 ? cuts.slice(0, 120) : cuts)))).toBe(encode(whole));
    }
  });
});

describeWithData('no factor looks ahead on recorded minutes', () => {
  it.each([
    ['BTC, March 2024', 'klines/spot-vision/BTCUSDT-1m-20240301-20240430.csv.gz'],
    ['DOGE, April 2021', 'klines/spot-doge-may2021/DOGEUSDT-1m-20210420-20210520.csv.gz'],
  ])('%s', (_name, file) => {
    const candles = recordedMinutes(file, 6000);
    expectNoLookAhead(candles, planWith(), 4321);
    expectNoLookAhead(candles.slice(0, 1500), planWith({ majorWindow: 5, minorWindow: 2 }), 1234);
  });
});
