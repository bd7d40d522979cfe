/**
 * A channel that is not flooded: at most so many notices a minute, errors always; what was left out is summed up in one
 * notice when the minute is over, so that silence is never mistaken for calm.
 */
import { ok, type Result } from '../../core/result.ts';
import { addMs, durationMs, type EpochMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Notice, Notifier } from '../../ports/notifier.ts';

/** How much a channel is to bear. */
export type Pace = { readonly clock: Clock; readonly noticesPerMinute: number };

const MINUTE_MS = durationMs(60_000);
/** Titles that a summary names. */
const TITLES_MAX = 5;

/** `notifier`, paced. Left out is no failure: it answers as delivered. */
export function createPacedNotifier(notifier: Notifier, { clock, noticesPerMinute }: Pace): Notifier {
  let windowEnd: EpochMs | null = null;
  let sent = 0;
  let leftOut: Notice[] = [];
  let leftOutCount = 0;
  let cancel = (): void => {};

  const sumUp = async (): Promise<void> => {
    windowEnd = null;
    const [count, titles] = [leftOutCount, leftOut.map(({ title }) => title)];
    [leftOut, leftOutCount] = [[], 0];
    if (count === 0) return;
    const more = count > titles.length ? ` and ${count - titles.length} more` : '';
    const title = `${count} notices were not sent one by one`;
    await notifier.notify({ level: 'warn', time: clock.now(), title, text: `${titles.join('\n')}${more}` });
  };
  const beginWindow = (now: EpochMs): void => {
    windowEnd = addMs(now, MINUTE_MS);
    sent = 0;
    cancel = clock.schedule(windowEnd, () => void sumUp());
  };
  return {
    notify: (notice): Promise<Result<null, Failure>> => {
      if (windowEnd === null) beginWindow(clock.now());
      if (notice.level === 'error') return notifier.notify(notice);
      if (sent < noticesPerMinute) {
        sent++;
        return notifier.notify(notice);
      }
      leftOutCount++;
      if (leftOut.length < TITLES_MAX) leftOut.push(notice);
      return Promise.resolve(ok(null));
    },
    close: async () => {
      cancel();
      await sumUp();
      await notifier.close();
    },
  };
}
