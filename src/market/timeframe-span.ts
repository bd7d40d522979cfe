/**
 * How long a set of timeframes takes to end all at once. That stretch is read again at every start and whenever a late
 * candle changes what was derived, so a set whose lengths share no small multiple is refused before it costs anything.
 */
import { err, ok, type Result } from '../core/result.ts';
import { type Failure, failure } from '../model/failure.ts';
import { type Timeframe, timeframeMs } from '../model/timeframe.ts';

const DAY_MS = 86_400_000;
/** Longest stretch, in days: 44,640 minutes, which a store reads in a fraction of a second. */
export const SPAN_DAYS_MAX = 31;

/** Least common multiple of two lengths in whole milliseconds. */
export function commonSpan(a: number, b: number): number {
  return (a / greatestDivisor(a, b)) * b;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Fails with `timeframes_span_too_long`, naming what to leave out, where `timeframes` do not end together soon enough. */
export function checkSpan(timeframes: readonly Timeframe[]): Result<null, Failure> {
  let span = 1;
  const excess: Timeframe[] = [];
  for (const timeframe of timeframes) {
    const longer = commonSpan(span, timeframeMs(timeframe));
    if (longer > SPAN_DAYS_MAX * DAY_MS) excess.push(timeframe);
    else span = longer;
  }
  if (excess.length === 0) return ok(null);
  const context = { timeframes: timeframes.join(','), days: SPAN_DAYS_MAX, excess: excess.join(',') };
  return err(failure('timeframes_span_too_long', context));
}
