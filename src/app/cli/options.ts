/**
 * Option values of the command line, checked as they are read; what is wrong is said with the option's name.
 */
import { InvalidArgumentError } from 'commander';
import { type DurationMs, parseDuration } from '../../core/time.ts';
import type { MarketType } from '../../model/instrument.ts';
import { parseSeriesId, type SeriesId } from '../../model/series.ts';

/** A TCP port; 0 picks a free one. */
export function portOption(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError('a port is 0 to 65535');
  return port;
}

/** A seed: any whole number that a double holds exactly. */
export function seedOption(text: string): number {
  const seed = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(seed)) throw new InvalidArgumentError('a seed is a whole number');
  return seed;
}

const SPEED_MAX = 100_000;

/** Market seconds per real second. */
export function speedOption(text: string): number {
  const speed = Number(text);
  if (!(speed > 0 && speed <= SPEED_MAX)) throw new InvalidArgumentError(`a speed is above 0 and at most ${SPEED_MAX}`);
  return speed;
}

/** A length of time such as `90s`, `10m` or `2h`. */
export function durationOption(text: string): DurationMs {
  const duration = parseDuration(text);
  if (duration === null || duration === 0) throw new InvalidArgumentError('write a duration like 90s, 10m, 2h or 1d');
  return duration;
}

/** `spot` or `futures`. */
export function marketOption(text: string): MarketType {
  if (text !== 'spot' && text !== 'futures') throw new InvalidArgumentError('the market is spot or futures');
  return text;
}

/** A list of series ids separated by commas. */
export function seriesOption(text: string): readonly SeriesId[] {
  return text.split(',').map((id) => {
    const parsed = parseSeriesId(id);
    if (!parsed.ok) throw new InvalidArgumentError(parsed.error.message);
    return parsed.value;
  });
}
