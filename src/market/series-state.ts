/**
 * What the market stage remembers of one base series. Plain data: it is snapshotted, hashed and replayed as it is.
 * The window of held candles and the fold's buckets mutate inside the stage; nothing outside sees them.
 */
import type { EpochMs } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { SeriesId } from '../model/series.ts';
import type { Timeframe } from '../model/timeframe.ts';
import type { Fanout } from './derived-timeframe-fanout.ts';

/** A stretch [`from`, `to`) of base minutes. */
export type Stretch = { from: EpochMs; to: EpochMs };

/** A request for history that has not been answered. */
export type PendingRequest = {
  readonly requestId: number;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly purpose: 'repair' | 'history';
  /** `advance` brings the series up to the present; `hole` fills a stretch that was passed over before. */
  readonly task: 'advance' | 'hole';
};

/** State of one base series. */
export type SeriesState = {
  readonly seriesId: SeriesId;
  readonly timeframes: readonly Timeframe[];
  readonly baseMs: number;
  readonly formingMinIntervalMs: number;
  feed: 'up' | 'down';
  fanout: Fanout;
  /** Open time of the next base candle to accept; everything before it is stored, gapped or a known hole. */
  nextOpen: EpochMs;
  /** Every base candle opening before this is known to be over, from the stream or the clock. */
  overTo: EpochMs;
  /** Closed candles from the stream that wait for a missing one before them, ascending. At most `HELD_MAX`. */
  held: ClosedCandle[];
  request: PendingRequest | null;
  requestCount: number;
  /** Fruitless answers in a row, for the back-off. */
  attempts: number;
  /** When the series first could not go on; `null` while it can. */
  stuckSince: EpochMs | null;
  /** Minutes passed over without knowing them; asked for again whenever nothing else is asked. At most `HOLES_MAX`. */
  holes: Stretch[];
  /** Spans whose derived candles must be computed again from storage, ascending. */
  dirty: EpochMs[];
  loading: Stretch | null;
  /** Receive time and open time of the last forming publication. */
  formingAt: EpochMs | null;
  formingOpen: EpochMs | null;
};

/**
 * Most candles held while an earlier one is missing, one day of minutes. Policy beyond it: the newest is not held;
 * history brings it, because everything up to `overTo` is asked for anyway.
 */
export const HELD_MAX = 1440;

/** Most separate holes remembered. Policy beyond it: the two nearest become one stretch that is asked for as a whole. */
export const HOLES_MAX = 256;

/** The market stage's state: base series by id, in the order they were opened. */
export type MarketState = { readonly series: Record<string, SeriesState> };

/** Adds a hole, keeping the list ascending, merged and bounded. */
export function addHole(state: SeriesState, hole: Stretch): void {
  const all = [...state.holes, hole].sort((a, b) => a.from - b.from);
  const merged: Stretch[] = [];
  for (const next of all) {
    const last = merged[merged.length - 1];
    if (last !== undefined && next.from <= last.to) last.to = Math.max(last.to, next.to) as EpochMs;
    else merged.push({ ...next });
  }
  while (merged.length > HOLES_MAX) joinNearest(merged);
  state.holes = merged;
}

function joinNearest(holes: Stretch[]): void {
  let nearest = 1;
  const distance = (index: number): number => (holes[index] as Stretch).from - (holes[index - 1] as Stretch).to;
  for (let index = 2; index < holes.length; index++) if (distance(index) < distance(nearest)) nearest = index;
  (holes[nearest - 1] as Stretch).to = (holes[nearest] as Stretch).to;
  holes.splice(nearest, 1);
}

/** Removes [`from`, `to`) from the holes; answers the parts that were holes. */
export function fillHoles(state: SeriesState, from: EpochMs, to: EpochMs): readonly Stretch[] {
  const filled: Stretch[] = [];
  const left: Stretch[] = [];
  for (const hole of state.holes) {
    const cut = { from: Math.max(hole.from, from) as EpochMs, to: Math.min(hole.to, to) as EpochMs };
    if (cut.from >= cut.to) {
      left.push(hole);
      continue;
    }
    filled.push(cut);
    if (hole.from < cut.from) left.push({ from: hole.from, to: cut.from });
    if (cut.to < hole.to) left.push({ from: cut.to, to: hole.to });
  }
  state.holes = left;
  return filled;
}

/** Keeps a candle until the ones before it are there; a duplicate replaces the earlier one. */
export function holdCandle(state: SeriesState, candle: ClosedCandle): void {
  const index = state.held.findIndex((other) => other.openTime >= candle.openTime);
  if (index < 0) {
    if (state.held.length < HELD_MAX) state.held.push(candle);
  } else if ((state.held[index] as ClosedCandle).openTime === candle.openTime) state.held[index] = candle;
  else {
    state.held.splice(index, 0, candle);
    if (state.held.length > HELD_MAX) state.held.pop();
  }
}
