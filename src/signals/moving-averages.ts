/**
 * Book 2, moving averages: Granville's eight rules on MA20, and the arrangements, crosses and valleys of MA5 to MA60.
 */
import type { Score, ScoreSide } from '../model/signal.ts';
import {
  ABOVE_5_20,
  BELOW_5_10,
  BELOW_5_20,
  BONDED,
  DOWN_5_20,
  DOWN_10_20,
  DOWN_CLOSE,
  hasFact,
  SHORT_SILVER,
  spreadPercent,
  UP_5_20,
  UP_10_20,
  UP_CLOSE,
  VALLEY_CROSSES,
} from './ma-facts.ts';
import { Tally } from './reason.ts';
import type { Series } from './series-state.ts';

/** The averages and facts of the newest candle. */
type Averages = {
  readonly series: Series;
  readonly f: number;
  readonly m: number;
  readonly s: number;
  readonly t: number;
  readonly u: number;
  readonly facts: number;
  readonly isBull: boolean;
  readonly isBear: boolean;
};

/** 0.3 times 1.5 in doubles, as the reference has it. */
const BOND_BREAK_PERCENT = 0.3 * 1.5;

/** The book's score at the newest candle. */
export function scoreMovingAverages(series: Series): Score {
  const averages = readAverages(series);
  const tally = new Tally();
  scoreGranville(tally, averages);
  scoreCrosses(tally, averages);
  scoreValleys(tally, averages);
  scoreSupports(tally, averages);
  scoreBonds(tally, averages);
  tally.cap(100);
  return tally.toScore();
}

function readAverages(series: Series): Averages {
  const { at, ma5, ma10, ma20, ma30, ma60, maFacts } = series.columns;
  const f = ma5[at] as number;
  const m = ma10[at] as number;
  const s = ma20[at] as number;
  const rest = { t: ma30[at] as number, u: ma60[at] as number, facts: maFacts[at] as number };
  return { series, f, m, s, ...rest, isBull: f > m && m > s, isBear: f < m && m < s };
}

/** Slope of MA20 over five candles in percent, `lag` candles back; NaN where the window does not reach. */
function slopeAt({ columns, size }: Series, lag: number): number {
  if (size <= 5 + lag) return Number.NaN;
  const now = columns.ma20[columns.at - lag] as number;
  const before = columns.ma20[columns.at - lag - 5] as number;
  return (100 * (now - before)) / before;
}

/** The eight rules speak with one voice: what points the other way is taken off first. */
function scoreGranville(tally: Tally, { series, s, facts }: Averages): void {
  const { columns, size } = series;
  const { at, close } = columns;
  const now = close[at] as number;
  const before = size > 1 ? (close[at - 1] as number) : Number.NaN;
  const meanBefore = size > 1 ? (columns.ma20[at - 1] as number) : Number.NaN;
  const distance = (100 * (now - s)) / s;
  const slope = slopeAt(series, 0);
  const slopeBefore = slopeAt(series, 1);
  const rising = slope > 0.1;
  const falling = slope < -0.1;
  const flat = Math.abs(slope) < 0.1;
  const dipped = hasFact(columns.maFacts, DOWN_CLOSE, { from: at - Math.min(3, size - 1), to: at - 1 });
  const fired: readonly (readonly [string, boolean, number])[] = [
    ['1', (facts & UP_CLOSE) !== 0 && (rising || flat), 25],
    ['2', now > s && before > meanBefore && Math.abs(distance) < 1.5 && now > before && rising, 20],
    ['3', now > s && dipped && rising, 15],
    ['4', distance < -3 && slopeBefore < -0.1, 30],
    ['5', distance > 3 && slopeBefore > 0.1, -30],
    ['6', (facts & DOWN_CLOSE) !== 0 && (falling || flat), -25],
    ['7', now < s && before < meanBefore && distance > -1.5 && distance < 0 && now < before && falling, -20],
    ['8', now > s && distance < 1 && falling, -15],
  ];
  let sum = 0;
  for (const [rule, holds, points] of fired) {
    if (!holds) continue;
    sum += points;
    tally.give(points > 0 ? 'buy' : 'sell', `averages.granville${rule}`, Math.abs(points));
  }
  tally.set('buy', 'averages.granvilleAgainst', Math.max(0, Math.min(sum, 100)));
  tally.set('sell', 'averages.granvilleAgainst', Math.max(0, Math.min(-sum, 100)));
}

function scoreCrosses(tally: Tally, { series, s, u, facts, isBull, isBear }: Averages): void {
  if (isBull && s > u) tally.give('buy', 'averages.arrangement', 15);
  if (isBear && s < u) tally.give('sell', 'averages.arrangement', 15);
  if ((facts & UP_5_20) !== 0) tally.give('buy', 'averages.cross5over20', 20);
  if ((facts & DOWN_5_20) !== 0) tally.give('sell', 'averages.cross5under20', 20);
  if ((facts & UP_10_20) !== 0) tally.give('buy', 'averages.cross10over20', 15);
  if ((facts & DOWN_10_20) !== 0) tally.give('sell', 'averages.cross10under20', 15);
  if ((facts & UP_5_20) !== 0 && heldFor(series, BELOW_5_20)) tally.give('buy', 'averages.firstCross', 30);
  if ((facts & DOWN_5_20) !== 0 && heldFor(series, ABOVE_5_20)) tally.give('sell', 'averages.firstCross', 30);
}

/** Whether the fact held at each of the candles 5 to 24 back. */
function heldFor({ columns, size }: Series, fact: number): boolean {
  if (size <= 24) return false;
  for (let lag = 5; lag <= 24; lag++) {
    if (((columns.maFacts[columns.at - lag] as number) & fact) === 0) return false;
  }
  return true;
}

/** Candles that a valley looks back over. */
const VALLEY = 30;

function scoreValleys(tally: Tally, { series, isBull, isBear }: Averages): void {
  const { columns, size } = series;
  const { at, maFacts, ma20 } = columns;
  if (isBull && size > 20) {
    const silvers = { from: at - Math.min(59, size - 1), to: at - 20 };
    const crossedBack = hasFact(maFacts, BELOW_5_10, { from: at - Math.min(29, size - 1), to: at - 5 });
    if (crossedBack && hasFact(maFacts, SHORT_SILVER, silvers)) tally.give('buy', 'averages.goldValley', 35);
  }
  if (size <= VALLEY) return;
  const then = ma20[at - VALLEY] as number;
  const before = ma20[at - 1] as number;
  const recent = { from: at - VALLEY + 1, to: at };
  if (isBull && then > before && hasFact(maFacts, VALLEY_CROSSES, recent)) {
    tally.give('buy', 'averages.silverValley', 25);
  }
  if (isBear && then < before && hasFact(maFacts, DOWN_5_20 | DOWN_10_20, recent)) {
    tally.give('sell', 'averages.deathValley', 35);
  }
}

/** A candle through three averages, and a dip that the averages hold. */
function scoreSupports(tally: Tally, { series, f, m, s, t, u, isBull }: Averages): void {
  const { columns, size } = series;
  const { at } = columns;
  const open = columns.open[at] as number;
  const close = columns.close[at] as number;
  if ((close - open) / open > 0.02) {
    const crossed = [f, m, s, t, u].filter((mean) => open < mean && mean < close).length;
    if (crossed >= 3) tally.give('buy', 'averages.dragon', 30);
  }
  const isOnCloud = isBull && m < close && close < f && (100 * Math.abs(m - s)) / s < 1.5;
  if (isOnCloud && size > 10 && (columns.close[at - 10] as number) < close) tally.give('buy', 'averages.cloud', 20);
}

/** Averages that lay together and part, or lie together now. */
function scoreBonds(tally: Tally, { series, f, m, s, t, u }: Averages): void {
  const { columns, size } = series;
  const { at } = columns;
  const percent = (100 * (f - t)) / t;
  const side: ScoreSide = percent > 0 ? 'buy' : 'sell';
  const bonded = { from: at - Math.min(10, size - 1), to: at - 1 };
  if (Math.abs(percent) > BOND_BREAK_PERCENT && hasFact(columns.maFacts, BONDED, bonded)) {
    tally.give(side, 'averages.bondBreak', 25);
  }
  if (spreadPercent([f, m, s, t, u]) < 0.5) {
    tally.give('buy', 'averages.convergence', 5);
    tally.give('sell', 'averages.convergence', 5);
  }
}
