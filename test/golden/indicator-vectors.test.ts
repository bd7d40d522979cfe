/**
 * Our indicators against values published by others: DaveSkender's Stock.Indicators (502 days of SPY), Tulip
 * Indicators and stockstats. Where a convention differs, the reference's own is composed from our parts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
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
  createRsi,
  createSma,
  createWilder,
  createWma,
  meanDeviation,
  movingSum,
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
  pushRsi,
  pushSma,
  pushWilder,
  pushWma,
  trueRange,
} from '../../src/indicators/index.ts';
import { describeWithVectors, vectorsDir } from '../fixtures/shared-data.ts';
import { compareValue, createTally, printTally, type Tally } from '../fixtures/tally.ts';

type Bar = { readonly high: number; readonly low: number; readonly close: number; readonly volume: number };
type Row = Readonly<Record<string, number | null>>;
/** For each bar the values by the reference's names. */
type Compute = (bar: Bar) => Readonly<Record<string, number>>;

function load<T>(name: string): T {
  return JSON.parse(readFileSync(join(vectorsDir, 'indicators', name), 'utf8')) as T;
}

function rawStochastic(period: number): (bar: Bar) => number {
  const highest = createExtreme('highest', period);
  const lowest = createExtreme('lowest', period);
  let seen = 0;
  return ({ high, low, close }) => {
    const top = pushExtreme(highest, high);
    const bottom = pushExtreme(lowest, low);
    seen++;
    return seen < period ? Number.NaN : (100 * (close - bottom)) / (top - bottom);
  };
}

/** Passes NaN on, so that the inner average begins with the first number. */
function chained(push: (value: number) => number): (value: number) => number {
  return (value) => (Number.isNaN(value) ? value : push(value));
}

function smoothed(period: number): (value: number) => number {
  const sma = createSma(period);
  return chained((value) => pushSma(sma, value));
}

const SKENDER: Readonly<Record<string, () => Compute>> = {
  ema: () => {
    const ema = createEma(20, 'mean');
    return ({ close }) => ({ ema: pushEma(ema, close) });
  },
  macd: () => {
    const macd = createMacd({ fast: 12, slow: 26, signal: 9 }, 'mean');
    return ({ close }) => {
      const { dif, dea, bar, fast, slow } = pushMacd(macd, close);
      return { macd: dif, signal: dea, histogram: bar / 2, fastEma: fast.value, slowEma: slow.value };
    };
  },
  rsi: () => {
    const rsi = createRsi(14);
    return ({ close }) => ({ rsi: pushRsi(rsi, close) });
  },
  stoch: () => {
    const raw = rawStochastic(14);
    const smoothK = smoothed(3);
    const smoothD = smoothed(3);
    return (bar) => {
      const k = smoothK(raw(bar));
      const d = smoothD(k);
      return { oscillator: k, signal: d, percentJ: 3 * k - 2 * d, k, d, j: 3 * k - 2 * d };
    };
  },
  cci: () => {
    const cci = createCci(20);
    return (bar) => ({ cci: pushCci(cci, bar) });
  },
  bb: () => {
    const bands = createBollinger({ period: 20, width: 2, divisor: 'population' });
    return ({ close }) => {
      const { middle, upper, lower } = pushBollinger(bands, close);
      const sigma = (upper - middle) / 2;
      const shape = {
        percentB: (close - lower) / (upper - lower),
        zScore: (close - middle) / sigma,
        width: (4 * sigma) / middle,
      };
      return { sma: middle, upperBand: upper, lowerBand: lower, ...shape };
    };
  },
  atr: () => {
    const atr = createAtr(14, 'skipped');
    let before = Number.NaN;
    return (bar) => {
      const tr = Number.isNaN(before) ? Number.NaN : trueRange(bar, before);
      before = bar.close;
      const value = pushAtr(atr, bar);
      return { tr, atr: value, atrp: (100 * value) / bar.close };
    };
  },
  sma: () => {
    const sma = createSma(20);
    return ({ close }) => ({ sma: pushSma(sma, close) });
  },
  // The file says 20; its values begin with the 14th and are those of 14.
  wma: () => {
    const wma = createWma(14);
    return ({ close }) => ({ wma: pushWma(wma, close) });
  },
  smma: () => {
    const wilder = createWilder(20);
    return ({ close }) => ({ smma: pushWilder(wilder, close) });
  },
  'stoch-rsi': () => {
    const rsi = createRsi(14);
    const raw = rawStochastic(14);
    const signal = smoothed(3);
    const ofRsi = chained((value) => raw({ high: value, low: value, close: value, volume: 0 }));
    return ({ close }) => {
      const stochRsi = ofRsi(pushRsi(rsi, close));
      return { stochRsi, signal: signal(stochRsi) };
    };
  },
};

type TulipCase = {
  readonly file: string;
  readonly indicator: string;
  readonly options: readonly number[];
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
};
/** Input columns by indicator; the rest takes one column, the close. */
const TULIP_COLUMNS: Readonly<Record<string, readonly (keyof Bar)[]>> = {
  atr: ['high', 'low', 'close'],
  cci: ['high', 'low', 'close'],
  stoch: ['high', 'low', 'close'],
  tr: ['high', 'low', 'close'],
  willr: ['high', 'low', 'close'],
  mfi: ['high', 'low', 'close', 'volume'],
  obv: ['close', 'volume'],
  vwma: ['close', 'volume'],
};

function tulipCompute({ indicator, options }: TulipCase): (bar: Bar) => readonly number[] {
  const [period = 1, second = 1, third = 1] = options;
  const computes: Readonly<Record<string, () => (bar: Bar) => readonly number[]>> = {
    atr: () => single(createAtr(period), pushAtr),
    bbands: () => {
      const bands = createBollinger({ period, width: second, divisor: 'population' });
      return ({ close }) => {
        const { lower, middle, upper } = pushBollinger(bands, close);
        return [lower, middle, upper];
      };
    },
    cci: () => single(createCci(period), pushCci),
    ema: () => ofClose(createEma(period), pushEma),
    macd: () => tulipMacd({ fast: period, slow: second, signal: third }),
    mfi: () => single(createMoneyFlow(period), pushMoneyFlow),
    obv: () => single(createObv(), pushObv),
    rsi: () => ofClose(createRsi(period), pushRsi),
    sma: () => ofClose(createSma(period), pushSma),
    stddev: () => ofClose(createDeviation({ period, divisor: 'population' }), pushDeviation),
    stoch: () => {
      const raw = rawStochastic(period);
      const smoothK = smoothed(second);
      const smoothD = smoothed(third);
      return (bar) => {
        const k = smoothK(raw(bar));
        return [k, smoothD(k)];
      };
    },
    stochrsi: () => {
      const rsi = createRsi(period);
      const raw = rawStochastic(period);
      const ofRsi = chained((value) => raw({ high: value, low: value, close: value, volume: 0 }) / 100);
      return ({ close }) => [ofRsi(pushRsi(rsi, close))];
    },
    tr: () => {
      let before = Number.NaN;
      return (bar) => {
        const range = Number.isNaN(before) ? bar.high - bar.low : trueRange(bar, before);
        before = bar.close;
        return [range];
      };
    },
    willr: () => {
      const raw = rawStochastic(period);
      return (bar) => [raw(bar) - 100];
    },
    wma: () => ofClose(createWma(period), pushWma),
    wilders: () => ofClose(createWilder(period), pushWilder),
    md: () => {
      const sma = createSma(period);
      return ({ close }) => {
        const mean = pushSma(sma, close);
        return [Number.isNaN(mean) ? mean : meanDeviation(sma, mean)];
      };
    },
    vwma: () => {
      const money = createSma(period);
      const volumes = createSma(period);
      return ({ close, volume }) => {
        pushSma(money, close * volume);
        pushSma(volumes, volume);
        return [movingSum(money) / movingSum(volumes)];
      };
    },
  };
  const create = computes[indicator];
  if (create === undefined) throw new Error(`no composition for ${indicator}`);
  return create();
}

function single<S>(state: S, push: (state: S, bar: Bar) => number): (bar: Bar) => readonly number[] {
  return (bar) => [push(state, bar)];
}

function ofClose<S>(state: S, push: (state: S, value: number) => number): (bar: Bar) => readonly number[] {
  return ({ close }) => [push(state, close)];
}

/** Tulip's: the signal begins with the difference at the slow average's length. */
function tulipMacd(lengths: { readonly fast: number; readonly slow: number; readonly signal: number }) {
  const fast = createEma(lengths.fast);
  const slow = createEma(lengths.slow);
  const signal = createEma(lengths.signal);
  let seen = 0;
  return ({ close }: Bar): readonly number[] => {
    const dif = pushEma(fast, close) - pushEma(slow, close);
    seen++;
    if (seen < lengths.slow) return [Number.NaN, Number.NaN, Number.NaN];
    const dea = pushEma(signal, dif);
    return [dif, dea, dif - dea];
  };
}

/** Its MACD(12,26) uses 0.15 and 0.075 in place of 2/13 and 2/27, against its own documentation. */
function isTulipException({ indicator, options }: TulipCase): boolean {
  return indicator === 'macd' && options[0] === 12;
}

function compareTulip(test: TulipCase, tally: Tally): void {
  const columns = TULIP_COLUMNS[test.indicator] ?? ['close'];
  const compute = tulipCompute(test);
  const length = test.inputs[0]?.length ?? 0;
  const start = length - (test.outputs[0]?.length ?? 0);
  for (let i = 0; i < length; i++) {
    const bar = { high: 0, low: 0, close: 0, volume: 0 };
    columns.forEach((column, at) => {
      bar[column] = test.inputs[at]?.[i] ?? Number.NaN;
    });
    const values = compute(bar);
    if (i < start) continue;
    test.outputs.forEach((output, at) => {
      const name = `${test.file} ${test.indicator}(${test.options.join(',')})[${at}] at ${i}`;
      // Some are cut off after their last decimal, some rounded.
      const floor = 1.01 * 10 ** -decimalsOf(output);
      const reference = output[i - start] ?? Number.NaN;
      compareValue(tally, { ours: values[at] ?? Number.NaN, reference }, { name, tolerance: 1e-6, floor });
    });
  }
}

/** With how many decimals the values are printed. */
function decimalsOf(values: readonly number[]): number {
  return Math.max(...values.map((value) => String(value).split('.')[1]?.length ?? 0));
}

describeWithVectors('indicators against published values', () => {
  it.each(Object.keys(SKENDER))('equal Stock.Indicators over 502 days: %s', (name) => {
    const { quotes, results } = load<{ quotes: Bar[]; results: Record<string, Row[]> }>('skender-spy-502.json');
    const rows = results[name] ?? [];
    const compute = SKENDER[name]?.();
    const tally = createTally();
    quotes.forEach((bar, i) => {
      const values = compute?.(bar) ?? {};
      for (const [key, ours] of Object.entries(values)) {
        const reference = rows[i]?.[key] ?? null;
        compareValue(tally, { ours, reference }, { name: `${key} at ${i}`, tolerance: 1e-8, floor: 1e-9 });
      }
    });
    printTally(`Stock.Indicators ${name}`, tally);
    expect(tally.different).toEqual([]);
    expect(tally.compared).toBeGreaterThanOrEqual(502);
  });

  it('equal Tulip Indicators but for its 12/26 MACD, which is not the documented one', () => {
    const { tests } = load<{ tests: TulipCase[] }>('tulip.json');
    const tally = createTally();
    const exceptions = createTally();
    for (const test of tests) compareTulip(test, isTulipException(test) ? exceptions : tally);
    printTally('Tulip', tally);
    printTally('Tulip MACD(12,26,9), excepted', exceptions);
    expect(tally.different).toEqual([]);
    expect(exceptions.different.length).toBeGreaterThan(0);
  });

  it('equal stockstats: K and D move with the first candle', () => {
    type Expected = { n: number; date: number; k: number; d: number; j: number };
    const { candles, expected } = load<{ candles: (Bar & { date: number })[]; expected: Expected[] }>(
      'stockstats-kdj.json',
    );
    const tally = createTally();
    for (const { n, date, ...values } of expected) {
      const kdj = createKdj(n);
      for (const candle of candles) if (candle.date <= date) pushKdj(kdj, candle);
      for (const key of ['k', 'd', 'j'] as const) {
        const pair = { ours: kdj[key], reference: values[key] };
        compareValue(tally, pair, { name: `${key}(${n}) on ${date}`, tolerance: 0, floor: 1e-3 });
      }
    }
    printTally('stockstats KDJ', tally);
    expect(tally.different).toEqual([]);
  });
});
