/**
 * The indicators that the six books read, advanced candle by candle. Those of `history` remember everything since the
 * first candle; those of `window` are what the reference computes inside its window, and begin anew with it.
 */
import {
  type Bollinger,
  type Cci,
  createBollinger,
  createCci,
  createExtreme,
  createKdj,
  createMacd,
  createMoneyFlow,
  createNumberWindow,
  createObv,
  createRsi,
  createSma,
  type Extreme,
  type Kdj,
  type Macd,
  type MoneyFlow,
  type NumberWindow,
  type Obv,
  type Rsi,
  type Sma,
} from '../indicators/index.ts';
import type { SignalProfile, TimeframeParams } from './hot-coin-params.ts';

/** Indicators over the whole history. */
export type HistoryIndicators = {
  readonly ma5: Sma;
  readonly ma10: Sma;
  readonly ma20: Sma;
  readonly ma30: Sma;
  readonly ma60: Sma;
  readonly macd: Macd;
  readonly fastMacd: Macd | null;
  readonly divergenceKdj: Kdj;
  readonly cci: Cci;
  readonly rsi: Rsi;
};

/** Indicators of the window. */
export type WindowIndicators = {
  readonly bollinger: Bollinger;
  readonly bandwidth: Sma;
  readonly obv: Obv;
  readonly obvMean: Sma;
  /** Balances of the window's candles, to tell what the balance was at its start. */
  readonly balances: NumberWindow;
  readonly accumulationMean: Sma;
  readonly volume20: Sma;
  readonly volume5: Sma;
  /** Three times the typical price, times volume. */
  readonly money20: Sma;
  readonly moneyFlow: MoneyFlow;
  readonly kdj: Kdj;
  readonly body20: Sma;
  readonly range20: Sma;
  readonly highest20: Extreme;
  readonly lowest20: Extreme;
  accumulation: number;
};

/** Indicators before the first candle. */
export function createHistoryIndicators(profile: SignalProfile): HistoryIndicators {
  return {
    ma5: createSma(5, 1),
    ma10: createSma(10, 1),
    ma20: createSma(20),
    ma30: createSma(30, 1),
    ma60: createSma(60, 1),
    macd: createMacd(profile.macd),
    fastMacd: profile.fastMacd === null ? null : createMacd(profile.fastMacd),
    divergenceKdj: createKdj(profile.divergenceKdj, 1),
    cci: createCci(14, 1),
    rsi: createRsi(6, 'ema'),
  };
}

/** Indicators before the first candle of a window. */
export function createWindowIndicators(profile: SignalProfile, params: TimeframeParams): WindowIndicators {
  return {
    bollinger: createBollinger({ period: 20, width: 2, divisor: 'sample' }),
    bandwidth: createSma(120, 20),
    obv: createObv(),
    obvMean: createSma(20, 5),
    balances: createNumberWindow(params.windowCandles),
    accumulationMean: createSma(20, 5),
    volume20: createSma(20, 5),
    volume5: createSma(5, 3),
    money20: createSma(20, 5),
    moneyFlow: createMoneyFlow(14),
    kdj: createKdj(profile.kdj, profile.kdj - 1),
    body20: createSma(20, 5),
    range20: createSma(20, 5),
    highest20: createExtreme('highest', 20),
    lowest20: createExtreme('lowest', 20),
    accumulation: 0,
  };
}
