/**
 * What a candlestick pattern is judged by: the last candles' shapes, their mean sizes, and the trend that they came in.
 */
import type { CandleShape } from './candle-shape.ts';
import type { Finding } from './pattern.ts';
import { scaledDistance } from './price-scale.ts';
import type { Series } from './series-state.ts';

/** Up, down, or neither. */
export type Trend = 1 | 0 | -1;

/** The surroundings of the newest candle. */
export type Setting = {
  readonly series: Series;
  /** The newest candle and the two before it. */
  readonly now: CandleShape;
  readonly one: CandleShape;
  readonly two: CandleShape;
  /** Mean body and range of 20 candles, the newest included. */
  readonly body: number;
  readonly range: number;
  /** Bodies and ranges below it count as none. */
  readonly small: number;
  /** Trend over ten candles. */
  readonly trend: Trend;
};

/** Candles a trend needs before it is one. */
const TREND_FROM = 20;

/** The setting of the newest candle; at least three candles were seen. */
export function createSetting(series: Series): Setting {
  const { shapes, newest, profile, factor } = series;
  const [now, one, two] = shapes as [CandleShape, CandleShape, CandleShape];
  const small = scaledDistance(profile.bodyMin, now.close, factor);
  return { series, now, one, two, body: newest.body, range: newest.range, small, trend: trendAt(series, 10, 0) };
}

/** The trend over `candles` candles up to the one `lag` before the newest. */
export function trendAt({ columns, size }: Series, candles: number, lag: number): Trend {
  if (size - 1 - lag < Math.max(candles, TREND_FROM)) return 0;
  const at = columns.at - lag;
  const before = columns.close[at - candles] as number;
  const percent = (100 * ((columns.close[at] as number) - before)) / before;
  const short = columns.ma5[at] as number;
  const middle = columns.ma10[at] as number;
  const long = columns.ma20[at] as number;
  if (percent > 2 || (percent > 0.8 && short > middle && middle > long)) return 1;
  return percent < -2 || (percent < -0.8 && short < middle && middle < long) ? -1 : 0;
}

/** A reversal. */
export function reversal(id: string, raw: number, reliability: Finding['reliability']): Finding {
  return { id, raw, reliability, isReversal: true };
}

/** A pattern that claims no reversal. */
export function plain(id: string, raw: number, reliability: Finding['reliability']): Finding {
  return { id, raw, reliability, isReversal: false };
}
