/**
 * Streaming technical indicators over plain numbers. Each is plain data and a `push` that takes the next value and
 * answers the newest result: constant or logarithmic time, NaN during warm-up, finite values only.
 */
export { type Atr, createAtr, type FirstRange, pushAtr, trueRange } from './atr.ts';
export { type Bollinger, createBollinger, pushBollinger } from './bollinger.ts';
export { type Cci, createCci, meanDeviation, pushCci } from './cci.ts';
export {
  createDeviation,
  type Deviation,
  type Divisor,
  deviationMean,
  deviationValue,
  pushDeviation,
} from './deviation.ts';
export { createEma, createExponential, type Ema, pushEma, type Seed } from './ema.ts';
export { createExtreme, type Extreme, extremeLag, extremeValue, pushExtreme, type Side } from './extremes.ts';
export { cloneState, parseState, stateText } from './indicator-state.ts';
export { createKdj, type Kdj, pushKdj, type RangeCandle } from './kdj.ts';
export { createMacd, type Macd, type MacdLengths, pushMacd } from './macd.ts';
export { createMoneyFlow, type MoneyFlow, pushMoneyFlow } from './money-flow.ts';
export { createNumberWindow, type NumberWindow, numberAt, pushNumber, toNumbers } from './number-window.ts';
export { createObv, type Obv, pushObv } from './obv.ts';
export { countBelow, createPercentile, type Percentile, pushPercentile, quantileValue } from './percentile.ts';
export { createRsi, pushRsi, type Rsi, type RsiSmoothing } from './rsi.ts';
export { createSma, movingSum, pushSma, type Sma, smaValue } from './sma.ts';
export { createWilder, pushWilder, type Wilder } from './wilder.ts';
export { createWma, pushWma, type Wma } from './wma.ts';
