/**
 * Notices as lines of a log. In comes a notice, out goes one line of JSON through the writer handed in; line breaks
 * inside a notice stay inside the line.
 */
import { toIsoText } from '../../core/time.ts';
import type { Notice, Notifier } from '../../ports/notifier.ts';
import { createNoticeQueue } from './notice-queue.ts';

/**
 * `write` takes one line without its line break and may throw or reject. `waitingMax` bounds the notices waiting for
 * a slow writer (default 1000, policy of the notice queue).
 */
export type LogNotifierOptions = {
  readonly write: (line: string) => void | Promise<void>;
  readonly waitingMax?: number;
};

const WAITING_MAX = 1_000;

/** A notifier that writes `{"time":"2026-11-20T10:31:00.000Z","level":"warn","title":"...","text":"..."}`. */
export function createLogNotifier(options: LogNotifierOptions): Notifier {
  return createNoticeQueue({
    channel: 'log',
    deliver: (notice) => options.write(toLogLine(notice)),
    waitingMax: options.waitingMax ?? WAITING_MAX,
  });
}

function toLogLine({ time, level, title, text }: Notice): string {
  return JSON.stringify({ time: toIsoText(time), level, title, text });
}
