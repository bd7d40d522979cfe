/**
 * Is what is stored true? In comes a stretch of a base series, out go the quality of every day, derived candles that
 * are not what the stored base makes them, and, where the archive is asked, base candles that are not what the
 * exchange published. Nothing is changed, and memory stays bounded.
 */
import type { EpochMs } from '../../core/time.ts';
import { createFanout, derivableTimeframes, spanOpen } from '../../market/derived-timeframe-fanout.ts';
import { foldStored } from '../../market/recompute.ts';
import { type SeriesId, seriesParts } from '../../model/series.ts';
import { type Timeframe, timeframeMs } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { type DayQuality, summarizeQuality } from '../../reports/quality.ts';
import { type CandleMismatch, compareCandles } from './compare-candles.ts';
import { readPieces, type Stretch } from './stored-candles.ts';

/** Outcome for one derived series. */
export type DerivedAudit = {
  readonly seriesId: SeriesId;
  readonly compared: number;
  /** Ascending; `expected` is what the base makes. */
  readonly mismatches: readonly CandleMismatch[];
};

/** Outcome of an audit without the archive. */
export type CandleAudit = { readonly days: readonly DayQuality[]; readonly derived: readonly DerivedAudit[] };

/**
 * Audits the stretch; derived series of the same instrument are found in the store. `onProgress` is told the base
 * candles read so far, again and again; what it throws ends the audit. Rejects as the store does.
 */
export async function auditCandles(
  store: CandleStore,
  stretch: Stretch,
  onProgress: (candles: number) => void,
): Promise<CandleAudit> {
  const days: DayQuality[] = [];
  let candles = 0;
  for await (const piece of readPieces(store, stretch)) {
    days.push(...summarizeQuality(piece));
    candles += piece.candles.length;
    onProgress(candles);
  }
  return { days, derived: await auditDerived(store, stretch, () => onProgress(candles)) };
}

/** Derives again from the start of the span that holds the stretch's start, so that every bucket is whole. */
async function auditDerived(
  store: CandleStore,
  stretch: Stretch,
  onPiece: () => void,
): Promise<readonly DerivedAudit[]> {
  const timeframes = await storedTimeframes(store, stretch.seriesId);
  const fanout = createFanout(stretch.seriesId, timeframes);
  const audits = new Map<SeriesId, { compared: number; readonly mismatches: CandleMismatch[] }>(
    fanout.levels.map(({ seriesId }) => [seriesId, { compared: 0, mismatches: [] }]),
  );
  const from = spanOpen(fanout, stretch.from);
  for await (const piece of readPieces(store, { ...stretch, from })) {
    onPiece();
    const made = Map.groupBy(foldStored(fanout, piece).closed, ({ seriesId }) => seriesId);
    for (const [seriesId, audit] of audits) {
      const period = closedPeriod(seriesId, { from: Math.max(piece.from, stretch.from), to: piece.to });
      const known = await store.read({ seriesId, ...period, limit: Number.MAX_SAFE_INTEGER, take: 'oldest' });
      const expected = (made.get(seriesId) ?? []).filter(({ openTime }) => openTime >= period.from);
      const opens = new Set(expected.map(({ openTime }) => openTime));
      // Published candles of a higher timeframe may be stored where the base is not; nothing here can judge those.
      const judged = known.filter(
        ({ openTime, certificate }) => certificate.source === 'derived' || opens.has(openTime),
      );
      const { compared, mismatches } = compareCandles(expected, judged, 'certificate');
      audit.compared += compared;
      audit.mismatches.push(...mismatches);
    }
  }
  return [...audits].map(([seriesId, audit]) => ({ seriesId, ...audit }));
}

/** Open times of the candles that end inside a piece: a bucket may have begun in the piece before. */
function closedPeriod(
  seriesId: SeriesId,
  { from, to }: { readonly from: number; readonly to: number },
): { readonly from: EpochMs; readonly to: EpochMs } {
  const lengthMs = timeframeMs(seriesParts(seriesId).timeframe);
  return {
    from: Math.max(0, from - (from % lengthMs)) as EpochMs,
    to: Math.max(0, to - (to % lengthMs)) as EpochMs,
  };
}

async function storedTimeframes(store: CandleStore, baseId: SeriesId): Promise<readonly Timeframe[]> {
  const base = seriesParts(baseId);
  const siblings = (await store.listSeries())
    .map(seriesParts)
    .filter((parts) => parts.instrumentId === base.instrumentId);
  return derivableTimeframes(
    base.timeframe,
    siblings.map(({ timeframe }) => timeframe),
  );
}
