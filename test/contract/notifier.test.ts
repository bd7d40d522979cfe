import { createLogNotifier } from '../../src/adapters/notify/log-notifier.ts';
import { createNoticeQueue } from '../../src/adapters/notify/notice-queue.ts';
import { describeNotifierContract, type NotifierUnderTest } from './notifier.contract.ts';

/** A channel that can be held and made to refuse; what it delivered are titles. */
function createChannel(): {
  readonly deliver: (title: string) => Promise<void>;
  readonly controls: Omit<NotifierUnderTest, 'notifier'>;
} {
  const titles: string[] = [];
  let gate: Promise<void> = Promise.resolve();
  let open: () => void = () => {};
  let refusals = 0;
  return {
    deliver: async (title) => {
      await gate;
      if (refusals > 0) {
        refusals--;
        throw new Error('the channel is full');
      }
      titles.push(title);
    },
    controls: {
      delivered: () => titles,
      hold: () => {
        gate = new Promise((resolve) => {
          open = resolve;
        });
      },
      release: () => open(),
      refuseNext: () => {
        refusals++;
      },
    },
  };
}

describeNotifierContract('the notice queue', ({ waitingMax }) => {
  const { deliver, controls } = createChannel();
  const notifier = createNoticeQueue({ channel: 'test', deliver: (notice) => deliver(notice.title), waitingMax });
  return { notifier, ...controls };
});

describeNotifierContract('the log notifier', ({ waitingMax }) => {
  const { deliver, controls } = createChannel();
  const write = (line: string): Promise<void> => deliver((JSON.parse(line) as { readonly title: string }).title);
  return { notifier: createLogNotifier({ write, waitingMax }), ...controls };
});
