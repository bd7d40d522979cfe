/**
 * Keeps REST requests of one market within the venue's limits. In come requests with their class and weight and what
 * answers said; out goes permission, highest class first, or a refusal. Nothing leaves while the venue has told us to
 * stay away, whatever its class. Limit: other programs behind the same address, feeds of ours included, are known only
 * by the venue's count in the answers; the shares leave room for them, and one 429 may still be the first we hear.
 */
import { assert } from '../../core/assert.ts';
import { err, ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs } from '../../core/time.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { RequestPause } from '../../ports/request-ledger.ts';
import { planPause, resumePause } from './pause-plan.ts';
import type { RequestPurpose } from './request-classes.ts';
import type { RequestMemory } from './request-memory.ts';
import { RequestQueue, type Waiting } from './request-queue.ts';
import { type SentWeight, type WeightFacts, WeightWindow } from './weight-window.ts';

/** What somebody wants to send. */
export type RequestClaim = { readonly purpose: RequestPurpose; readonly weight: number };

/** Permission for one request; hand it back with `settle`. */
export type Admission = SentWeight & { readonly sentTime: EpochMs };

/**
 * Why a request may not be sent, and when asking again makes sense: the venue wants a pause, the wait for budget was
 * too long, too many wait already, or the feed is closed. `status` is what the venue said, or 429 where we refuse first.
 */
export type Refusal = {
  readonly reason: 'paused' | 'waitedTooLong' | 'queueFull' | 'closed';
  readonly status: 429 | 418;
  readonly retryAfterMs: number;
};

/** What an answer said of the limits; `null` where it said nothing. */
export type LimitFacts = WeightFacts & { readonly status: number | null; readonly retryAfterMs: number | null };

/** One budget at a glance. */
export type BudgetStats = {
  /** Weight spent in the venue's present minute, requests under way included. */
  readonly used: number;
  /** Weight the venue allows in a minute. */
  readonly limit: number;
  readonly underWay: number;
  readonly waiting: Readonly<Record<RequestPurpose, number>>;
  /** End of the present pause. */
  readonly blockedUntil: EpochMs | null;
};

/** What a governor is made of. */
export type GovernorOptions = {
  readonly clock: Clock;
  readonly weightPerMinute: number;
  readonly memory: RequestMemory;
};

type Waiter = {
  readonly weight: number;
  readonly cancelDeadline: Cancel;
  readonly answer: (result: Result<Admission, Refusal>) => void;
};

/** The budget of one market. */
export class RequestGovernor {
  readonly #clock: Clock;
  readonly #memory: RequestMemory;
  readonly #window: WeightWindow;
  readonly #queue = new RequestQueue<Waiter>();
  readonly #underWay = new Set<Admission>();
  #limit: number;
  #pause: RequestPause | null = null;
  #cancelWake: Cancel = () => {};
  #state: 'recalling' | 'open' | 'closed' = 'recalling';

  constructor({ clock, weightPerMinute, memory }: GovernorOptions) {
    this.#clock = clock;
    this.#limit = weightPerMinute;
    this.#memory = memory;
    this.#window = new WeightWindow(clock.now());
    void this.#recall();
  }

  /** Permission for a request, as soon as its class may use budget and a slot; refused no later than its class waits. */
  admit({ purpose, weight }: RequestClaim): Promise<Result<Admission, Refusal>> {
    return new Promise((resolve) => {
      const deadline = { cancel: (): void => {} };
      const waiter = { weight, answer: resolve, cancelDeadline: () => deadline.cancel() };
      const waiting = this.#queue.push(purpose, waiter);
      if (waiting === null) {
        resolve(err(this.#refuse('queueFull')));
        return;
      }
      const latest = addMs(this.#clock.now(), waiting.class.waitMsMax);
      deadline.cancel = this.#clock.schedule(latest, () => {
        this.#finish(waiting, err(this.#refuse('waitedTooLong')));
        this.#serve();
      });
      this.#serve();
    });
  }

  /** Takes back an admission with what the answer said; every admission is settled once. */
  settle(admission: Admission, facts: LimitFacts): void {
    assert(this.#underWay.delete(admission), 'an admission is settled once');
    const now = this.#clock.now();
    this.#window.settle(admission, facts, now);
    const { status, retryAfterMs } = facts;
    const isRefused = status === 429 || status === 418;
    if (isRefused) {
      const { nextOpening: nextMinute } = this.#window;
      this.#pause = planPause({ status, retryAfterMs, now, sentTime: admission.sentTime, nextMinute }, this.#pause);
    }
    this.#note(isRefused ? 'news' : 'growth');
    this.#serve();
  }

  /** Takes over the limit that the venue itself names. */
  learnLimit(weightPerMinute: number): void {
    this.#limit = weightPerMinute;
    this.#serve();
  }

  /** How long the venue wants to be left alone; 0 when it does not. */
  get retryAfterMs(): number {
    return this.#pause === null ? 0 : Math.max(0, this.#pause.until - this.#clock.now());
  }

  stats(): BudgetStats {
    this.#window.roll(this.#clock.now());
    return {
      used: this.#window.committed,
      limit: this.#limit,
      underWay: this.#underWay.size,
      waiting: this.#queue.counts(),
      blockedUntil: this.retryAfterMs > 0 ? (this.#pause?.until ?? null) : null,
    };
  }

  /** Refuses what waits and all that comes; resolves when the last count is in the ledger. */
  async close(): Promise<void> {
    if (this.#state === 'open') this.#note('last');
    this.#state = 'closed';
    this.#serve();
    await this.#memory.flush();
  }

  async #recall(): Promise<void> {
    const remembered = await this.#memory.recall();
    if (this.#state === 'closed') return;
    const now = this.#clock.now();
    if (remembered !== null) this.#window.recall(remembered, now);
    this.#pause = remembered?.pause ? resumePause(remembered.pause, now) : null;
    this.#state = 'open';
    this.#serve();
  }

  /** Answers whoever can be answered now, in order, and comes back when the next minute begins. */
  #serve(): void {
    this.#cancelWake();
    if (this.#state === 'recalling') return;
    this.#window.roll(this.#clock.now());
    for (let next = this.#queue.peek(); next !== null; next = this.#queue.peek()) {
      if (this.#state === 'closed') this.#finish(next, err(this.#refuse('closed')));
      else if (this.retryAfterMs > 0) this.#finish(next, err(this.#refuse('paused')));
      else if (this.#fits(next)) this.#finish(next, ok(this.#send(next.item.weight)));
      else {
        this.#cancelWake = this.#clock.schedule(this.#window.nextOpening, () => this.#serve());
        return;
      }
    }
  }

  /** Whoever does not fit holds up the classes below, so light requests never starve a heavy one above them. */
  #fits({ class: { shareRatio, slots }, item: { weight } }: Waiting<Waiter>): boolean {
    if (this.#underWay.size >= slots) return false;
    const { committed } = this.#window;
    // What alone is heavier than its share would wait for ever.
    return committed === 0 || committed + weight <= this.#limit * shareRatio;
  }

  #send(weight: number): Admission {
    const admission = { ...this.#window.send(weight), sentTime: this.#clock.now() };
    this.#underWay.add(admission);
    return admission;
  }

  #finish(waiting: Waiting<Waiter>, result: Result<Admission, Refusal>): void {
    this.#queue.remove(waiting);
    waiting.item.cancelDeadline();
    waiting.item.answer(result);
  }

  #refuse(reason: Refusal['reason']): Refusal {
    const now = this.#clock.now();
    this.#window.roll(now);
    if (this.#pause !== null && now < this.#pause.until) {
      return { reason, status: this.#pause.status, retryAfterMs: this.#pause.until - now };
    }
    return { reason, status: 429, retryAfterMs: reason === 'closed' ? 0 : this.#window.nextOpening - now };
  }

  #note(why: 'news' | 'growth' | 'last'): void {
    // A closed feed's ledger may be closed too, and what it gave up brings no news.
    if (this.#state === 'closed') return;
    const { minute, used, committed } = this.#window;
    // Answers to what is under way at the end are not waited for: it counts as spent.
    const note = { minute, usedWeight: why === 'last' ? committed : used, pause: this.#pause };
    if (why === 'growth') this.#memory.noteGrowth(note, this.#limit);
    else this.#memory.note(note);
  }
}
