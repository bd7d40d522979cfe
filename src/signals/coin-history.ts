/**
 * One coin under judgement: its worker and, for each timeframe, whether its history is there. History is asked for once
 * and then continued by closed candles of the stream; what the stream does not bring in time is asked for candle by
 * candle, at most once for each one that closes.
 */
import { addMs, type EpochMs } from '../core/time.ts';
import type { CandleGap, ClosedCandle } from '../model/candle.ts';
import type { InstrumentId } from '../model/instrument.ts';
import { seriesId, seriesParts } from '../model/series.ts';
import type { Timeframe } from '../model/timeframe.ts';
import type { SignalProfile } from './hot-coin-params.ts';
import {
  createSignalWorker,
  foldCandleGap,
  foldClosedCandle,
  restartHistory,
  type SignalWorkerState,
} from './signal-worker.ts';
import type { TimeframeState } from './timeframe-state.ts';

/** What is missing of a timeframe: [`from`, `to`), from its start or from where the known candles end. */
export type HistoryRequest = {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly extent: 'whole' | 'tail';
};

/** How the history of one timeframe stands. */
export type Load = {
  request: (HistoryRequest & { readonly requestId: number; readonly askedTime: EpochMs }) | null;
  /** Whether the series began with history that was asked for. */
  isLoaded: boolean;
  /** Up to where the venue said all it has. */
  checkedTo: EpochMs | null;
  /** Candles of the stream that arrived while history was on its way. */
  held: ClosedCandle[];
  /** Why the last request failed, and in which cycle. */
  failed: { readonly cycle: number; readonly reason: string } | null;
};

/** A coin; plain data. */
export type CoinHistory = {
  readonly instrumentId: InstrumentId;
  readonly worker: SignalWorkerState;
  readonly loads: Record<string, Load>;
  /** Grows with each use of any coin. */
  usedAt: number;
};

/** Candles held at most in each timeframe. Beyond it the oldest is dropped, and the series is asked for again. */
const HELD_MAX = 16;

/** A coin of which nothing is known. */
export function createCoin(instrumentId: InstrumentId, profile: SignalProfile, usedAt: number): CoinHistory {
  const loads = profile.timeframes.map(({ timeframe }): [string, Load] => [
    timeframe,
    { request: null, isLoaded: false, checkedTo: null, held: [], failed: null },
  ]);
  return { instrumentId, worker: createSignalWorker(instrumentId, profile), loads: Object.fromEntries(loads), usedAt };
}

/** What a timeframe needs before it can be judged. */
export type Need =
  | { readonly kind: 'nothing' }
  /** The stream brings it before that time, or a request is under way (`null`). */
  | { readonly kind: 'wait'; readonly until: EpochMs | null }
  | ({ readonly kind: 'ask' } & HistoryRequest);

const NOTHING: Need = { kind: 'nothing' };

/** What `state` needs at `now`; a request that failed in this `cycle` is not made again. */
export function needOf(
  state: TimeframeState,
  load: Load,
  { now, cycle, graceMs }: { readonly now: EpochMs; readonly cycle: number; readonly graceMs: number },
): Need {
  const { closeTime, lengthMs, params } = state;
  const to = (now - (now % lengthMs)) as EpochMs;
  if (load.request !== null) return { kind: 'wait', until: null };
  const isWhole = load.isLoaded || (state.series?.seen ?? 0) >= params.historyCandles;
  if ((isWhole && closeTime !== null && closeTime >= to) || load.checkedTo === to || load.failed?.cycle === cycle) {
    return NOTHING;
  }
  if (!isWhole || closeTime === null) {
    return { kind: 'ask', from: addMs(to, -params.historyCandles * lengthMs), to, extent: 'whole' };
  }
  const isJustClosed = closeTime === to - lengthMs && now < to + graceMs;
  if (isJustClosed) return { kind: 'wait', until: addMs(to, graceMs) };
  const from = Math.max(closeTime, to - params.historyCandles * lengthMs) as EpochMs;
  return { kind: 'ask', from, to, extent: from === closeTime ? 'tail' : 'whole' };
}

/** Takes a closed candle of the stream. */
export function foldStreamCandle(coin: CoinHistory, candle: ClosedCandle): void {
  const { timeframe } = seriesParts(candle.seriesId);
  const load = coin.loads[timeframe];
  if (load === undefined) return;
  if (load.request !== null) {
    load.held.push(candle);
    if (load.held.length > HELD_MAX) load.held.shift();
    return;
  }
  foldClosedCandle(coin.worker, candle);
  if (stateOf(coin, timeframe).trouble !== null) load.isLoaded = false;
}

/** Takes a gap of the stream. */
export function foldStreamGap(coin: CoinHistory, gap: CandleGap): void {
  foldCandleGap(coin.worker, gap);
}

/** Takes the answer to the request of that timeframe, and what the stream brought meanwhile. */
export function foldHistory(coin: CoinHistory, timeframe: Timeframe, candles: readonly ClosedCandle[]): void {
  const load = coin.loads[timeframe];
  if (load === undefined || load.request === null) return;
  const { from, to, extent } = load.request;
  const state = stateOf(coin, timeframe);
  if (extent === 'whole') restartHistory(coin.worker, timeframe);
  const known = candles.filter(({ openTime }) => openTime >= from && openTime < to);
  for (const candle of known) {
    // The venue was asked for the whole stretch: what it left out it does not have.
    if (state.closeTime !== null && state.closeTime < candle.openTime) joinHole(coin, timeframe, candle.openTime);
    foldClosedCandle(coin.worker, candle);
  }
  const isRest = known.length > 0 && state.closeTime !== null && state.closeTime < to;
  // Where a page ended before the end, the next one is asked for; an empty one says that there is no more.
  load.checkedTo = isRest ? null : to;
  load.isLoaded = true;
  load.failed = null;
  const { held } = load;
  Object.assign(load, { request: null, held: [] });
  for (const candle of held) foldStreamCandle(coin, candle);
}

function joinHole(coin: CoinHistory, timeframe: Timeframe, to: EpochMs): void {
  const from = stateOf(coin, timeframe).closeTime as EpochMs;
  const series = seriesId({ instrumentId: coin.instrumentId, timeframe });
  foldCandleGap(coin.worker, { kind: 'candleGap', seriesId: series, from, to, reason: 'exchange_gap' });
}

/** The request of that timeframe came to nothing; the stream goes on from where it was. */
export function dropRequest(
  coin: CoinHistory,
  timeframe: Timeframe,
  failed: { readonly cycle: number; readonly reason: string },
): void {
  const load = coin.loads[timeframe];
  if (load === undefined) return;
  const { held } = load;
  Object.assign(load, { request: null, held: [], failed });
  for (const candle of held) foldStreamCandle(coin, candle);
}

/** When the oldest request under way was made; `null` without one. */
export function waitingSince(coin: CoinHistory): EpochMs | null {
  const times = Object.values(coin.loads).flatMap(({ request }) => (request === null ? [] : [request.askedTime]));
  return times.length === 0 ? null : (Math.min(...times) as EpochMs);
}

/** A timeframe of the coin's worker. */
export function stateOf(coin: CoinHistory, timeframe: Timeframe): TimeframeState {
  return coin.worker.timeframes.find(({ params }) => params.timeframe === timeframe) as TimeframeState;
}
