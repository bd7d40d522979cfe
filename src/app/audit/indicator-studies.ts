/**
 * Every streaming indicator as a study over closed candles. Windows settle when they are full; averages that fade are
 * given the candles after which a millionth of a millionth of the start is left.
 */
import { toFloat } from '../../core/decimal.ts';
import {
  createAtr,
  createBollinger,
  createCci,
  createDeviation,
  createEma,
  createExponential,
  createExtreme,
  createKdj,
  createMacd,
  createMoneyFlow,
  createNumberWindow,
  createObv,
  createPercentile,
  createRsi,
  createSma,
  createWilder,
  createWma,
  pushAtr,
  pushBollinger,
  pushCci,
  pushDeviation,
  pushEma,
  pushExtreme,
  pushKdj,
  pushMacd,
  pushMoneyFlow,
  pushNumber,
  pushObv,
  pushPercentile,
  pushRsi,
  pushSma,
  pushWilder,
  pushWma,
  quantileValue,
} from '../../indicators/index.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { Timeframe } from '../../model/timeframe.ts';
import type { StudyFamily, WarmUp } from './study.ts';

type Row = { readonly high: number; readonly low: number; readonly close: number; readonly volume: number };
type Push = (row: Row) => unknown;
type Indicator = { readonly warmUp: WarmUp; readonly start: () => Push };

/** Shares below it are nothing beside the tolerance of a comparison. */
const NOTHING = 1e-12;

/** Candles after which a start that keeps `kept` of itself a candle has faded. */
function faded(kept: number): number {
  return Math.ceil(Math.log(NOTHING) / Math.log(kept));
}

const EMA_26 = faded(1 - 2 / 27);
const WILDER_14 = faded(13 / 14);

/** The indicators by the name of what makes them, each with the parameters that the books or the rules use. */
const INDICATORS: Readonly<Record<string, Indicator>> = {
  'SMA 60': { warmUp: 60, start: () => ofClose(createSma(60), pushSma) },
  'EMA 26': { warmUp: EMA_26, start: () => ofClose(createEma(26), pushEma) },
  'exponential 1/3': {
    warmUp: faded(2 / 3),
    start: () => ofClose(createExponential({ period: 9, alpha: 1 / 3, seed: 'first' }), pushEma),
  },
  'WMA 20': { warmUp: 20, start: () => ofClose(createWma(20), pushWma) },
  'Wilder 14': { warmUp: WILDER_14 + 14, start: () => ofClose(createWilder(14), pushWilder) },
  'RSI 14 Wilder': { warmUp: WILDER_14 + 15, start: () => ofClose(createRsi(14), pushRsi) },
  'RSI 6 exponential': { warmUp: faded(1 - 2 / 7) + 1, start: () => ofClose(createRsi(6, 'ema'), pushRsi) },
  'MACD 12/26/9': {
    warmUp: EMA_26 + faded(1 - 2 / 10),
    start: () => {
      const macd = createMacd({ fast: 12, slow: 26, signal: 9 });
      return ({ close }) => {
        const { dif, dea } = pushMacd(macd, close);
        return { dif, dea };
      };
    },
  },
  'Bollinger 20': {
    warmUp: 20,
    start: () => {
      const bands = createBollinger({ period: 20, width: 2, divisor: 'sample' });
      return ({ close }) => {
        const { middle, upper, lower } = pushBollinger(bands, close);
        return { middle, upper, lower };
      };
    },
  },
  'deviation 20': {
    warmUp: 20,
    start: () => ofClose(createDeviation({ period: 20, divisor: 'population' }), pushDeviation),
  },
  'CCI 14': { warmUp: 14, start: () => ofRow(createCci(14), pushCci) },
  'ATR 14': { warmUp: WILDER_14 + 15, start: () => ofRow(createAtr(14), pushAtr) },
  'KDJ 9': {
    warmUp: faded(2 / 3) + 20,
    start: () => {
      const kdj = createKdj(9);
      return (row) => {
        const { k, d, j } = pushKdj(kdj, row);
        return { k, d, j };
      };
    },
  },
  OBV: { warmUp: 'anchored', start: () => ofRow(createObv(), pushObv) },
  'money flow 14': { warmUp: 15, start: () => ofRow(createMoneyFlow(14), pushMoneyFlow) },
  'highest 20': {
    warmUp: 20,
    start: () => {
      const extreme = createExtreme('highest', 20);
      return ({ high }) => pushExtreme(extreme, high);
    },
  },
  'percentile 120': {
    warmUp: 120,
    start: () => {
      const percentile = createPercentile(120);
      return ({ close }) => {
        pushPercentile(percentile, close);
        return quantileValue(percentile, 0.2);
      };
    },
  },
  'window 30': { warmUp: 31, start: () => ofClose(createNumberWindow(30), pushNumber) },
};

function ofClose<S>(state: S, push: (state: S, value: number) => unknown): Push {
  return ({ close }) => push(state, close);
}

function ofRow<S>(state: S, push: (state: S, row: Row) => unknown): Push {
  return (row) => push(state, row);
}

/** The indicators over candles of a timeframe. */
export function indicatorStudies(timeframe: Timeframe): StudyFamily {
  const entries = Object.entries(INDICATORS);
  return {
    timeframe,
    studies: entries.map(([name, { warmUp }]) => ({ name, kind: 'indicator', warmUp })),
    run: (candles) => {
      const rows = candles.map(toRow);
      return new Map(entries.map(([name, { start }]) => [name, rows.map(start())]));
    },
  };
}

function toRow({ high, low, close, volume }: ClosedCandle): Row {
  return { high: toFloat(high), low: toFloat(low), close: toFloat(close), volume: toFloat(volume) };
}
