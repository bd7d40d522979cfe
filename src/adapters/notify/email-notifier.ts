/**
 * Notices as e-mail over SMTP, plain text, one message each.
 */
import { createTransport } from 'nodemailer';
import type { Notifier } from '../../ports/notifier.ts';
import { createNoticeQueue } from './notice-queue.ts';
import { toNoticeText } from './notice-text.ts';

/** Which server sends to whom. */
export type EmailOptions = {
  /** `smtps://user:password@host:465` or `smtp://...:587`, which turns to TLS where the server can. */
  readonly url: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly waitingMax?: number;
  readonly timeoutMs?: number;
};

const WAITING_MAX = 100;
const TIMEOUT_MS = 20_000;
const TEXT_MAX = 20_000;
const SUBJECT_MAX = 150;

/** A notifier by mail. */
export function createEmailNotifier({ url, from, to, waitingMax, timeoutMs }: EmailOptions): Notifier {
  const limit = timeoutMs ?? TIMEOUT_MS;
  const transport = createTransport({ url, connectionTimeout: limit, greetingTimeout: limit, socketTimeout: limit });
  const queue = createNoticeQueue({
    channel: 'email',
    waitingMax: waitingMax ?? WAITING_MAX,
    deliver: async (notice) => {
      const subject = `[Hotwick ${notice.level}] ${notice.title}`.replace(/[\r\n]+/g, ' ').slice(0, SUBJECT_MAX);
      try {
        await transport.sendMail({ from, to: [...to], subject, text: toNoticeText(notice, TEXT_MAX) });
      } catch (error) {
        throw new Error(describeFault(error), { cause: null });
      }
    },
  });
  return {
    notify: queue.notify,
    close: async () => {
      await queue.close();
      transport.close();
    },
  };
}

/** The code of what went wrong and the server's reply; never the address with its password. */
function describeFault(error: unknown): string {
  const { code, responseCode } = (error ?? {}) as { readonly code?: unknown; readonly responseCode?: unknown };
  const reply = responseCode === undefined ? '' : `, the server answered ${String(responseCode)}`;
  return `the mail could not be sent (${typeof code === 'string' ? code : 'unknown'})${reply}`;
}
