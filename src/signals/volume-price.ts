/**
 * Book 5, volume and price: money flow, balances of volume, and moves that volume does or does not carry. Scored from
 * the 26th candle on.
 */
import type { Score } from '../model/signal.ts';
import { NO_SCORE, Tally } from './reason.ts';
import { windowBalance } from './series.ts';
import type { Series } from './series-state.ts';

const FIRST_SCORED = 26;

/** The book's score at the newest candle. */
export function scoreVolumePrice(series: Series): Score {
  if (series.size < FIRST_SCORED) return NO_SCORE;
  const tally = new Tally();
  scoreMoneyFlow(tally, series);
  scoreMove(tally, series);
  scoreBalances(tally, series);
  scoreExtremes(tally, series);
  scoreAwakening(tally, series);
  scoreBalanceDivergence(tally, series);
  if (correlation(series) < -0.5) tally.give('sell', 'volume.against', 10);
  tally.cap(100);
  return tally.toScore();
}

function scoreMoneyFlow(tally: Tally, { newest, columns }: Series): void {
  const { moneyFlow, volumeWeightedPrice: mean } = newest;
  if (moneyFlow > 80) tally.give('sell', 'volume.flowHigh', 20);
  else if (moneyFlow < 20) tally.give('buy', 'volume.flowLow', 20);
  else if (moneyFlow > 70) tally.give('sell', 'volume.flowHigh', 10);
  else if (moneyFlow < 30) tally.give('buy', 'volume.flowLow', 10);
  const distance = (100 * ((columns.close[columns.at] as number) - mean)) / mean;
  if (distance > 2) tally.give('sell', 'volume.aboveMean', 10);
  if (distance < -2) tally.give('buy', 'volume.belowMean', 10);
}

/** The newest candle's move, on much or on little volume. */
function scoreMove(tally: Tally, { columns, newest, size }: Series): void {
  const { at, close, volumeRatio } = columns;
  const change = (close[at] as number) / (close[at - 1] as number) - 1;
  const ratio = volumeRatio[at] as number;
  if (ratio > 1.5 && change > 0.01) {
    if (newest.moneyFlow > 70) tally.give('sell', 'volume.riseExhausted', 10);
    else tally.give('buy', 'volume.riseCarried', 15);
  }
  if (ratio > 1.5 && change < -0.01) {
    if (newest.moneyFlow < 30) tally.give('buy', 'volume.fallExhausted', 10);
    else tally.give('sell', 'volume.fallCarried', 15);
  }
  if (ratio < 0.5 && change > 0.01) tally.give('sell', 'volume.riseEmpty', 10);
  if (ratio < 0.5 && change < -0.01) tally.give('buy', 'volume.fallEmpty', 10);
  if (size <= 50 || !(ratio >= 3)) return;
  if (change > 0.02) tally.give('sell', 'volume.climax', 35);
  if (change < -0.02) tally.give('buy', 'volume.climax', 35);
}

/** The balance is that since the window's start; below zero the bands swap sides, as in the reference. */
function scoreBalances(tally: Tally, series: Series): void {
  const { columns, newest } = series;
  const balance = windowBalance(series, columns.obv[columns.at] as number);
  const mean = windowBalance(series, newest.obvMean);
  if (balance > 1.05 * mean) tally.give('buy', 'volume.balanceAbove', 10);
  else if (balance < 0.95 * mean) tally.give('sell', 'volume.balanceBelow', 10);
  if (newest.accumulation > newest.accumulationMean) tally.give('buy', 'volume.accumulation', 8);
  if (newest.accumulation < newest.accumulationMean) tally.give('sell', 'volume.distribution', 8);
}

/** Back at the extreme of 20 candles on much less volume than there was at it. */
function scoreExtremes(tally: Tally, { columns }: Series): void {
  const { at, close, volume5 } = columns;
  let top = at - 20;
  let bottom = at - 20;
  for (let candle = at - 19; candle < at; candle++) {
    if ((close[candle] as number) > (close[top] as number)) top = candle;
    if ((close[candle] as number) < (close[bottom] as number)) bottom = candle;
  }
  const now = close[at] as number;
  const volume = volume5[at] as number;
  if (now >= 0.98 * (close[top] as number) && volume < 0.7 * (volume5[top] as number)) {
    tally.give('sell', 'volume.weakHigh', 30);
  } else if (now <= 1.02 * (close[bottom] as number) && volume < 0.7 * (volume5[bottom] as number)) {
    tally.give('buy', 'volume.weakLow', 30);
  }
}

/** A market that was quiet and is so no more. */
function scoreAwakening(tally: Tally, { columns }: Series): void {
  const { at, close, volumeRatio } = columns;
  const recent = meanOf(volumeRatio, at - 2, at);
  const prior = meanOf(volumeRatio, at - 20, at - 4);
  if (!(prior < 0.7 && recent > 1.5)) return;
  const change = (close[at] as number) / (close[at - 5] as number) - 1;
  if (change > 0.02) tally.give('buy', 'volume.awakening', 40);
  if (change < -0.02) tally.give('sell', 'volume.awakening', 40);
}

/** Mean of what is there; NaN of nothing. */
function meanOf(column: Float64Array, from: number, to: number): number {
  let sum = 0;
  let count = 0;
  for (let at = from; at <= to; at++) {
    const value = column[at] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** The price went one way in five candles and the balance of volume the other. */
function scoreBalanceDivergence(tally: Tally, { columns }: Series): void {
  const { at, close, obv } = columns;
  let sum = 0;
  for (let candle = at - 20; candle <= at; candle++) sum += (obv[candle] as number) - (obv[at] as number);
  const mean = sum / 21;
  let squares = 0;
  for (let candle = at - 20; candle <= at; candle++) {
    squares += ((obv[candle] as number) - (obv[at] as number) - mean) ** 2;
  }
  const deviation = Math.sqrt(squares / 21);
  if (deviation === 0) return;
  const before = close[at - 5] as number;
  const change = ((close[at] as number) - before) / before;
  const shift = ((obv[at] as number) - (obv[at - 5] as number)) / deviation;
  if (change > 0.01 && shift < -0.3) tally.give('sell', 'volume.balanceDiverges', 25);
  if (change < -0.01 && shift > 0.3) tally.give('buy', 'volume.balanceDiverges', 25);
}

/** Correlation of close and volume over up to 20 candles, at least 10; NaN where one of them does not move. */
export function correlation({ columns, size }: Series): number {
  if (size < 10) return Number.NaN;
  const { at, close, volume } = columns;
  const count = Math.min(size, 20);
  const from = at - count + 1;
  let closes = 0;
  let volumes = 0;
  for (let candle = from; candle <= at; candle++) {
    closes += (close[candle] as number) - (close[at] as number);
    volumes += (volume[candle] as number) - (volume[at] as number);
  }
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let candle = from; candle <= at; candle++) {
    const x = (close[candle] as number) - (close[at] as number) - closes / count;
    const y = (volume[candle] as number) - (volume[at] as number) - volumes / count;
    xx += x * x;
    yy += y * y;
    xy += x * y;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN;
}
