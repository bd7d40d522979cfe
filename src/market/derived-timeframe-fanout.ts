/**
 * One base series folded into every timeframe in one pass. Each level is built from the closed candles of the next
 * smaller one (1d from six 4h, 4h from four 1h, ...), so a closed base candle costs a constant amount of work and a
 * forming one at most the sum of the levels' widths.
 *
 * Invariant: the base is told without a hole, each minute either accepted or skipped. A level therefore closes exactly
 * at its end: as a candle when every minute is known, as a gap when one is not. The level windows mutate; the candles
 * in them never do.
 */
import { assert } from '../core/assert.ts';
import type { EpochMs } from '../core/time.ts';
import {
  type CandleBody,
  type CandleGap,
  type CandleStatus,
  type ClosedCandle,
  type FormingCandle,
  type GapReason,
  isNoTrade,
} from '../model/candle.ts';
import { type SeriesId, seriesParts, siblingSeries } from '../model/series.ts';
import { type Timeframe, timeframeMs } from '../model/timeframe.ts';
import { type BucketCalendar, endOf, fixedCalendar, openOf } from './bucket-calendar.ts';
import { mergeCandles } from './merge-candles.ts';
import { commonSpan } from './timeframe-span.ts';

/** The running bucket of one derived timeframe. */
type Level = {
  readonly seriesId: SeriesId;
  readonly calendar: BucketCalendar;
  /** Index of the level this one is built from; -1 is the base series. */
  readonly source: number;
  readonly feeds: number[];
  open: EpochMs;
  end: EpochMs;
  parts: ClosedCandle[];
  /** Whether a minute of the bucket is missing at the exchange, or missing for us. */
  missing: 'nothing' | GapReason;
};

/** The fold of one base series: plain data, safe to snapshot. */
export type Fanout = {
  readonly baseId: SeriesId;
  readonly baseMs: number;
  /** Open time of the next base candle; `null` before the first. */
  nextOpen: EpochMs | null;
  /** Shortest stretch that holds whole buckets of every level: what is computed again as one. */
  readonly spanMs: number;
  readonly levels: readonly Level[];
};

/** What a step of the fold produced, in the order it happened: smaller timeframes first. */
export type FanoutOutput = { readonly closed: ClosedCandle[]; readonly gaps: CandleGap[] };

/** An empty collector for a fold's output. */
export function emptyOutput(): FanoutOutput {
  return { closed: [], gaps: [] };
}

/** Timeframes that can be derived from `base` among `wanted`: whole multiples of it, ascending, each once. */
export function derivableTimeframes(base: Timeframe, wanted: readonly Timeframe[]): readonly Timeframe[] {
  const baseMs = timeframeMs(base);
  return [...new Set(wanted)]
    .filter((timeframe) => timeframeMs(timeframe) > baseMs && timeframeMs(timeframe) % baseMs === 0)
    .sort((a, b) => timeframeMs(a) - timeframeMs(b));
}

/** A fold of `baseId` into `timeframes`; those that are no multiple of the base are left out. */
export function createFanout(baseId: SeriesId, timeframes: readonly Timeframe[]): Fanout {
  const base = seriesParts(baseId).timeframe;
  const lengths = derivableTimeframes(base, timeframes);
  const targets = lengths.map((timeframe, index) => ({
    seriesId: siblingSeries(baseId, timeframe),
    calendar: fixedCalendar(timeframeMs(timeframe)),
    source: lengths.slice(0, index).findLastIndex((smaller) => timeframeMs(timeframe) % timeframeMs(smaller) === 0),
  }));
  return assemble(baseId, timeframeMs(base), targets);
}

/** A fold of `baseId` into one target with a calendar of its own; `targetId` names its candles. */
export function createCalendarFanout(
  baseId: SeriesId,
  baseMs: number,
  target: { readonly seriesId: SeriesId; readonly calendar: BucketCalendar },
): Fanout {
  return assemble(baseId, baseMs, [{ ...target, source: -1 }]);
}

type Target = { readonly seriesId: SeriesId; readonly calendar: BucketCalendar; readonly source: number };

function assemble(baseId: SeriesId, baseMs: number, targets: readonly Target[]): Fanout {
  const levels = targets.map((target): Level => {
    return { ...target, feeds: [], open: -1 as EpochMs, end: -1 as EpochMs, parts: [], missing: 'nothing' };
  });
  levels.forEach((level, index) => {
    levels[level.source]?.feeds.push(index);
  });
  return { baseId, baseMs, nextOpen: null, spanMs: spanOf(baseMs, levels), levels };
}

function spanOf(baseMs: number, levels: readonly Level[]): number {
  return levels.reduce((span, { calendar }) => {
    return calendar.kind === 'fixed' ? commonSpan(span, calendar.lengthMs) : span;
  }, baseMs);
}

/**
 * Folds the next closed base candle in and adds what it completes to `output`. The candle must open exactly where the
 * fold stands; minutes that do not exist are told by `skipMinutes` before.
 */
export function acceptClosed(fanout: Fanout, candle: ClosedCandle, output: FanoutOutput): void {
  assert(fanout.nextOpen === null || candle.openTime === fanout.nextOpen, 'base candle out of order');
  const end = (candle.openTime + fanout.baseMs) as EpochMs;
  fanout.nextOpen = end;
  const { levels } = fanout;
  for (let index = 0; index < levels.length; index++) {
    const level = levels[index] as Level;
    if (level.source >= 0) continue;
    acceptPart(level, candle);
    if (level.end === end) closeLevel(fanout, level, output);
  }
}

function acceptPart(level: Level, part: ClosedCandle): void {
  if (level.end <= part.openTime) enterBucket(level, part.openTime);
  level.parts.push(part);
}

function enterBucket(level: Level, time: EpochMs): void {
  level.open = openOf(level.calendar, time);
  level.end = endOf(level.calendar, level.open);
  level.parts = [];
  level.missing = level.open < time ? 'unknown' : 'nothing';
}

/**
 * Passes over the base minutes [`from`, `to`) because the exchange has none (`exchange_gap`) or because we do not know
 * them (`unknown`). The first call on a fresh fold may start anywhere; later ones start where the fold stands.
 */
export function skipMinutes(fanout: Fanout, gap: Omit<CandleGap, 'kind' | 'seriesId'>, output: FanoutOutput): void {
  assert(fanout.nextOpen === null || gap.from === fanout.nextOpen, 'skipped stretch out of order');
  if (gap.to <= gap.from) return;
  fanout.nextOpen = gap.to;
  for (const level of fanout.levels) {
    if (level.source >= 0) continue;
    for (let from = gap.from; from < gap.to; from = Math.min(gap.to, level.end) as EpochMs) {
      markMissing(level, { ...gap, from });
      if (level.end <= gap.to) closeLevel(fanout, level, output);
    }
  }
}

/** Notes that the running bucket lacks a stretch that starts in it. */
function markMissing(level: Level, gap: Omit<CandleGap, 'kind' | 'seriesId'>): void {
  if (level.end <= gap.from) enterBucket(level, gap.from);
  if (level.missing !== 'unknown') level.missing = gap.reason;
}

function closeLevel(fanout: Fanout, level: Level, output: FanoutOutput): void {
  const { open, end, seriesId } = level;
  if (level.missing === 'unknown' || level.parts.length === 0) {
    const reason = level.missing === 'unknown' ? 'unknown' : 'exchange_gap';
    output.gaps.push({ kind: 'candleGap', seriesId, from: open, to: end, reason });
    for (const index of level.feeds) markMissing(fanout.levels[index] as Level, { from: open, to: end, reason });
  } else {
    const candle = deriveClosed(fanout, level);
    output.closed.push(candle);
    for (const index of level.feeds) acceptPart(fanout.levels[index] as Level, candle);
  }
  level.parts = [];
  for (const index of level.feeds) {
    const fed = fanout.levels[index] as Level;
    if (fed.end === end) closeLevel(fanout, fed, output);
  }
}

function deriveClosed(fanout: Fanout, level: Level): ClosedCandle {
  const columns = mergeCandles(level.parts);
  let baseCount = 0;
  let gapped = level.missing === 'exchange_gap';
  for (const part of level.parts) {
    baseCount += part.certificate.baseCount;
    if (part.certificate.status === 'exchange_gap') gapped = true;
  }
  const status: CandleStatus = gapped ? 'exchange_gap' : isNoTrade(columns) ? 'no_trade' : 'final';
  const baseExpected = (level.end - level.open) / fanout.baseMs;
  return {
    kind: 'candleClosed',
    seriesId: level.seriesId,
    openTime: level.open,
    open: columns.open,
    high: columns.high,
    low: columns.low,
    close: columns.close,
    volume: columns.volume,
    quoteVolume: columns.quoteVolume,
    trades: columns.trades,
    takerBaseVolume: columns.takerBaseVolume,
    takerQuoteVolume: columns.takerQuoteVolume,
    certificate: { source: 'derived', status, baseCount, baseExpected, revision: 0 },
  };
}

/**
 * The forming candle of every timeframe, given the base candle that forms now and opens where the fold stands. A
 * timeframe with an unknown minute in its running bucket is left out rather than shown thinner than it is.
 */
export function deriveForming(fanout: Fanout, forming: FormingCandle): readonly FormingCandle[] {
  const made = new Map<number, CandleBody>([[-1, forming]]);
  const result: FormingCandle[] = [];
  fanout.levels.forEach((level, index) => {
    const part = made.get(level.source);
    if (part === undefined) return;
    const fresh = level.end <= part.openTime;
    const open = openOf(level.calendar, part.openTime);
    if (fresh ? open < part.openTime : level.missing === 'unknown') return;
    const columns = fresh ? part : mergeCandles([...level.parts, part]);
    const candle: FormingCandle = { ...columns, kind: 'candleForming', seriesId: level.seriesId, openTime: open };
    made.set(index, candle);
    result.push(candle);
  });
  return result;
}

/** Start of the span that contains `time`: what a restart or a recomputation reads again. */
export function spanOpen(fanout: Fanout, time: EpochMs): EpochMs {
  return (time - (time % fanout.spanMs)) as EpochMs;
}
