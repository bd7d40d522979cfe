/**
 * Branded UTC time. Inside Hotwick time is integer milliseconds; whole seconds exist at the wire and chart edges
 * only. Venue times pass a narrower check than stored ones, because a venue value that is too small is seconds and
 * one that is too large is microseconds (Binance's spot archive switched to microseconds on 2025-01-01).
 */
import type { Brand } from './brand.ts';

/** UTC instant, integer milliseconds since the Unix epoch, 0 to the end of the year 9999. */
export type EpochMs = Brand<number, 'EpochMs'>;
/** Length of time in integer milliseconds. Never an instant. */
export type DurationMs = Brand<number, 'DurationMs'>;
/** UTC instant in whole seconds. Exists only at the wire and chart edges. */
export type EpochSec = Brand<number, 'EpochSec'>;

/** Last representable instant: 9999-12-31T23:59:59.999Z. */
export const EPOCH_MS_MAX = 253_402_300_799_999;
/** Earliest plausible venue time, 2009-01-01: anything smaller is seconds, not milliseconds. */
const VENUE_MS_MIN = 1_230_768_000_000;
/** Latest plausible venue time, 2100-01-01: anything larger is microseconds, not milliseconds. */
const VENUE_MS_MAX = 4_102_444_800_000;

/** Whether `value` is an integer that an `EpochMs` may hold. */
export function isEpochMs(value: number): value is EpochMs {
  return Number.isInteger(value) && value >= 0 && value <= EPOCH_MS_MAX;
}

/** An instant from integer milliseconds; throws `RangeError` outside 1970..9999. */
export function epochMs(value: number): EpochMs {
  if (!isEpochMs(value)) throw new RangeError(`not a time in milliseconds: ${value}`);
  return value;
}

/** Whether `value` is plausible as a venue time in milliseconds (2009..2100). */
export function isVenueMs(value: number): value is EpochMs {
  return Number.isInteger(value) && value >= VENUE_MS_MIN && value < VENUE_MS_MAX;
}

/** A length of time; throws `RangeError` unless it is a non-negative integer. */
export function durationMs(value: number): DurationMs {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a duration in milliseconds: ${value}`);
  return value as DurationMs;
}

/** Milliseconds to whole wire seconds, rounded down. */
export function toEpochSec(time: EpochMs): EpochSec {
  return Math.floor(time / 1000) as EpochSec;
}

/** Whole wire seconds to milliseconds; throws `RangeError` outside 1970..9999. */
export function fromEpochSec(seconds: number): EpochMs {
  return epochMs(seconds * 1000);
}

/** The instant `duration` after `time`. */
export function addMs(time: EpochMs, duration: number): EpochMs {
  return epochMs(time + duration);
}

/** ISO-8601 text of an instant, for people: `2026-11-21T10:31:00.000Z`. */
export function toIsoText(time: EpochMs): string {
  return new Date(time).toISOString();
}

const DURATION_UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration from text such as `250ms`, `90s`, `10m`, `2h` or `14d`; `null` when it is not one. */
export function parseDuration(text: string): DurationMs | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  if (match === null) return null;
  const value = Math.round(Number(match[1]) * (DURATION_UNIT_MS[match[2] as string] as number));
  return Number.isSafeInteger(value) ? (value as DurationMs) : null;
}
