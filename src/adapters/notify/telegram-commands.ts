/**
 * Commands from Telegram chats: asked by long polling, so no port is open for it. Only chats that are named are heard;
 * for everybody else the bot is silent, so that nobody learns that it is one.
 */
import { Bot } from 'grammy';
import { addMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { describeRefusal } from './telegram-notifier.ts';

/** What the bot answers; each gives plain text. */
export type TelegramAnswers = Readonly<Record<'status' | 'positions' | 'stop', () => Promise<string>>>;

/** Which bot listens to whom. */
export type TelegramCommandOptions = {
  readonly token: string;
  readonly chatIds: readonly number[];
  readonly apiRoot?: string;
  readonly answers: TelegramAnswers;
  /** Real time: when to try again. */
  readonly clock: Clock;
  readonly onWarning: (reason: string) => void;
};

/** A bot that listens. */
export type TelegramCommands = {
  /** Commands of chats that are not named, and were not answered. */
  readonly ignored: () => number;
  readonly close: () => Promise<void>;
};

const TEXT_MAX = 4_096;
/** After a refusal, doubled to ten minutes. */
const RETRY_MS = 5_000;
const RETRY_MS_MAX = 600_000;

/** Starts listening. What was asked while nobody listened is not answered: a stop of yesterday must not stop today. */
export function listenToTelegram(options: TelegramCommandOptions): TelegramCommands {
  const { token, chatIds, apiRoot, answers, clock, onWarning } = options;
  const bot = new Bot(token, { client: apiRoot === undefined ? {} : { apiRoot } });
  let ignored = 0;
  let isClosed = false;
  let cancel = (): void => {};
  bot.use(async (context, next) => {
    if (context.chat !== undefined && chatIds.includes(context.chat.id)) return next();
    ignored++;
    return undefined;
  });
  for (const name of ['status', 'positions', 'stop'] as const) {
    bot.command(name, async (context) => {
      const text = await answers[name]();
      await context.reply(text.slice(0, TEXT_MAX));
    });
  }
  bot.catch(({ error }) => onWarning(`a Telegram command was not answered: ${describeRefusal(error)}`));
  let retryMs = RETRY_MS;
  const poll = async (): Promise<void> => {
    try {
      await bot.start({
        drop_pending_updates: true,
        allowed_updates: ['message'],
        onStart: () => void (retryMs = RETRY_MS),
      });
    } catch (error) {
      if (isClosed) return;
      onWarning(`Telegram commands are not heard, tried again in ${retryMs / 1000} s: ${describeRefusal(error)}`);
      cancel = clock.schedule(addMs(clock.now(), retryMs), () => void poll());
      retryMs = Math.min(2 * retryMs, RETRY_MS_MAX);
    }
  };
  void poll();
  return {
    ignored: () => ignored,
    close: async () => {
      isClosed = true;
      cancel();
      if (bot.isRunning()) await bot.stop();
    },
  };
}
