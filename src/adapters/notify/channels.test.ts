/**
 * Every channel against a stand-in of its server over real sockets: what arrives, what a refusal becomes, and that no
 * secret is ever in what is said about it.
 */
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChannelServer, MailServer, type Taken } from '../../../test/fixtures/channel-servers.ts';
import { epochMs } from '../../core/time.ts';
import type { Notice, Notifier } from '../../ports/notifier.ts';
import { createManualClock } from '../clock/manual-clock.ts';
import { createWallClock } from '../clock/wall-clock.ts';
import { createEmailNotifier } from './email-notifier.ts';
import { createFeishuNotifier } from './feishu-notifier.ts';
import { createNotifierGroup } from './notifier-group.ts';
import { createPacedNotifier } from './paced-notifier.ts';
import { listenToTelegram, type TelegramMessage } from './telegram-commands.ts';
import { createTelegramNotifier } from './telegram-notifier.ts';
import { createWebhookNotifier } from './webhook-notifier.ts';

const SECRET = 's3cr3t-of-the-channel';
const NOW = epochMs(1_700_000_000_000);
const notice = (title: string, level: Notice['level'] = 'warn'): Notice => ({
  level,
  time: NOW,
  title,
  text: 'a <b>line</b>\nand another',
});

let server: ChannelServer;
beforeEach(async () => {
  server = await ChannelServer.start();
});
afterEach(() => server.close());

async function refusalOf(notifier: Notifier): Promise<string> {
  const answer = await notifier.notify(notice('refused'));
  await notifier.close();
  if (answer.ok) throw new Error('it was delivered');
  const said = JSON.stringify(answer.error);
  expect(said).not.toContain(SECRET);
  expect(answer.error.code).toBe('notifier_failed');
  return said;
}

describe('a webhook', () => {
  it('gets JSON that it can verify', async () => {
    const notifier = createWebhookNotifier({ url: `${server.url}/hook`, secret: SECRET });
    expect((await notifier.notify(notice('hello'))).ok).toBe(true);
    await notifier.close();
    const [{ headers, body, path } = {} as Taken] = server.taken;
    expect(path).toBe('/hook');
    expect(JSON.parse(body)).toEqual({
      level: 'warn',
      time: '2023-11-14T22:13:20.000Z',
      title: 'hello',
      text: 'a <b>line</b>\nand another',
    });
    const digest = createHmac('sha256', SECRET).update(`${headers['x-hotwick-time']}.${body}`).digest('hex');
    expect(headers['x-hotwick-signature']).toBe(`sha256=${digest}`);
  });

  it('that refuses or is gone is told by its status or code, without its address', async () => {
    server.reply = () => ({ status: 500, body: SECRET });
    const url = `${server.url}/${SECRET}`;
    expect(await refusalOf(createWebhookNotifier({ url, secret: null }))).toContain('HTTP 500');
    expect(await refusalOf(createWebhookNotifier({ url: `http://127.0.0.1:1/${SECRET}`, secret: null }))).toContain(
      'ECONNREFUSED',
    );
    server.reply = () => new Promise(() => {});
    expect(await refusalOf(createWebhookNotifier({ url, secret: null, timeoutMs: 50 }))).toContain('no answer');
  });
});

describe('Feishu', () => {
  it('gets text with the signature that its bots ask for', async () => {
    const clock = createManualClock(NOW);
    const notifier = createFeishuNotifier({ url: `${server.url}/open-apis/bot/v2/hook/x`, secret: SECRET, clock });
    expect((await notifier.notify(notice('你好'))).ok).toBe(true);
    await notifier.close();
    const body = JSON.parse(server.taken[0]?.body ?? '');
    expect(body).toMatchObject({
      msg_type: 'text',
      timestamp: '1700000000',
      content: { text: expect.stringContaining('你好') },
    });
    expect(body.sign).toBe(createHmac('sha256', `1700000000\n${SECRET}`).update('').digest('base64'));
  });

  it('refuses with a code inside an answer 200', async () => {
    server.reply = () => ({ status: 200, body: '{"code":19021,"msg":"sign match fail"}' });
    const clock = createManualClock(NOW);
    expect(await refusalOf(createFeishuNotifier({ url: server.url, secret: SECRET, clock }))).toContain('19021');
  });
});

describe('Telegram', () => {
  it('tells every chat in plain text, quietly what is no warning', async () => {
    const notifier = createTelegramNotifier({ token: `1:${SECRET}`, chatIds: [7, -100], apiRoot: server.url });
    expect((await notifier.notify(notice('hello', 'info'))).ok).toBe(true);
    await notifier.close();
    const bodies = server.taken.map(({ body }) => JSON.parse(body));
    expect(bodies.map(({ chat_id }) => chat_id).sort()).toEqual([-100, 7]);
    expect(bodies[0]).toMatchObject({ disable_notification: true, text: expect.stringContaining('<b>line</b>') });
    expect(bodies[0].parse_mode).toBeUndefined();
  });

  it('that refuses one chat tells the others all the same', async () => {
    server.reply = ({ body }) =>
      JSON.parse(body).chat_id === 7
        ? { status: 403, body: '{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked"}' }
        : { status: 200, body: '{"ok":true,"result":{}}' };
    const notifier = createTelegramNotifier({ token: `1:${SECRET}`, chatIds: [7, 8], apiRoot: server.url });
    expect(await refusalOf(notifier)).toContain('403');
    expect(server.taken).toHaveLength(2);
  });

  it('that can not be reached is told without its token', async () => {
    const notifier = createTelegramNotifier({ token: `1:${SECRET}`, chatIds: [7], apiRoot: 'http://127.0.0.1:1' });
    expect(await refusalOf(notifier)).toContain('can not be reached');
  });

  it('answers commands of named chats, and is silent to everybody else', async () => {
    const updates = [
      [7, '/status'],
      [666, '/stop'],
      [7, '/positions'],
      [7, 'hello'],
      [7, '/stop'],
    ] as const;
    const asked: string[] = [];
    const heard: TelegramMessage[] = [];
    let given = 0;
    server.reply = async ({ path, body }) => {
      const ok = (result: unknown) => ({ status: 200, body: JSON.stringify({ ok: true, result }) });
      if (path.endsWith('/getMe')) return ok({ id: 1, is_bot: true, first_name: 'bot', username: 'hotwick_bot' });
      if (!path.endsWith('/getUpdates')) return ok({});
      // The first question throws away what is old; then everything comes at once, then nothing.
      const { offset } = JSON.parse(body === '' ? '{}' : body);
      if (offset === -1) return ok([]);
      if (given++ > 0) return new Promise((resolve) => setTimeout(() => resolve(ok([])), 50));
      return ok(
        updates.map(([id, text], index) => ({
          update_id: 100 + index,
          message: {
            message_id: index,
            date: 1,
            text,
            chat: { id, type: 'private', first_name: 'x' },
            from: { id, is_bot: false, first_name: 'x' },
            entities: text.startsWith('/') ? [{ type: 'bot_command', offset: 0, length: text.length }] : [],
          },
        })),
      );
    };
    const answer = (name: string) => async () => {
      asked.push(name);
      return `the answer to ${name}`;
    };
    const clock = createWallClock();
    const answers = { status: answer('status'), positions: answer('positions'), stop: answer('stop') };
    const commands = listenToTelegram({
      token: `1:${SECRET}`,
      chatIds: [7],
      apiRoot: server.url,
      answers,
      clock,
      onMessage: (message) => void heard.push(message),
      onWarning: (reason) => asked.push(reason),
    });
    await expect.poll(() => asked, { timeout: 20_000 }).toEqual(['status', 'positions', 'stop']);
    await expect
      .poll(() =>
        server.taken.filter(({ path }) => path.endsWith('/sendMessage')).map(({ body }) => JSON.parse(body).chat_id),
      )
      .toEqual([7, 7, 7]);
    expect(heard).toEqual([
      { chatId: 7, command: 'status', outcome: 'answered' },
      { chatId: 666, command: 'stop', outcome: 'ignored' },
      { chatId: 7, command: 'positions', outcome: 'answered' },
      { chatId: 7, command: 'stop', outcome: 'answered' },
    ]);
    await commands.close();
    clock.close();
  });
});

describe('mail', () => {
  it('comes with its title as the subject, and no line of a title is a header of it', async () => {
    const mail = await MailServer.start(SECRET);
    try {
      const notifier = createEmailNotifier({
        url: `smtp://me:${SECRET}@127.0.0.1:${mail.port}`,
        from: 'hotwick@example.org',
        to: ['a@example.org', 'b@example.org'],
      });
      expect((await notifier.notify(notice('bought\r\nBcc: evil@example.org', 'error'))).ok).toBe(true);
      await notifier.close();
      const [sent] = mail.mails;
      expect(sent?.to).toEqual(['a@example.org', 'b@example.org']);
      expect(sent?.text).toMatch(/^Subject: \[Hotwick error\] bought Bcc: evil@example\.org\r?$/m);
      expect(sent?.text.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/m);
    } finally {
      await mail.close();
    }
  });

  it('that is refused is told by its code, without the password', async () => {
    const mail = await MailServer.start(SECRET);
    try {
      const options = { from: 'hotwick@example.org', to: ['a@example.org'] };
      const url = `smtp://me:${SECRET}@127.0.0.1:${mail.port}`;
      mail.isRefusing = true;
      expect(await refusalOf(createEmailNotifier({ url, ...options }))).toContain('EENVELOPE');
      expect(await refusalOf(createEmailNotifier({ url: url.replace('me:', 'me:wrong-'), ...options }))).toContain(
        'EAUTH',
      );
      expect(await refusalOf(createEmailNotifier({ url: `smtp://me:${SECRET}@127.0.0.1:1`, ...options }))).toContain(
        'ESOCKET',
      );
    } finally {
      await mail.close();
    }
  });
});

describe('a paced channel', () => {
  it('sends so many a minute and every error, and sums up what it left out', async () => {
    const clock = createManualClock(NOW);
    const titles: string[] = [];
    const plain: Notifier = {
      notify: async ({ title, text }) => {
        titles.push(title.startsWith('3 notices') ? `${title}: ${text}` : title);
        return { ok: true, value: null };
      },
      close: async () => {},
    };
    const paced = createPacedNotifier(plain, { clock, noticesPerMinute: 2 });
    for (const title of ['a', 'b', 'c', 'd', 'e']) await paced.notify(notice(title));
    await paced.notify(notice('fire', 'error'));
    expect(titles).toEqual(['a', 'b', 'fire']);
    await clock.advance(60_000);
    expect(titles.at(-1)).toBe('3 notices were not sent one by one: c\nd\ne');
    await paced.notify(notice('f'));
    await paced.close();
    expect(titles.at(-1)).toBe('f');
  });
});

describe('a group of channels', () => {
  it('tells all, and answers that one of them failed', async () => {
    const good = createWebhookNotifier({ url: server.url, secret: null });
    const bad = createWebhookNotifier({ url: 'http://127.0.0.1:1', secret: null });
    const group = createNotifierGroup([bad, good]);
    expect((await group.notify(notice('hello'))).ok).toBe(false);
    expect(server.taken).toHaveLength(1);
    await group.close();
  });
});
