/**
 * Which stored candles a query of the wire contract (2.1) is about, by the clock of the market: an exclusive `since`
 * cursor, oldest first from it or the newest without it, and nothing that opens after the newest candle that can be
 * closed, unless the data is so far ahead of the clock that it is no live data at all. A window depends on the clock
 * through `latest` alone.
 */
import { EPOCH_MS_MAX, type EpochMs, toEpochSec } from '../core/time.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { latestClosedOpen, timeframeMs } from '../model/timeframe.ts';
import type { CandleRange } from '../ports/candle-store.ts';

/** What is asked: `since` in whole seconds, exclusive; `limit` at least 1. */
export type CandleQuery = { readonly seriesId: SeriesId; readonly since: number | null; readonly limit: number };

/** What to read, and the effective cursor; `latest` is the open time of the newest candle that can be closed. */
export type CandleWindow = {
  readonly range: CandleRange;
  readonly since: number | null;
  readonly latest: EpochMs;
  readonly lengthMs: number;
};

/** Periods by which data may be ahead of the clock and still count as live. */
const AHEAD_PERIODS = 2;

/** The window of `query` at `now`. */
export function windowOf({ seriesId, since: asked, limit }: CandleQuery, now: EpochMs): CandleWindow {
  const { latest, lengthMs } = periodOf(seriesId, now);
  const since = asked === null ? null : clampSince(asked, latest, lengthMs);
  const from = since === null ? 0 : Math.min(EPOCH_MS_MAX, Math.max(0, since * 1000 + 1));
  const take = since === null ? 'newest' : 'oldest';
  const range = { seriesId, from: from as EpochMs, to: EPOCH_MS_MAX as EpochMs, limit, take } as const;
  return { range, since, latest, lengthMs };
}

/** The newest candle of a series that can be closed at `now`, and the length of its candles. */
export function periodOf(seriesId: SeriesId, now: EpochMs): { readonly latest: EpochMs; readonly lengthMs: number } {
  const lengthMs = timeframeMs(seriesParts(seriesId).timeframe);
  return { latest: latestClosedOpen(now, lengthMs), lengthMs };
}

/** `candles`, ascending, without those that can not be closed yet. */
export function hideAhead<C extends { readonly openTime: EpochMs }>(
  candles: readonly C[],
  { latest, lengthMs }: { readonly latest: EpochMs; readonly lengthMs: number },
): readonly C[] {
  const last = candles[candles.length - 1];
  if (last === undefined || last.openTime <= latest || last.openTime > latest + AHEAD_PERIODS * lengthMs)
    return candles;
  return candles.filter((candle) => candle.openTime <= latest);
}

function clampSince(since: number, latest: EpochMs, lengthMs: number): number {
  const isNear = since * 1000 <= latest + AHEAD_PERIODS * lengthMs;
  return isNear ? Math.min(since, toEpochSec(latest)) : since;
}
