/**
 * Reading stored closed candles by the rules of the wire contract (2.1): an exclusive `since` cursor, oldest first
 * from it or the newest without it, and nothing that opens after the newest candle the clock says can be closed,
 * unless the data is so far ahead of the clock that it is no live data at all. An empty series is prepared first: a
 * derived one may only be waiting to be made.
 */
import { EPOCH_MS_MAX, type EpochMs, toEpochSec } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { latestClosedOpen, timeframeMs } from '../model/timeframe.ts';
import type { CandleRange, CandleStore } from '../ports/candle-store.ts';
import type { Clock } from '../ports/clock.ts';

/** What is asked: `since` in whole seconds, exclusive; `limit` at least 1. */
export type CandleQuery = { readonly seriesId: SeriesId; readonly since: number | null; readonly limit: number };

/** Candles ascending; `head` is the newest stored open time whatever was filtered; `since` is the effective cursor. */
export type CandleReading = {
  readonly head: EpochMs | null;
  readonly candles: readonly ClosedCandle[];
  readonly since: number | null;
};

/** What a reader works with. */
export type ReaderParts = {
  readonly store: CandleStore;
  /** The clock of the market. */
  readonly clock: Clock;
  /** Makes a series that is empty and can be made; does nothing otherwise. */
  readonly prepare: (seriesId: SeriesId) => Promise<void>;
};

/** Periods by which data may be ahead of the clock and still count as live. */
const AHEAD_PERIODS = 2;

/** Reads stored candles for HTTP answers and WebSocket catch-up alike. */
export class CandleReader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Candles for `query`; rejects like `CandleStore`. */
  async read(query: CandleQuery): Promise<CandleReading> {
    const reading = await this.#readStored(query);
    if (reading.head !== null) return reading;
    await this.#parts.prepare(query.seriesId);
    const { head } = await this.#parts.store.extent(query.seriesId);
    return head === null ? reading : this.#readStored(query);
  }

  /** Stored candles of `range` that can be over by the clock; rejects like `CandleStore`. */
  async readRange(range: CandleRange): Promise<readonly ClosedCandle[]> {
    const { store, clock, prepare } = this.#parts;
    const { head } = await store.extent(range.seriesId);
    if (head === null) await prepare(range.seriesId);
    const lengthMs = timeframeMs(seriesParts(range.seriesId).timeframe);
    return hideAhead(await store.read(range), latestClosedOpen(clock.now(), lengthMs), lengthMs);
  }

  async #readStored(query: CandleQuery): Promise<CandleReading> {
    const { store, clock } = this.#parts;
    const { seriesId } = query;
    const lengthMs = timeframeMs(seriesParts(seriesId).timeframe);
    const latest = latestClosedOpen(clock.now(), lengthMs);
    const since = query.since === null ? null : clampSince(query.since, latest, lengthMs);
    const from = since === null ? 0 : Math.min(EPOCH_MS_MAX, Math.max(0, since * 1000 + 1));
    const stored = await store.read({
      seriesId,
      from: from as EpochMs,
      to: EPOCH_MS_MAX as EpochMs,
      limit: query.limit,
      take: since === null ? 'newest' : 'oldest',
    });
    const { head } = await store.extent(seriesId);
    return { head, since, candles: hideAhead(stored, latest, lengthMs) };
  }
}

function clampSince(since: number, latest: EpochMs, lengthMs: number): number {
  const isNear = since * 1000 <= latest + AHEAD_PERIODS * lengthMs;
  return isNear ? Math.min(since, toEpochSec(latest)) : since;
}

function hideAhead(candles: readonly ClosedCandle[], latest: EpochMs, lengthMs: number): readonly ClosedCandle[] {
  const last = candles[candles.length - 1];
  if (last === undefined || last.openTime <= latest || last.openTime > latest + AHEAD_PERIODS * lengthMs)
    return candles;
  return candles.filter((candle) => candle.openTime <= latest);
}
