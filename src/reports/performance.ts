/**
 * What a series of closed trades and a curve of equity amount to. Trades in the order they were closed and samples of
 * equity in the order of time go in; figures with their uncertainty and honest warnings come out. Statistics are
 * doubles; money that was booked exactly is summed elsewhere.
 */
import { deriveExpectancy } from '../core/expectancy.ts';
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

/**
 * A range that holds the true mean in 95 of 100 repetitions, as far as the trades at hand tell: whole stretches of time are
 * resampled, since trades of the same hours share their luck (`core/expectancy.ts`).
 */
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
const LEVEL = 0.95;
/** Trades that began in one such stretch share their luck; it is longer where a trade lasted longer. */
const BLOCK_MS_MIN = 3_600_000;
/** Fewer trades say next to nothing about the next ones. */
export const TRADES_FEW = 30;

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
    expectancyInterval: intervalOf(trades, results, seed),
    expectancyReturn: meanOf(returns),
    expectancyReturnInterval: intervalOf(trades, returns, seed),
    averageWin: meanOf(wins),
    averageLoss: meanOf(losses),
    profitFactor: lost > 0 ? sum(wins) / lost : null,
    best: results.length === 0 ? null : Math.max(...results),
    worst: results.length === 0 ? null : Math.min(...results),
    holdMsMean: meanOf(trades.map(({ entryTime, exitTime }) => exitTime - entryTime)),
  };
}

/** `null` where the trades began in fewer than ten stretches of time. */
function intervalOf(trades: readonly TradeResult[], values: readonly number[], seed: number): Interval | null {
  const blockMs = Math.max(BLOCK_MS_MIN, ...trades.map(({ entryTime, exitTime }) => exitTime - entryTime));
  const results = trades.map(({ entryTime: time }, at) => ({ time, net: values[at] as number }));
  return deriveExpectancy(results, { blockMs, resamples: RESAMPLES, level: LEVEL, seed })?.interval ?? null;
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
  if (interval === null && figures.trades >= TRADES_FEW) {
    warnings.push(`${figures.trades} trades began in too few stretches of time to say how sure their mean is`);
  }
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
