/**
 * What the engine can not know by itself: how late its process runs, how far its clock is from the venue's, whether the
 * market's streams live and what is stored is stored. Measured by real time, told as an input.
 */
import type { Surroundings } from '../../engine/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed } from '../../ports/feed.ts';
import type { MarketWatch } from '../../ports/market-watch.ts';

/** What is looked at. */
export type SurroundingsParts = {
  /** Real time. */
  readonly wallClock: Clock;
  /** Time of the market. */
  readonly clock: Clock;
  readonly feed: () => Pick<Feed, 'fetchTime'>;
  readonly watch: Pick<MarketWatch, 'status'>;
  /** How it goes with what is stored beside the engine. */
  readonly storage: () => Surroundings['storage'];
  readonly tell: (surroundings: Surroundings) => void;
};

const EVERY_MS = 1_000;
const SKEW_EVERY_MS = 60_000;

/** Measures once a second; the clock's skew once a minute. */
export class SurroundingsWatch {
  readonly #parts: SurroundingsParts;
  #dueTime = 0;
  #skewDueTime = 0;
  #clockSkewMs: number | null = null;
  #cancel: (() => void) | null = null;

  constructor(parts: SurroundingsParts) {
    this.#parts = parts;
  }

  /** Begins to measure. */
  start(): void {
    this.#schedule();
  }

  /** Ends; nothing is told afterwards. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(): void {
    const { wallClock } = this.#parts;
    this.#dueTime = wallClock.now() + EVERY_MS;
    this.#cancel = wallClock.schedule(this.#dueTime as ReturnType<Clock['now']>, () => this.#measure());
  }

  #measure(): void {
    const { wallClock, watch, storage, tell } = this.#parts;
    const loopLagMs = Math.max(0, wallClock.now() - this.#dueTime);
    if (wallClock.now() >= this.#skewDueTime) {
      this.#skewDueTime = wallClock.now() + SKEW_EVERY_MS;
      void this.#measureSkew();
    }
    const { tickers } = watch.status();
    const feed = tickers.live > 0 ? 'up' : 'down';
    tell({ clockSkewMs: this.#clockSkewMs, loopLagMs, feed, storage: storage() });
    this.#schedule();
  }

  /** Half the way there and half the way back; an answer that does not come leaves what was known. */
  async #measureSkew(): Promise<void> {
    const { clock, feed } = this.#parts;
    const asked = clock.now();
    const answer = await feed().fetchTime();
    if (answer.ok) this.#clockSkewMs = answer.value - (asked + clock.now()) / 2;
  }
}
