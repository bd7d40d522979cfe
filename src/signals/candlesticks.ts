/**
 * Book 3, candlestick patterns: the patterns that end at the newest candle, weighed by volume and by where in the
 * range of the last 20 candles it stands, and the failure of earlier reversals. Scored from the sixth candle on.
 */
import type { Score, ScoreSide } from '../model/signal.ts';

import { createSetting } from './candlestick-setting.ts';
import { findDoublePatterns } from './candlesticks-double.ts';
import { findMultiPatterns } from './candlesticks-multi.ts';
import { findSinglePatterns } from './candlesticks-single.ts';
import type { Finding, Pattern } from './pattern.ts';
import { NO_SCORE, Tally } from './reason.ts';
import type { Series } from './series-state.ts';

/** How far a pattern is trusted: high, medium, low. */
export type Reliability = Finding['reliability'];

/** An earlier reversal that the newest close contradicts; positive points are bullish. */
export type FailedPattern = { readonly id: string; readonly points: number };

const RELIABILITY: Readonly<Record<Reliability, number>> = { H: 1, M: 0.75, L: 0.5 };
const FIRST_SCORED = 6;
const NO_PATTERNS: readonly Pattern[] = [];
/** Base units of mean volume below which volume says nothing. */
const VOLUME_MIN = 1e-8;

/** The patterns that end at the newest candle. */
export function findPatterns(series: Series): readonly Pattern[] {
  if (series.size < FIRST_SCORED) return NO_PATTERNS;
  const setting = createSetting(series);
  const findings: Finding[] = [];
  findSinglePatterns(setting, findings);
  findDoublePatterns(setting, findings);
  findMultiPatterns(setting, findings);
  if (findings.length === 0) return NO_PATTERNS;
  const volume = volumeFactor(series);
  const level = levelFactor(series, setting.small);
  return findings.map((finding) => {
    const adjusted = Math.trunc(Math.max(-100, Math.min(100, finding.raw * volume * level)));
    return { ...finding, volumeFactor: volume, levelFactor: level, adjusted };
  });
}

function volumeFactor({ newest, shapes }: Series): number {
  if (!(newest.volume >= VOLUME_MIN)) return 1;
  const ratio = (shapes[0]?.volume ?? 0) / newest.volume;
  if (ratio >= 2.5) return 1.5;
  if (ratio >= 1.8) return 1.35;
  if (ratio >= 1.3) return 1.2;
  if (ratio >= 0.8) return 1;
  return ratio >= 0.5 ? 0.85 : 0.7;
}

/** More weight near the edges of the range, measured in scaled prices. */
function levelFactor({ newest, shapes, size, factor }: Series, small: number): number {
  if (size <= 20) return 1;
  const close = shapes[0]?.close ?? Number.NaN;
  const range = newest.highest - newest.lowest;
  // The reference measures a flat range by one unit of quote currency.
  const width = range < small ? factor : range;
  const edge = Math.min(newest.highest - close, close - newest.lowest) / width;
  if (edge < 0.05) return 1.25;
  return edge < 0.1 ? 1.12 : 1;
}

/** Reversals two to five candles old whose own extreme the newest close has passed. */
export function findFailures({ patterns, columns, size }: Series): readonly FailedPattern[] {
  const failures: FailedPattern[] = [];
  const { at, close, low, high } = columns;
  const now = close[at] as number;
  for (let lag = Math.min(5, size - 1); lag >= 2; lag--) {
    for (const { id, adjusted, isReversal } of patterns[lag] ?? []) {
      if (!isReversal) continue;
      if (adjusted > 0 && now < (low[at - lag] as number)) failures.push({ id, points: -Math.min(0.8 * adjusted, 70) });
      if (adjusted < 0 && now > (high[at - lag] as number))
        failures.push({ id, points: Math.min(-0.8 * adjusted, 70) });
    }
  }
  return failures;
}

/** The book's score at the newest candle. */
export function scoreCandlesticks(series: Series): Score {
  if (series.size < FIRST_SCORED) return NO_SCORE;
  const tally = new Tally();
  for (const { id, adjusted, reliability } of series.patterns[0] ?? []) {
    tally.give(sideOf(adjusted), `candlesticks.${id}`, Math.abs(adjusted) * RELIABILITY[reliability]);
  }
  for (const { id, points } of findFailures(series)) {
    tally.give(sideOf(points), `candlesticks.failed.${id}`, Math.abs(points) * RELIABILITY.M);
  }
  tally.cap(100);
  return tally.toScore();
}

function sideOf(points: number): ScoreSide {
  return points > 0 ? 'buy' : 'sell';
}
