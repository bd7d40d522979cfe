/**
 * Keeps REST requests of one market within the venue's limits. In come the weights of requests and what the answers
 * said; out goes permission, at once, after a pause, or not at all while the venue has told us to stay away.
 */
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import { bucketOpen, MINUTE_MS } from '../../model/timeframe.ts';
import type { Clock } from '../../ports/clock.ts';

/** Permission for one request; hand it back with `settle`. */
export type Admission = { readonly weight: number; readonly minute: EpochMs };

/** Why a request may not be sent: the status the venue gave (429 or 418), and how long to wait. */
export type Refusal = { readonly status: number; readonly retryAfterMs: number };

/** What an answer said of the limits; `null` where it said nothing. */
export type LimitFacts = {
  readonly status: number | null;
  readonly usedWeight: number | null;
  readonly retryAfterMs: number | null;
};

/** Share of the limit that is used; the rest is left to other programs behind the same address. */
const USABLE_RATIO = 0.8;
/** Requests under way or pausing; beyond it they are refused, as a caller with more is not waiting for answers. */
const OUTSTANDING_MAX = 1024;
/** Binance's shortest ban, for a 418 that does not say how long. */
const BAN_MS = 120_000;

/** The budget of one market. Windows are aligned to the clock, as the venue's are. */
export class RequestGovernor {
  readonly #clock: Clock;
  readonly #usableWeight: number;
  readonly #pausing = new Set<() => void>();
  #minute: EpochMs;
  #usedWeight = 0;
  #underWayWeight = 0;
  #outstanding = 0;
  #barredUntil: EpochMs;
  #barredStatus = 429;
  #closed = false;

  constructor(options: { readonly clock: Clock; readonly weightPerMinute: number }) {
    this.#clock = options.clock;
    this.#usableWeight = options.weightPerMinute * USABLE_RATIO;
    this.#minute = bucketOpen(options.clock.now(), MINUTE_MS);
    this.#barredUntil = options.clock.now();
  }

  /** Permission for a request of `weight`; pauses until the next minute while the budget of this one is used up. */
  async admit(weight: number): Promise<Result<Admission, Refusal>> {
    if (this.#outstanding >= OUTSTANDING_MAX) return err({ status: 429, retryAfterMs: this.#untilNextMinute() });
    this.#outstanding++;
    for (;;) {
      const refusal = this.#findRefusal();
      if (refusal !== null) {
        this.#outstanding--;
        return err(refusal);
      }
      if (this.#fits(weight)) {
        this.#underWayWeight += weight;
        return ok({ weight, minute: this.#minute });
      }
      await this.#pause();
    }
  }

  /** Takes back an admission with what the answer said; every admission is settled once. */
  settle(admission: Admission, facts: LimitFacts): void {
    this.#outstanding--;
    this.#underWayWeight -= admission.weight;
    this.#roll();
    // A count of the minute before says nothing of this one.
    if (admission.minute === this.#minute) {
      const counted = facts.usedWeight ?? this.#usedWeight + admission.weight;
      this.#usedWeight = Math.max(this.#usedWeight, counted);
    }
    if (facts.status === 429 || facts.status === 418) this.#bar(facts.status, facts.retryAfterMs);
  }

  /** How long the venue wants to be left alone, as the newest answers say; 0 when it does not. */
  get retryAfterMs(): number {
    return Math.max(0, this.#barredUntil - this.#clock.now());
  }

  /** Ends every pause; what waited is refused. */
  close(): void {
    this.#closed = true;
    for (const resume of [...this.#pausing]) resume();
  }

  #findRefusal(): Refusal | null {
    const retryAfterMs = this.retryAfterMs;
    if (retryAfterMs > 0) return { status: this.#barredStatus, retryAfterMs };
    return this.#closed ? { status: 429, retryAfterMs: 0 } : null;
  }

  #fits(weight: number): boolean {
    this.#roll();
    const committed = this.#usedWeight + this.#underWayWeight;
    return committed === 0 || committed + weight <= this.#usableWeight;
  }

  #roll(): void {
    const minute = bucketOpen(this.#clock.now(), MINUTE_MS);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#usedWeight = 0;
  }

  #bar(status: number, retryAfterMs: number | null): void {
    const waitMs = retryAfterMs ?? (status === 418 ? BAN_MS : this.#untilNextMinute());
    const until = addMs(this.#clock.now(), waitMs);
    if (until < this.#barredUntil) return;
    this.#barredUntil = until;
    this.#barredStatus = status;
  }

  #untilNextMinute(): number {
    return MINUTE_MS - (this.#clock.now() % MINUTE_MS);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const resume = (): void => {
        cancel();
        this.#pausing.delete(resume);
        resolve();
      };
      const cancel = this.#clock.schedule(addMs(this.#clock.now(), this.#untilNextMinute()), resume);
      this.#pausing.add(resume);
    });
  }
}
