/**
 * Several channels as one: each hears every notice, and none waits for another.
 */
import { ok } from '../../core/result.ts';
import type { Notifier } from '../../ports/notifier.ts';

/** All of `notifiers`; answers the first failure, after all have answered. */
export function createNotifierGroup(notifiers: readonly Notifier[]): Notifier {
  return {
    notify: async (notice) => {
      const answers = await Promise.all(notifiers.map((each) => each.notify(notice)));
      return answers.find((answer) => !answer.ok) ?? ok(null);
    },
    close: async () => {
      await Promise.all(notifiers.map((each) => each.close()));
    },
  };
}
