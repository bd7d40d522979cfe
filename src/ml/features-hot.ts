/**
 * The features of hot coins (seed 3.4, specification 6.1): a fold over closed candles that answers the numbers of each
 * one by name. Only what came before a candle and the candle itself are in them, so cutting the future changes nothing.
 */
import {
  countBelow,
  type Deviation,
  deviationMean,
  deviationValue,
  extremeValue,
  numberAt,
  pushAtr,
  pushBollinger,
  pushCci,
  pushDeviation,
  pushExtreme,
  pushKdj,
  pushMacd,
  pushNumber,
  pushPercentile,
  pushRsi,
  pushSma,
  smaValue,
} from '../indicators/index.ts';
import type { CandleFeatures, FeatureCandle } from './candle-features.ts';
import { HOT_FEATURES, warmUpOf } from './feature-schema.ts';

/** Numbers by name; `null` is a value that is not known. */
export type NamedValues = Readonly<Record<string, number | null>>;

/** Closed candles without a hole before the first row. */
export const HOT_WARM_UP = warmUpOf(HOT_FEATURES);
/** Runs are counted so far; one that is longer says no more. */
const RUN_MAX = 50;
const CHANGE_MAX = 100;
const TAKER_RUN_SHARE = 0.55;

/**
 * Takes the next closed candle; answers what comes from candles (groups base, hot, scanner), or `null` during warm-up.
 * Candles must follow each other: after a hole the caller starts over.
 */
export function pushCandleFeatures(state: CandleFeatures, candle: FeatureCandle): NamedValues | null {
  const before: Before = {
    histogram: state.histogram,
    highest20: extremeValue(state.highest20),
    highest50: extremeValue(state.highest50),
  };
  const newest = pushPrices(state, candle);
  pushVolumes(state, candle);
  state.count++;
  if (state.count < HOT_WARM_UP) return null;
  return {
    ...describeReturns(state),
    ...describeVolumes(state),
    ...describeOscillators(state, { close: candle.close, before, newest }),
    ...describeShape(state, candle),
    ...describeTakers(state, candle),
  };
}

/** What was so before the newest candle. */
type Before = { readonly histogram: number; readonly highest20: number; readonly highest50: number };
/** What the newest candle made of indicators that do not keep it. */
type Newest = { readonly range: number; readonly cci: number; readonly width: number };

function pushPrices(state: CandleFeatures, candle: FeatureCandle): Newest {
  const { open, high, close } = candle;
  pushReturn(state, close);
  state.histogram = pushMacd(state.macd, close).bar / close;
  pushRsi(state.rsi6, close);
  pushRsi(state.rsi12, close);
  pushKdj(state.kdj, candle);
  pushSma(state.mean20, close);
  pushSma(state.mean60, close);
  pushExtreme(state.highest20, high);
  pushExtreme(state.highest50, high);
  state.green = close > open ? Math.min(state.green + 1, RUN_MAX) : 0;
  state.red = close < open ? Math.min(state.red + 1, RUN_MAX) : 0;
  const { upper, lower, middle } = pushBollinger(state.bands, close);
  const width = (upper - lower) / middle;
  if (!Number.isNaN(width)) pushPercentile(state.widths, width);
  return { range: pushAtr(state.range, candle), cci: pushCci(state.cci, candle), width };
}

function pushReturn(state: CandleFeatures, close: number): void {
  const before = numberAt(state.closes, 0);
  pushNumber(state.closes, close);
  if (Number.isNaN(before)) return;
  const change = close / before - 1;
  pushNumber(state.returns, change);
  pushDeviation(state.deviation5, change);
  pushDeviation(state.deviation20, change);
}

function pushVolumes(state: CandleFeatures, candle: FeatureCandle): void {
  const { volume, close, quoteVolume, takerVolume } = candle;
  pushNumber(state.volumes, volume);
  pushSma(state.volume3, volume);
  pushSma(state.volume5, volume);
  pushSma(state.volume20, volume);
  pushSma(state.dayVolume, quoteVolume ?? volume * close);
  pushSma(state.taker5, takerVolume ?? 0);
  // The fourth root tames bursts as a logarithm does, is there for 0, and its z does not depend on the unit.
  pushDeviation(state.roots, volume ** 0.25);
  const share = takerShare(candle);
  state.takerKnown = takerVolume === null ? 0 : state.takerKnown + 1;
  state.takerRun = share !== null && share > TAKER_RUN_SHARE ? Math.min(state.takerRun + 1, RUN_MAX) : 0;
}

function takerShare({ volume, takerVolume }: FeatureCandle): number | null {
  return takerVolume === null ? null : quotient(takerVolume, volume);
}

/** `null` where there is nothing to divide by. */
function quotient(a: number, b: number): number | null {
  const value = a / b;
  return Number.isFinite(value) ? value : null;
}

function describeReturns({ closes, deviation5, deviation20, mean20, mean60 }: CandleFeatures): NamedValues {
  const change = (lag: number, from = 0): number => numberAt(closes, from) / numberAt(closes, from + lag) - 1;
  const close = numberAt(closes, 0);
  return {
    ret_1: change(1),
    ret_3: change(3),
    ret_5: change(5),
    ret_10: change(10),
    ret_20: change(20),
    acceleration_5: change(5) - change(5, 5),
    hvol_5: deviationValue(deviation5),
    hvol_20: deviationValue(deviation20),
    distance_20: close / smaValue(mean20) - 1,
    distance_60: close / smaValue(mean60) - 1,
  };
}

function describeVolumes({ volumes, volume3, volume5, volume20, roots }: CandleFeatures): NamedValues {
  const volume = numberAt(volumes, 0);
  const change = quotient(volume, numberAt(volumes, 1));
  return {
    vol_ratio_5_20: quotient(smaValue(volume5), smaValue(volume20)),
    vol_surge_3_20: quotient(smaValue(volume3), smaValue(volume20)),
    vol_change: change === null ? null : Math.min(change - 1, CHANGE_MAX),
    vol_z_100: standardized(roots, volume ** 0.25),
  };
}

function standardized(deviation: Deviation, value: number): number | null {
  return quotient(value - deviationMean(deviation), deviationValue(deviation));
}

function describeOscillators(
  state: CandleFeatures,
  { close, before, newest }: { readonly close: number; readonly before: Before; readonly newest: Newest },
): NamedValues {
  const { kdj, bands, widths } = state;
  return {
    atr_pct: newest.range / close,
    macd_hist: state.histogram,
    macd_hist_diff: state.histogram - before.histogram,
    rsi_6: state.rsi6.value,
    rsi_12: state.rsi12.value,
    k: kdj.k,
    d: kdj.d,
    j: kdj.j,
    cci_14: newest.cci / 100,
    bb_pct: quotient(close - bands.lower, bands.upper - bands.lower),
    bb_width_pct: newest.width,
    squeeze_100: countBelow(widths, newest.width) / widths.sorted.length,
    breakout_20: close / before.highest20 - 1,
    breakout_50: close / before.highest50 - 1,
  };
}

function describeShape({ green, red }: CandleFeatures, { open, high, low, close }: FeatureCandle): NamedValues {
  const height = high - low;
  return {
    consecutive_green: green,
    consecutive_red: red,
    range_pct: height / close,
    body_range_ratio: quotient(Math.abs(close - open), height) ?? 0,
    close_position: quotient(close - low, height) ?? 0.5,
    upper_wick: quotient(high - Math.max(open, close), height) ?? 0,
  };
}

function describeTakers({ takerKnown, takerRun, taker5, volume5 }: CandleFeatures, candle: FeatureCandle): NamedValues {
  return {
    taker_share: takerShare(candle),
    taker_share_5: takerKnown < 5 ? null : quotient(smaValue(taker5), smaValue(volume5)),
    taker_run: takerKnown === 0 ? null : takerRun,
  };
}
