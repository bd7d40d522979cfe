/**
 * What a series of closed trades and a curve of equity amount to. Trades in the order they were closed and samples of
 * equity in the order of time go in; figures with their uncertainty and honest warnings come out. Statistics are
 * doubles; money that was booked exactly is summed elsewhere.
 */
import { createRng } from '../core/rng.ts';
import type { EpochMs } from '../core/time.ts';

/** A position from its entry to its last sale, net of every commission. */
export type TradeResult = {
  readonly entryTime: EpochMs;
  readonly exitTime: EpochMs;
  /** Quote units. */
  readonly pnlNet: number;
  /** Quote units that the entry cost. */
  readonly cost: number;
};

/** A range that holds the true mean in 95 of 100 repetitions, as far as the trades at hand tell. */
export type Interval = { readonly low: number; readonly high: number };

/** Figures of the trades; `null` where there are none to say it of. */
export type TradeFigures = {
  readonly trades: number;
  readonly wins: number;
  readonly losses: number;
  readonly winRate: number | null;
  readonly pnlNet: number;
  /** Mean net result of a trade, in quote units and as a fraction of its cost, with the 95 % interval of the mean. */
  readonly expectancy: number | null;
  readonly expectancyInterval: Interval | null;
  readonly expectancyReturn: number | null;
  readonly expectancyReturnInterval: Interval | null;
  readonly averageWin: number | null;
  readonly averageLoss: number | null;
  /** Gains over losses; `null` without losses. */
  readonly profitFactor: number | null;
  readonly best: number | null;
  readonly worst: number | null;
  readonly holdMsMean: number | null;
};

/** Resamples of the bootstrap; the percentile interval changes in its third digit from one thousand to the next. */
const RESAMPLES = 2_000;
/** Fewer trades say next to nothing about the next ones. */
export const TRADES_FEW = 30;
/** Resampling a handful gives a narrow interval that holds the truth far too seldom: none is better than that one. */
export const INTERVAL_TRADES_MIN = 10;

/** The figures; `seed` is that of the resampling, so the same trades give the same interval. */
export function deriveTradeFigures(trades: readonly TradeResult[], seed: number): TradeFigures {
  const results = trades.map(({ pnlNet }) => pnlNet);
  const returns = trades.map(({ pnlNet, cost }) => (cost > 0 ? pnlNet / cost : 0));
  const wins = results.filter((pnl) => pnl > 0);
  const losses = results.filter((pnl) => pnl <= 0);
  const lost = -sum(losses);
  return {
    trades: trades.length,
    wins: wins.length,
    losses: losses.length,
    winRate: trades.length === 0 ? null : wins.length / trades.length,
    pnlNet: sum(results),
    expectancy: meanOf(results),
    expectancyInterval: deriveMeanInterval(results, seed),
    expectancyReturn: meanOf(returns),
    expectancyReturnInterval: deriveMeanInterval(returns, seed),
    averageWin: meanOf(wins),
    averageLoss: meanOf(losses),
    profitFactor: lost > 0 ? sum(wins) / lost : null,
    best: results.length === 0 ? null : Math.max(...results),
    worst: results.length === 0 ? null : Math.min(...results),
    holdMsMean: meanOf(trades.map(({ entryTime, exitTime }) => exitTime - entryTime)),
  };
}

/**
 * The 95 % interval of the mean by the percentile bootstrap (Efron and Tibshirani, 1993, chapter 13), which assumes that
 * trades do not depend on each other; `null` for fewer than ten.
 */
export function deriveMeanInterval(values: readonly number[], seed: number): Interval | null {
  if (values.length < INTERVAL_TRADES_MIN) return null;
  const rng = createRng(seed, 'bootstrap');
  const means = Array.from({ length: RESAMPLES }, () => {
    let total = 0;
    for (let drawn = 0; drawn < values.length; drawn++) total += values[rng.integer(values.length)] as number;
    return total / values.length;
  }).sort((a, b) => a - b);
  const at = (part: number): number => means[Math.round(part * (RESAMPLES - 1))] as number;
  return { low: at(0.025), high: at(0.975) };
}

/** How far equity fell from its highest so far, and when; unrealised results count. */
export type Drawdown = {
  readonly amount: number;
  /** Of the peak before it, 0 to 1. */
  readonly ratio: number;
  readonly peakTime: EpochMs | null;
  readonly lowTime: EpochMs | null;
};

/** The deepest fall of a curve, sample by sample; plain data that mutates in place. */
export type DrawdownWatch = { peak: number; peakTime: EpochMs | null; worst: Drawdown };

/** A watch that has seen nothing. */
export function createDrawdownWatch(): DrawdownWatch {
  return {
    peak: Number.NEGATIVE_INFINITY,
    peakTime: null,
    worst: { amount: 0, ratio: 0, peakTime: null, lowTime: null },
  };
}

/** Takes the next sample of equity. */
export function foldEquity(watch: DrawdownWatch, time: EpochMs, equity: number): void {
  if (equity > watch.peak) {
    watch.peak = equity;
    watch.peakTime = time;
    return;
  }
  const ratio = watch.peak > 0 ? (watch.peak - equity) / watch.peak : 0;
  if (ratio <= watch.worst.ratio) return;
  watch.worst = { amount: watch.peak - equity, ratio, peakTime: watch.peakTime, lowTime: time };
}

/** What a reader must know before believing the figures. */
export function warnAboutTrades(figures: TradeFigures, days: number): readonly string[] {
  const warnings: string[] = [];
  if (figures.trades < TRADES_FEW) {
    warnings.push(`${figures.trades} trades are too few to tell skill from luck: at least ${TRADES_FEW} are needed`);
  }
  const interval = figures.expectancyInterval;
  if (interval !== null && interval.low <= 0 && interval.high >= 0) {
    warnings.push('the interval of the expectancy holds zero: these trades do not show that the rules earn anything');
  }
  if (days < 30) warnings.push(`${days.toFixed(1)} days are one kind of market: nothing here tells of another one`);
  return warnings;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}
