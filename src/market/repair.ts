/**
 * Getting what is missing: history after a start, a reconnect or a hole, and the answers to it. While base candles are
 * missing nothing newer is accepted; when history can not be had for long, held candles are released behind an
 * explicit gap and the hole is asked for again later. What the exchange itself does not have becomes a permanent
 * exchange gap, so that no hole is asked for for ever.
 */
import { backoffMs } from '../core/backoff.ts';
import { addMs, type EpochMs } from '../core/time.ts';
import { type CandleGap, type ClosedCandle, isNoTrade } from '../model/candle.ts';
import type { CandlesFetched, CandlesFetchFailed, Effect } from '../model/events.ts';
import { spanOpen } from './derived-timeframe-fanout.ts';
import { advance, drainHeld, emptyProgress, passOver, progressEffects } from './progress.ts';
import { fillHoles, type PendingRequest, type SeriesState, type Stretch } from './series-state.ts';

/** A final candle may trail the next minute's first update by this much before it is asked for. */
export const FINAL_GRACE_MS = 2_000;
/** Fruitless but successful answers that hold newer candles back: the venue's history may trail its stream. */
const EMPTY_ANSWERS_MAX = 4;
/** Failed requests hold newer candles back at most this long. */
const RELEASE_AFTER_MS = 30_000;
const RETRY_LIMITS = { minMs: 1_000, maxMs: 30_000 };
/** Retries are spread by the request number instead of a random one, so that a replay repeats them. */
const SPREAD = 0.618_033_988_75;

/** The timer that asks again. */
export function repairTimerId(state: SeriesState): string {
  return `repair:${state.seriesId}`;
}

/** Asks for what is missing, if anything is and nothing is asked yet. */
export function askForMissing(state: SeriesState): readonly Effect[] {
  if (state.request !== null) return [];
  if (state.nextOpen < state.overTo) return [ask(state, { from: state.nextOpen, to: state.overTo, task: 'advance' })];
  const hole = state.holes[0];
  if (hole === undefined) return [];
  // One candle more than the hole: an answer that has it and not the hole proves that the exchange has none.
  return [ask(state, { from: hole.from, to: (hole.to + state.baseMs) as EpochMs, task: 'hole' })];
}

function ask(state: SeriesState, wanted: Pick<PendingRequest, 'from' | 'to' | 'task'>): Effect {
  state.requestCount++;
  const purpose = wanted.to - wanted.from > state.baseMs * 60 ? 'history' : 'repair';
  const request: PendingRequest = { requestId: state.requestCount, purpose, ...wanted };
  state.request = request;
  const { requestId, from, to } = request;
  return { kind: 'fetchCandles', requestId, seriesId: state.seriesId, from, to, purpose };
}

/** Folds the answer to a request; answers to requests that are no longer pending are ignored. */
export function foldFetched(state: SeriesState, input: CandlesFetched): readonly Effect[] {
  const request = state.request;
  if (request === null || request.requestId !== input.requestId) return [];
  state.request = null;
  return request.task === 'hole' ? foldHole(state, request, input) : foldAdvance(state, request, input);
}

function foldAdvance(state: SeriesState, request: PendingRequest, input: CandlesFetched): readonly Effect[] {
  const progress = emptyProgress();
  const before = state.nextOpen;
  const late: ClosedCandle[] = [];
  const status = request.purpose === 'history' ? 'final' : 'repaired';
  for (const fetched of input.candles) {
    const candle = certify(fetched, status);
    if (candle.openTime > state.nextOpen) drainHeld(state, progress);
    // The venue's answer goes on behind these minutes, so it has none for them.
    passOver(state, { to: candle.openTime, reason: 'exchange_gap' }, progress);
    if (candle.openTime < state.nextOpen) late.push(candle);
    else advance(state, candle, progress);
  }
  drainHeld(state, progress);
  const moved = state.nextOpen > before;
  if (moved) state.attempts = 0;
  const effects = [...foldLate(state, late), ...progressEffects(state, progress)];
  if (moved || state.nextOpen >= request.to) return [...effects, ...askForMissing(state)];
  return [...effects, ...retryOrGiveUp(state, input.receivedTime)];
}

/** The venue answered but has nothing from here on (yet): that proves no gap, so it stays a hole to be asked for. */
function retryOrGiveUp(state: SeriesState, now: EpochMs): readonly Effect[] {
  state.attempts++;
  const progress = emptyProgress();
  const next = state.held[0];
  if (state.attempts > EMPTY_ANSWERS_MAX && next !== undefined) {
    passOver(state, { to: next.openTime, reason: 'unknown' }, progress);
    drainHeld(state, progress);
  }
  return [...progressEffects(state, progress), retryTimer(state, now, 0)];
}

function retryTimer(state: SeriesState, now: EpochMs, atLeastMs: number): Effect {
  const random = (state.requestCount * SPREAD) % 1;
  const waitMs = Math.max(atLeastMs, backoffMs(Math.max(0, state.attempts - 1), random, RETRY_LIMITS));
  return { kind: 'startTimer', timerId: repairTimerId(state), at: addMs(now, waitMs) };
}

/** Folds a request that failed: asks again later, and does not hold newer candles back for ever. */
export function foldFetchFailed(state: SeriesState, input: CandlesFetchFailed): readonly Effect[] {
  if (state.request === null || state.request.requestId !== input.requestId) return [];
  state.request = null;
  state.attempts++;
  state.stuckSince ??= input.receivedTime;
  const progress = emptyProgress();
  const next = state.held[0];
  if (next !== undefined && input.receivedTime - state.stuckSince >= RELEASE_AFTER_MS) {
    passOver(state, { to: next.openTime, reason: 'unknown' }, progress);
    drainHeld(state, progress);
  }
  const retryAfter = input.failure.context['retryAfterMs'];
  const wait = retryTimer(state, input.receivedTime, typeof retryAfter === 'number' ? retryAfter : 0);
  return [...progressEffects(state, progress), wait];
}

/** The venue's answer for a hole, proven up to its last candle; the rest is asked for next, or later if it is empty. */
function foldHole(state: SeriesState, request: PendingRequest, input: CandlesFetched): readonly Effect[] {
  const last = input.candles[input.candles.length - 1];
  if (last === undefined) {
    state.attempts++;
    return [retryTimer(state, input.receivedTime, 0)];
  }
  state.attempts = 0;
  const proven = { from: request.from, to: (last.openTime + state.baseMs) as EpochMs };
  const isInHole = (time: EpochMs): boolean => state.holes.some((hole) => hole.from <= time && time < hole.to);
  const candles = input.candles
    .filter((candle) => isInHole(candle.openTime))
    .map((candle) => certify(candle, 'repaired'));
  const gaps = closeHoles(state, proven, candles);
  const effects: Effect[] = [{ kind: 'saveCandles', candles, gaps }];
  for (const gap of gaps) effects.push({ kind: 'publishGap', gap });
  if (candles.length > 0) effects.push({ kind: 'publishClosed', seriesId: state.seriesId, candles });
  return [...effects, ...askForMissing(state), ...loadDirty(state)];
}

/** Takes a stretch out of the holes; answers what the exchange does not have of it. */
function closeHoles(state: SeriesState, stretch: Stretch, candles: readonly ClosedCandle[]): readonly CandleGap[] {
  const gaps: CandleGap[] = [];
  for (const part of fillHoles(state, stretch.from, stretch.to)) {
    markDirty(state, part.from, part.to);
    let from = part.from;
    const absentTo = (to: EpochMs): void => {
      if (from < to) gaps.push({ kind: 'candleGap', seriesId: state.seriesId, from, to, reason: 'exchange_gap' });
    };
    for (const candle of candles) {
      if (candle.openTime < from || candle.openTime >= part.to) continue;
      absentTo(candle.openTime);
      from = (candle.openTime + state.baseMs) as EpochMs;
    }
    absentTo(part.to);
  }
  return gaps;
}

/**
 * Folds closed candles that open before the series stands: they fill holes or correct what was stored. The store
 * decides by rank whether numbers change; the derived candles of their buckets are computed again.
 */
export function foldLate(state: SeriesState, late: readonly ClosedCandle[]): readonly Effect[] {
  if (late.length === 0) return [];
  for (const candle of late) {
    const end = (candle.openTime + state.baseMs) as EpochMs;
    fillHoles(state, candle.openTime, end);
    markDirty(state, candle.openTime, end);
  }
  return [
    { kind: 'saveCandles', candles: late, gaps: [] },
    { kind: 'publishClosed', seriesId: state.seriesId, candles: late },
    ...loadDirty(state),
  ];
}

/** Notes that the derived candles of [`from`, `to`) must be computed again. */
export function markDirty(state: SeriesState, from: EpochMs, to: EpochMs): void {
  for (let open = spanOpen(state.fanout, from); open < to; open = (open + state.fanout.spanMs) as EpochMs) {
    if (!state.dirty.includes(open)) state.dirty.push(open);
  }
  state.dirty.sort((a, b) => a - b);
}

/** Asks the store for the next span whose derived candles must be computed again, one at a time. */
export function loadDirty(state: SeriesState): readonly Effect[] {
  const from = state.dirty[0];
  if (from === undefined || state.loading !== null) return [];
  state.dirty.shift();
  if (state.fanout.levels.length === 0) return loadDirty(state);
  const to = Math.min(from + state.fanout.spanMs, state.nextOpen) as EpochMs;
  state.loading = { from, to };
  return [{ kind: 'loadCandles', seriesId: state.seriesId, timeframes: state.timeframes, from, to }];
}

/** The candle with `status`, or `no_trade` where nothing was traded: how it came does not change that. */
export function certify(candle: ClosedCandle, status: 'final' | 'repaired'): ClosedCandle {
  const value = isNoTrade(candle) ? 'no_trade' : status;
  return { ...candle, certificate: { ...candle.certificate, status: value } };
}
