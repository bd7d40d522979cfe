/**
 * Moving a base series forward: candles are accepted strictly in order, and every one that is accepted or passed over
 * goes through the fold in the same breath, so stored, derived and announced candles never disagree.
 */
import type { EpochMs } from '../core/time.ts';
import type { CandleGap, ClosedCandle, GapReason } from '../model/candle.ts';
import type { Effect } from '../model/events.ts';
import { acceptClosed, emptyOutput, type FanoutOutput, skipMinutes } from './derived-timeframe-fanout.ts';
import { addHole, type SeriesState } from './series-state.ts';

/** What one input produced, gathered so that it is stored in one transaction and announced afterwards. */
export type Progress = { readonly base: ClosedCandle[]; readonly gaps: CandleGap[]; readonly derived: FanoutOutput };

/** Nothing yet. */
export function emptyProgress(): Progress {
  return { base: [], gaps: [], derived: emptyOutput() };
}

/** Accepts the candle the series waits for. */
export function advance(state: SeriesState, candle: ClosedCandle, progress: Progress): void {
  acceptClosed(state.fanout, candle, progress.derived);
  progress.base.push(candle);
  state.nextOpen = (candle.openTime + state.baseMs) as EpochMs;
  if (state.overTo < state.nextOpen) state.overTo = state.nextOpen;
}

/** Passes over everything before `to`; an `unknown` stretch is remembered as a hole to be filled later. */
export function passOver(
  state: SeriesState,
  at: { readonly to: EpochMs; readonly reason: GapReason },
  progress: Progress,
): void {
  if (at.to <= state.nextOpen) return;
  const gap = { from: state.nextOpen, to: at.to, reason: at.reason };
  skipMinutes(state.fanout, gap, progress.derived);
  progress.gaps.push({ kind: 'candleGap', seriesId: state.seriesId, ...gap });
  if (at.reason === 'unknown') addHole(state, { from: gap.from, to: gap.to });
  state.nextOpen = at.to;
  if (state.overTo < at.to) state.overTo = at.to;
}

/** Accepts held candles as far as they follow on without a hole, and forgets those that are behind. */
export function drainHeld(state: SeriesState, progress: Progress): void {
  let used = 0;
  for (const candle of state.held) {
    if (candle.openTime > state.nextOpen) break;
    if (candle.openTime === state.nextOpen) advance(state, candle, progress);
    used++;
  }
  if (used > 0) state.held.splice(0, used);
  if (state.nextOpen >= state.overTo) {
    state.attempts = 0;
    state.stuckSince = null;
  }
}

/** The effects of `progress`: one save, then gaps, then each series' closed candles, base first. */
export function progressEffects(state: SeriesState, progress: Progress): readonly Effect[] {
  const candles = [...progress.base, ...progress.derived.closed];
  const gaps = [...progress.gaps, ...progress.derived.gaps];
  if (candles.length === 0 && gaps.length === 0) return [];
  const effects: Effect[] = [{ kind: 'saveCandles', candles, gaps }];
  for (const gap of gaps) effects.push({ kind: 'publishGap', gap });
  if (progress.base.length > 0) {
    effects.push({ kind: 'publishClosed', seriesId: state.seriesId, candles: progress.base });
  }
  return [...effects, ...publishDerived(progress.derived.closed)];
}

/** One announcement per derived series, each ascending. */
export function publishDerived(closed: readonly ClosedCandle[]): readonly Effect[] {
  const bySeries = Map.groupBy(closed, (candle) => candle.seriesId);
  return [...bySeries].map(([seriesId, candles]): Effect => ({ kind: 'publishClosed', seriesId, candles }));
}
