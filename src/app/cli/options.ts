/**
 * Option values of the command line, checked as they are read; what is wrong is said with the option's name.
 */
import { InvalidArgumentError } from 'commander';
import { hostNameOf } from '../../api/security/origins.ts';
import { type DurationMs, type EpochMs, isVenueMs, parseDuration } from '../../core/time.ts';
import { type MarketType, parseInstrumentId } from '../../model/instrument.ts';
import { parseSeriesId, type SeriesId, seriesParts } from '../../model/series.ts';

/** A TCP port; 0 picks a free one. */
export function portOption(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65_535) throw new InvalidArgumentError('a port is 0 to 65535');
  return port;
}

/** Host names separated by commas, without scheme and port. */
export function namesOption(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => hostNameOf(name) !== name.toLowerCase())) {
    throw new InvalidArgumentError('write host names without scheme and port, separated by commas');
  }
  return names;
}

/** A seed: any whole number that a double holds exactly. */
export function seedOption(text: string): number {
  const seed = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(seed)) throw new InvalidArgumentError('a seed is a whole number');
  return seed;
}

const COUNT_MAX = 100_000;

/** How many of something. */
export function countOption(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (!(count >= 1 && count <= COUNT_MAX)) throw new InvalidArgumentError(`a count is 1 to ${COUNT_MAX}`);
  return count;
}

const SPEED_MAX = 100_000;

/** Market seconds per real second. */
export function speedOption(text: string): number {
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (!(speed > 0 && speed <= SPEED_MAX)) throw new InvalidArgumentError(`a speed is above 0 and at most ${SPEED_MAX}`);
  return speed;
}

/** Ten years: beyond it market time leaves what an instant can hold, and a run is not meant. */
const DURATION_MS_MAX = 3650 * 86_400_000;

/** A length of time such as `90s`, `10m` or `2h`. */
export function durationOption(text: string): DurationMs {
  const duration = parseDuration(text);
  if (duration === null || duration === 0 || duration > DURATION_MS_MAX) {
    throw new InvalidArgumentError('write a duration like 90s, 10m, 2h or 1d, at most 3650d');
  }
  return duration;
}

const MINUTE_MS = 60_000;
const SIMULATED_MS_MIN = 60 * MINUTE_MS;
/** Journal and market of a month are some gigabytes of a temporary folder. */
const SIMULATED_MS_MAX = 31 * 1440 * MINUTE_MS;

/** Length of a simulated run, in whole minutes. */
export function simulateOption(text: string): DurationMs {
  const length = durationOption(text);
  if (length < SIMULATED_MS_MIN || length > SIMULATED_MS_MAX || length % MINUTE_MS !== 0) {
    throw new InvalidArgumentError('write whole minutes from 1h to 31d, for example 6h or 7d');
  }
  return length;
}

const TEN_SECONDS_MS = 10_000;

/** Time between two frames of prices. */
export function frameOption(text: string): DurationMs {
  const frame = durationOption(text);
  if (frame < 1_000 || TEN_SECONDS_MS % frame !== 0) throw new InvalidArgumentError('write 1s, 2s, 5s or 10s');
  return frame;
}

/** An instant such as `2026-06-15T09:30:00Z`, or a UTC day for its beginning. */
export function instantOption(text: string): EpochMs {
  const isInstant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/.test(text);
  const time = isInstant ? Date.parse(text) : Number.NaN;
  if (!isVenueMs(time)) throw new InvalidArgumentError('write 2026-06-15 or 2026-06-15T09:30:00Z, in UTC');
  return time;
}

/** `spot` or `futures`. */
export function marketOption(text: string): MarketType {
  if (text !== 'spot' && text !== 'futures') throw new InvalidArgumentError('the market is spot or futures');
  return text;
}

/** A list of base series separated by commas, each once. */
export function seriesOption(text: string): readonly SeriesId[] {
  return [...new Set(text.split(',').map(parseBaseSeries))];
}

function parseBaseSeries(text: string): SeriesId {
  const parsed = parseSeriesId(text);
  if (!parsed.ok) throw new InvalidArgumentError(parsed.error.message);
  const { instrumentId, timeframe } = seriesParts(parsed.value);
  const instrument = parseInstrumentId(instrumentId);
  if (!instrument.ok) throw new InvalidArgumentError(instrument.error.message);
  if (instrument.value.venue !== 'binance') throw new InvalidArgumentError('the exchange is binance');
  if (timeframe !== '1m') throw new InvalidArgumentError('a base series is one of 1m; the others are derived from it');
  return parsed.value;
}
