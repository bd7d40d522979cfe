/**
 * Notices on their way to one channel: delivered one at a time in the order given, a bounded number waiting. Whatever
 * the channel does, the answer is a value; nothing here throws or rejects.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import type { Notice, Notifier } from '../../ports/notifier.ts';

/**
 * `deliver` may throw or reject when the channel refuses. `waitingMax`: notices waiting behind the one in delivery
 * (at least 1); policy beyond it: the oldest of the least level is dropped and its sender told.
 */
export type NoticeQueueOptions = {
  readonly channel: string;
  readonly deliver: (notice: Notice) => void | Promise<void>;
  readonly waitingMax: number;
};

type Waiting = { readonly notice: Notice; readonly answer: (result: Result<null, Failure>) => void };

const LEVEL_RANK: Readonly<Record<Notice['level'], number>> = { info: 0, warn: 1, error: 2 };

/** A notifier over `deliver`; `close` delivers what waits, later notices are answered `notifier_failed`. */
export function createNoticeQueue(options: NoticeQueueOptions): Notifier {
  if (!Number.isInteger(options.waitingMax) || options.waitingMax < 1) {
    throw new RangeError(`not a bound: ${options.waitingMax}`);
  }
  const waiting: Waiting[] = [];
  let state: 'open' | 'closed' = 'open';
  let delivering: Promise<void> | null = null;

  const refuse = (reason: string): Result<null, Failure> =>
    err(failure('notifier_failed', { channel: options.channel, reason }));
  const deliverOne = async ({ notice, answer }: Waiting): Promise<void> => {
    try {
      await options.deliver(notice);
      answer(ok(null));
    } catch (thrown) {
      // The channel's refusal is the sender's answer; the next notice is tried all the same.
      answer(refuse(toReason(thrown)));
    }
  };
  const deliverAll = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await deliverOne(next);
    delivering = null;
  };
  return {
    notify: (notice) =>
      new Promise((answer) => {
        if (state === 'closed') {
          answer(refuse('the notifier is closed'));
          return;
        }
        waiting.push({ notice, answer });
        if (delivering === null) delivering = deliverAll();
        if (waiting.length > options.waitingMax) dropOne(waiting)?.answer(refuse('too many notices wait'));
      }),
    close: async () => {
      state = 'closed';
      await delivering;
    },
  };
}

function dropOne(waiting: Waiting[]): Waiting | undefined {
  const least = Math.min(...waiting.map(({ notice }) => LEVEL_RANK[notice.level]));
  const index = waiting.findIndex(({ notice }) => LEVEL_RANK[notice.level] === least);
  return waiting.splice(index, 1)[0];
}
