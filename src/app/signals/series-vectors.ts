/**
 * Values of the six books over one timeframe's candles, by name: ours, computed by the same fold that judges closed
 * candles in the stream.
 */

import { createMacd, createRsi, pushMacd, pushRsi } from '../../indicators/index.ts';
import type { SeriesScore, Sides } from '../../model/signal.ts';
import {
  correlation,
  type DivergenceRecord,
  divergenceRecord,
  findFailures,
  griddedWindow,
  type Series,
  scoreSeries,
  windowBalance,
} from '../../signals/index.ts';
import { maFlagsOf } from './ma-flags.ts';
import { type ScaledCandles, scaleCandles, walkStream, walkWindow } from './scored-window.ts';
import type { Values } from './vector-comparison.ts';
import { PARITY, SEED_VARIANTS } from './vector-profiles.ts';
import type { CandleVectors, SeriesVectors } from './vector-schemas.ts';

/** Book names of the files by ours. */
const BOOKS = {
  divergence: 'div',
  averages: 'ma',
  candlesticks: 'cs',
  bollinger: 'bb',
  volume: 'vp',
  kdj: 'kdj',
} as const;
const INDICATOR_ROWS = 16;
const KDJ_ROWS = 40;
/** Reliability as a number. */
const RELIABILITY = { H: 3, M: 2, L: 1 } as const;

/** Our values of one timeframe; names begin with it. */
export function seriesValues(vectors: SeriesVectors, name: string, nudge: number): Values {
  const values: Values = new Map();
  const input = scaleCandles(vectors, name, nudge);
  addWindow(values, vectors, input);
  walkStream(input, PARITY, (series, index) => {
    const isAsked = vectors.live.some(({ end }) => end === index);
    if (isAsked) addRow(values, `${name} live[${index}]`, scoreSeries(series));
  });
  addSeed(values, vectors, input);
  return values;
}

function addWindow(values: Values, { n, cut }: SeriesVectors, input: ScaledCandles): void {
  const name = input.timeframe;
  const others = createOthers(input, cut);
  walkWindow(input, { profile: PARITY, cut, count: n }, (series, index, score) => {
    for (const [book, short] of Object.entries(BOOKS)) {
      addSides(values, `${name} books[${index}].${short}`, score.books[book as keyof typeof BOOKS]);
    }
    addSides(values, `${name} fusion[${index}]`, score.fused);
    values.set(`${name} maFlags[${index}]`, maFlagsOf(series, score.books.averages));
    addPatterns(values, `${name} patterns[${index}]`, series);
    const window = griddedWindow(n, index);
    if (window?.lag === 1) addRecord(values, `${name} divergence[${index}]`, divergenceRecord(series, window));
    const extra = others(index);
    const row = index - Math.max(0, n - INDICATOR_ROWS);
    if (row >= 0) addIndicators(values, `${name} indTail[${row}]`, { series, extra });
    if (index === n - 1) addRow(values, `${name} final`, score);
  });
}

function addSides(values: Values, name: string, { sell, buy }: Sides): void {
  values.set(`${name}.sell`, sell).set(`${name}.buy`, buy);
}

function addRow(values: Values, name: string, { books, fused }: SeriesScore): void {
  for (const [book, short] of Object.entries(BOOKS)) {
    addSides(values, `${name}.${short}`, books[book as keyof typeof BOOKS]);
  }
  addSides(values, `${name}.fusion`, fused);
}

/** Patterns of the newest candle with their modifiers, failures, and how many there are of both. */
export function addPatterns(values: Values, name: string, series: Series): void {
  const patterns = series.patterns[0] ?? [];
  values.set(`${name}.count`, patterns.length);
  for (const { id, raw, volumeFactor, levelFactor, adjusted, reliability } of patterns) {
    const numbers = [raw, volumeFactor, levelFactor, adjusted, RELIABILITY[reliability]];
    numbers.forEach((value, at) => {
      values.set(`${name}.${id}.${at}`, value);
    });
  }
  const failures = series.size < 6 ? [] : findFailures(series);
  values.set(`${name}.failures`, failures.length);
  const seen = new Map<string, number>();
  for (const { id, points } of failures) {
    const nth = seen.get(id) ?? 0;
    seen.set(id, nth + 1);
    values.set(`${name}.failed.${id}.${nth}`, points);
  }
}

function addRecord(values: Values, name: string, record: DivergenceRecord | null): void {
  if (record === null) return;
  for (const [end, side] of [['Top', record.top] as const, ['Bottom', record.bottom] as const]) {
    values.set(`${name}.${end.toLowerCase()}`, side.strength);
    values.set(`${name}.sepLen${end}`, side.separatedPeaks).set(`${name}.sepAny${end}`, side.separated);
    values.set(`${name}.area${end}`, side.areas).set(`${name}.dif${end}`, side.difs);
    values.set(`${name}.zero${end}`, side.zeroReturns);
  }
  values.set(`${name}.exhaustSell`, Number(record.top.isExhausted));
  values.set(`${name}.exhaustBuy`, Number(record.bottom.isExhausted));
}

/** Indicators of the files that no book reads. */
type Others = { readonly difFast: number; readonly deaFast: number; readonly rsi12: number };

/** They run along with the window; what lies before it is taken in at once. */
function createOthers({ candles, scaled }: ScaledCandles, cut: number): (index: number) => Others {
  const macd = createMacd({ fast: 3, slow: 8, signal: 3 });
  const rsi = createRsi(12, 'ema');
  const push = (at: number): Others => {
    const close = scaled(candles.c[at] ?? Number.NaN);
    const { dif, dea } = pushMacd(macd, close);
    return { difFast: dif, deaFast: dea, rsi12: pushRsi(rsi, close) };
  };
  for (let at = 0; at < cut; at++) push(at);
  return (index) => push(cut + index);
}

function addIndicators(
  values: Values,
  name: string,
  { series, extra }: { readonly series: Series; readonly extra: Others },
): void {
  const { columns, newest, history, factor, window } = series;
  const { at } = columns;
  const price = (scaled: number | undefined): number => (scaled ?? Number.NaN) / factor;
  const middle = columns.middle[at] as number;
  const middleBefore = series.size > 5 ? (columns.middle[at - 5] as number) : Number.NaN;
  const rows: Readonly<Record<string, number>> = {
    MA5: price(columns.ma5[at]),
    MA10: price(columns.ma10[at]),
    MA20: price(columns.ma20[at]),
    MA30: price(columns.ma30[at]),
    MA60: price(columns.ma60[at]),
    dif: price(columns.dif[at]),
    dea: price(columns.dea[at]),
    bar: price(history.macd.bar),
    difFast: price(extra.difFast),
    deaFast: price(extra.deaFast),
    k5: history.divergenceKdj.k,
    d5: history.divergenceKdj.d,
    cci14: columns.cci[at] as number,
    rsi6: columns.rsi[at] as number,
    rsi12: extra.rsi12,
    bbMid: price(middle),
    bbUpper: price(newest.upper),
    bbLower: price(newest.lower),
    bbPctB: columns.percentB[at] as number,
    bbBandwidth: columns.bandwidth[at] as number,
    bbBwSma: newest.bandwidthMean,
    bbMidSlope: (100 * (middle - middleBefore)) / middleBefore,
    obv: windowBalance(series, columns.obv[at] as number),
    obvSma20: windowBalance(series, newest.obvMean),
    volSma20: newest.volume,
    volSma5: columns.volume5[at] as number,
    volRatio: columns.volumeRatio[at] as number,
    vwap20: price(newest.volumeWeightedPrice),
    ad: newest.accumulation,
    adSma20: newest.accumulationMean,
    mfi14: newest.moneyFlow,
    corr20: correlation(series),
    k9: window.kdj.k,
    d9: window.kdj.d,
    avgBody: price(newest.body),
    avgRange: price(newest.range),
    avgVolume: newest.volume,
  };
  for (const [id, value] of Object.entries(rows)) values.set(`${name}.${id}`, value);
}

/** The last candle, and the last rows of KDJ 5, with the seed's MACD and the reference's delay. */
function addSeed(values: Values, { n, cut }: SeriesVectors, input: ScaledCandles): void {
  const name = `${input.timeframe} seed`;
  const plan = { cut, count: n };
  walkWindow(input, { ...plan, profile: SEED_VARIANTS.slow }, (series, index, score) => {
    if (index < n - 1) return;
    addRecord(values, `${name}.lastDivergence`, divergenceRecord(series, griddedWindow(n, index)));
    addSides(values, `${name}.div`, score.books.divergence);
    addSides(values, `${name}.fusion`, score.fused);
  });
  walkWindow(input, { ...plan, profile: SEED_VARIANTS.dual }, (_, index, score) => {
    if (index < n - 1) return;
    addSides(values, `${name}.divDual`, score.books.divergence);
    addSides(values, `${name}.fusionDual`, score.fused);
  });
  walkWindow(input, { ...plan, profile: SEED_VARIANTS.kdj5 }, (_, index, score) => {
    const row = index - Math.max(0, n - KDJ_ROWS);
    if (row >= 0) addSides(values, `${name}.kdj5Tail[${row}]`, score.books.kdj);
    if (index < n - 1) return;
    addSides(values, `${name}.kdj5Final`, score.books.kdj);
    addSides(values, `${name}.fusionKdj5`, score.fused);
  });
}

/** Our values of a short chart with rare patterns. */
export function candleCaseValues(candles: CandleVectors, name: string, nudge: number): Values {
  const values: Values = new Map();
  const input = scaleCandles(candles, '1m', nudge);
  const count = candles.c.length;
  walkWindow(input, { profile: PARITY, cut: 0, count }, (series, index, score) => {
    addSides(values, `${name} cs[${index}]`, score.books.candlesticks);
    addPatterns(values, `${name} patterns[${index}]`, series);
  });
  return values;
}
