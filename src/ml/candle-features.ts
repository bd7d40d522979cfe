/**
 * What the features of one coin in one timeframe remember between two candles: streaming indicators as plain data, so
 * that a copy goes on exactly as the original. Constant work for each candle.
 */
import {
  type Atr,
  type Bollinger,
  type Cci,
  createAtr,
  createBollinger,
  createCci,
  createDeviation,
  createExtreme,
  createKdj,
  createMacd,
  createNumberWindow,
  createPercentile,
  createRsi,
  createSma,
  type Deviation,
  type Extreme,
  type Kdj,
  type Macd,
  type NumberWindow,
  type Percentile,
  type Rsi,
  type Sma,
} from '../indicators/index.ts';

/** A closed candle in plain numbers; prices above zero, low <= open, close <= high. `null` is what a source leaves out. */
export type FeatureCandle = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly quoteVolume: number | null;
  readonly takerVolume: number | null;
};

/** State of one coin in one timeframe; mutates in place and belongs to whoever folds it. */
export type CandleFeatures = {
  count: number;
  readonly closes: NumberWindow;
  readonly volumes: NumberWindow;
  /** The newest 20 one-candle returns, for the correlation with Bitcoin. */
  readonly returns: NumberWindow;
  readonly deviation5: Deviation;
  readonly deviation20: Deviation;
  readonly range: Atr;
  readonly volume3: Sma;
  readonly volume5: Sma;
  readonly volume20: Sma;
  readonly taker5: Sma;
  readonly macd: Macd;
  readonly rsi6: Rsi;
  readonly rsi12: Rsi;
  readonly kdj: Kdj;
  readonly bands: Bollinger;
  readonly widths: Percentile;
  readonly roots: Deviation;
  readonly highest20: Extreme;
  readonly highest50: Extreme;
  readonly mean20: Sma;
  readonly mean60: Sma;
  readonly cci: Cci;
  /** Quote volume of a day; of candles without one, volume times close. */
  readonly dayVolume: Sma;
  histogram: number;
  /** Candles in a row. */
  green: number;
  red: number;
  takerRun: number;
  takerKnown: number;
};

/** Of the highest lags that are asked for, one more than the longest return. */
const CLOSES = 21;

/** Nothing seen; `candlesOfDay` is how many candles of the timeframe a day has. */
export function createCandleFeatures(candlesOfDay: number): CandleFeatures {
  return {
    count: 0,
    closes: createNumberWindow(CLOSES),
    volumes: createNumberWindow(2),
    returns: createNumberWindow(20),
    deviation5: createDeviation({ period: 5, divisor: 'sample' }),
    deviation20: createDeviation({ period: 20, divisor: 'sample' }),
    range: createAtr(14),
    ...createVolumes(candlesOfDay),
    macd: createMacd({ fast: 12, slow: 26, signal: 9 }, 'mean'),
    rsi6: createRsi(6),
    rsi12: createRsi(12),
    kdj: createKdj(9),
    bands: createBollinger({ period: 20, width: 2, divisor: 'population' }),
    widths: createPercentile(100),
    highest20: createExtreme('highest', 20),
    highest50: createExtreme('highest', 50),
    mean20: createSma(20),
    mean60: createSma(60),
    cci: createCci(14),
    histogram: Number.NaN,
    green: 0,
    red: 0,
    takerRun: 0,
    takerKnown: 0,
  };
}

function createVolumes(candlesOfDay: number) {
  return {
    volume3: createSma(3),
    volume5: createSma(5),
    volume20: createSma(20),
    taker5: createSma(5),
    roots: createDeviation({ period: 100, divisor: 'population' }),
    dayVolume: createSma(candlesOfDay, 1),
  };
}
