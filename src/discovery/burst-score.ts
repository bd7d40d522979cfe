/**
 * How unusual a move is for this coin: robust z-scores of its five-minute return and of its minute volume. The market's
 * median move is taken out, scales are medians of absolute deviations over the last hour of bars without the move
 * itself. Shown beside the seed's rule and never a condition of it. Source of the factor 1.4826, which makes a median
 * absolute deviation the standard deviation of a normal distribution: F. R. Hampel, JASA 69 (1974).
 */
import { BURST_MS, barReturn, type MarketMove, marketReturn, medianOf } from './market-move.ts';
import { type TickerStream, volumesOf } from './ticker-stream.ts';
import { changeAt } from './ticker-view.ts';
import { BARS_KEPT, newestBar, readBar } from './volume-rings.ts';

/** Scores in standard deviations; `score` is the lesser of the two, as the rule wants both. */
export type BurstScore = { readonly returnZ: number; readonly volumeZ: number; readonly score: number };

const NORMAL_SCALE = 1.4826;
/** Bars that must be known before anything is said: a scale of fewer is chance. */
const HISTORY_MIN = 20;
/** Least scale of a bar's log return, 5 bps: below it are ticks of the price, not moves. */
const RETURN_SCALE_MIN = 0.0005;
/** Least scale of log volume: a doubling is never more than three of them. */
const VOLUME_SCALE_MIN = 0.25;

/** The score of a slot at `now`; `null` while too little is known. */
export function scoreBurst(
  stream: TickerStream,
  market: MarketMove,
  { slot, now }: { readonly slot: number; readonly now: number },
): BurstScore | null {
  const volumes = volumesOf(stream);
  const newest = newestBar(volumes, slot);
  const current = Math.floor(now / volumes.barMs);
  if (!(newest >= current - 1)) return null;
  const move = Math.ceil(BURST_MS / volumes.barMs);
  const window = { slot, to: newest - move, from: newest - BARS_KEPT + 2 };
  const returnZ = scoreReturn(stream, market, { ...window, now, move });
  const volumeZ = scoreVolume(stream, { ...window, newest });
  if (Number.isNaN(returnZ) || Number.isNaN(volumeZ)) return null;
  return { returnZ, volumeZ, score: Math.min(returnZ, volumeZ) };
}

type HistoryWindow = { readonly slot: number; readonly from: number; readonly to: number };

function scoreReturn(
  stream: TickerStream,
  market: MarketMove,
  window: HistoryWindow & { readonly now: number; readonly move: number },
): number {
  const { slot, now, move } = window;
  const change = changeAt(stream, slot, { now, backMs: BURST_MS });
  const history = collect(window, (index) => barReturn(stream, slot, index) - marketReturn(market, index));
  if (history === null) return Number.NaN;
  const scale = Math.max(spreadOf(history).scale, RETURN_SCALE_MIN) * Math.sqrt(move);
  return (Math.log1p(change) - Math.log1p(market.change5m)) / scale;
}

function scoreVolume(stream: TickerStream, window: HistoryWindow & { readonly newest: number }): number {
  const { slot, newest } = window;
  const volumes = volumesOf(stream);
  const logAt = (index: number): number => Math.log1p(readBar(volumes, slot, { index, column: 'volume' }));
  const history = collect(window, logAt);
  if (history === null) return Number.NaN;
  // The running minute may have only begun; the last whole one then says more.
  const last = logAt(newest - 1);
  const volume = Number.isNaN(last) ? logAt(newest) : Math.max(logAt(newest), last);
  const { centre, scale } = spreadOf(history);
  return (volume - centre) / Math.max(scale, VOLUME_SCALE_MIN);
}

function collect(window: HistoryWindow, measure: (index: number) => number): Float64Array | null {
  const values = new Float64Array(BARS_KEPT);
  let count = 0;
  for (let index = window.from; index <= window.to; index++) {
    const value = measure(index);
    if (!Number.isFinite(value)) continue;
    values[count] = value;
    count++;
  }
  return count < HISTORY_MIN ? null : values.subarray(0, count);
}

function spreadOf(values: Float64Array): { readonly centre: number; readonly scale: number } {
  const centre = medianOf(values);
  for (let i = 0; i < values.length; i++) values[i] = Math.abs((values[i] as number) - centre);
  return { centre, scale: medianOf(values) * NORMAL_SCALE };
}
