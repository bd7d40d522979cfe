/**
 * Book 1, divergence: price goes further while momentum does not. The analysis looks at its window only; the trend of
 * the newest candles raises what goes with it, and a fast MACD on the same side confirms.
 */
import type { Score, ScoreSide } from '../model/signal.ts';
import { analyseDivergence, type DivergenceRecord, type DivergenceSide } from './divergence-analysis.ts';
import { type DivergenceWindow, divergenceWindow } from './divergence-window.ts';
import { scaledDistance } from './price-scale.ts';
import { NO_SCORE, Tally } from './reason.ts';
import type { Series } from './series-state.ts';

/** Points of the rules that differ by side. */
const POINTS = {
  sell: { area: 12, strengthShare: 0.2, trendFactor: 1.3 },
  buy: { area: 10, strengthShare: 0.15, trendFactor: 1.2 },
} as const;

/** The analysis that counts at the newest candle, or `null` while there are too few candles. */
export function divergenceRecord(series: Series, window: DivergenceWindow | null): DivergenceRecord | null {
  if (window === null) return null;
  const { columns, profile, factor } = series;
  const end = columns.at - window.lag;
  const close = columns.close[end] as number;
  const distance = scaledDistance(profile.zeroReturn, close, factor);
  return analyseDivergence({ columns, from: end - window.length + 1, length: window.length }, distance);
}

/** The book's score at the newest candle. */
export function scoreDivergence(series: Series): Score {
  const { profile, params, size } = series;
  return scoreRecord(series, divergenceRecord(series, divergenceWindow(profile.divergenceLag, params, size)));
}

/** The score of a record at the newest candle. */
export function scoreRecord(series: Series, record: DivergenceRecord | null): Score {
  if (record === null) return NO_SCORE;
  const tally = new Tally();
  scoreSide(tally, 'sell', record.top);
  scoreSide(tally, 'buy', record.bottom);
  followTrend(tally, series);
  confirm(tally, series);
  return tally.toScore();
}

function scoreSide(tally: Tally, side: ScoreSide, found: DivergenceSide): void {
  const points = POINTS[side];
  if (found.separated >= 2) tally.give(side, 'divergence.separatedTwice', 30);
  else if (found.separated >= 1 || found.separatedPeaks >= 1) tally.give(side, 'divergence.separated', 18);
  if (found.areas >= 1) tally.give(side, 'divergence.area', points.area);
  if (found.difs >= 1) tally.give(side, 'divergence.dif', 8);
  if (found.isExhausted) tally.give(side, 'divergence.exhausted', 18);
  if (found.zeroReturns >= 1) tally.give(side, 'divergence.zeroReturn', 10);
  if (found.strength >= 20) tally.give(side, 'divergence.strength', points.strengthShare * found.strength);
}

/** Means of the closes before the newest candle; known from the 31st candle on. */
function followTrend(tally: Tally, { columns, size }: Series): void {
  if (size <= 30) return;
  const short = columns.ma5[columns.at - 1] as number;
  const long = columns.ma20[columns.at - 1] as number;
  if (short < 0.99 * long) {
    tally.set('sell', 'divergence.withDowntrend', Math.trunc(POINTS.sell.trendFactor * tally.sell));
  }
  if (short > 1.01 * long) tally.set('buy', 'divergence.withUptrend', Math.trunc(POINTS.buy.trendFactor * tally.buy));
}

function confirm(tally: Tally, { profile, newest }: Series): void {
  if (profile.fastMacd === null) return;
  const { fastDif, fastDea } = newest;
  if (tally.sell > 0 && fastDif < fastDea) tally.give('sell', 'divergence.fastMacd', 8);
  if (tally.buy > 0 && fastDif > fastDea) tally.give('buy', 'divergence.fastMacd', 8);
}
