/**
 * Notices to Telegram chats by a bot, as plain text. A chat that refuses does not keep the others from hearing.
 */
import { Api, GrammyError } from 'grammy';
import type { Notifier } from '../../ports/notifier.ts';
import { createNoticeQueue } from './notice-queue.ts';
import { toNoticeText } from './notice-text.ts';

/** Which bot speaks to whom. */
export type TelegramOptions = {
  readonly token: string;
  readonly chatIds: readonly number[];
  /** Another server than Telegram's own, for tests and for a bot API server of one's own. */
  readonly apiRoot?: string;
  readonly waitingMax?: number;
  readonly timeoutMs?: number;
};

const WAITING_MAX = 100;
const TIMEOUT_SECONDS = 10;
/** Telegram's bound of a message. */
const TEXT_MAX = 4_096;
/** What is repeated of its reasons. */
const REASON_MAX = 200;

/** A notifier to chats. */
export function createTelegramNotifier(options: TelegramOptions): Notifier {
  const { token, chatIds, apiRoot, waitingMax, timeoutMs } = options;
  const timeoutSeconds = timeoutMs === undefined ? TIMEOUT_SECONDS : timeoutMs / 1000;
  const api = new Api(token, { ...(apiRoot === undefined ? {} : { apiRoot }), timeoutSeconds });
  return createNoticeQueue({
    channel: 'telegram',
    waitingMax: waitingMax ?? WAITING_MAX,
    deliver: async (notice) => {
      const text = toNoticeText(notice, TEXT_MAX);
      const silent = notice.level === 'info';
      const sent = chatIds.map((chat) => api.sendMessage(chat, text, { disable_notification: silent }));
      const refused = (await Promise.allSettled(sent)).find(({ status }) => status === 'rejected');
      if (refused?.status === 'rejected') throw new Error(describeRefusal(refused.reason));
    },
  });
}

/** Never the library's own words: the token is part of the address that they may quote. */
export function describeRefusal(thrown: unknown): string {
  if (thrown instanceof GrammyError)
    return `Telegram answered ${thrown.error_code}: ${thrown.description.slice(0, REASON_MAX)}`;
  return 'Telegram can not be reached';
}
