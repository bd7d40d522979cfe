/**
 * Higher timeframes of everything that is stored of a base series: for a derived series that is read or followed for
 * the first time, or whose base went on while derivation was off. Only whole buckets are made; running it again changes
 * nothing.
 */
import type { EpochMs } from '../../core/time.ts';
import { createFanout, derivableTimeframes, type Fanout } from '../../market/derived-timeframe-fanout.ts';
import { foldStored } from '../../market/recompute.ts';
import { type SeriesId, seriesParts, siblingSeries } from '../../model/series.ts';
import { type Timeframe, timeframeMs } from '../../model/timeframe.ts';
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

/**
 * Derives what `timeframes` lack before and behind their stored candles, where the base has it: derivation was off, or
 * without one of them, while the base went on. `end` is where the caller's own fold begins, at the start of a whole
 * span. Holes between derived candles are not looked for. Answers how many candles were new or changed.
 */
export async function deriveBacklog(
  store: CandleStore,
  base: { readonly seriesId: SeriesId; readonly end: EpochMs },
  timeframes: readonly Timeframe[],
): Promise<number> {
  const { seriesId: baseId, end } = base;
  const { first } = await store.extent(baseId);
  if (first === null) return 0;
  let earlierTo = first;
  let laterFrom = end;
  for (const timeframe of derivableTimeframes(seriesParts(baseId).timeframe, timeframes)) {
    const lengthMs = timeframeMs(timeframe);
    const firstWhole = (Math.ceil(first / lengthMs) * lengthMs) as EpochMs;
    const derived = await store.extent(siblingSeries(baseId, timeframe));
    if (firstWhole < Math.min(derived.first ?? end, end)) {
      earlierTo = Math.max(earlierTo, Math.min(derived.first ?? end, end)) as EpochMs;
    }
    if (derived.head !== null) laterFrom = Math.min(laterFrom, derived.head + lengthMs) as EpochMs;
  }
  const earlier = await deriveSteps(store, createFanout(baseId, timeframes), { from: first, to: earlierTo });
  const from = Math.max(laterFrom, earlierTo) as EpochMs;
  return earlier + (await deriveSteps(store, createFanout(baseId, timeframes), { from, to: end }));
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
