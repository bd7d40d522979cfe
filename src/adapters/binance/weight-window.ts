/**
 * The request weight of the venue's present minute. In come what we sent and what answers told, out goes a count that
 * is never below the venue's own as far as we can know it. Minutes are the venue's: they begin when its clock has
 * certainly reached them, so a clock of ours that runs ahead does not spend the next budget in the old minute.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import { bucketOpen, MINUTE_MS } from '../../model/timeframe.ts';

/** What an answer told of the weight; `null` where it did not. */
export type WeightFacts = {
  readonly usedWeight: number | null;
  /** The venue's clock when it answered, to the second below. */
  readonly stamp: EpochMs | null;
};

/** A request that is on its way. */
export type SentWeight = { readonly weight: number; readonly minute: EpochMs };

/** A stamp further from our clock says nothing about the venue's minute: a cache or a broken clock wrote it. */
const STAMP_DISTANCE_MS_MAX = 30_000;

/** The count. Call `roll` before reading. */
export class WeightWindow {
  #minute: EpochMs;
  #used = 0;
  #underWay = 0;
  /** Least lead of the venue's clock over ours, as the answers of a minute of ours proved: its stamp minus our time. */
  #lead: { readonly minute: EpochMs; readonly proven: number; readonly before: number } | null = null;

  constructor(now: EpochMs) {
    this.#minute = bucketOpen(now, MINUTE_MS);
  }

  /** Start of the venue's present minute; goes back only when an answer proves that we were ahead of the venue. */
  get minute(): EpochMs {
    return this.#minute;
  }

  /** Weight spent in this minute by everybody, as far as known, without what is under way. */
  get used(): number {
    return this.#used;
  }

  /** The same with what is under way, which the venue may or may not have counted yet. */
  get committed(): number {
    return this.#used + this.#underWay;
  }

  /** Our time at which the next minute begins, as known now. */
  get nextOpening(): EpochMs {
    return addMs(this.#minute, MINUTE_MS - this.#leadMs());
  }

  /** Begins the minute that the venue has certainly reached. */
  roll(now: EpochMs): void {
    const minute = this.#certainMinute(now);
    if (minute <= this.#minute) return;
    this.#minute = minute;
    this.#used = 0;
  }

  /** Takes over a count of `minute` from before a restart, also of a minute that our clock has not quite reached. */
  recall(count: { readonly minute: EpochMs; readonly usedWeight: number }, now: EpochMs): void {
    this.roll(now);
    const { minute, usedWeight } = count;
    if (minute < this.#minute || minute - now > STAMP_DISTANCE_MS_MAX) return;
    this.#used = minute === this.#minute ? Math.max(this.#used, usedWeight) : usedWeight;
    this.#minute = minute;
  }

  /** Counts a request that leaves now. */
  send(weight: number): SentWeight {
    this.#underWay += weight;
    return { weight, minute: this.#minute };
  }

  /** Counts a request that was answered, or given up. */
  settle(sent: SentWeight, facts: WeightFacts, now: EpochMs): void {
    this.#underWay -= sent.weight;
    const stamp = facts.stamp !== null && Math.abs(facts.stamp - now) <= STAMP_DISTANCE_MS_MAX ? facts.stamp : null;
    if (stamp !== null) this.#prove(stamp - now, now);
    this.roll(now);
    // Begun too early: what was spent since was spent in the minute before.
    if (stamp !== null && this.#certainMinute(now) < this.#minute) this.#minute = this.#certainMinute(now);
    const answeredIn = stamp === null ? sent.minute : bucketOpen(stamp, MINUTE_MS);
    if (answeredIn === this.#minute) {
      this.#used = Math.max(this.#used, facts.usedWeight ?? this.#used + sent.weight);
    } else if (stamp === null) {
      // Sent in an older minute, answered nobody knows when: the venue may have counted it in this one.
      this.#used += sent.weight;
    }
  }

  #certainMinute(now: EpochMs): EpochMs {
    return bucketOpen(addMs(now, this.#leadMs()), MINUTE_MS);
  }

  #leadMs(): number {
    return this.#lead === null ? 0 : Math.max(this.#lead.proven, this.#lead.before);
  }

  /** Keeps the best proofs of two minutes: long enough to be sharp, short enough to follow a clock that is set. */
  #prove(leadMs: number, now: EpochMs): void {
    const minute = bucketOpen(now, MINUTE_MS);
    const last = this.#lead;
    if (last?.minute === minute) this.#lead = { ...last, proven: Math.max(last.proven, leadMs) };
    else this.#lead = { minute, proven: leadMs, before: last?.proven ?? leadMs };
  }
}
