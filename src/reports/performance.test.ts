import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../core/time.ts';
import {
  createDrawdownWatch,
  deriveMeanInterval,
  deriveTradeFigures,
  foldEquity,
  type TradeResult,
  warnAboutTrades,
} from './performance.ts';

const START = 1_750_000_000_000;

function trades(results: readonly number[]): readonly TradeResult[] {
  return results.map((pnlNet, index) => ({
    entryTime: epochMs(START + index * 60_000),
    exitTime: epochMs(START + index * 60_000 + 30_000),
    pnlNet,
    cost: 100,
  }));
}

describe('figures of trades', () => {
  it('add up wins and losses, and a trade that earned nothing is no win', () => {
    const figures = deriveTradeFigures(trades([10, -4, 0, 6]), 1);
    expect(figures).toMatchObject({ trades: 4, wins: 2, losses: 2, winRate: 0.5, pnlNet: 12, expectancy: 3 });
    expect(figures).toMatchObject({ expectancyReturn: 0.03, averageWin: 8, averageLoss: -2, profitFactor: 4 });
    expect(figures).toMatchObject({ best: 10, worst: -4, holdMsMean: 30_000 });
  });

  it('say nothing where there is nothing to say it of', () => {
    const figures = deriveTradeFigures([], 1);
    expect(figures).toMatchObject({ trades: 0, winRate: null, expectancy: null, expectancyInterval: null, best: null });
    expect(deriveMeanInterval([5, 4, 5, 6, 5, 4, 5, 6, 5], 1), 'nine trades have no interval').toBeNull();
  });

  it('have an interval that holds their mean and is the same for the same seed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 10, maxLength: 60 }),
        (values) => {
          const interval = deriveMeanInterval(values, 3);
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          expect(interval?.low).toBeLessThanOrEqual(
            mean + 1e-6 + 0.5 * Math.abs((interval?.high ?? 0) - (interval?.low ?? 0)),
          );
          expect(interval?.high).toBeGreaterThanOrEqual(
            mean - 1e-6 - 0.5 * Math.abs((interval?.high ?? 0) - (interval?.low ?? 0)),
          );
          expect(deriveMeanInterval(values, 3)).toEqual(interval);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('narrow the interval as trades grow in number, as one over the root of it', () => {
    const width = (count: number): number => {
      const interval = deriveMeanInterval(
        Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 1 : -1)),
        5,
      );
      return (interval?.high ?? 0) - (interval?.low ?? 0);
    };
    expect(width(400) / width(100)).toBeGreaterThan(0.4);
    expect(width(400) / width(100)).toBeLessThan(0.6);
  });
});

describe('drawdown', () => {
  it('is the deepest fall from the highest before it, as a share of that', () => {
    const watch = createDrawdownWatch();
    for (const [index, equity] of [100, 120, 90, 130, 110].entries()) foldEquity(watch, epochMs(START + index), equity);
    expect(watch.worst).toEqual({ amount: 30, ratio: 0.25, peakTime: START + 1, lowTime: START + 2 });
  });
});

describe('warnings', () => {
  it('name few trades, an interval with zero in it, and a short stretch', () => {
    expect(warnAboutTrades(deriveTradeFigures(trades([1, -1, 1, -1, 1, -1, 1, -1, 1, -1]), 1), 2)).toHaveLength(3);
    const steady = trades(Array.from({ length: 60 }, (_, index) => 5 + (index % 3)));
    expect(warnAboutTrades(deriveTradeFigures(steady, 1), 90)).toEqual([]);
  });
});
