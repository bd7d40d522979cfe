/**
 * The venue's clock, by which signed requests are timed. In: its answers. Out: its present time, from our clock and the
 * difference that was measured last.
 */
import { z } from 'zod';
import { err, ok, type Result } from '../../../core/result.ts';
import { addMs, type EpochMs, isVenueMs } from '../../../core/time.ts';
import { type Failure, failure } from '../../../model/failure.ts';
import type { Clock } from '../../../ports/clock.ts';
import { MARKET_RULES } from '../endpoints.ts';
import type { RestClient } from '../rest-client.ts';

const timeShape = z.object({ serverTime: z.custom<EpochMs>((value) => typeof value === 'number' && isVenueMs(value)) });

/** The venue's clock. */
export class VenueTime {
  readonly #clock: Clock;
  readonly #client: RestClient;
  readonly #maxAgeMs: number;
  #offsetMs = 0;
  #attempts = 0;
  #syncedAt: EpochMs | null = null;
  #syncing: Promise<Result<EpochMs, Failure>> | null = null;

  constructor(options: { readonly clock: Clock; readonly client: RestClient; readonly maxAgeMs: number }) {
    this.#clock = options.clock;
    this.#client = options.client;
    this.#maxAgeMs = options.maxAgeMs;
  }

  /** The venue's present time, as well as it is known. */
  now(): EpochMs {
    return addMs(this.#clock.now(), this.#offsetMs);
  }

  /**
   * Waits for the first attempt to measure the difference. Later attempts are made aside, also when that one failed: an
   * order is better refused for its time than late.
   */
  async ready(): Promise<void> {
    if (this.#attempts === 0) await this.sync();
    else if (this.#syncedAt === null || this.#clock.now() - this.#syncedAt >= this.#maxAgeMs) void this.sync();
  }

  /** Measures the difference; calls while one is under way share it. */
  sync(): Promise<Result<EpochMs, Failure>> {
    this.#syncing ??= this.#measure().finally(() => {
      this.#attempts++;
      this.#syncing = null;
    });
    return this.#syncing;
  }

  async #measure(): Promise<Result<EpochMs, Failure>> {
    const sentAt = this.#clock.now();
    const path = MARKET_RULES.spot.timePath;
    const answer = await this.#client.get({ host: 'spot', path, query: {}, weight: 1, purpose: 'protect' });
    if (!answer.ok) return answer;
    const parsed = timeShape.safeParse(answer.value.body);
    if (!parsed.success) {
      const reason = 'it holds no server time in milliseconds';
      return err(failure('venue_answer_malformed', { url: answer.value.url, reason }));
    }
    const now = this.#clock.now();
    // The answer was made between sending and now: half the way is the best guess.
    this.#offsetMs = Math.round(parsed.data.serverTime - (sentAt + (now - sentAt) / 2));
    this.#syncedAt = now;
    return ok(this.now());
  }
}
