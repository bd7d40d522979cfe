/**
 * Which bucket of a timeframe a moment falls into. Besides the service's fixed lengths this knows the exchange's
 * longer ones, so that its own files can be checked: weeks start on Monday, months on the first, and three-day
 * candles are counted from a day that differs per symbol (observed: the first daily candle).
 */
import type { EpochMs } from '../core/time.ts';

/** Maps a moment to the start of its bucket and a start to its end (exclusive). Plain data, so a state can hold it. */
export type BucketCalendar =
  | { readonly kind: 'fixed'; readonly lengthMs: number; readonly offsetMs: number }
  | { readonly kind: 'month' };

const DAY_MS = 86_400_000;
/** 1970-01-05 was a Monday. */
const MONDAY_OFFSET_MS = 4 * DAY_MS;

/** Buckets of `lengthMs` aligned to the UTC epoch. */
export function fixedCalendar(lengthMs: number): BucketCalendar {
  return { kind: 'fixed', lengthMs, offsetMs: 0 };
}

/**
 * The calendar of an exchange interval such as `5m`, `3d`, `1w` or `1M`; `phase` is an open time read from published
 * candles and fixes where multi-day buckets start. `null` when the text is no interval.
 */
export function exchangeCalendar(interval: string, phase: EpochMs): BucketCalendar | null {
  const match = /^([1-9]\d{0,3})([mhdwM])$/.exec(interval);
  if (match === null) return null;
  const count = Number(match[1]);
  switch (match[2]) {
    case 'm':
      return fixedCalendar(count * 60_000);
    case 'h':
      return fixedCalendar(count * 3_600_000);
    case 'd':
      return { kind: 'fixed', lengthMs: count * DAY_MS, offsetMs: phase % (count * DAY_MS) };
    case 'w':
      return { kind: 'fixed', lengthMs: count * 7 * DAY_MS, offsetMs: MONDAY_OFFSET_MS };
    default:
      return count === 1 ? { kind: 'month' } : null;
  }
}

/** Start of the bucket that contains `time`. */
export function openOf(calendar: BucketCalendar, time: EpochMs): EpochMs {
  if (calendar.kind === 'fixed') {
    const rest = (time - calendar.offsetMs) % calendar.lengthMs;
    return (time - (rest < 0 ? rest + calendar.lengthMs : rest)) as EpochMs;
  }
  return monthStart(monthIndex(Math.floor(time / DAY_MS)));
}

/** End (exclusive) of the bucket that starts at `open`. */
export function endOf(calendar: BucketCalendar, open: EpochMs): EpochMs {
  if (calendar.kind === 'fixed') return (open + calendar.lengthMs) as EpochMs;
  return monthStart(monthIndex(Math.floor(open / DAY_MS)) + 1);
}

/** Days from 0000-03-01, where the 400-year cycle of the Gregorian calendar is regular, to 1970-01-01. */
const DAYS_TO_EPOCH = 719_468;
const DAYS_PER_CYCLE = 146_097;

/** Months since year 0 of the day `epochDay`. Gregorian civil-from-days, after Howard Hinnant's date algorithms. */
function monthIndex(epochDay: number): number {
  const day = epochDay + DAYS_TO_EPOCH;
  const cycle = Math.floor(day / DAYS_PER_CYCLE);
  const dayOfCycle = day - cycle * DAYS_PER_CYCLE;
  const year = Math.floor(
    (dayOfCycle - Math.floor(dayOfCycle / 1460) + Math.floor(dayOfCycle / 36_524) - Math.floor(dayOfCycle / 146_096)) /
      365,
  );
  const dayOfYear = dayOfCycle - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  return (cycle * 400 + year) * 12 + monthFromMarch + 2;
}

/** First moment of a month counted by `monthIndex`. */
function monthStart(index: number): EpochMs {
  const fromMarch = index - 2;
  const year = Math.floor(fromMarch / 12);
  const cycle = Math.floor(year / 400);
  const yearOfCycle = year - cycle * 400;
  const dayOfYear = Math.floor((153 * (fromMarch - year * 12) + 2) / 5);
  const days = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear;
  return ((cycle * DAYS_PER_CYCLE + days - DAYS_TO_EPOCH) * DAY_MS) as EpochMs;
}
