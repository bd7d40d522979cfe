/**
 * What an update of each streaming indicator costs, beside the same indicator of trading-signals, the best kept library
 * on npm. Before anything is measured, both sides must give the same last values.
 */
import { ATR, BollingerBands, CCI, EMA, MACD, OBV, RSI, SMA, WMA, WSMA } from 'trading-signals';
import {
  createAtr,
  createBollinger,
  createCci,
  createEma,
  createMacd,
  createObv,
  createRsi,
  createSma,
  createWilder,
  createWma,
  pushAtr,
  pushBollinger,
  pushCci,
  pushEma,
  pushMacd,
  pushObv,
  pushRsi,
  pushSma,
  pushWilder,
  pushWma,
} from '../src/indicators/index.ts';
import { type BenchContext, type BenchResult, type Figure, figureOf } from './bench-result.ts';
import { alternate } from './rounds.ts';

type Candle = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};
type Update = (candle: Candle) => number;
type Sides = { readonly ours: () => Update; readonly bare: () => Update };

const CANDLES = 20_000;
const PASSES = { full: 10, quick: 2 } as const;

/** Measures. */
export async function runIndicatorBench(context: BenchContext): Promise<BenchResult> {
  const candles = walk(CANDLES);
  const rounds = { warmUps: 1, measured: context.mode === 'full' ? 7 : 3 };
  const figures: Figure[] = [];
  for (const [name, sides] of Object.entries(SIDES)) {
    assertSame(name, sides, candles);
    const work = { ours: repeat(sides.ours, candles), bare: repeat(sides.bare, candles) };
    const passes = PASSES[context.mode];
    const { cpu } = await alternate({ ours: () => work.ours(passes), bare: () => work.bare(passes) }, rounds);
    figures.push(figureOf(cpu, { name, unit: 'updates per processor second' }, AIM));
    context.note(name);
  }
  const notes = [
    `Input: a generated walk of ${CANDLES} candles, repeated. Bare: trading-signals 8.3.0, equal last values asserted.`,
  ];
  return { title: 'Streaming indicators', notes, figures };
}

const AIM = { of: 'ratio', direction: 'at least', value: 1 } as const;

/** A walk from a fixed seed, so that every run measures the same. */
function walk(count: number): readonly Candle[] {
  let state = 42;
  const next = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
  let close = 100;
  return Array.from({ length: count }, () => {
    const open = close;
    close = open * (1 + (next() - 0.5) * 0.01);
    const high = Math.max(open, close) * (1 + next() * 0.002);
    const low = Math.min(open, close) * (1 - next() * 0.002);
    return { open, high, low, close, volume: 1000 * next() };
  });
}

function repeat(create: () => Update, candles: readonly Candle[]): (passes: number) => number {
  return (passes) => {
    const update = create();
    let last = 0;
    for (let pass = 0; pass < passes; pass++) for (const candle of candles) last = update(candle);
    if (Number.isNaN(last)) throw new Error('no value at the end');
    return candles.length * passes;
  };
}

function assertSame(name: string, sides: Sides, candles: readonly Candle[]): void {
  const last = [sides.ours(), sides.bare()].map((update) => candles.map(update).at(-1) ?? Number.NaN);
  const [ours = Number.NaN, bare = Number.NaN] = last;
  if (!(Math.abs(ours - bare) <= 1e-8 * Math.max(1, Math.abs(bare)))) throw new Error(`${name}: ${ours} and ${bare}`);
}

function ofClose<S>(state: S, push: (state: S, value: number) => number): Update {
  return ({ close }) => push(state, close);
}

function library(indicator: { update: (value: number, replace: false) => number | null }): Update {
  return ({ close }) => indicator.update(close, false) ?? Number.NaN;
}

const SIDES: Readonly<Record<string, Sides>> = {
  'SMA 20': { ours: () => ofClose(createSma(20), pushSma), bare: () => library(new SMA(20)) },
  'EMA 12': { ours: () => ofClose(createEma(12), pushEma), bare: () => library(new EMA(12)) },
  'WMA 20': { ours: () => ofClose(createWma(20), pushWma), bare: () => library(new WMA(20)) },
  'Wilder 14': { ours: () => ofClose(createWilder(14), pushWilder), bare: () => library(new WSMA(14)) },
  'RSI 14': { ours: () => ofClose(createRsi(14), pushRsi), bare: () => library(new RSI(14)) },
  'MACD 12/26/9': {
    ours: () => {
      const macd = createMacd({ fast: 12, slow: 26, signal: 9 });
      return ({ close }) => pushMacd(macd, close).dif;
    },
    bare: () => {
      const macd = new MACD(new EMA(12), new EMA(26), new EMA(9));
      return ({ close }) => macd.update(close, false)?.macd ?? Number.NaN;
    },
  },
  'Bollinger 20': {
    ours: () => {
      const bands = createBollinger({ period: 20, width: 2, divisor: 'population' });
      return ({ close }) => pushBollinger(bands, close).upper;
    },
    bare: () => {
      const bands = new BollingerBands(20, 2);
      return ({ close }) => bands.update(close, false)?.upper ?? Number.NaN;
    },
  },
  'CCI 14': {
    ours: () => {
      const cci = createCci(14);
      return (candle) => pushCci(cci, candle);
    },
    bare: () => {
      const cci = new CCI(14);
      return (candle) => cci.update(candle, false) ?? Number.NaN;
    },
  },
  'ATR 14': {
    ours: () => {
      const atr = createAtr(14);
      return (candle) => pushAtr(atr, candle);
    },
    bare: () => {
      const atr = new ATR(14);
      return (candle) => atr.update(candle, false) ?? Number.NaN;
    },
  },
  OBV: {
    ours: () => {
      const obv = createObv();
      return (candle) => pushObv(obv, candle);
    },
    bare: () => {
      const obv = new OBV(2);
      return (candle) => obv.update(candle, false) ?? Number.NaN;
    },
  },
};
