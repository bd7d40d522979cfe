/**
 * What is remembered of a series under judgement, as plain data.
 */
import type { CandleShape } from './candle-shape.ts';
import type { Columns } from './columns.ts';
import type { SignalProfile, TimeframeParams } from './hot-coin-params.ts';
import type { Pattern } from './pattern.ts';
import type { HistoryIndicators, WindowIndicators } from './series-indicators.ts';

/** What the newest candle's indicators say that no later candle asks for. */
export type Newest = {
  fastDif: number;
  fastDea: number;
  bandwidthMean: number;
  upper: number;
  lower: number;
  obvMean: number;
  accumulation: number;
  accumulationMean: number;
  volumeWeightedPrice: number;
  moneyFlow: number;
  /** Means of body, range and volume, the newest candle included. */
  body: number;
  range: number;
  volume: number;
  highest: number;
  lowest: number;
  j: number;
};

/** State of one series. */
export type Series = {
  readonly profile: SignalProfile;
  readonly params: TimeframeParams;
  /** Scaled prices per unit of quote currency. */
  readonly factor: number;
  readonly columns: Columns;
  readonly history: HistoryIndicators;
  window: WindowIndicators;
  readonly newest: Newest;
  /** Newest first. */
  readonly shapes: CandleShape[];
  /** Patterns by candle, newest first. */
  readonly patterns: (readonly Pattern[])[];
  /** Candles seen. */
  seen: number;
  /** Candles in the window; the newest has the window index `size - 1`. */
  size: number;
};
