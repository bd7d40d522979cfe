/**
 * Book 4, Bollinger: where the close stands in the bands of 20 candles, what the bands do, and double tests of a band.
 * Scored from the 26th candle on.
 */
import type { Score } from '../model/signal.ts';
import { NO_SCORE, Tally } from './reason.ts';
import type { Series } from './series-state.ts';

const FIRST_SCORED = 26;
/** Candles whose bandwidth a squeeze is measured against, the newest not counted. */
const SQUEEZE = 120;
/** Candles that two tests of a band must lie within. */
const DOUBLE = 31;

/** The bands at the newest candle. */
type Bands = {
  readonly series: Series;
  readonly percentB: number;
  readonly close: number;
  readonly middle: number;
  /** Slope of the middle over five candles, in percent. */
  readonly slope: number;
};

/** The book's score at the newest candle. */
export function scoreBollinger(series: Series): Score {
  const { columns, size } = series;
  const { at } = columns;
  const percentB = columns.percentB[at] as number;
  if (size < FIRST_SCORED || Number.isNaN(percentB) || Number.isNaN(columns.bandwidth[at] as number)) return NO_SCORE;
  const middle = columns.middle[at] as number;
  const before = columns.middle[at - 5] as number;
  const bands: Bands = {
    series,
    percentB,
    close: columns.close[at] as number,
    middle,
    slope: (100 * (middle - before)) / before,
  };
  const tally = new Tally();
  scorePosition(tally, bands);
  scoreWidth(tally, bands);
  scoreMiddle(tally, bands);
  scoreDoubles(tally, bands);
  tally.cap(100);
  return tally.toScore();
}

function scorePosition(tally: Tally, { percentB, slope }: Bands): void {
  if (percentB > 1) {
    if (slope < 0) tally.give('sell', 'bollinger.aboveFallingBand', 25);
    else if (slope > 0.5) tally.give('buy', 'bollinger.aboveRisingBand', 10);
    else tally.give('sell', 'bollinger.above', 15);
  } else if (percentB > 0.85) {
    tally.give('sell', 'bollinger.nearUpper', Math.trunc(100 * (percentB - 0.85)));
  }
  if (percentB < 0) {
    if (slope > 0) tally.give('buy', 'bollinger.belowRisingBand', 25);
    else if (slope < -0.5) tally.give('sell', 'bollinger.belowFallingBand', 10);
    else tally.give('buy', 'bollinger.below', 15);
  } else if (percentB < 0.15) {
    tally.give('buy', 'bollinger.nearLower', Math.trunc(100 * (0.15 - percentB)));
  }
}

function scoreWidth(tally: Tally, { series, close, middle, slope }: Bands): void {
  const { newest, columns } = series;
  if (isSqueezed(series)) {
    if (close > middle && slope > 0) tally.give('buy', 'bollinger.squeeze', 20);
    if (close < middle && slope < 0) tally.give('sell', 'bollinger.squeeze', 20);
  }
  const isBelow = close < newest.lower;
  const isAbove = close > newest.upper;
  if (!isBelow && !isAbove) return;
  const side = isAbove ? 'buy' : 'sell';
  if ((columns.bandwidth[columns.at] as number) > 1.5 * newest.bandwidthMean) tally.give(side, 'bollinger.wide', 15);
  if (isWidening(series)) tally.give(side, 'bollinger.widening', 15);
}

/** Whether less than a fifth of the last 121 bandwidths were narrower. */
function isSqueezed({ columns, size }: Series): boolean {
  if (size <= SQUEEZE) return false;
  const { at, bandwidth } = columns;
  const now = bandwidth[at] as number;
  let narrower = 0;
  let present = 0;
  for (let lag = 0; lag <= SQUEEZE; lag++) {
    const width = bandwidth[at - lag] as number;
    if (Number.isNaN(width)) continue;
    present++;
    if (width < now) narrower++;
  }
  return present >= 20 && narrower / present < 0.2;
}

function isWidening({ columns }: Series): boolean {
  const { at, bandwidth } = columns;
  for (let lag = 0; lag < 5; lag++) {
    if (!((bandwidth[at - lag] as number) > (bandwidth[at - lag - 1] as number))) return false;
  }
  return true;
}

/** The close before against the middle of now, as the reference has it. */
function scoreMiddle(tally: Tally, { series, close, middle, slope }: Bands): void {
  const before = series.columns.close[series.columns.at - 1] as number;
  if (before > middle && middle > close && slope < 0) tally.give('sell', 'bollinger.throughMiddle', 10);
  if (before < middle && middle < close && slope > 0) tally.give('buy', 'bollinger.throughMiddle', 10);
}

function scoreDoubles(tally: Tally, { series }: Bands): void {
  const { columns, size } = series;
  if (size <= 35) return;
  const { percentB, close } = columns;
  const low = lastTwoVisits(series, 'low');
  if (low !== null) {
    const [a, b] = low;
    const gain = (percentB[b] as number) - (percentB[a] as number);
    if (gain > 0 && (close[b] as number) <= 1.02 * (close[a] as number)) {
      tally.give('buy', 'bollinger.doubleBottom', Math.min(Math.trunc(100 * gain) + 30, 80));
    }
  }
  const high = lastTwoVisits(series, 'high');
  if (high !== null) {
    const [a, b] = high;
    const loss = (percentB[a] as number) - (percentB[b] as number);
    if (loss > 0 && (close[b] as number) >= 0.98 * (close[a] as number)) {
      tally.give('sell', 'bollinger.doubleTop', Math.min(Math.trunc(100 * loss) + 30, 80));
    }
  }
}

/** Where the last two visits of a band's zone began, within 31 candles; one under way at their start counts as new. */
function lastTwoVisits({ columns }: Series, zone: 'low' | 'high'): readonly [number, number] | null {
  const { at, percentB } = columns;
  let isInside = false;
  let last = -1;
  let beforeLast = -1;
  for (let candle = at - DOUBLE + 1; candle <= at; candle++) {
    const value = percentB[candle] as number;
    const isIn = zone === 'low' ? value < 0.2 : value > 0.8;
    if (!isInside && isIn) {
      isInside = true;
      beforeLast = last;
      last = candle;
    } else if (zone === 'low' ? value > 0.5 : value < 0.5) isInside = false;
  }
  return beforeLast < 0 ? null : [beforeLast, last];
}
