/**
 * The signal at the end of a stretch of 1m candles, all higher timeframes derived from them: what files and stores hold
 * is judged exactly as the stream is.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import { createFanout } from '../../market/derived-timeframe-fanout.ts';
import { foldStored } from '../../market/recompute.ts';
import type { CandleGap, ClosedCandle } from '../../model/candle.ts';
import { seriesParts } from '../../model/series.ts';
import type { TradeSignal } from '../../model/signal.ts';
import { type Timeframe, timeframeMs } from '../../model/timeframe.ts';
import {
  createSignalWorker,
  deriveSignal,
  foldCandleGap,
  foldClosedCandle,
  type SignalProfile,
} from '../../signals/index.ts';

/** Minutes and the gaps between them, ascending; the minutes are not empty. */
export type MinuteStretch = { readonly candles: readonly ClosedCandle[]; readonly gaps: readonly CandleGap[] };

/** Candles of each of the profile's timeframes, the minutes among them, ascending. */
export function candlesByTimeframe(
  minutes: MinuteStretch,
  profile: SignalProfile,
): ReadonlyMap<Timeframe, readonly ClosedCandle[]> {
  return Map.groupBy(derive(minutes, profile).candles, ({ seriesId }) => seriesParts(seriesId).timeframe);
}

/** The minutes and what is derived of them. */
function derive(minutes: MinuteStretch, profile: SignalProfile): MinuteStretch {
  const first = minutes.candles[0] as ClosedCandle;
  const wanted = profile.timeframes.map(({ timeframe }) => timeframe);
  const stretch = { ...minutes, from: first.openTime, to: endOf(minutes.candles) };
  const { closed, gaps } = foldStored(createFanout(first.seriesId, wanted), stretch);
  return { candles: [...minutes.candles, ...closed], gaps: [...minutes.gaps, ...gaps] };
}

/** The signal when the last minute closed. */
export function signalOfMinutes(minutes: MinuteStretch, profile: SignalProfile, traceId: string): TradeSignal {
  const { instrumentId } = seriesParts((minutes.candles[0] as ClosedCandle).seriesId);
  const worker = createSignalWorker(instrumentId, profile);
  const { candles, gaps } = derive(minutes, profile);
  const steps = [
    ...gaps.map((gap) => ({ time: gap.from, fold: () => foldCandleGap(worker, gap) })),
    ...candles.map((candle) => ({ time: candle.openTime, fold: () => foldClosedCandle(worker, candle) })),
  ];
  // Candles of different timeframes are folded beside each other: only the order within each one matters.
  for (const { fold } of steps.sort((a, b) => a.time - b.time)) fold();
  return deriveSignal(worker, { at: endOf(minutes.candles), traceId });
}

function endOf(candles: readonly ClosedCandle[]): EpochMs {
  const last = candles.at(-1) as ClosedCandle;
  return addMs(last.openTime, timeframeMs(seriesParts(last.seriesId).timeframe));
}
