/**
 * The opinion of one timeframe at its newest candle: six books and their fusion.
 */
import { scoreBollinger } from './bollinger-book.ts';
import { scoreCandlesticks } from './candlesticks.ts';
import { scoreDivergence } from './divergence.ts';
import { type BookScores, fuseBooks } from './fusion.ts';
import { scoreKdj } from './kdj-book.ts';
import { scoreMovingAverages } from './moving-averages.ts';
import type { Score } from './reason.ts';
import type { Series } from './series.ts';
import { scoreVolumePrice } from './volume-price.ts';

/** Scores with reasons: each book's and the fused one. */
export type SeriesScore = { readonly books: BookScores<Score>; readonly fused: Score };

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
