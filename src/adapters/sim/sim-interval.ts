/**
 * The candle intervals the simulated exchange publishes and their UTC buckets, in the exchange's own words. Written
 * apart from the product's timeframes on purpose: the simulator is the oracle the product's derivation is compared
 * with. `1w` starts on Monday, `1M` on the first of the month. `1s` and `3d` are not offered.
 */
import { type EpochMs, epochMs } from '../../core/time.ts';

/** Every interval offered, shortest first. */
export const SIM_INTERVALS = [
  '1m',
  '3m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '6h',
  '8h',
  '12h',
  '1d',
  '1w',
  '1M',
] as const;

/** An interval in the exchange's spelling. */
export type SimInterval = (typeof SIM_INTERVALS)[number];

/** Length of a minute in milliseconds. */
export const SIM_MINUTE_MS = 60_000;

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** The epoch is a Thursday; the first Monday after it is four days later. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

const LENGTH_MS: Readonly<Record<Exclude<SimInterval, '1M'>, number>> = {
  '1m': SIM_MINUTE_MS,
  '3m': 3 * SIM_MINUTE_MS,
  '5m': 5 * SIM_MINUTE_MS,
  '15m': 15 * SIM_MINUTE_MS,
  '30m': 30 * SIM_MINUTE_MS,
  '1h': HOUR_MS,
  '2h': 2 * HOUR_MS,
  '4h': 4 * HOUR_MS,
  '6h': 6 * HOUR_MS,
  '8h': 8 * HOUR_MS,
  '12h': 12 * HOUR_MS,
  '1d': DAY_MS,
  '1w': WEEK_MS,
};

/** The interval spelled `text`, or `null` when it is not offered. Case matters: `1m` is a minute, `1M` a month. */
export function parseSimInterval(text: string): SimInterval | null {
  return SIM_INTERVALS.find((interval) => interval === text) ?? null;
}

/** Open time of the bucket that contains `time`. */
export function bucketOpenOf(interval: SimInterval, time: EpochMs): EpochMs {
  if (interval === '1M') {
    const date = new Date(time);
    return epochMs(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));
  }
  const length = LENGTH_MS[interval];
  const offset = interval === '1w' ? FIRST_MONDAY_MS : 0;
  return epochMs(Math.max(0, Math.floor((time - offset) / length) * length + offset));
}

/** Open time of the bucket `count` buckets after the one that opens at `open`; 1 gives its exclusive end. */
export function bucketAfter(interval: SimInterval, open: EpochMs, count: number): EpochMs {
  if (interval !== '1M') return epochMs(open + count * LENGTH_MS[interval]);
  const date = new Date(open);
  return epochMs(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count, 1));
}

/** First bucket open at or after `time`. */
export function bucketCeil(interval: SimInterval, time: EpochMs): EpochMs {
  const open = bucketOpenOf(interval, time);
  return open === time ? open : bucketAfter(interval, open, 1);
}
