/**
 * The channels that tell people, as the environment has them.
 */
import { NOTIFY_SETTINGS } from '../notify-settings.ts';
import { type Environment, readInteger, readList, readText } from '../setting-values.ts';
import { findNoticeFaults, type NoticeConfig } from './channels.ts';

/** What is configured; what is missing of it is added to `problems`. */
export function parseNotices(environment: Environment, problems: string[]): NoticeConfig {
  const text = (name: 'telegramApi' | 'mailFrom' | 'noticeLanguage'): string =>
    readText(NOTIFY_SETTINGS[name], environment).value;
  const secret = (
    name: 'telegramToken' | 'feishuWebhook' | 'feishuSecret' | 'webhookUrl' | 'webhookSecret' | 'smtpUrl',
  ) => readText(NOTIFY_SETTINGS[name], environment).value || null;
  const config: NoticeConfig = {
    telegram: {
      token: secret('telegramToken'),
      chatIds: readList(NOTIFY_SETTINGS.telegramChats, environment).value.map(Number),
      api: text('telegramApi').replace(/\/+$/, ''),
    },
    feishu: { url: secret('feishuWebhook'), secret: secret('feishuSecret') },
    webhook: { url: secret('webhookUrl'), secret: secret('webhookSecret') },
    email: { url: secret('smtpUrl'), from: text('mailFrom'), to: readList(NOTIFY_SETTINGS.mailTo, environment).value },
    noticesPerMinute: readInteger(NOTIFY_SETTINGS.noticesPerMinute, environment).value,
    language: text('noticeLanguage') === 'zh' ? 'zh' : 'en',
  };
  problems.push(...findNoticeFaults(config));
  return config;
}
