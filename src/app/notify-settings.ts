/**
 * Settings of the channels that tell people. A channel is on when its address is known; addresses that are secrets can lie
 * in the vault instead (`hotwick operator secret`).
 */
import type { Setting } from './setting.ts';

/** The settings, in the order the documentation lists them. */
export const NOTIFY_SETTINGS = {
  telegramToken: {
    name: 'HOTWICK_TELEGRAM_TOKEN',
    kind: 'text',
    initial: '',
    secret: true,
    meaning: 'token of a Telegram bot that tells what `hotwick trade` does',
  },
  telegramChats: {
    name: 'HOTWICK_TELEGRAM_CHATS',
    kind: 'list',
    initial: '',
    meaning: 'numbers of the chats that it tells, and that alone may ask it /status, /positions and /stop',
  },
  telegramApi: {
    name: 'HOTWICK_TELEGRAM_API',
    kind: 'text',
    initial: 'https://api.telegram.org',
    meaning: "address of the bot API: Telegram's, or a server of one's own",
  },
  feishuWebhook: {
    name: 'HOTWICK_FEISHU_WEBHOOK',
    kind: 'text',
    initial: '',
    secret: true,
    meaning: 'address of a custom bot of a Feishu (Lark) group',
  },
  feishuSecret: {
    name: 'HOTWICK_FEISHU_SECRET',
    kind: 'text',
    initial: '',
    secret: true,
    meaning: 'its signing key, where it wants signatures',
  },
  webhookUrl: {
    name: 'HOTWICK_WEBHOOK_URL',
    kind: 'text',
    initial: '',
    secret: true,
    meaning: 'address that is sent every notice as JSON',
  },
  webhookSecret: {
    name: 'HOTWICK_WEBHOOK_SECRET',
    kind: 'text',
    initial: '',
    secret: true,
    meaning: 'signs what is sent there: `x-hotwick-signature: sha256=` HMAC of `x-hotwick-time`, a dot and the body',
  },
  smtpUrl: {
    name: 'HOTWICK_SMTP_URL',
    kind: 'text',
    initial: '',
    secret: true,
    meaning: 'mail server with its login, `smtps://user:password@host:465`',
  },
  mailFrom: { name: 'HOTWICK_MAIL_FROM', kind: 'text', initial: '', meaning: 'sender of mails' },
  mailTo: { name: 'HOTWICK_MAIL_TO', kind: 'list', initial: '', meaning: 'who gets mails' },
  noticesPerMinute: {
    name: 'HOTWICK_NOTICES_PER_MINUTE',
    kind: 'integer',
    initial: '20',
    min: 1,
    max: 600,
    meaning: 'notices a channel gets one by one in a minute; the rest is summed up, errors are always sent',
  },
  noticeLanguage: {
    name: 'HOTWICK_NOTICE_LANGUAGE',
    kind: 'text',
    initial: 'en',
    choices: ['en', 'zh'],
    meaning: 'language of notices: `en` or `zh`',
  },
} as const satisfies Record<string, Setting>;
