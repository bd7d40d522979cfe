/**
 * Higher timeframes of everything that is stored of a base series, for a derived series that is read for the first time.
 * Only whole buckets are made; running it again changes nothing.
 */
import type { EpochMs } from '../../core/time.ts';
import { createFanout, type Fanout } from '../../market/derived-timeframe-fanout.ts';
import { foldStored } from '../../market/recompute.ts';
import type { SeriesId } from '../../model/series.ts';
import type { Timeframe } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';

/** Base candles read and folded at once; each step is one transaction. */
const STEP_CANDLES = 10_000;

/** A stretch [`from`, `to`) of open times. */
type Stretch = { readonly from: EpochMs; readonly to: EpochMs };

/** Derives `timeframes` from all stored candles of `baseId`; answers how many candles were new or changed. */
export async function deriveHistory(
  store: CandleStore,
  baseId: SeriesId,
  timeframes: readonly Timeframe[],
): Promise<number> {
  const { first, head } = await store.extent(baseId);
  if (first === null || head === null) return 0;
  const fanout = createFanout(baseId, timeframes);
  return deriveSteps(store, fanout, { from: first, to: (head + fanout.baseMs) as EpochMs });
}

async function deriveSteps(store: CandleStore, fanout: Fanout, { from, to }: Stretch): Promise<number> {
  const stepMs = STEP_CANDLES * fanout.baseMs;
  let written = 0;
  for (let at: number = from; at < to; at += stepMs) {
    written += await deriveStretch(store, fanout, { from: at as EpochMs, to: Math.min(to, at + stepMs) as EpochMs });
  }
  return written;
}

async function deriveStretch(store: CandleStore, fanout: Fanout, stretch: Stretch): Promise<number> {
  const seriesId = fanout.baseId;
  const candles = await store.read({ seriesId, ...stretch, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' });
  const gaps = await store.readGaps(seriesId, stretch);
  const output = foldStored(fanout, { ...stretch, candles, gaps });
  const counts = await store.save({
    candles: output.closed,
    gaps: output.gaps.filter((gap) => gap.reason === 'exchange_gap'),
  });
  return counts.inserted + counts.changed;
}
