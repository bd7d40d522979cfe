/**
 * One series under judgement: closed candles in, oldest first, and everything the books look at kept up to date in
 * constant time. The state mutates in place and is plain data: it clones and serialises. What later candles bring
 * never changes what was said before.
 */
import {
  movingSum,
  numberAt,
  pushBollinger,
  pushCci,
  pushExtreme,
  pushKdj,
  pushMacd,
  pushMoneyFlow,
  pushNumber,
  pushObv,
  pushRsi,
  pushSma,
} from '../indicators/index.ts';
import { type BookCandle, type CandleShape, shapeOf } from './candle-shape.ts';
import { findPatterns } from './candlesticks.ts';
import { appendRow, createColumns } from './columns.ts';
import type { SignalProfile, TimeframeParams } from './hot-coin-params.ts';
import { maFacts } from './ma-facts.ts';
import { createHistoryIndicators, createWindowIndicators } from './series-indicators.ts';
import type { Newest, Series } from './series-state.ts';

/** Candles whose shapes are kept, for patterns of several candles. */
const SHAPES = 7;
/** Candles whose patterns are kept: those that can still fail, up to five back. */
const PATTERNS = 6;

/** A series before its first candle; `factor` is how many scaled prices a unit of quote currency has. */
export function createSeries(profile: SignalProfile, params: TimeframeParams, factor: number): Series {
  return {
    profile,
    params,
    factor,
    columns: createColumns(),
    history: createHistoryIndicators(profile),
    window: createWindowIndicators(profile, params),
    newest: emptyNewest(),
    shapes: [],
    patterns: [],
    seen: 0,
    size: 0,
  };
}

function emptyNewest(): Newest {
  const none = Number.NaN;
  return {
    fastDif: none,
    fastDea: none,
    bandwidthMean: none,
    upper: none,
    lower: none,
    obvMean: none,
    accumulation: none,
    accumulationMean: none,
    volumeWeightedPrice: none,
    moneyFlow: none,
    body: none,
    range: none,
    volume: none,
    highest: none,
    lowest: none,
    j: none,
  };
}

/** Adds the next closed candle, whose numbers are finite and consistent. */
export function pushCandle(series: Series, candle: BookCandle): void {
  const { columns, shapes } = series;
  const at = appendRow(columns);
  columns.open[at] = candle.open;
  columns.high[at] = candle.high;
  columns.low[at] = candle.low;
  columns.close[at] = candle.close;
  columns.volume[at] = candle.volume;
  series.seen++;
  if (series.size < series.params.windowCandles) series.size++;
  const shape = shapeOf(candle);
  shapes.unshift(shape);
  if (shapes.length > SHAPES) shapes.pop();
  pushHistory(series, candle);
  pushBands(series, candle);
  pushVolumes(series, candle);
  pushShape(series, shape);
  columns.maFacts[at] = maFacts(series);
  columns.swing[at] = 0;
  markSwings(series);
  series.patterns.unshift(findPatterns(series));
  if (series.patterns.length > PATTERNS) series.patterns.pop();
}

/**
 * Begins a new window: its indicators start over with the next candle while those of the history go on. Only whole
 * windows of the past are scored this way; in the stream the window slides.
 */
export function restartWindow(series: Series): void {
  series.window = createWindowIndicators(series.profile, series.params);
  series.size = 0;
  series.patterns.length = 0;
}

function pushHistory({ columns, history, newest }: Series, candle: BookCandle): void {
  const { at } = columns;
  const { close } = candle;
  columns.ma5[at] = pushSma(history.ma5, close);
  columns.ma10[at] = pushSma(history.ma10, close);
  columns.ma20[at] = pushSma(history.ma20, close);
  columns.ma30[at] = pushSma(history.ma30, close);
  columns.ma60[at] = pushSma(history.ma60, close);
  const macd = pushMacd(history.macd, close);
  columns.dif[at] = macd.dif;
  columns.dea[at] = macd.dea;
  if (history.fastMacd !== null) {
    const fast = pushMacd(history.fastMacd, close);
    newest.fastDif = fast.dif;
    newest.fastDea = fast.dea;
  }
  columns.divergenceK[at] = pushKdj(history.divergenceKdj, candle).k;
  columns.cci[at] = pushCci(history.cci, candle);
  columns.rsi[at] = pushRsi(history.rsi, close);
}

function pushBands({ columns, window, newest }: Series, candle: BookCandle): void {
  const { at } = columns;
  const { middle, upper, lower } = pushBollinger(window.bollinger, candle.close);
  const height = upper - lower;
  const bandwidth = (100 * height) / middle;
  columns.middle[at] = middle;
  columns.percentB[at] = height > 0 ? (candle.close - lower) / height : Number.NaN;
  columns.bandwidth[at] = bandwidth;
  newest.upper = upper;
  newest.lower = lower;
  if (!Number.isNaN(bandwidth)) newest.bandwidthMean = pushSma(window.bandwidth, bandwidth);
  const kdj = pushKdj(window.kdj, candle);
  columns.k[at] = kdj.k;
  columns.d[at] = kdj.d;
  newest.j = kdj.j;
}

function pushVolumes({ columns, window, newest }: Series, candle: BookCandle): void {
  const { at } = columns;
  const { high, low, close, volume } = candle;
  const balance = pushObv(window.obv, candle);
  pushNumber(window.balances, balance);
  columns.obv[at] = balance;
  newest.obvMean = pushSma(window.obvMean, balance);
  if (high > low) window.accumulation += (volume * (close - low - (high - close))) / (high - low);
  newest.accumulation = window.accumulation;
  newest.accumulationMean = pushSma(window.accumulationMean, window.accumulation);
  const mean = pushSma(window.volume20, volume);
  columns.volumeRatio[at] = mean > 0 ? volume / mean : Number.NaN;
  columns.volume5[at] = pushSma(window.volume5, volume);
  newest.volume = mean;
  pushSma(window.money20, (high + low + close) * volume);
  const traded = movingSum(window.volume20);
  newest.volumeWeightedPrice = traded > 0 ? movingSum(window.money20) / (3 * traded) : Number.NaN;
  const index = pushMoneyFlow(window.moneyFlow, candle);
  newest.moneyFlow = movingSum(window.moneyFlow.falling) > 0 ? index : Number.NaN;
}

function pushShape({ window, newest }: Series, { body, range, high, low }: CandleShape): void {
  newest.body = pushSma(window.body20, body);
  newest.range = pushSma(window.range20, range);
  newest.highest = pushExtreme(window.highest20, high);
  newest.lowest = pushExtreme(window.lowest20, low);
}

/** Bits of the `swing` column. */
export const SWING_HIGH = 1;
/** A low. */
export const SWING_LOW = 2;
/** Candles on either side that a swing stands out from; it is known that many candles later. */
export const SWING_REACH = 5;

/** Marks the candle five back where it stands out from the five on either side; nothing before it can change any more. */
function markSwings({ columns, seen }: Series): void {
  const middle = columns.at - SWING_REACH;
  if (seen < 2 * SWING_REACH + 1) return;
  const { high, low, swing } = columns;
  const top = high[middle] as number;
  const bottom = low[middle] as number;
  let facts = SWING_HIGH | SWING_LOW;
  for (let step = 1; step <= SWING_REACH; step++) {
    if (!(top > (high[middle - step] as number) && top > (high[middle + step] as number))) facts &= ~SWING_HIGH;
    if (!(bottom < (low[middle - step] as number) && bottom < (low[middle + step] as number))) facts &= ~SWING_LOW;
  }
  swing[middle] = facts;
}

/** The balance of volume at the newest candle minus what it was at the window's first one. */
export function windowBalance({ window }: Series, balance: number): number {
  return balance - numberAt(window.balances, window.balances.size - 1);
}
