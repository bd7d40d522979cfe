import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cloneState,
  countBelow,
  createAtr,
  createBollinger,
  createCci,
  createDeviation,
  createEma,
  createExtreme,
  createKdj,
  createMacd,
  createMoneyFlow,
  createObv,
  createPercentile,
  createRsi,
  createSma,
  createWilder,
  createWma,
  deviationValue,
  extremeLag,
  parseState,
  pushAtr,
  pushBollinger,
  pushCci,
  pushDeviation,
  pushEma,
  pushExtreme,
  pushKdj,
  pushMacd,
  pushMoneyFlow,
  pushObv,
  pushPercentile,
  pushRsi,
  pushSma,
  pushWilder,
  pushWma,
  quantileValue,
  smaValue,
  stateText,
} from './index.ts';

type Candle = { readonly high: number; readonly low: number; readonly close: number; readonly volume: number };
type Push = (state: never, candle: Candle) => number;
type Kind = { readonly warmUp: number; readonly create: () => object; readonly push: Push };

function kind<S extends object>(warmUp: number, create: () => S, push: (state: S, candle: Candle) => number): Kind {
  return { warmUp, create, push: push as unknown as Push };
}

/** Every indicator with the number of candles that it answers NaN for. */
const KINDS: Readonly<Record<string, Kind>> = {
  sma: kind(
    4,
    () => createSma(5),
    (state, { close }) => pushSma(state, close),
  ),
  'sma of fewer': kind(
    1,
    () => createSma(5, 2),
    (state, { close }) => pushSma(state, close),
  ),
  'ema from the first value': kind(
    0,
    () => createEma(5),
    (state, { close }) => pushEma(state, close),
  ),
  'ema from a mean': kind(
    4,
    () => createEma(5, 'mean'),
    (state, { close }) => pushEma(state, close),
  ),
  wma: kind(
    4,
    () => createWma(5),
    (state, { close }) => pushWma(state, close),
  ),
  wilder: kind(
    4,
    () => createWilder(5),
    (state, { close }) => pushWilder(state, close),
  ),
  macd: kind(
    0,
    () => createMacd({ fast: 3, slow: 6, signal: 4 }),
    (state, { close }) => pushMacd(state, close).bar,
  ),
  'macd from means': kind(
    8,
    () => createMacd({ fast: 3, slow: 6, signal: 4 }, 'mean'),
    (state, { close }) => pushMacd(state, close).bar,
  ),
  rsi: kind(
    5,
    () => createRsi(5),
    (state, { close }) => pushRsi(state, close),
  ),
  'rsi of the six books': kind(
    0,
    () => createRsi(5, 'ema'),
    (state, { close }) => pushRsi(state, close),
  ),
  kdj: kind(
    0,
    () => createKdj(5),
    (state, candle) => pushKdj(state, candle).j,
  ),
  cci: kind(
    4,
    () => createCci(5),
    (state, candle) => pushCci(state, candle),
  ),
  bollinger: kind(
    4,
    () => createBollinger({ period: 5, width: 2, divisor: 'sample' }),
    (state, { close }) => pushBollinger(state, close).upper,
  ),
  atr: kind(
    4,
    () => createAtr(5),
    (state, candle) => pushAtr(state, candle),
  ),
  'atr without the first candle': kind(
    5,
    () => createAtr(5, 'skipped'),
    (state, candle) => pushAtr(state, candle),
  ),
  obv: kind(0, createObv, (state, candle) => pushObv(state, candle)),
  deviation: kind(
    4,
    () => createDeviation({ period: 5, divisor: 'population' }),
    (state, { close }) => pushDeviation(state, close),
  ),
  highest: kind(
    0,
    () => createExtreme('highest', 5),
    (state, { close }) => pushExtreme(state, close),
  ),
  percentile: kind(
    0,
    () => createPercentile(5),
    (state, { close }) => {
      pushPercentile(state, close);
      return quantileValue(state, 0.3);
    },
  ),
  'money flow': kind(
    4,
    () => createMoneyFlow(5),
    (state, candle) => pushMoneyFlow(state, candle),
  ),
};

const price = fc.double({ min: 0.001, max: 1000, noNaN: true });
const candleArb = fc.tuple(price, price, price, price).map(([a, b, c, volume]): Candle => {
  const [low = a, close = b, high = c] = [a, b, c].sort((x, y) => x - y);
  return { low, close, high, volume };
});
const candles = fc.array(candleArb, { minLength: 12, maxLength: 60 });

function run({ push }: Kind, state: object, series: readonly Candle[]): number[] {
  return series.map((candle) => push(state as never, candle));
}

describe.each(Object.entries(KINDS))('%s', (_, subject) => {
  it('answers NaN during its warm-up and a number from then on', () => {
    fc.assert(
      fc.property(candles, (series) => {
        const values = run(subject, subject.create(), series);
        expect(values.map(Number.isNaN).lastIndexOf(true)).toBe(subject.warmUp - 1);
        expect(values.map(Number.isNaN).indexOf(false)).toBe(subject.warmUp);
      }),
      { numRuns: 20 },
    );
  });

  it('goes on from its text and from its copy as from itself', () => {
    fc.assert(
      fc.property(candles, fc.nat(12), (series, cut) => {
        const state = subject.create();
        run(subject, state, series.slice(0, cut));
        const restored = parseState(stateText(state));
        const copy = cloneState(state);
        const rest = run(subject, state, series.slice(cut));
        expect(run(subject, restored, series.slice(cut))).toEqual(rest);
        expect(run(subject, copy, series.slice(cut))).toEqual(rest);
      }),
      { numRuns: 20 },
    );
  });

  it('knows nothing of later candles', () => {
    fc.assert(
      fc.property(candles, (series) => {
        const whole = run(subject, subject.create(), series);
        expect(run(subject, subject.create(), series.slice(0, 7))).toEqual(whole.slice(0, 7));
      }),
      { numRuns: 20 },
    );
  });
});

describe('windows', () => {
  // Adding zero makes a negative zero a plain one: they are equal, and which of two equal values a window keeps is its own.
  const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => x + 0);
  const values = fc.array(value, { minLength: 1, maxLength: 80 });
  const period = fc.integer({ min: 1, max: 12 });

  it('give what the definition over the last values gives', () => {
    fc.assert(
      fc.property(values, period, (series, length) => {
        const states = {
          sma: createSma(length, 1),
          deviation: createDeviation({ period: length, divisor: 'population', minimum: 1 }),
          highest: createExtreme('highest', length),
          lowest: createExtreme('lowest', length),
          percentile: createPercentile(length),
        };
        series.forEach((value, i) => {
          pushSma(states.sma, value);
          pushDeviation(states.deviation, value);
          const window = series.slice(Math.max(0, i - length + 1), i + 1);
          expect(pushExtreme(states.highest, value)).toBe(Math.max(...window));
          expect(pushExtreme(states.lowest, value)).toBe(Math.min(...window));
          pushPercentile(states.percentile, value);
          const mean = window.reduce((sum, x) => sum + x, 0) / window.length;
          const variance = window.reduce((sum, x) => sum + (x - mean) ** 2, 0) / window.length;
          expect(smaValue(states.sma)).toBeCloseTo(mean, 8);
          expect(deviationValue(states.deviation)).toBeCloseTo(Math.sqrt(variance), 5);
          expect(countBelow(states.percentile, value)).toBe(window.filter((x) => x < value).length);
          expect(states.percentile.sorted).toEqual(window.sort((a, b) => a - b));
        });
      }),
    );
  });

  it('keep the earliest of equal extremes', () => {
    const highest = createExtreme('highest', 4);
    for (const value of [3, 5, 5, 2]) pushExtreme(highest, value);
    expect(extremeLag(highest)).toBe(2);
  });

  it('interpolate a quantile between neighbours', () => {
    const percentile = createPercentile(4);
    for (const value of [9, 1, 2, 3, 4]) pushPercentile(percentile, value);
    expect([0, 0.5, 0.9, 1].map((share) => quantileValue(percentile, share))).toEqual([1, 2.5, 3.7, 4]);
  });

  it('weigh the newest of three values three times', () => {
    const wma = createWma(3);
    expect([1, 2, 3, 4].map((value) => pushWma(wma, value))).toEqual([Number.NaN, Number.NaN, 14 / 6, 20 / 6]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuse a length of %s', (length) => {
    expect(() => createSma(length)).toThrow(RangeError);
    expect(() => createEma(length)).toThrow(RangeError);
    expect(() => createKdj(length)).toThrow(RangeError);
  });
});

describe('sums that do not drift', () => {
  it('leave after a million values what is in the window, with huge ones having passed', () => {
    const sma = createSma(20);
    const wma = createWma(20);
    const deviation = createDeviation({ period: 20, divisor: 'sample' });
    for (let i = 0; i < 1_000_000; i++) {
      const value = i % 1000 === 0 ? 1e12 / 3 : 0.1 + (i % 7) * 0.01;
      pushSma(sma, value);
      pushWma(wma, value);
      pushDeviation(deviation, value);
    }
    for (let i = 0; i < 20; i++) pushWma(wma, 0.1);
    for (let i = 0; i < 20; i++) pushSma(sma, 0.1);
    for (let i = 0; i < 20; i++) pushDeviation(deviation, 0.1);
    expect(smaValue(sma)).toBe(0.1);
    expect(pushWma(wma, 0.1)).toBeCloseTo(0.1, 15);
    expect(deviationValue(deviation)).toBe(0);
  });

  it('make averages of different lengths equal where the prices in ticks say so', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 5, maxLength: 5 }), (ticks) => {
        const short = createSma(5);
        const long = createSma(60);
        for (let i = 0; i < 12; i++) for (const tick of ticks) pushSma(long, tick);
        for (const tick of ticks) pushSma(short, tick);
        expect(smaValue(short)).toBe(smaValue(long));
      }),
    );
  });
});
