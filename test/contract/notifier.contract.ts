/**
 * What every notifier promises: an answer that is a value, the order of notices, and a bound with a policy.
 */
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../src/core/time.ts';
import type { Notice, Notifier } from '../../src/ports/notifier.ts';

/**
 * A notifier under test with `waitingMax` notices waiting behind the one in delivery, whose channel can be held
 * (deliveries do not finish until `release`) or made to refuse, and tells the titles it delivered.
 */
export type NotifierUnderTest = {
  readonly notifier: Notifier;
  readonly delivered: () => readonly string[];
  readonly hold: () => void;
  readonly release: () => void;
  readonly refuseNext: () => void;
};

function notice(title: string, level: Notice['level'] = 'info'): Notice {
  return { level, time: epochMs(1_700_000_000_000), title, text: `text of ${title}\nsecond line` };
}

/** Runs the suite. */
export function describeNotifierContract(
  name: string,
  create: (options: { readonly waitingMax: number }) => NotifierUnderTest,
): void {
  describe(`${name} keeps the notifier contract`, () => {
    it('delivers notices in the order given and says so', async () => {
      const { notifier, delivered } = create({ waitingMax: 10 });
      const answers = await Promise.all(['a', 'b', 'c'].map((title) => notifier.notify(notice(title))));
      expect(answers.every((answer) => answer.ok)).toBe(true);
      expect(delivered()).toEqual(['a', 'b', 'c']);
    });

    it('answers notifier_failed when the channel refuses, and goes on with the next', async () => {
      const { notifier, delivered, refuseNext } = create({ waitingMax: 10 });
      refuseNext();
      const refused = await notifier.notify(notice('a'));
      const accepted = await notifier.notify(notice('b'));
      expect(refused.ok ? null : refused.error.code).toBe('notifier_failed');
      expect(accepted.ok).toBe(true);
      expect(delivered()).toEqual(['b']);
    });

    it('drops the oldest of the least level when too many wait, be it the newest of all', async () => {
      const { notifier, delivered, hold, release } = create({ waitingMax: 2 });
      hold();
      const answers = [notifier.notify(notice('in delivery'))];
      const levels: readonly Notice['level'][] = ['error', 'info', 'warn', 'info', 'error', 'warn', 'error'];
      levels.forEach((level, index) => {
        answers.push(notifier.notify(notice(`${level} ${index}`, level)));
      });
      release();
      const codes = (await Promise.all(answers)).map((answer) => (answer.ok ? 'ok' : answer.error.code));
      expect(delivered()).toEqual(['in delivery', 'error 4', 'error 6']);
      const dropped = 'notifier_failed';
      expect(codes).toEqual(['ok', dropped, dropped, dropped, dropped, 'ok', dropped, 'ok']);
    });

    it('keeps an error that waits while what is less urgent comes and goes', async () => {
      const { notifier, delivered, hold, release } = create({ waitingMax: 2 });
      hold();
      const answers = [notifier.notify(notice('in delivery'))];
      const levels: readonly Notice['level'][] = ['error', 'warn', 'info', 'info', 'warn'];
      levels.forEach((level, index) => {
        answers.push(notifier.notify(notice(`${level} ${index}`, level)));
      });
      release();
      await Promise.all(answers);
      expect(delivered()).toEqual(['in delivery', 'error 0', 'warn 4']);
    });

    it('delivers what waits before it is closed, and answers notifier_failed afterwards', async () => {
      const { notifier, delivered, hold, release } = create({ waitingMax: 10 });
      hold();
      const answers = [notifier.notify(notice('a')), notifier.notify(notice('b'))];
      const closing = notifier.close();
      release();
      await closing;
      const late = await notifier.notify(notice('c'));
      await notifier.close();
      expect(delivered()).toEqual(['a', 'b']);
      expect((await Promise.all(answers)).every((answer) => answer.ok)).toBe(true);
      expect(late.ok ? null : late.error.code).toBe('notifier_failed');
    });
  });
}
