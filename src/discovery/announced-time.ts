/**
 * The time an announcement names, from its title or body: `2025-04-22 13:00 (UTC)` in English, 东八区 (UTC+8) in
 * Chinese. A time without a zone is UTC in English and UTC+8 in Chinese texts, as the exchange writes them.
 */
import { type EpochMs, isVenueMs } from '../core/time.ts';

/** Characters of a text that are looked at: the time stands in its first paragraphs. */
const LOOKED_AT = 20_000;
const EAST_8_MS = 8 * 3_600_000;

const ENGLISH = /(\d{4})-(\d{2})-(\d{2})(?:[ T,]+(?:at )?(\d{1,2}):(\d{2}))?/u;
const CHINESE = /(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日?(?:\s?(\d{1,2})[:：](\d{2}))?/u;

/** The first moment that `text` names; `null` where it names none, or one that can not be. */
export function parseAnnouncedTime(text: string): EpochMs | null {
  const part = text.slice(0, LOOKED_AT);
  const chinese = CHINESE.exec(part);
  const match = chinese ?? ENGLISH.exec(part);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = match.slice(1).map((digits) => Number(digits ?? 0));
  const after = part.slice(match.index, match.index + match[0].length + 24);
  const isEast = /东八区|UTC\s?\+\s?8/.test(after) || (chinese !== null && !/UTC(?!\s?\+)/.test(after));
  const time = Date.UTC(year, month - 1, day, hour, minute) - (isEast ? EAST_8_MS : 0);
  const read = new Date(time + (isEast ? EAST_8_MS : 0));
  // A 31st of April would silently become the 1st of May.
  const isReal = read.getUTCMonth() === month - 1 && read.getUTCDate() === day && hour < 24 && minute < 60;
  return isReal && isVenueMs(time) ? time : null;
}
