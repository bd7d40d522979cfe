/**
 * Keeps one budget's entry of the request ledger up to date. In come newer entries, out goes the newest to the ledger,
 * one save at a time. A ledger that fails is reported and never stops a request.
 */
import { type Failure, toFailure } from '../../model/failure.ts';
import type { RequestLedger, RequestLedgerEntry } from '../../ports/request-ledger.ts';

/** What the memory is made of; without a ledger it forgets with the process. */
export type RequestMemoryOptions = {
  readonly scope: string;
  readonly ledger?: RequestLedger | undefined;
  /** Takes a failure of the ledger, the first of a row only. Must not throw. */
  readonly onFault: (failure: Failure) => void;
};

/** An entry whose scope is known. */
export type RequestNote = Omit<RequestLedgerEntry, 'scope'>;

/** Part of the limit by which the weight grows between two notes: some twenty writes in a full minute. */
const NOTE_RATIO = 0.05;

/** The memory of one budget. */
export class RequestMemory {
  readonly #options: RequestMemoryOptions;
  /** The newest entry not yet saved (policy: coalesce latest; an entry holds everything the older ones did). */
  #next: RequestNote | null = null;
  #newest: RequestNote | null = null;
  #saving: Promise<void> = Promise.resolve();
  #state: 'sound' | 'failing' = 'sound';

  constructor(options: RequestMemoryOptions) {
    this.#options = options;
  }

  /** What is remembered; `null` when nothing is, or the ledger fails. */
  async recall(): Promise<RequestNote | null> {
    const { ledger, scope } = this.#options;
    if (ledger === undefined) return null;
    try {
      this.#newest = await ledger.load(scope);
      return this.#newest;
    } catch (thrown) {
      // Without memory the first answer of the venue tells how things stand.
      this.#report(thrown);
      return null;
    }
  }

  /** Remembers `note`; it is handed to the ledger before this returns unless a save is under way. */
  note(note: RequestNote): void {
    if (this.#options.ledger === undefined) return;
    const isIdle = this.#next === null;
    this.#newest = note;
    this.#next = note;
    if (isIdle) this.#saving = this.#saveAll(this.#options.ledger);
  }

  /** Remembers `note` if its weight has grown enough to be worth a write; the venue's next answer tells the rest. */
  noteGrowth(note: RequestNote, limit: number): void {
    const known = this.#newest?.minute === note.minute ? this.#newest.usedWeight : 0;
    if (note.usedWeight - known >= limit * NOTE_RATIO) this.note(note);
  }

  /** Resolves when everything noted so far is saved, or has failed to be. */
  async flush(): Promise<void> {
    await this.#saving;
  }

  async #saveAll(ledger: RequestLedger): Promise<void> {
    const { scope } = this.#options;
    for (let note = this.#next; note !== null; ) {
      try {
        await ledger.save({ scope, ...note });
        this.#state = 'sound';
      } catch (thrown) {
        // A request is worth more than its record; the next note tries again.
        this.#report(thrown);
      }
      if (this.#next === note) this.#next = null;
      note = this.#next;
    }
  }

  #report(thrown: unknown): void {
    if (this.#state === 'sound') this.#options.onFault(toFailure(thrown));
    this.#state = 'failing';
  }
}
