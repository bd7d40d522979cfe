/**
 * Books of the candidates that may be chosen: instruments wanted in with each cycle, what is known of their books out.
 * One question at a time, the oldest answer first; a book that is too old is not known any more.
 */
import type { EpochMs } from '../../core/time.ts';
import type { BookFacts } from '../../model/book.ts';
import type { Failure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { MarketWatch } from '../../ports/market-watch.ts';

/** What the books are made of. */
export type CandidateBooksOptions = {
  readonly watch: Pick<MarketWatch, 'fetchBook'>;
  readonly now: () => EpochMs;
  readonly onFault: (failure: Failure) => void;
};

/** A book older than this says nothing of the present. */
const BOOK_AGE_MAX_MS = 60_000;
/** Least time between two questions for one book. */
const ASK_AGAIN_MS = 20_000;

type Known = { askedTime: EpochMs; book: BookFacts | null; bookTime: EpochMs };

/** Books of candidates; it keeps those that were wanted last and no others. */
export class CandidateBooks {
  readonly #options: CandidateBooksOptions;
  readonly #known = new Map<InstrumentId, Known>();
  #state: 'idle' | 'asking' | 'closed' = 'idle';

  constructor(options: CandidateBooksOptions) {
    this.#options = options;
  }

  /** Wants the books of exactly these instruments from now on. */
  want(instrumentIds: readonly InstrumentId[]): void {
    const wanted = new Set(instrumentIds);
    for (const id of this.#known.keys()) if (!wanted.has(id)) this.#known.delete(id);
    for (const id of wanted) {
      if (!this.#known.has(id)) this.#known.set(id, { askedTime: 0 as EpochMs, book: null, bookTime: 0 as EpochMs });
    }
    if (this.#state === 'idle') void this.#askAll();
  }

  /** What is known now. */
  books(): Readonly<Record<string, BookFacts>> {
    const now = this.#options.now();
    const fresh = [...this.#known].flatMap(([id, { book, bookTime }]) =>
      book !== null && now - bookTime <= BOOK_AGE_MAX_MS ? [[id, book] as const] : [],
    );
    return Object.fromEntries(fresh);
  }

  /** Asks nothing any more. */
  close(): void {
    this.#state = 'closed';
    this.#known.clear();
  }

  async #askAll(): Promise<void> {
    this.#state = 'asking';
    for (let next = this.#next(); next !== null; next = this.#next()) await this.#ask(next);
    if (this.#state === 'asking') this.#state = 'idle';
  }

  #next(): InstrumentId | null {
    if (this.#state === 'closed') return null;
    const now = this.#options.now();
    const due = [...this.#known].filter(([, { askedTime }]) => now - askedTime >= ASK_AGAIN_MS);
    return due.sort((a, b) => a[1].askedTime - b[1].askedTime)[0]?.[0] ?? null;
  }

  async #ask(instrumentId: InstrumentId): Promise<void> {
    const { watch, now, onFault } = this.#options;
    const known = this.#known.get(instrumentId);
    if (known === undefined) return;
    known.askedTime = now();
    const answer = await watch.fetchBook(instrumentId);
    if (this.#state === 'closed') return;
    if (answer.ok) {
      known.book = answer.value;
      known.bookTime = now();
    } else onFault(answer.error);
  }
}
