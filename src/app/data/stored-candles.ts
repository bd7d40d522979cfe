/**
 * Stored candles of a long stretch in bounded pieces, oldest first: what an export writes and an audit checks never
 * lies in memory as a whole.
 */
import { setImmediate } from 'node:timers/promises';
import type { EpochMs } from '../../core/time.ts';
import type { CandleGap, ClosedCandle } from '../../model/candle.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import { timeframeMs } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';

/** A stretch [`from`, `to`) of a series. */
export type Stretch = { readonly seriesId: SeriesId; readonly from: EpochMs; readonly to: EpochMs };

/** Everything stored of one piece of a stretch. */
export type StoredPiece = Stretch & { readonly candles: readonly ClosedCandle[]; readonly gaps: readonly CandleGap[] };

/** Candles in one piece at most: some 10 MB. */
const PIECE_CANDLES = 14_400;
const DAY_MS = 86_400_000;

/** The stretch in pieces that end at the starts of days, each with its candles and gaps. */
export async function* readPieces(
  store: CandleStore,
  { seriesId, from, to }: Stretch,
): AsyncGenerator<StoredPiece, void, undefined> {
  const lengthMs = timeframeMs(seriesParts(seriesId).timeframe);
  const pieceMs = Math.max(1, Math.floor((PIECE_CANDLES * lengthMs) / DAY_MS)) * DAY_MS;
  for (let start: number = from; start < to; ) {
    const end = Math.min(to, start - (start % DAY_MS) + pieceMs);
    const piece = { from: start as EpochMs, to: end as EpochMs };
    const candles = await store.read({ seriesId, ...piece, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' });
    yield { seriesId, ...piece, candles, gaps: await store.readGaps(seriesId, piece) };
    start = end;
    // The store answers at once; without a turn of the event loop neither a signal nor the progress line gets through.
    await setImmediate();
  }
}

/** The candles of a stretch in chunks; empty pieces are left out. */
export async function* readChunks(
  store: CandleStore,
  stretch: Stretch,
): AsyncGenerator<readonly ClosedCandle[], void, undefined> {
  for await (const { candles } of readPieces(store, stretch)) if (candles.length > 0) yield candles;
}

/** The part of a series that has candles and lies inside the bounds given; `null` when it has none at all. */
export async function storedStretch(
  store: CandleStore,
  seriesId: SeriesId,
  bounds: { readonly from: EpochMs | null; readonly to: EpochMs | null },
): Promise<Stretch | null> {
  const { first, head } = await store.extent(seriesId);
  if (first === null || head === null) return null;
  const end = (head + timeframeMs(seriesParts(seriesId).timeframe)) as EpochMs;
  return { seriesId, from: bounds.from ?? first, to: bounds.to ?? end };
}
