/**
 * A notice as plain text for channels that show text: no markup, so that nothing in it can be markup.
 */
import { toIsoText } from '../../core/time.ts';
import type { Notice } from '../../ports/notifier.ts';

const SIGNS: Readonly<Record<Notice['level'], string>> = { info: 'ℹ️', warn: '⚠️', error: '🛑' };

/** Sign, title, text and time (UTC) below each other, at most `lengthMax` characters; what is too long is cut in its middle part. */
export function toNoticeText({ level, title, text, time }: Notice, lengthMax: number): string {
  const head = `${SIGNS[level]} ${title}`;
  const foot = `${toIsoText(time).slice(0, 19)}Z`;
  const room = Math.max(0, lengthMax - head.length - foot.length - 2);
  const body = text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;
  return [head, ...(body === '' ? [] : [body]), foot].join('\n').slice(0, lengthMax);
}
