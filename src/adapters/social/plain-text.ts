/**
 * Foreign text made harmless: any value comes in, a short plain text goes out. Markup, control characters and characters
 * that change the direction of writing are gone; nothing is looked at beyond a fixed length.
 */

/** Characters of a text that are looked at; what follows is not read. */
export const READ_MAX = 4_000;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** The plain text of `value`; empty for anything but a text. */
export function toPlainText(value: unknown): string {
  if (typeof value !== 'string') return '';
  return (
    value
      .slice(0, READ_MAX)
      .replace(/<(script|style)\b[^<]*(?:<(?!\/\1>)[^<]*)*(?:<\/\1>|$)/gi, ' ')
      // A mark that never ends takes the rest with it: half a mark is no text.
      .replace(/<[a-z!/][^>]*(?:>|$)/gi, ' ')
      .replace(/&(?:#(\d{1,6})|(amp|lt|gt|quot|apos|nbsp));/g, (_, code?: string, name?: string) =>
        name === undefined ? fromCode(Number(code)) : (ENTITIES[name] ?? ' '),
      )
      .replace(/[\p{Cc}\p{Cs}\p{Co}\p{Cn}]|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

function fromCode(code: number): string {
  return code <= 0xffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCharCode(code) : ' ';
}

/** The first `max` characters, never half of one. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** An id of letters, digits, `_`, `-` and `.`, at most 64 of them, given as text or as a number; `null` for anything else. */
export function toId(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : null;
  return typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : null;
}

/** The value as a record; an empty one for anything else. */
export function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The value as a list of at most `max`; an empty one for anything else. */
export function toList(value: unknown, max: number): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, max) : [];
}
