/**
 * Telling people what trading does: every channel hears the same notices, the report of the day comes after midnight UTC,
 * and named Telegram chats may ask back. Nothing here can hold trading up: a channel that fails is warned of once an hour.
 */
import {
  listenToTelegram,
  type TelegramCommands,
  type TelegramMessage,
} from '../../adapters/notify/telegram-commands.ts';
import type { AuditEntry } from '../../api/security/access-ports.ts';
import { addMs, type EpochMs, epochMs } from '../../core/time.ts';
import type { OperatorCommand } from '../../decisions/index.ts';
import type { EngineState, TradingEvent } from '../../engine/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Notice } from '../../ports/notifier.ts';
import type { ResolvedConfig } from '../hotcoin/hotcoin-config.ts';
import type { ModelAlarm } from '../ml/shadow-alarm.ts';
import { endInTime } from '../trading/wind-down.ts';
import { type Channel, type NoticeConfig, openChannels } from './channels.ts';
import { describePositions, describeStatus } from './chat-answers.ts';
import { ChatAudit } from './chat-audit.ts';
import { listHeld, writeDailyReport } from './daily-report.ts';
import { writeModelAlarm } from './model-alarm-notice.ts';
import { type NoticeDraft, TradingNotices, writeNotice } from './trading-notices.ts';

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
  /** What trading starts with. */
  readonly settings: Pick<ResolvedConfig, 'config' | 'hash'>;
  /** Of the market, because days and notices have its time. */
  readonly clock: Clock;
  readonly wallClock: Clock;
  /** Writes down who commanded what, and who was refused it. */
  readonly audit: (entry: AuditEntry) => void;
  readonly onWarning: (reason: string) => void;
};

const DAY_MS = 86_400_000;
/** After midnight, so that what closed at its stroke is counted. */
const REPORT_DELAY_MS = 5_000;
/** A channel that fails again within this long is not warned of again. */
const WARNED_FOR_MS = 3_600_000;

/** How long the end waits for channels to take what waits; beyond it that is lost, and the terminal is told. */
const CLOSE_MS = 3_000;

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
    const { hash, config } = this.#options.settings;
    this.#tellOf({
      level: 'info',
      kind: 'started',
      facts: { capital: String(config.execution.initial_capital), hash },
    });
    if (this.channels.length > 0) this.#awaitMidnight();
    const { telegram } = this.#options.config;
    if (telegram.token === null) return;
    const { wallClock, audit, onWarning } = this.#options;
    const log = new ChatAudit(audit, wallClock);
    const onMessage = (message: TelegramMessage): void => log.take(message);
    const answers = {
      status: async () => describeStatus(this.#trading(), this.#options.mode),
      positions: async () => describePositions(this.#trading()),
      stop: () => this.#stopEntries(),
    };
    const { token, chatIds, api: apiRoot } = telegram;
    this.#commands = listenToTelegram({ token, chatIds, apiRoot, answers, clock: wallClock, onMessage, onWarning });
  }

  /** What happened. */
  take(events: readonly TradingEvent[]): void {
    if (this.channels.length === 0) return;
    for (const event of events) {
      const notice = this.#notices.noticeOf(event);
      if (notice !== null) this.tell(notice);
    }
  }

  /** A model in shadow lost its order. */
  tellModelAlarm(alarm: ModelAlarm): void {
    this.tell(writeModelAlarm(alarm, this.#options.config.language));
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

  /**
   * Says that trading stopped, hears nothing more, and waits at most three seconds for channels to take what waits; `late`
   * where one did not, which may hold a connection, and the process with it, for some while.
   */
  async close(): Promise<'taken' | 'late'> {
    this.#cancel();
    const trading = this.#trading();
    const open = trading === null ? '-' : listHeld(trading.portfolio);
    if (this.#source !== null) this.#tellOf({ level: 'info', kind: 'stopped', facts: { open } });
    this.#source = null;
    const { wallClock: clock, onWarning } = this.#options;
    const ends = [this.#commands?.close(), ...this.channels.map(({ notifier }) => notifier.close())];
    const close = async (): Promise<void> => void (await Promise.all(ends));
    let outcome: 'taken' | 'late' = 'taken';
    const onLate = (): void => {
      outcome = 'late';
      onWarning(`notices: what waited for ${CLOSE_MS / 1000} s at the end was not sent`);
    };
    await endInTime(close, { clock, limitMs: CLOSE_MS, onLate });
    return outcome;
  }

  #tellOf(draft: Omit<NoticeDraft, 'time' | 'language'>): void {
    const { clock, config, mode } = this.#options;
    const facts = { mode, ...draft.facts };
    this.tell(writeNotice({ ...draft, facts, time: clock.now(), language: config.language }));
  }

  #trading(): EngineState['trading'] {
    return this.#source?.state() ?? null;
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
      const trading = this.#trading();
      if (trading !== null) {
        this.tell(writeDailyReport({ portfolio: trading.portfolio, language: config.language }, clock.now()));
      }
      this.#awaitMidnight();
    });
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
