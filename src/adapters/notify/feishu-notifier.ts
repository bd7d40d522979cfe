/**
 * Notices to a Feishu (Lark) group by its custom bot: text messages, signed where the bot asks for it. The bot answers
 * HTTP 200 with a code other than 0 when it refuses.
 */
import { createHmac } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { createNoticeQueue } from './notice-queue.ts';
import { toNoticeText } from './notice-text.ts';
import { postJson } from './post-json.ts';

/** Which bot. */
export type FeishuOptions = {
  /** Address of the bot; whoever has it can write to the group. */
  readonly url: string;
  /** `null` where the bot wants no signature. */
  readonly secret: string | null;
  /** Real time: a signature is good for an hour. */
  readonly clock: Clock;
  readonly waitingMax?: number;
  readonly timeoutMs?: number;
};

const WAITING_MAX = 100;
const TIMEOUT_MS = 10_000;
/** Feishu takes 20 KB a message; nobody reads more than this. */
const TEXT_MAX = 4_000;

/** A notifier to a group. */
export function createFeishuNotifier({ url, secret, clock, waitingMax, timeoutMs }: FeishuOptions): Notifier {
  return createNoticeQueue({
    channel: 'feishu',
    waitingMax: waitingMax ?? WAITING_MAX,
    deliver: async (notice) => {
      const message = { msg_type: 'text', content: { text: toNoticeText(notice, TEXT_MAX) } };
      const body = JSON.stringify({ ...(secret === null ? {} : sign(secret, clock)), ...message });
      const answer: unknown = parse(await postJson({ url, body, timeoutMs: timeoutMs ?? TIMEOUT_MS }));
      const code = typeof answer === 'object' && answer !== null && 'code' in answer ? answer.code : 'none';
      if (code !== 0) throw new Error(`the bot answered code ${String(code)}`);
    },
  });
}

/** The signature is the digest of nothing under the key `timestamp\nsecret`, as Feishu's page on custom bots has it. */
function sign(secret: string, clock: Clock): { readonly timestamp: string; readonly sign: string } {
  const timestamp = String(Math.floor(clock.now() / 1000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64') };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // told as a bot without a code
  }
}
