/**
 * A moment as people write it, in UTC: `2026-06-15T09:20`, `2026-06-15 09:20:30`, `09:20` of the day that has it last, or
 * Unix seconds or milliseconds.
 */
import { type EpochMs, isEpochMs, isVenueMs } from '../../core/time.ts';

const DAY_MS = 86_400_000;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const STAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)Z?$/;

/** The moment, the newest that is not after `now` for a mere time of day; `null` for what is none. */
export function parseMoment(text: string, now: EpochMs): EpochMs | null {
  const clock = CLOCK.exec(text);
  if (clock !== null)
    return timeOfDay(
      clock.slice(1).map((part) => Number(part ?? 0)),
      now,
    );
  const stamp = STAMP.exec(text);
  if (stamp !== null) return checked(Date.parse(`${stamp[1]}T${stamp[2]}Z`));
  if (!/^\d{9,13}(\.\d+)?$/.test(text)) return null;
  const number = Number(text);
  return checked(Math.round(isVenueMs(Math.round(number)) ? number : number * 1000));
}

function timeOfDay([hours = 0, minutes = 0, seconds = 0]: readonly number[], now: EpochMs): EpochMs | null {
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const time = Math.floor(now / DAY_MS) * DAY_MS + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return checked(time > now ? time - DAY_MS : time);
}

function checked(time: number): EpochMs | null {
  return isEpochMs(time) ? time : null;
}
