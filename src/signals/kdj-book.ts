/**
 * Book 6, KDJ: overbought and oversold, crosses, their repetition, and divergence of K from the close. Scored from the
 * 16th candle on; sides that three or more rules agree on gain 15 %.
 */
import type { Score, ScoreSide } from '../model/signal.ts';
import { NO_SCORE, Tally } from './reason.ts';
import type { Series } from './series-state.ts';

const FIRST_SCORED = 16;

/** KDJ of the newest candles, and how many rules spoke for each side. */
type Reading = {
  readonly series: Series;
  readonly tally: Tally;
  readonly voices: { sell: number; buy: number };
  readonly k: number;
  readonly d: number;
  readonly j: number;
  /** K three candles ago. */
  readonly k3: number;
  readonly isUp: boolean;
  readonly isDown: boolean;
};

/** The book's score at the newest candle. */
export function scoreKdj(series: Series): Score {
  if (series.size < FIRST_SCORED) return NO_SCORE;
  const reading = read(series);
  scoreZones(reading);
  scoreCrosses(reading);
  scoreDivergence(reading);
  scoreBars(reading);
  scoreRepetition(reading);
  scoreBluntness(reading);
  scoreSecondWind(reading);
  scoreSlope(reading);
  const { tally, voices } = reading;
  if (voices.sell >= 3) tally.set('sell', 'kdj.agreement', tally.sell * 1.15);
  if (voices.buy >= 3) tally.set('buy', 'kdj.agreement', tally.buy * 1.15);
  tally.cap(100);
  return tally.toScore();
}

function read(series: Series): Reading {
  const { columns, newest } = series;
  const { at, k, d } = columns;
  return {
    series,
    tally: new Tally(),
    voices: { sell: 0, buy: 0 },
    k: k[at] as number,
    d: d[at] as number,
    j: newest.j,
    k3: k[at - 3] as number,
    isUp: crossAt(series, at) === 'buy',
    isDown: crossAt(series, at) === 'sell',
  };
}

/** `buy` where K crossed above D at that place, `sell` where below. */
function crossAt({ columns }: Series, at: number): ScoreSide | null {
  const { k, d } = columns;
  const now = (k[at] as number) - (d[at] as number);
  const before = (k[at - 1] as number) - (d[at - 1] as number);
  if (now > 0 && before <= 0) return 'buy';
  return now < 0 && before >= 0 ? 'sell' : null;
}

/** A rule that counts as a voice of its side. */
function speak({ tally, voices }: Reading, side: ScoreSide, [rule, points]: readonly [string, number]): void {
  tally.give(side, rule, points);
  voices[side]++;
}

function scoreZones(reading: Reading): void {
  const { k, d, j, k3, series } = reading;
  if (k > 80 && d > 75) {
    speak(reading, 'sell', ['kdj.overbought', 10]);
    if (j > 100) speak(reading, 'sell', ['kdj.overboughtJ', 5]);
  }
  if (k < 20 && d < 25) {
    speak(reading, 'buy', ['kdj.oversold', 10]);
    if (j < 0) speak(reading, 'buy', ['kdj.oversoldJ', 5]);
  }
  if (k > 50 && k3 < 50) speak(reading, 'buy', ['kdj.throughMiddle', 8]);
  if (k < 50 && k3 > 50) speak(reading, 'sell', ['kdj.throughMiddle', 8]);
  const before = series.columns.k[series.columns.at - 1] as number;
  if (j > 110 && before > k) speak(reading, 'sell', ['kdj.turnFromTop', 8]);
  if (j < -10 && before < k) speak(reading, 'buy', ['kdj.turnFromBottom', 8]);
}

function scoreCrosses(reading: Reading): void {
  const { k, d, isUp, isDown } = reading;
  if (isUp) speak(reading, 'buy', ['kdj.cross', crossPoints([k < 20 && d < 25, k < 50, k < 80])]);
  if (isDown) speak(reading, 'sell', ['kdj.cross', crossPoints([k > 80 && d > 75, k > 50, k > 20])]);
}

/** The better the place of a cross, the more it is worth; the first place that holds counts. */
function crossPoints(places: readonly [boolean, boolean, boolean]): number {
  const place = places.indexOf(true);
  return place < 0 ? 5 : ([30, 20, 10][place] as number);
}

/** The close is back at its extreme of 30 candles and K is not. */
function scoreDivergence(reading: Reading): void {
  const { series, k } = reading;
  if (series.size <= 35) return;
  const { at, close, k: ks } = series.columns;
  let top = at - 30;
  let bottom = at - 30;
  for (let candle = at - 29; candle < at; candle++) {
    if ((close[candle] as number) > (close[top] as number)) top = candle;
    if ((close[candle] as number) < (close[bottom] as number)) bottom = candle;
  }
  const now = close[at] as number;
  const atTop = ks[top] as number;
  if (now >= 0.998 * (close[top] as number) && k < 0.92 * atTop && atTop > 60) {
    speak(reading, 'sell', ['kdj.divergence', Math.min(40, 1.5 * (atTop - k))]);
  }
  const atBottom = ks[bottom] as number;
  if (now <= 1.002 * (close[bottom] as number) && k > 1.08 * atBottom && atBottom < 40) {
    speak(reading, 'buy', ['kdj.divergence', Math.min(40, 1.5 * (k - atBottom))]);
  }
}

/** The distance of K from D shrinks, collapses, or changes sides; one voice a side, however many of them. */
function scoreBars({ series, tally, voices }: Reading): void {
  const { at, k, d } = series.columns;
  const bar = (lag: number): number => 2 * ((k[at - lag] as number) - (d[at - lag] as number));
  const h0 = bar(0);
  const h1 = bar(1);
  const h2 = bar(2);
  const { sell, buy } = tally;
  if (h0 > 0 && h1 > 0 && h2 > 0 && h1 > h2 && h0 < h1) tally.give('sell', 'kdj.barShrinks', 15);
  if (h0 < 0 && h1 < 0 && h2 < 0 && h1 < h2 && h0 > h1) tally.give('buy', 'kdj.barShrinks', 15);
  if (h1 > 5 && h0 < 0.3 * h1) tally.give('sell', 'kdj.barCollapses', 10);
  if (h1 < -5 && h0 > 0.3 * h1) tally.give('buy', 'kdj.barCollapses', 10);
  if (h1 <= 0 && h0 > 0) tally.give('buy', 'kdj.barTurns', 8);
  if (h1 >= 0 && h0 < 0) tally.give('sell', 'kdj.barTurns', 8);
  if (tally.sell > sell) voices.sell++;
  if (tally.buy > buy) voices.buy++;
}

/** A cross that was not the first of 20 candles. */
function scoreRepetition(reading: Reading): void {
  const { series, isUp, isDown } = reading;
  if (series.size <= 22 || (!isUp && !isDown)) return;
  const side = isUp ? 'buy' : 'sell';
  let crosses = 0;
  for (let lag = 1; lag <= 20; lag++) if (crossAt(series, series.columns.at - lag) === side) crosses++;
  if (crosses >= 1) speak(reading, side, ['kdj.repeatedCross', Math.min(25, 12 * crosses)]);
}

/** K went to its zone again and again and is out of it now. */
function scoreBluntness(reading: Reading): void {
  const { series, k } = reading;
  if (series.size <= 40) return;
  const high = countVisits(series, (value) => (value > 80 ? 'in' : value < 70 ? 'out' : 'between'));
  if (high >= 4 && k < 80) speak(reading, 'sell', ['kdj.blunt', Math.min(35, 8 * high)]);
  const low = countVisits(series, (value) => (value < 20 ? 'in' : value > 30 ? 'out' : 'between'));
  if (low >= 4 && k > 20) speak(reading, 'buy', ['kdj.blunt', Math.min(35, 8 * low)]);
}

function countVisits({ columns }: Series, zoneOf: (k: number) => 'in' | 'out' | 'between'): number {
  let isInside = false;
  let visits = 0;
  for (let candle = columns.at - 40; candle <= columns.at; candle++) {
    const zone = zoneOf(columns.k[candle] as number);
    if (zone === 'in' && !isInside) {
      isInside = true;
      visits++;
    } else if (zone === 'out') isInside = false;
  }
  return visits;
}

/** K came near D, did not cross it, and moves away again. */
function scoreSecondWind(reading: Reading): void {
  const { series, d } = reading;
  const { at, k: ks, d: ds } = series.columns;
  const gap = (lag: number): number => (ks[at - lag] as number) - (ds[at - lag] as number);
  const [g0, g1, g2] = [gap(0), gap(1), gap(2)];
  if (turnsAway(g0, g1, g2)) speak(reading, 'buy', ['kdj.secondWind', d > 50 ? 15 : 8]);
  if (turnsAway(-g0, -g1, -g2)) speak(reading, 'sell', ['kdj.secondWind', d < 50 ? 15 : 8]);
}

function turnsAway(now: number, before: number, first: number): boolean {
  return now > 0 && before > 0 && before < Math.max(first, 0) && now > before && before < 8;
}

function scoreSlope({ tally, k, d, k3 }: Reading): void {
  const slope = k - k3;
  if (slope < -10 && k > 60) tally.give('sell', 'kdj.steep', 5);
  if (slope > 10 && k < 40) tally.give('buy', 'kdj.steep', 5);
  if (k > 50 && d > 50 && slope > 0) tally.give('buy', 'kdj.side', 3);
  if (k < 50 && d < 50 && slope < 0) tally.give('sell', 'kdj.side', 3);
}
