/**
 * Timeframes and their UTC-aligned buckets. Fixed lengths (`m`, `h`, `d`) are aligned to the epoch; `1w` starts on
 * Monday and `1M` on the first of the month, as on Binance. The service speaks `m`, `h` and `d`; weeks and months
 * exist for checking the exchange's own files.
 */
import type { Brand } from '../core/brand.ts';
import { err, ok, type Result } from '../core/result.ts';
import { type DurationMs, type EpochMs, epochMs } from '../core/time.ts';
import { type Failure, failure } from './failure.ts';

/** A timeframe such as `1m`, `4h` or `1d`: a positive integer and a lower-case unit. */
export type Timeframe = Brand<string, 'Timeframe'>;

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** One minute in milliseconds. */
export const MINUTE_MS = 60_000 as DurationMs;

/** A timeframe from text; the failure's messages are those of the wire contract. */
export function parseTimeframe(text: string): Result<Timeframe, Failure> {
  const trimmed = text.trim();
  if (trimmed === '') return malformed('empty timeframe');
  const unit = trimmed.slice(-1);
  if (!(unit in UNIT_MS)) return malformed(`unsupported timeframe unit: '${unit}'`);
  if (!/^[1-9]\d{0,5}$/.test(trimmed.slice(0, -1))) return malformed(`invalid timeframe: '${trimmed}'`);
  return ok(trimmed as Timeframe);
}

function malformed(reason: string): Result<never, Failure> {
  return err(failure('timeframe_malformed', { reason }));
}

/** A timeframe from literal text in code and tests; throws `RangeError` when malformed. */
export function timeframe(text: string): Timeframe {
  const parsed = parseTimeframe(text);
  if (!parsed.ok) throw new RangeError(parsed.error.message);
  return parsed.value;
}

/** Length of one candle. */
export function timeframeMs(value: Timeframe): DurationMs {
  return (Number(value.slice(0, -1)) * (UNIT_MS[value.slice(-1)] as number)) as DurationMs;
}

/** Open time of the bucket of length `lengthMs` that contains `time`: the floor to the UTC epoch. */
export function bucketOpen(time: EpochMs, lengthMs: number): EpochMs {
  return (time - (time % lengthMs)) as EpochMs;
}

/** Open time of the newest candle of length `lengthMs` that is closed at `now`; 0 before the first one. */
export function latestClosedOpen(now: EpochMs, lengthMs: number): EpochMs {
  return epochMs(Math.max(0, now - (now % lengthMs) - lengthMs));
}
