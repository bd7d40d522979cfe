/**
 * Whether candles that are about to be saved change what their series is: looked up before the save, because the store
 * keeps no telling which of a batch it took.
 */
import type { EpochMs } from '../core/time.ts';
import { type ClosedCandle, SOURCE_RANK, sameColumns } from '../model/candle.ts';
import type { ReviewCandles } from '../model/events.ts';
import type { CandleStore } from '../ports/candle-store.ts';

/** Open time of the earliest candle that the store does not have or would change; `null` when there is none. */
export async function findChange(store: CandleStore, { seriesId, candles }: ReviewCandles): Promise<EpochMs | null> {
  const times = candles.map(({ openTime }) => openTime);
  const from = Math.min(...times) as EpochMs;
  const to = (Math.max(...times) + 1) as EpochMs;
  const stored = await store.read({ seriesId, from, to, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' });
  const byTime = new Map(stored.map((candle) => [candle.openTime, candle]));
  const changed = candles.filter((candle) => isChange(candle, byTime.get(candle.openTime)));
  return changed.length === 0 ? null : (Math.min(...changed.map(({ openTime }) => openTime)) as EpochMs);
}

function isChange(candle: ClosedCandle, stored: ClosedCandle | undefined): boolean {
  if (stored === undefined) return true;
  if (SOURCE_RANK[candle.certificate.source] < SOURCE_RANK[stored.certificate.source]) return false;
  return !sameColumns(candle, stored);
}
