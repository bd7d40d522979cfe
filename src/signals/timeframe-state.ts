/**
 * One timeframe of one instrument: closed candles in, an opinion out. Candles must follow each other without a hole;
 * after one the series starts over, because averages across a hole are not what they say. Bad numbers start it over
 * too. Nothing here throws on data.
 */

import { type EpochMs, toIsoText } from '../core/time.ts';
import { type ClosedCandle, findCandleFault } from '../model/candle.ts';
import type { SeriesScore, SkipReason, TimeframeOpinion } from '../model/signal.ts';
import { timeframeMs } from '../model/timeframe.ts';
import type { BookCandle } from './candle-shape.ts';
import type { SignalProfile, TimeframeParams } from './hot-coin-params.ts';
import { type PriceScale, scaleDecimal, scaleFloat, scaleOfDecimal, scaleOfFloat } from './price-scale.ts';
import { scoreSeries } from './score-series.ts';
import { createSeries, pushCandle } from './series.ts';
import type { Series } from './series-state.ts';

/** A candle in plain numbers, for files and research. */
export type PlainCandle = BookCandle & { readonly openTime: EpochMs };

/** What became of a candle: taken, older than what is known, or refused with the reason. */
export type Acceptance =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused'; readonly reason: string };

/** State; `series` is `null` before the first candle and after a refused one. */
export type TimeframeState = {
  readonly profile: SignalProfile;
  readonly params: TimeframeParams;
  readonly lengthMs: number;
  series: Series | null;
  scale: PriceScale | null;
  /** End of the newest candle and open time of the next one. */
  closeTime: EpochMs | null;
  /** Why the series had to start over; `null` while it did not. */
  trouble: { readonly skip: SkipReason; readonly reason: string } | null;
  /** Of the newest candle, once asked for. */
  score: SeriesScore | null;
};

/** Beyond it, squares and products with volumes would leave what a double holds. */
const SCALED_MAX = 1e22;
const VOLUME_MAX = 1e30;
const ACCEPTED: Acceptance = { kind: 'accepted' };
const IGNORED: Acceptance = { kind: 'ignored' };

/** A timeframe without candles. */
export function createTimeframeState(profile: SignalProfile, params: TimeframeParams): TimeframeState {
  const lengthMs = timeframeMs(params.timeframe);
  return { profile, params, lengthMs, series: null, scale: null, closeTime: null, trouble: null, score: null };
}

/** Takes the next closed candle. */
export function acceptClosedCandle(state: TimeframeState, candle: ClosedCandle): Acceptance {
  if (isOld(state, candle.openTime)) return IGNORED;
  const fault = candle.low <= 0n ? 'a price is not positive' : findCandleFault(candle);
  if (fault !== null) return refuse(state, candle.openTime, fault);
  const scale = state.scale ?? scaleOfDecimal(candle.close, state.profile.prices);
  const scaled = {
    open: scaleDecimal(candle.open, scale),
    high: scaleDecimal(candle.high, scale),
    low: scaleDecimal(candle.low, scale),
    close: scaleDecimal(candle.close, scale),
    volume: Number(candle.volume) / 1e18,
  };
  return take(state, scaled, { openTime: candle.openTime, scale });
}

/** Takes the next closed candle in plain numbers. */
export function acceptPlainCandle(state: TimeframeState, candle: PlainCandle): Acceptance {
  if (isOld(state, candle.openTime)) return IGNORED;
  const fault = findPlainFault(candle);
  if (fault !== null) return refuse(state, candle.openTime, fault);
  const scale = state.scale ?? scaleOfFloat(candle.close, state.profile.prices);
  const scaled = {
    open: scaleFloat(candle.open, scale),
    high: scaleFloat(candle.high, scale),
    low: scaleFloat(candle.low, scale),
    close: scaleFloat(candle.close, scale),
    volume: candle.volume,
  };
  return take(state, scaled, { openTime: candle.openTime, scale });
}

/** The exchange has no candles from `from` to `to`: what follows is next to what came before. */
export function acceptExchangeGap(
  state: TimeframeState,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
): void {
  if (state.closeTime !== null && from <= state.closeTime && state.closeTime < to) state.closeTime = to;
}

/** Forgets everything, for history that follows from its start. */
export function restartTimeframe(state: TimeframeState): void {
  Object.assign(state, createTimeframeState(state.profile, state.params));
}

function isOld({ closeTime }: TimeframeState, openTime: EpochMs): boolean {
  return closeTime !== null && openTime < closeTime;
}

function findPlainFault({ open, high, low, close, volume }: PlainCandle): string | null {
  const areFinite = [open, high, low, close, volume].every(Number.isFinite);
  if (!areFinite) return 'a number is not finite';
  if (low <= 0) return 'a price is not positive';
  if (volume < 0) return 'the volume is negative';
  const isOrdered = low <= Math.min(open, close) && high >= Math.max(open, close);
  return isOrdered ? null : 'open or close is outside low..high';
}

function refuse(state: TimeframeState, openTime: EpochMs, reason: string): Acceptance {
  restartTimeframe(state);
  state.closeTime = (openTime + state.lengthMs) as EpochMs;
  state.trouble = { skip: 'invalid', reason: `candle of ${toIsoText(openTime)} refused: ${reason}` };
  return { kind: 'refused', reason };
}

function take(
  state: TimeframeState,
  candle: BookCandle,
  { openTime, scale }: { readonly openTime: EpochMs; readonly scale: PriceScale },
): Acceptance {
  if (candle.high > SCALED_MAX || candle.volume > VOLUME_MAX || !(scale.factor > 0 && scale.factor < SCALED_MAX)) {
    return refuse(state, openTime, 'a number is absurdly large or small');
  }
  if (state.closeTime !== null && openTime > state.closeTime) {
    const reason = `candles are missing from ${toIsoText(state.closeTime)} to ${toIsoText(openTime)}`;
    restartTimeframe(state);
    state.trouble = { skip: 'gap', reason };
  }
  // Also when it starts over: the candle was scaled by it already.
  state.scale ??= scale;
  state.series ??= createSeries(state.profile, state.params, state.scale.factor);
  pushCandle(state.series, candle);
  state.closeTime = (openTime + state.lengthMs) as EpochMs;
  state.score = null;
  return ACCEPTED;
}

/** The opinion at time `at`: of the candle that closed last by then, never of an older or a later one. */
export function opinionAt(state: TimeframeState, at: EpochMs): TimeframeOpinion {
  const { params, series, closeTime, trouble } = state;
  const candles = series?.seen ?? 0;
  const common = { timeframe: params.timeframe, candles, closeTime };
  if (series === null || candles < params.candlesMin) {
    const count = `${candles} of ${params.candlesMin} candles`;
    const reason = trouble === null ? count : `${count}: ${trouble.reason}`;
    return { ...common, kind: 'skipped', skip: trouble?.skip ?? 'tooFew', reason };
  }
  const expected = at - (at % state.lengthMs);
  if (closeTime !== expected) {
    const reason = `the newest candle ends at ${toIsoText(closeTime as EpochMs)}`;
    return { ...common, kind: 'skipped', skip: (closeTime as number) < expected ? 'behind' : 'ahead', reason };
  }
  state.score ??= scoreSeries(series);
  return { ...common, kind: 'scored', score: state.score };
}
