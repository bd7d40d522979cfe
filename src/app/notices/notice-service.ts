/**
 * Telling people what trading does: every channel hears the same notices, the report of the day comes after midnight UTC,
 * and named Telegram chats may ask back. Nothing here can hold trading up: a channel that fails is warned of once an hour.
 */
import { listenToTelegram, type TelegramCommands } from '../../adapters/notify/telegram-commands.ts';
import { toDecimalText } from '../../core/decimal.ts';
import { addMs, type EpochMs, epochMs } from '../../core/time.ts';
import type { OperatorCommand } from '../../decisions/index.ts';
import type { EngineState, TradingEvent } from '../../engine/index.ts';
import { viewPortfolio } from '../../portfolio/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Notice } from '../../ports/notifier.ts';
import { type Channel, type NoticeConfig, openChannels } from './channels.ts';
import { writeDailyReport } from './daily-report.ts';
import { signed, TradingNotices } from './trading-notices.ts';

/** What telling needs of trading. */
export type NoticeSource = {
  readonly state: () => EngineState['trading'];
  readonly command: (command: OperatorCommand) => Promise<void>;
};

/** How a channel fared: notices it was handed, and those of them that it did not take. */
export type NoticeCount = { readonly channel: string; readonly told: number; readonly failed: number };

/** What it is made of. */
export type NoticeServiceOptions = {
  readonly config: NoticeConfig;
  /** `observe`, `paper` or `live`, as notices say it. */
  readonly mode: string;
  /** Of the market, because days and notices have its time. */
  readonly clock: Clock;
  readonly wallClock: Clock;
  readonly onWarning: (reason: string) => void;
};

const DAY_MS = 86_400_000;
/** After midnight, so that what closed at its stroke is counted. */
const REPORT_DELAY_MS = 5_000;
/** A channel that fails again within this long is not warned of again. */
const WARNED_FOR_MS = 3_600_000;

/** The service; with no channel configured it does nothing. */
export class NoticeService {
  readonly channels: readonly Channel[];
  readonly #options: NoticeServiceOptions;
  readonly #notices: TradingNotices;
  readonly #told = new Map<string, number>();
  readonly #failed = new Map<string, number>();
  readonly #warnedTime = new Map<string, EpochMs>();
  #commands: TelegramCommands | null = null;
  #source: NoticeSource | null = null;
  #cancel = (): void => {};

  constructor(options: NoticeServiceOptions) {
    const { config, wallClock, mode } = options;
    this.#options = options;
    this.channels = openChannels(config, wallClock);
    this.#notices = new TradingNotices({ language: config.language, mode });
  }

  /** From now on reports are told and chats are heard. */
  start(source: NoticeSource): void {
    this.#source = source;
    if (this.channels.length > 0) this.#awaitMidnight();
    const { telegram } = this.#options.config;
    if (telegram.token === null) return;
    const { wallClock, onWarning } = this.#options;
    const answers = {
      status: async () => this.#describeStatus(),
      positions: async () => this.#describePositions(),
      stop: () => this.#stopEntries(),
    };
    const { token, chatIds, api: apiRoot } = telegram;
    this.#commands = listenToTelegram({ token, chatIds, apiRoot, answers, clock: wallClock, onWarning });
  }

  /** What happened. */
  take(events: readonly TradingEvent[]): void {
    if (this.channels.length === 0) return;
    for (const event of events) {
      const notice = this.#notices.noticeOf(event);
      if (notice !== null) this.tell(notice);
    }
  }

  /** Tells every channel. */
  tell(notice: Notice): void {
    for (const channel of this.channels) void this.#deliver(channel, notice);
  }

  /** How each channel fared since the start. */
  counts(): readonly NoticeCount[] {
    return this.channels.map(({ name: channel }) => ({
      channel,
      told: this.#told.get(channel) ?? 0,
      failed: this.#failed.get(channel) ?? 0,
    }));
  }

  /** Commands of chats that are not named. */
  ignoredCommands(): number {
    return this.#commands?.ignored() ?? 0;
  }

  /** Nothing more is heard; what waits is told. */
  async close(): Promise<void> {
    this.#cancel();
    await this.#commands?.close();
    await Promise.all(this.channels.map(({ notifier }) => notifier.close()));
  }

  async #deliver({ name, notifier }: Channel, notice: Notice): Promise<void> {
    addOne(this.#told, name);
    const answer = await notifier.notify(notice);
    if (answer.ok) return;
    addOne(this.#failed, name);
    const now = this.#options.wallClock.now();
    const warned = this.#warnedTime.get(name);
    if (warned !== undefined && now < warned + WARNED_FOR_MS) return;
    this.#warnedTime.set(name, now);
    this.#options.onWarning(`${answer.error.code}: ${answer.error.message}`);
  }

  #awaitMidnight(): void {
    const { clock, config } = this.#options;
    const midnight = (Math.floor(clock.now() / DAY_MS) + 1) * DAY_MS;
    this.#cancel = clock.schedule(addMs(epochMs(midnight), REPORT_DELAY_MS), () => {
      const trading = this.#source?.state() ?? null;
      if (trading !== null) {
        this.tell(writeDailyReport({ portfolio: trading.portfolio, language: config.language }, clock.now()));
      }
      this.#awaitMidnight();
    });
  }

  #describeStatus(): string {
    const trading = this.#source?.state() ?? null;
    if (trading === null) return 'Trading has not begun.';
    const { health, halt, emergency } = trading.decisions;
    const { equity, dayStartEquity, positions } = viewPortfolio(trading.portfolio);
    const lines = [
      `${this.#options.mode}: ${health.state}${health.reasons.length === 0 ? '' : ` (${health.reasons.join(', ')})`}`,
      ...(halt === null ? [] : ['halted by L5']),
      ...(emergency === null ? [] : [`emergency: ${emergency.reason}`]),
      `equity ${toDecimalText(equity)}, today ${signed((equity - dayStartEquity) as typeof equity)}`,
      `positions ${positions.length}`,
    ];
    return lines.join('\n');
  }

  #describePositions(): string {
    const trading = this.#source?.state() ?? null;
    const positions = trading === null ? [] : viewPortfolio(trading.portfolio).positions;
    if (positions.length === 0) return 'No position is open.';
    return positions
      .map(({ instrumentId, quantity, entryPrice, mark, unrealized }) => {
        const price = mark === null ? 'no price' : `now ${toDecimalText(mark)}`;
        return `${instrumentId.split(':')[2]}: ${toDecimalText(quantity)} at ${toDecimalText(entryPrice).slice(0, 14)}, ${price}, ${signed(unrealized)}`;
      })
      .join('\n');
  }

  /** Entries only: what sells is never stopped, and selling everything takes more than a word in a chat. */
  async #stopEntries(): Promise<string> {
    if (this.#source === null) return 'Trading has not begun.';
    await this.#source.command({ kind: 'pauseEntries', reason: 'stopped from Telegram' });
    return 'No new positions. What is held is kept, and sold as planned. Only the desk or the command line lets entries go on.';
  }
}

function addOne(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
