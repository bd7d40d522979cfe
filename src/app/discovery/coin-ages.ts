/**
 * Since when coins have been traded: instruments without an age in, the first day of each out, from the store or asked
 * of the venue once. One question at a time; what failed is asked again later, never in a loop.
 */
import type { EpochMs } from '../../core/time.ts';
import { type Failure, toFailure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { CandidateStore } from '../../ports/candidate-store.ts';
import type { MarketWatch } from '../../ports/market-watch.ts';

/** What the ages are made of. */
export type CoinAgesOptions = {
  readonly known: ReadonlyMap<InstrumentId, EpochMs>;
  readonly watch: Pick<MarketWatch, 'fetchListedTime'>;
  readonly store: Pick<CandidateStore, 'saveListedTime'>;
  /** Takes each age as it becomes known. */
  readonly onKnown: (instrumentId: InstrumentId, listedTime: EpochMs) => void;
  readonly onFault: (failure: Failure) => void;
};

/** Least time between two questions for one coin. */
const ASK_AGAIN_MS = 600_000;
/** Coins that wait to be asked for. Policy beyond it: a new one is left out until it is wanted again. */
const WAITING_MAX = 200;
/** Coins remembered as asked for. Policy beyond it: the one asked for longest ago is forgotten. */
const ASKED_MAX = 1_000;

/** Ages of coins. */
export class CoinAges {
  readonly #options: CoinAgesOptions;
  readonly #known: Map<InstrumentId, EpochMs>;
  readonly #asked = new Map<InstrumentId, EpochMs>();
  readonly #waiting: InstrumentId[] = [];
  #state: 'idle' | 'asking' | 'closed' = 'idle';

  constructor(options: CoinAgesOptions) {
    this.#options = options;
    this.#known = new Map(options.known);
  }

  /** Wants the age of a coin; it is told at once where it is known. */
  want(instrumentId: InstrumentId, now: EpochMs): void {
    const known = this.#known.get(instrumentId);
    if (known !== undefined) {
      this.#options.onKnown(instrumentId, known);
      return;
    }
    const asked = this.#asked.get(instrumentId);
    const isRecent = asked !== undefined && now - asked < ASK_AGAIN_MS;
    if (isRecent || this.#waiting.length >= WAITING_MAX || this.#state === 'closed') return;
    this.#asked.delete(instrumentId);
    this.#asked.set(instrumentId, now);
    for (const oldest of this.#asked.keys()) {
      if (this.#asked.size <= ASKED_MAX) break;
      this.#asked.delete(oldest);
    }
    this.#waiting.push(instrumentId);
    if (this.#state === 'idle') void this.#askAll();
  }

  /** Asks nothing any more; what is under way is not told. */
  close(): void {
    this.#state = 'closed';
    this.#waiting.length = 0;
  }

  async #askAll(): Promise<void> {
    this.#state = 'asking';
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) await this.#ask(next);
    if (this.#state === 'asking') this.#state = 'idle';
  }

  async #ask(instrumentId: InstrumentId): Promise<void> {
    const { watch, store, onKnown, onFault } = this.#options;
    const answer = await watch.fetchListedTime(instrumentId);
    if (this.#state === 'closed') return;
    if (!answer.ok) {
      onFault(answer.error);
      return;
    }
    if (answer.value === null) return;
    this.#known.set(instrumentId, answer.value);
    try {
      await store.saveListedTime(instrumentId, answer.value);
    } catch (thrown) {
      onFault(toFailure(thrown));
    }
    if (this.#state === 'asking') onKnown(instrumentId, answer.value);
  }
}
