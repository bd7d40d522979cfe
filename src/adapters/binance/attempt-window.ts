/**
 * A cap on connection attempts in a sliding window, shared by every connection that the venue counts together.
 */
import type { EpochMs } from '../../core/time.ts';

/** Binance counts attempts per IP address in windows of five minutes. */
const WINDOW_MS = 300_000;

/** Counts attempts; holds at most the cap's number of times. */
export class AttemptWindow {
  readonly #attemptsMax: number;
  readonly #times: EpochMs[] = [];

  constructor(attemptsMax: number) {
    if (!Number.isInteger(attemptsMax) || attemptsMax < 1)
      throw new RangeError('attemptsMax must be a positive integer');
    this.#attemptsMax = attemptsMax;
  }

  /** Counts an attempt at `now` and answers 0, or answers the milliseconds to wait before asking again. */
  take(now: EpochMs): number {
    while (this.#times[0] !== undefined && now - this.#times[0] >= WINDOW_MS) this.#times.shift();
    const oldest = this.#times[0];
    if (oldest !== undefined && this.#times.length >= this.#attemptsMax) return WINDOW_MS - (now - oldest);
    this.#times.push(now);
    return 0;
  }
}
