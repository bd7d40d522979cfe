/**
 * The market stage: facts about one base series in, certified candles of every timeframe out. Only closed base candles
 * move the series; forming ones are for display. Its faces are `initialMarketState` and `foldMarket`; the fold itself
 * (`derived-timeframe-fanout.ts`) also serves imports and checks of files.
 */
import { assertNever } from '../core/assert.ts';
import { addMs, type EpochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type {
  CandlesPosted,
  ChartInput,
  ClosedReceived,
  Effect,
  FeedChanged,
  FormingPosted,
  FormingReceived,
  Input,
  SeriesOpened,
} from '../model/events.ts';
import { seriesParts } from '../model/series.ts';
import { bucketOpen, timeframeMs } from '../model/timeframe.ts';
import { createFanout, deriveForming, spanOpen } from './derived-timeframe-fanout.ts';
import { advance, drainHeld, emptyProgress, progressEffects } from './progress.ts';
import { foldLoaded, foldStored } from './recompute.ts';
import {
  askForMissing,
  certify,
  FINAL_GRACE_MS,
  foldFetched,
  foldFetchFailed,
  foldLate,
  loadDirty,
  markDirty,
  repairTimerId,
} from './repair.ts';
import { holdCandle, type MarketState, type SeriesState } from './series-state.ts';

export type { MarketState, SeriesState } from './series-state.ts';

/** No series open. */
export function initialMarketState(): MarketState {
  return { series: {} };
}

/**
 * Folds one input and answers what it asks for. The state's windows mutate in place; inputs of series that are not
 * open are ignored.
 */
export function foldMarket(market: MarketState, input: Input): readonly Effect[] {
  if (input.kind === 'seriesOpened') return foldOpened(market, input);
  if (input.kind === 'candlesPosted') return foldPosted(input);
  if (input.kind === 'formingPosted') return [{ kind: 'publishForming', candle: input.candle }];
  if (isChartInput(input)) return [];
  const state = findSeries(market, input);
  if (state === undefined) return [];
  switch (input.kind) {
    case 'runStarted':
      return [];
    case 'seriesClosed':
      delete market.series[state.seriesId];
      return [];
    case 'feedUp':
    case 'feedDown':
      return foldFeed(state, input);
    case 'formingReceived':
      return foldForming(state, input);
    case 'closedReceived':
      return foldClosed(state, input);
    case 'candlesFetched':
      return foldFetched(state, input);
    case 'candlesFetchFailed':
      return foldFetchFailed(state, input);
    case 'candlesLoaded':
      return foldLoaded(state, input);
    case 'timerFired':
      return foldTimer(state, input.receivedTime);
    default:
      return assertNever(input);
  }
}

/** Stored and announced as they are: a post derives nothing and moves no series. */
function foldPosted(input: CandlesPosted): readonly Effect[] {
  const { seriesId, candles } = input;
  const save: Effect = { kind: 'saveCandles', candles, gaps: [] };
  return input.announce === 'silent' ? [save] : [save, { kind: 'publishClosed', seriesId, candles }];
}

function isChartInput(input: Input): input is ChartInput {
  return input.kind === 'chartOpened' || input.kind === 'candlesRead' || input.kind === 'candlesReviewed';
}

type SeriesInput = Exclude<Input, SeriesOpened | CandlesPosted | FormingPosted | ChartInput>;

function findSeries(market: MarketState, input: SeriesInput): SeriesState | undefined {
  if (input.kind === 'runStarted') return undefined;
  if (input.kind === 'formingReceived' || input.kind === 'closedReceived') return market.series[input.candle.seriesId];
  if (input.kind !== 'timerFired') return market.series[input.seriesId];
  return Object.values(market.series).find((state) => repairTimerId(state) === input.timerId);
}

/** Continues where the store ends; everything since then is asked for before anything newer is accepted. */
function foldOpened(market: MarketState, input: SeriesOpened): readonly Effect[] {
  const baseMs = timeframeMs(seriesParts(input.seriesId).timeframe);
  const last = input.tail[input.tail.length - 1];
  const nextOpen = last === undefined ? input.historyFrom : addMs(bucketOpen(last.openTime, baseMs), baseMs);
  const fanout = createFanout(input.seriesId, input.timeframes);
  // From the start of the buckets, not from the first candle: the exchange may have none before it.
  const from = last === undefined ? input.historyFrom : spanOpen(fanout, last.openTime);
  const gaps = input.gaps.filter((gap) => gap.seriesId === input.seriesId);
  const output = foldStored(fanout, { from, to: nextOpen, candles: input.tail, gaps });
  const earlier = market.series[input.seriesId];
  const state: SeriesState = {
    seriesId: input.seriesId,
    timeframes: input.timeframes,
    baseMs,
    formingMinIntervalMs: input.formingMinIntervalMs,
    feed: 'down',
    fanout,
    nextOpen,
    overTo: nextOpen,
    held: [],
    request: null,
    requestCount: earlier?.requestCount ?? 0,
    attempts: 0,
    stuckSince: null,
    holes: gaps.filter((gap) => gap.reason === 'unknown').map(({ from, to }) => ({ from, to })),
    dirty: [],
    loading: null,
    formingAt: null,
    formingOpen: null,
  };
  market.series[input.seriesId] = state;
  observeTime(state, bucketOpen(input.receivedTime, baseMs));
  markUnfinished(state, input, earlier);
  // Saving what the tail completes changes nothing where it was stored, and heals where derivation was off before.
  return [{ kind: 'saveCandles', candles: output.closed, gaps: [] }, ...askForMissing(state), ...loadDirty(state)];
}

/**
 * Marks what the last run had still to derive: what it knew of, and every derived gap behind which no base candle is
 * missing any more, because the run ended between filling the hole and storing what follows from it.
 */
function markUnfinished(state: SeriesState, input: SeriesOpened, earlier: SeriesState | undefined): void {
  for (const open of [...(earlier?.dirty ?? []), ...(earlier?.loading ? [earlier.loading.from] : [])]) {
    markDirty(state, open, addMs(open, 1));
  }
  for (const gap of input.gaps) {
    const isDerived = gap.seriesId !== input.seriesId && gap.reason === 'unknown' && gap.to <= state.nextOpen;
    const isMissing = state.holes.some((hole) => hole.from < gap.to && gap.from < hole.to);
    if (isDerived && !isMissing) markDirty(state, gap.from, gap.to);
  }
}

function observeTime(state: SeriesState, overTo: EpochMs): void {
  if (overTo > state.overTo) state.overTo = overTo;
}

function foldFeed(state: SeriesState, input: FeedChanged): readonly Effect[] {
  state.feed = input.kind === 'feedUp' ? 'up' : 'down';
  if (state.feed === 'up') observeTime(state, bucketOpen(input.receivedTime, state.baseMs));
  return [graceTimer(state, input.receivedTime)];
}

/** A final candle that is due may still be on its way; the timer asks for it only if it does not come. */
function graceTimer(state: SeriesState, now: EpochMs): Effect {
  return { kind: 'startTimer', timerId: repairTimerId(state), at: addMs(now, FINAL_GRACE_MS) };
}

function foldForming(state: SeriesState, input: FormingReceived): readonly Effect[] {
  const { candle } = input;
  if (candle.openTime > state.nextOpen) {
    const news = candle.openTime > state.overTo;
    observeTime(state, candle.openTime);
    return news && state.request === null ? [graceTimer(state, input.receivedTime)] : [];
  }
  if (candle.openTime < state.nextOpen || state.nextOpen < state.overTo) return [];
  const sameCandle = state.formingOpen === candle.openTime;
  if (sameCandle && state.formingAt !== null && input.receivedTime - state.formingAt < state.formingMinIntervalMs) {
    return [];
  }
  state.formingAt = input.receivedTime;
  state.formingOpen = candle.openTime;
  const all = [candle, ...deriveForming(state.fanout, candle)];
  return all.map((forming): Effect => ({ kind: 'publishForming', candle: forming }));
}

function foldClosed(state: SeriesState, input: ClosedReceived): readonly Effect[] {
  const { candle } = input;
  if (candle.openTime % state.baseMs !== 0) return [];
  if (candle.openTime < state.nextOpen) return foldLateClosed(state, candle);
  if (candle.openTime > state.nextOpen) {
    holdCandle(state, candle);
    observeTime(state, (candle.openTime + state.baseMs) as EpochMs);
    return askForMissing(state);
  }
  const progress = emptyProgress();
  advance(state, candle, progress);
  drainHeld(state, progress);
  return progressEffects(state, progress);
}

/** A closed candle of the past from the stream matters only where we have none. */
function foldLateClosed(state: SeriesState, candle: ClosedCandle): readonly Effect[] {
  const inHole = state.holes.some((hole) => hole.from <= candle.openTime && candle.openTime < hole.to);
  if (!inHole) return [];
  return foldLate(state, [certify(candle, 'repaired')]);
}

/** Asks for what is missing; while the stream is down, history stands in for it minute by minute. */
function foldTimer(state: SeriesState, now: EpochMs): readonly Effect[] {
  if (state.feed === 'up') return [...askForMissing(state), ...loadDirty(state)];
  observeTime(state, bucketOpen(now, state.baseMs));
  const nextClose = addMs(bucketOpen(now, state.baseMs), state.baseMs);
  return [graceTimer(state, nextClose), ...askForMissing(state), ...loadDirty(state)];
}
