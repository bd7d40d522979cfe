/**
 * The channels that are on, from what is configured: a channel whose address is known is on, one that lacks the other half
 * of what it needs is a mistake that is said at the start.
 */
import { createEmailNotifier } from '../../adapters/notify/email-notifier.ts';
import { createFeishuNotifier } from '../../adapters/notify/feishu-notifier.ts';
import { createPacedNotifier } from '../../adapters/notify/paced-notifier.ts';
import { createTelegramNotifier } from '../../adapters/notify/telegram-notifier.ts';
import { createWebhookNotifier } from '../../adapters/notify/webhook-notifier.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { NoticeLanguage } from './notice-words.ts';

/** What is configured; addresses that are `null` are not. */
export type NoticeConfig = {
  readonly telegram: { readonly token: string | null; readonly chatIds: readonly number[]; readonly api: string };
  readonly feishu: { readonly url: string | null; readonly secret: string | null };
  readonly webhook: { readonly url: string | null; readonly secret: string | null };
  readonly email: { readonly url: string | null; readonly from: string; readonly to: readonly string[] };
  readonly noticesPerMinute: number;
  readonly language: NoticeLanguage;
};

/** A channel by name. */
export type Channel = { readonly name: string; readonly notifier: Notifier };

/** What is missing of a channel that is half configured, each as a sentence. */
export function findNoticeFaults({ telegram, email, webhook, feishu }: NoticeConfig): readonly string[] {
  const isUrl = (text: string | null): boolean =>
    text === null || /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '');
  const faults: string[] = [];
  if (telegram.token !== null && telegram.chatIds.length === 0) faults.push('HOTWICK_TELEGRAM_CHATS names no chat');
  if (telegram.chatIds.some((id) => !Number.isSafeInteger(id))) faults.push('HOTWICK_TELEGRAM_CHATS are numbers');
  if (!isUrl(telegram.api)) faults.push('HOTWICK_TELEGRAM_API is not an http URL');
  if (!isUrl(webhook.url)) faults.push('HOTWICK_WEBHOOK_URL is not an http URL');
  if (!isUrl(feishu.url)) faults.push('HOTWICK_FEISHU_WEBHOOK is not an http URL');
  const isMailHalf = email.url !== null && (email.from === '' || email.to.length === 0);
  if (isMailHalf) faults.push('HOTWICK_SMTP_URL needs HOTWICK_MAIL_FROM and HOTWICK_MAIL_TO');
  if (email.url !== null && !/^smtps?:\/\//.test(email.url))
    faults.push('HOTWICK_SMTP_URL begins with smtp:// or smtps://');
  return faults;
}

/** Opens every channel that is configured, each paced by itself. */
export function openChannels(config: NoticeConfig, clock: Clock): readonly Channel[] {
  const { telegram, feishu, webhook, email, noticesPerMinute } = config;
  const channels: Channel[] = [];
  const open = (name: string, notifier: Notifier): void => {
    channels.push({ name, notifier: createPacedNotifier(notifier, { clock, noticesPerMinute }) });
  };
  if (telegram.token !== null) {
    const { token, chatIds, api: apiRoot } = telegram;
    open('telegram', createTelegramNotifier({ token, chatIds, apiRoot }));
  }
  if (feishu.url !== null) open('feishu', createFeishuNotifier({ url: feishu.url, secret: feishu.secret, clock }));
  if (webhook.url !== null) open('webhook', createWebhookNotifier({ url: webhook.url, secret: webhook.secret }));
  if (email.url !== null) open('email', createEmailNotifier({ url: email.url, from: email.from, to: email.to }));
  return channels;
}
