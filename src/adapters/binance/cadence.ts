/**
 * How often something arrives, learned from its recent gaps, and whether its present silence means death. A market
 * that trades twice a minute must not be mistaken for a broken stream, nor a broken one for a quiet market.
 */
import { Ring } from '../../core/ring.ts';
import type { EpochMs } from '../../core/time.ts';

/** Silences that count as death, in milliseconds: of a proven lively source, and of any other. */
export type SilenceLimits = { readonly silenceMs: number; readonly thinSilenceMs: number };

/** Recent gaps remembered; the ring drops the oldest, so a source that slows down is soon judged by its new pace. */
const GAPS_KEPT = 32;
/** Gaps needed before a source may count as lively. */
const GAPS_MIN = 16;
/**
 * A source is lively when four times its largest recent gap still fits into the silence limit. For random arrivals of
 * mean gap m the largest of 32 is about 4 m, so the limit is 16 m and a false alarm comes once in e^16 (9 million) gaps.
 */
const LIVELY_FACTOR = 4;

/** The arrival times of one source. */
export class Cadence {
  readonly #gaps = new Ring<number>(GAPS_KEPT);
  #lastAt: EpochMs | null = null;

  /** Notes an arrival. Times must not decrease. */
  record(now: EpochMs): void {
    if (this.#lastAt !== null) this.#gaps.push(now - this.#lastAt);
    this.#lastAt = now;
  }

  /** Time of the newest arrival; `null` before the first. */
  get lastAt(): EpochMs | null {
    return this.#lastAt;
  }

  /** Whether arrivals have been dense enough, for long enough, that `silenceMs` without one is no coincidence. */
  isLively(silenceMs: number): boolean {
    if (this.#gaps.size < GAPS_MIN) return false;
    return Math.max(...this.#gaps.toArray()) * LIVELY_FACTOR <= silenceMs;
  }

  /** How long it has been silent, when that is longer than it may be; `null` while it is fine or has not begun. */
  findDeadSilence(now: EpochMs, limits: SilenceLimits): number | null {
    if (this.#lastAt === null) return null;
    const silentMs = now - this.#lastAt;
    if (silentMs <= limits.silenceMs) return null;
    const allowedMs = this.isLively(limits.silenceMs) ? limits.silenceMs : limits.thinSilenceMs;
    return silentMs > allowedMs ? silentMs : null;
  }
}
