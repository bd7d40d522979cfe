/**
 * How old the newest data is, and whether that is normal for this stream. The stream's own rhythm is learned: an age
 * is judged against the distance between updates seen so far, not against a fixed number of seconds.
 */
import { type CandleWindow, lastClosedTime } from './candle-window.ts';
import { type MarketTime, marketNow } from './market-time.ts';
import type { Freshness } from './session-state.ts';

/** Normal, slower than usual, or stopped; `unknown` before any data. */
export type AgeLevel = 'fresh' | 'late' | 'stale' | 'unknown';

/** Age of the newest data in ms of market time (`null` before any data) and its judgement. */
export type DataAge = { readonly ageMs: number | null; readonly level: AgeLevel };

/** Weight of the newest interval in the learned cadence: about the last five updates count. */
const CADENCE_WEIGHT = 0.2;
/** Venues send forming candles every 0.25 to 2 s; judging faster streams by less than 2 s would flicker. */
const CADENCE_MIN_MS = 2000;
/** An age within three intervals is normal (one may be lost, one late), beyond ten the stream has stopped. */
const LATE_AFTER = 3;
const STALE_AFTER = 10;

/** Freshness after a forming update at the page's instant `at`. */
export function afterForming(freshness: Freshness, at: number): Freshness {
  if (freshness.formingAt === null) return { ...freshness, formingAt: at };
  const interval = Math.max(0, at - freshness.formingAt);
  const known = freshness.cadenceMs ?? interval;
  return { ...freshness, formingAt: at, cadenceMs: known + CADENCE_WEIGHT * (interval - known) };
}

/** Freshness after closed candles went into `window`; closed candles speak for their own close time, not for now. */
export function afterClosed(freshness: Freshness, window: CandleWindow, stepSec: number): Freshness {
  const last = lastClosedTime(window);
  return last === null ? freshness : { ...freshness, closedUntil: (last + stepSec) * 1000 };
}

/** What an age is measured against. */
export type AgeContext = { readonly time: MarketTime; readonly at: number; readonly stepSec: number };

/** The age of the newest data at the page's instant `at`. */
export function dataAge(freshness: Freshness, { time, at, stepSec }: AgeContext): DataAge {
  const { formingAt, closedUntil, cadenceMs } = freshness;
  if (formingAt === null && closedUntil === null) return { ageMs: null, level: 'unknown' };
  const now = marketNow(time, at);
  const seen = formingAt === null ? Number.NEGATIVE_INFINITY : marketNow(time, formingAt);
  const ageMs = Math.max(0, now - Math.max(seen, closedUntil ?? Number.NEGATIVE_INFINITY));
  // Without forming updates a new fact comes once a candle; with them, at the learned rhythm.
  const stepMs = stepSec * 1000;
  const rhythm = Math.max(CADENCE_MIN_MS, cadenceMs ?? CADENCE_MIN_MS) * time.speed;
  const cadence = formingAt === null ? stepMs : rhythm;
  const isLate = ageMs > cadence * (formingAt === null ? 1.5 : LATE_AFTER);
  const isStale = ageMs > cadence * (formingAt === null ? LATE_AFTER : STALE_AFTER);
  return { ageMs, level: isStale ? 'stale' : isLate ? 'late' : 'fresh' };
}
