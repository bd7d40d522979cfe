/**
 * Since when coins have been traded: asked of the venue once and kept, because it never changes (problem A-1). One
 * question at a time; what got no answer is asked again later, never in a loop.
 */
import type { EpochMs } from '../../core/time.ts';
import { FailureError } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { CandidateStore } from '../../ports/candidate-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MarketWatch } from '../../ports/market-watch.ts';

/** What the times are made of. */
export type ListedTimesParts = {
  readonly clock: Clock;
  readonly candidates: Pick<CandidateStore, 'loadListedTimes' | 'saveListedTime'>;
  readonly watch: Pick<MarketWatch, 'fetchListedTime'>;
};

/** Least time between two questions for one coin. */
const ASK_AGAIN_MS = 600_000;
/** Coins that wait to be asked for. Policy beyond it: a new one is left out until it is wanted again. */
const WAITING_MAX = 200;
/** Coins remembered as asked for. Policy beyond it: the one asked for longest ago is forgotten. */
const ASKED_MAX = 1_000;

/** First traded days. */
export class ListedTimes {
  readonly #parts: ListedTimesParts;
  readonly #known: Map<InstrumentId, EpochMs>;
  readonly #asked = new Map<InstrumentId, EpochMs>();
  #waiting = 0;
  #state: 'open' | 'closed' = 'open';
  #last: Promise<unknown> = Promise.resolve();

  private constructor(parts: ListedTimesParts, known: ReadonlyMap<InstrumentId, EpochMs>) {
    this.#parts = parts;
    this.#known = new Map(known);
  }

  /** The times with what is stored of them; rejects as the store does. */
  static async open(parts: ListedTimesParts): Promise<ListedTimes> {
    return new ListedTimes(parts, (await parts.candidates.loadListedTimes()).value);
  }

  /**
   * The first traded day; `null` while it is not known, at once where it was asked for lately. Rejects with
   * `FailureError` when there was no answer or it could not be stored.
   */
  async find(instrumentId: InstrumentId): Promise<EpochMs | null> {
    const known = this.#known.get(instrumentId);
    if (known !== undefined) return known;
    if (!this.#takeTurn(instrumentId)) return null;
    const asking = this.#last.then(() => this.#ask(instrumentId));
    // The next question waits for this one, whatever becomes of it; whoever asked hears of it.
    this.#last = Promise.allSettled([asking]);
    return asking;
  }

  /** Asks nothing any more; whoever waits is answered `null`. */
  close(): void {
    this.#state = 'closed';
  }

  #takeTurn(instrumentId: InstrumentId): boolean {
    const now = this.#parts.clock.now();
    const asked = this.#asked.get(instrumentId);
    if ((asked !== undefined && now - asked < ASK_AGAIN_MS) || this.#waiting >= WAITING_MAX) return false;
    this.#asked.delete(instrumentId);
    this.#asked.set(instrumentId, now);
    for (const oldest of this.#asked.keys()) {
      if (this.#asked.size <= ASKED_MAX) break;
      this.#asked.delete(oldest);
    }
    this.#waiting++;
    return true;
  }

  async #ask(instrumentId: InstrumentId): Promise<EpochMs | null> {
    const { watch, candidates } = this.#parts;
    this.#waiting--;
    if (this.#state === 'closed') return null;
    const answer = await watch.fetchListedTime(instrumentId);
    // Closed meanwhile: its store is on its way out too.
    if ((this.#state as 'open' | 'closed') === 'closed') return null;
    if (!answer.ok) throw new FailureError(answer.error);
    if (answer.value === null) return null;
    this.#known.set(instrumentId, answer.value);
    await candidates.saveListedTime(instrumentId, answer.value);
    return answer.value;
  }
}
