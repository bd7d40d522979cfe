/**
 * Option values of the data commands: one series, and days of the UTC calendar.
 */
import { InvalidArgumentError } from 'commander';
import { type EpochMs, isVenueMs } from '../../core/time.ts';
import { parseSeriesId, type SeriesId } from '../../model/series.ts';

const DAY_MS = 86_400_000;

/** One series id. */
export function oneSeriesOption(text: string): SeriesId {
  const parsed = parseSeriesId(text);
  if (!parsed.ok) throw new InvalidArgumentError(parsed.error.message);
  return parsed.value;
}

/** The first moment of a day written as `2024-03-01`. */
export function fromDayOption(text: string): EpochMs {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const isDay = isVenueMs(time) && new Date(time).toISOString().startsWith(text);
  if (!isDay) throw new InvalidArgumentError('write a UTC day like 2024-03-01');
  return time;
}

/** The end of a day written as `2024-04-30`, which is the start of the next one: the day itself is meant too. */
export function toDayOption(text: string): EpochMs {
  return (fromDayOption(text) + DAY_MS) as EpochMs;
}
