/**
 * The opinion of one timeframe at its newest candle: six books and their fusion.
 */
import type { BookScores, Score, SeriesScore } from '../model/signal.ts';
import { scoreBollinger } from './bollinger-book.ts';
import { scoreCandlesticks } from './candlesticks.ts';
import { scoreDivergence } from './divergence.ts';
import { fuseBooks } from './fusion.ts';
import { scoreKdj } from './kdj-book.ts';
import { scoreMovingAverages } from './moving-averages.ts';
import type { Series } from './series-state.ts';
import { scoreVolumePrice } from './volume-price.ts';

/** Judges the newest candle; the series is not changed. */
export function scoreSeries(series: Series): SeriesScore {
  const books: BookScores<Score> = {
    divergence: scoreDivergence(series),
    averages: scoreMovingAverages(series),
    candlesticks: scoreCandlesticks(series),
    bollinger: scoreBollinger(series),
    volume: scoreVolumePrice(series),
    kdj: scoreKdj(series),
  };
  return { books, fused: fuseBooks(books, series.profile.fusion) };
}
