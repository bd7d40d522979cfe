/**
 * Candles of a vector file through the fold of the stream: once in one window, as a batch scorer sees them, and once
 * candle by candle with the window sliding along.
 */
import type { SeriesScore } from '../../model/signal.ts';
import { timeframe } from '../../model/timeframe.ts';
import {
  createSeries,
  divergenceRecord,
  findTimeframeParams,
  fuseBooks,
  griddedWindow,
  pushCandle,
  restartWindow,
  type Series,
  type SignalProfile,
  scoreRecord,
  scoreSeries,
} from '../../signals/index.ts';
import type { CandleVectors } from './vector-schemas.ts';

/** Candles with the scale they are judged in. */
export type ScaledCandles = {
  readonly candles: CandleVectors;
  readonly timeframe: string;
  readonly factor: number;
  readonly scaled: (price: number) => number;
};

/**
 * The candles in prices times `nudge`. Where a score changes with a factor that no price is a round number in, two sums
 * were equal and the last bit decided.
 */
export function scaleCandles(candles: CandleVectors, name: string, nudge: number): ScaledCandles {
  return { candles, timeframe: name, factor: nudge, scaled: (price) => price * nudge };
}

/** A series of the profile before its first candle. */
export function openSeries({ timeframe: name, factor }: ScaledCandles, profile: SignalProfile): Series {
  const params = findTimeframeParams(profile, timeframe(name));
  if (params === null) throw new RangeError(`the profile ${profile.name} has no timeframe ${name}`);
  return createSeries(profile, params, factor);
}

/** Adds the candle with that index. */
export function pushIndex(series: Series, { candles, scaled }: ScaledCandles, index: number): void {
  const at = (column: readonly number[]): number => column[index] ?? Number.NaN;
  pushCandle(series, {
    open: scaled(at(candles.o)),
    high: scaled(at(candles.h)),
    low: scaled(at(candles.l)),
    close: scaled(at(candles.c)),
    volume: at(candles.v),
  });
}

/** Walks one window of `count` candles that begins with index `cut`; `visit` sees each candle with its scores. */
export function walkWindow(
  input: ScaledCandles,
  { profile, cut, count }: { readonly profile: SignalProfile; readonly cut: number; readonly count: number },
  visit: (series: Series, index: number, score: SeriesScore) => void,
): void {
  const series = openSeries(input, profile);
  for (let index = 0; index < cut; index++) pushIndex(series, input, index);
  restartWindow(series);
  for (let index = 0; index < count; index++) {
    pushIndex(series, input, cut + index);
    visit(series, index, scoreInWindow(series, count, index));
  }
}

/** The divergence book of a batch knows how long its window will be. */
function scoreInWindow(series: Series, count: number, index: number): SeriesScore {
  const { books } = scoreSeries(series);
  const divergence = scoreRecord(series, divergenceRecord(series, griddedWindow(count, index)));
  const all = { ...books, divergence };
  return { books: all, fused: fuseBooks(all, series.profile.fusion) };
}

/** Walks the stream; `visit` sees the series after each candle. */
export function walkStream(
  input: ScaledCandles,
  profile: SignalProfile,
  visit: (series: Series, index: number) => void,
): void {
  const series = openSeries(input, profile);
  for (let index = 0; index < input.candles.c.length; index++) {
    pushIndex(series, input, index);
    visit(series, index);
  }
}
