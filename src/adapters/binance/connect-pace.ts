/**
 * When to begin the next connection: at once, after a back-off that grows with every connection that did not become
 * stable, or when the venue's cap of attempts allows it. At most one beginning is pending.
 */
import { type BackoffLimits, backoffMs } from '../../core/backoff.ts';
import { addMs } from '../../core/time.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { AttemptWindow } from './attempt-window.ts';

/** What a pace is made of. `begin` is called for each beginning, if `isNeeded` still says so then. */
export type PaceOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly backoff: BackoffLimits;
  readonly attempts: AttemptWindow;
  readonly isNeeded: () => boolean;
  readonly begin: () => void;
};

/** The pace of one connection and its successors. */
export class ConnectPace {
  readonly #options: PaceOptions;
  /** Beginnings since the last connection that became stable. */
  #begun = 0;
  #cancel: Cancel | null = null;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /** Begins at once, unless a beginning is pending already. */
  first(): void {
    if (this.#cancel === null) this.#beginNow();
  }

  /** Begins after the back-off. */
  afterFailure(): void {
    this.#beginAfter(Math.max(0, this.#begun - 1));
  }

  /** Begins beside a connection that still works: at once, or after the back-off when replacements keep failing. */
  besideWorking(): void {
    if (this.#begun <= 1) this.#beginNow();
    else this.#beginAfter(this.#begun - 2);
  }

  /** Forgets the failures. */
  markStable(): void {
    this.#begun = 0;
  }

  /** Begins nothing any more. */
  close(): void {
    this.#cancel?.();
  }

  #beginAfter(attempt: number): void {
    const { random, backoff } = this.#options;
    this.#schedule(backoffMs(attempt, random.next(), backoff));
  }

  #schedule(ms: number): void {
    const { clock } = this.#options;
    this.#cancel?.();
    this.#cancel = clock.schedule(addMs(clock.now(), ms), () => this.#beginNow());
  }

  #beginNow(): void {
    this.#cancel?.();
    this.#cancel = null;
    const { clock, attempts, isNeeded, begin } = this.#options;
    if (!isNeeded()) return;
    const waitMs = attempts.take(clock.now());
    if (waitMs > 0) {
      this.#schedule(waitMs);
      return;
    }
    this.#begun++;
    begin();
  }
}
