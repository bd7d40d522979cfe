/**
 * What chats want, for the audit log: what changes something, and everything of chats that are not named. A crowd of
 * strangers can not push out what the log is for: so many refusals an hour are written, the rest is not.
 */
import type { TelegramMessage } from '../../adapters/notify/telegram-commands.ts';
import type { AuditEntry } from '../../api/security/access-ports.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';

const REFUSALS_MAX = 60;
const WINDOW_MS = 3_600_000;

/** Writes entries. */
export class ChatAudit {
  readonly #audit: (entry: AuditEntry) => void;
  readonly #clock: Clock;
  #windowEnd: EpochMs | null = null;
  #refusals = 0;

  /** `clock` is real time. */
  constructor(audit: (entry: AuditEntry) => void, clock: Clock) {
    this.#audit = audit;
    this.#clock = clock;
  }

  /** Takes what a chat sent. */
  take({ chatId, command, outcome }: TelegramMessage): void {
    const isRead = command === 'status' || command === 'positions';
    if (outcome === 'ignored' ? !this.#hasRoom() : isRead) return;
    const { status, refusal } = OUTCOMES[outcome];
    const actor = `telegram chat ${chatId ?? 'unknown'}`;
    this.#audit({ actor, action: `telegram ${command}`, status, refusal, address: 'telegram' });
  }

  #hasRoom(): boolean {
    const now = this.#clock.now();
    if (this.#windowEnd === null || now >= this.#windowEnd) {
      this.#windowEnd = addMs(now, WINDOW_MS);
      this.#refusals = 0;
    }
    return ++this.#refusals <= REFUSALS_MAX;
  }
}

/** Statuses as HTTP has them, because the log's other lines do. */
const OUTCOMES: Readonly<Record<TelegramMessage['outcome'], Pick<AuditEntry, 'status' | 'refusal'>>> = {
  answered: { status: 200, refusal: null },
  failed: { status: 500, refusal: 'failed' },
  ignored: { status: 403, refusal: 'chat_not_named' },
};
