import { describe, expect, it } from 'vitest';
import { epochMs } from '../core/time.ts';
import {
  createDrawdownWatch,
  deriveTradeFigures,
  foldEquity,
  type TradeResult,
  warnAboutTrades,
} from './performance.ts';

const HOUR_MS = 3_600_000;
const START = 1_749_999_600_000;

function trades(results: readonly number[], everyMs = 60_000, start = START): readonly TradeResult[] {
  return results.map((pnlNet, index) => ({
    entryTime: epochMs(start + index * everyMs),
    exitTime: epochMs(start + index * everyMs + 30_000),
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
  });

  it('have an interval about their mean, the same for the same seed, and none from fewer than ten hours', () => {
    const spread = Array.from({ length: 12 }, (_, index) => (index % 3) - 1);
    const apart = deriveTradeFigures(trades(spread, HOUR_MS), 3);
    const { low, high } = apart.expectancyInterval ?? expect.unreachable('no interval');
    expect([low < 0, high > 0]).toEqual([true, true]);
    expect(apart.expectancyReturnInterval?.low).toBeCloseTo(low / 100, 12);
    expect(apart.expectancyReturnInterval?.high).toBeCloseTo(high / 100, 12);
    expect(deriveTradeFigures(trades(spread, HOUR_MS), 3)).toEqual(apart);
    expect(deriveTradeFigures(trades(spread), 3).expectancyInterval, 'twelve trades of one hour').toBeNull();
  });

  it('bug: the interval of trades that shared their luck is not that of as many that did not', () => {
    const luck = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 1 : -1));
    const width = (results: readonly TradeResult[]): number => {
      const { low, high } = deriveTradeFigures(results, 5).expectancyInterval ?? expect.unreachable('no interval');
      return high - low;
    };
    const together = luck.flatMap((net, hour) => trades(Array(15).fill(net), 60_000, START + hour * HOUR_MS));
    const alone = trades(
      Array.from({ length: 300 }, (_, index) => luck[index % 20] as number),
      HOUR_MS,
    );
    expect(width(together) / width(alone)).toBeGreaterThan(3);
  });

  it('take a stretch as long as the longest trade for one piece of luck', () => {
    const long = trades(Array(40).fill(1), HOUR_MS).map((trade) => ({
      ...trade,
      exitTime: epochMs(trade.entryTime + 5 * HOUR_MS),
    }));
    expect(deriveTradeFigures(long, 1).expectancyInterval, 'eight or nine stretches of five hours').toBeNull();
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
    expect(
      warnAboutTrades(deriveTradeFigures(trades([1, -1, 1, -1, 1, -1, 1, -1, 1, -1], HOUR_MS), 1), 2),
    ).toHaveLength(3);
    const steady = trades(
      Array.from({ length: 60 }, (_, index) => 5 + (index % 3)),
      HOUR_MS,
    );
    expect(warnAboutTrades(deriveTradeFigures(steady, 1), 90)).toEqual([]);
    const burst = deriveTradeFigures(trades(Array(60).fill(5)), 1);
    expect(warnAboutTrades(burst, 90)).toEqual([expect.stringMatching(/60 trades.*too few stretches/)]);
  });
});
