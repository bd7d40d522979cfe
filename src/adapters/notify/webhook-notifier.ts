/**
 * Notices as JSON to any address: `{"level","time","title","text"}`, signed so that whoever receives it can tell that it
 * comes from here and when.
 */
import { createHmac } from 'node:crypto';
import { toIsoText } from '../../core/time.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { createNoticeQueue } from './notice-queue.ts';
import { postJson } from './post-json.ts';

/** Where and how. */
export type WebhookOptions = {
  readonly url: string;
  /** Signs `time.body` with HMAC-SHA256 into `x-hotwick-signature: sha256=...`; `null` signs nothing. */
  readonly secret: string | null;
  readonly waitingMax?: number;
  readonly timeoutMs?: number;
};

const WAITING_MAX = 100;
const TIMEOUT_MS = 10_000;

/** A notifier to an address. */
export function createWebhookNotifier({ url, secret, waitingMax, timeoutMs }: WebhookOptions): Notifier {
  return createNoticeQueue({
    channel: 'webhook',
    waitingMax: waitingMax ?? WAITING_MAX,
    deliver: async ({ level, time, title, text }) => {
      const body = JSON.stringify({ level, time: toIsoText(time), title, text });
      const stamp = String(time);
      const signature =
        secret === null ? null : `sha256=${createHmac('sha256', secret).update(`${stamp}.${body}`).digest('hex')}`;
      const headers = signature === null ? {} : { 'x-hotwick-time': stamp, 'x-hotwick-signature': signature };
      await postJson({ url, body, headers, timeoutMs: timeoutMs ?? TIMEOUT_MS });
    },
  });
}
