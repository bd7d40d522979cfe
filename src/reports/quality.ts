/**
 * What the stored candles of a series are worth, day by day. In come candles and recorded gaps of a stretch of time,
 * out go counts by certificate and source, what is missing, and why. Pure: reading is the caller's business. Every
 * candle expected is either present or lies in exactly one hole.
 */
import { type EpochMs, epochMs } from '../core/time.ts';
import type { CandleGap, CandleSource, CandleStatus, ClosedCandle, GapReason } from '../model/candle.ts';
import { type SeriesId, seriesParts } from '../model/series.ts';
import { timeframeMs } from '../model/timeframe.ts';

/**
 * Why a stretch has no candles: as recorded (`exchange_gap`: the exchange has none; `unknown`: not known yet), or
 * `unrecorded` where the series simply lacks them. Only `exchange_gap` is an explanation.
 */
export type HoleReason = GapReason | 'unrecorded';

/** A stretch [`from`, `to`) of whole candle periods without candles. */
export type Hole = { readonly from: EpochMs; readonly to: EpochMs; readonly reason: HoleReason };

/** One UTC day of a series, or the part of it that was asked for. */
export type DayQuality = {
  /** Start of the UTC day. */
  readonly day: EpochMs;
  /** Candles that open inside the part of the day asked for. */
  readonly expected: number;
  readonly present: number;
  /** `expected - present`. */
  readonly missing: number;
  readonly byStatus: Readonly<Record<CandleStatus, number>>;
  readonly bySource: Readonly<Record<CandleSource, number>>;
  /** Candles whose stored revision is above 1: their numbers changed after they were first stored. */
  readonly revised: number;
  /** Ascending, disjoint; together they hold every missing candle. */
  readonly holes: readonly Hole[];
  /** Missing candles without `exchange_gap` as the reason. */
  readonly unexplained: number;
};

/** What to summarize: everything stored of [`from`, `to`), candles ascending by open time, gaps disjoint. */
export type QualityInput = {
  readonly seriesId: SeriesId;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly candles: readonly ClosedCandle[];
  readonly gaps: readonly CandleGap[];
};

const DAY_MS = 86_400_000;

/** The quality of each UTC day that [`from`, `to`) touches, ascending. */
export function summarizeQuality(input: QualityInput): readonly DayQuality[] {
  const lengthMs = timeframeMs(seriesParts(input.seriesId).timeframe);
  const days: DayQuality[] = [];
  let next = 0;
  for (let day = input.from - (input.from % DAY_MS); day < input.to; day += DAY_MS) {
    const part = { from: Math.max(day, input.from), to: Math.min(day + DAY_MS, input.to) };
    const start = next;
    while (next < input.candles.length && (input.candles[next] as ClosedCandle).openTime < part.to) next++;
    const candles = input.candles.slice(start, next).filter(({ openTime }) => openTime >= part.from);
    days.push(summarizeDay(epochMs(day), { ...part, lengthMs, candles, gaps: input.gaps }));
  }
  return days;
}

type DayInput = Pick<QualityInput, 'candles' | 'gaps'> & {
  readonly from: number;
  readonly to: number;
  readonly lengthMs: number;
};

function summarizeDay(day: EpochMs, input: DayInput): DayQuality {
  const { candles, lengthMs } = input;
  const byStatus = { final: 0, repaired: 0, exchange_gap: 0, no_trade: 0 };
  const bySource = { ws: 0, rest: 0, archive: 0, ingest: 0, derived: 0 };
  let revised = 0;
  for (const { certificate } of candles) {
    byStatus[certificate.status]++;
    bySource[certificate.source]++;
    if (certificate.revision > 1) revised++;
  }
  const expected = Math.ceil(input.to / lengthMs) - Math.ceil(input.from / lengthMs);
  const holes = findHoles(input);
  const unexplained = holes
    .filter(({ reason }) => reason !== 'exchange_gap')
    .reduce((sum, { from, to }) => sum + (to - from) / lengthMs, 0);
  const present = candles.length;
  return { day, expected, present, missing: expected - present, byStatus, bySource, revised, holes, unexplained };
}

/** Stretches between the candles, split where the recorded reason changes. */
function findHoles({ from, to, lengthMs, candles, gaps }: DayInput): readonly Hole[] {
  const holes: Hole[] = [];
  const first = Math.ceil(from / lengthMs) * lengthMs;
  const end = Math.ceil(to / lengthMs) * lengthMs;
  let cursor = first;
  for (const open of [...candles.map(({ openTime }): number => openTime), end]) {
    while (cursor < open) {
      const hole = nextHole({ from: cursor, to: open, lengthMs, gaps });
      holes.push(hole);
      cursor = hole.to;
    }
    cursor = open + lengthMs;
  }
  return holes;
}

/** The hole that starts at `from`: as far as one recorded reason reaches, in whole candle periods. */
function nextHole(input: Omit<DayInput, 'candles'>): Hole {
  const { from, to, lengthMs, gaps } = input;
  const here = gaps.find((gap) => gap.from <= from && gap.to >= from + lengthMs);
  const whole = (time: number, round: (value: number) => number): number => round(time / lengthMs) * lengthMs;
  if (here !== undefined) {
    return { from: epochMs(from), to: epochMs(Math.min(to, whole(here.to, Math.floor))), reason: here.reason };
  }
  const starts = gaps.map((gap) => whole(gap.from, Math.ceil)).filter((start) => start > from && start < to);
  return { from: epochMs(from), to: epochMs(Math.min(to, ...starts)), reason: 'unrecorded' };
}
