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

/** What somebody sent: one of the commands, or anything else; only named chats are answered. */
export type TelegramMessage = {
  readonly chatId: number | null;
  readonly command: 'status' | 'positions' | 'stop' | 'other';
  readonly outcome: 'answered' | 'failed' | 'ignored';
};

/** Which bot listens to whom. */
export type TelegramCommandOptions = {
  readonly token: string;
  readonly chatIds: readonly number[];
  readonly apiRoot?: string;
  readonly answers: TelegramAnswers;
  /** Real time: when to try again. */
  readonly clock: Clock;
  /** Hears of commands of named chats, and of whatever other chats send. Must not throw. */
  readonly onMessage: (message: TelegramMessage) => void;
  readonly onWarning: (reason: string) => void;
};

/** A bot that listens. */
export type TelegramCommands = {
  readonly close: () => Promise<void>;
};

const TEXT_MAX = 4_096;
/** After a refusal, doubled to ten minutes. */
const RETRY_MS = 5_000;
const RETRY_MS_MAX = 600_000;

/** Starts listening. What was asked while nobody listened is not answered: a stop of yesterday must not stop today. */
export function listenToTelegram(options: TelegramCommandOptions): TelegramCommands {
  const { token, chatIds, apiRoot, answers, clock, onMessage, onWarning } = options;
  const bot = new Bot(token, { client: apiRoot === undefined ? {} : { apiRoot } });
  let isClosed = false;
  let cancel = (): void => {};
  bot.use(async (context, next) => {
    if (context.chat !== undefined && chatIds.includes(context.chat.id)) return next();
    onMessage({ chatId: context.chat?.id ?? null, command: commandOf(context.message?.text), outcome: 'ignored' });
    return undefined;
  });
  for (const name of ['status', 'positions', 'stop'] as const) {
    bot.command(name, async (context) => {
      const told = { chatId: context.chat.id, command: name };
      let text: string;
      try {
        text = await answers[name]();
      } catch (error) {
        onMessage({ ...told, outcome: 'failed' });
        throw error;
      }
      onMessage({ ...told, outcome: 'answered' });
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
    close: async () => {
      isClosed = true;
      cancel();
      try {
        if (bot.isRunning()) await bot.stop();
      } catch {
        // It only says what was heard; what Telegram still keeps is thrown away at the next start.
      }
    },
  };
}

/** Never what somebody made up: one of ours, or `other`. */
function commandOf(text: string | undefined): TelegramMessage['command'] {
  const [, name] = /^\/(status|positions|stop)\b/.exec(text ?? '') ?? [];
  return name === undefined ? 'other' : (name as TelegramMessage['command']);
}
