/**
 * The request budget of one market, per address. In: an address, a request's weight and the time. Out: whether the
 * request is served, and the used weight for the header. Windows are aligned to the minute; who goes on after 429 is
 * banned with 418, as on the exchange.
 */
import { type EpochMs, epochMs } from '../../core/time.ts';
import { SIM_MINUTE_MS } from './sim-interval.ts';

/** What becomes of a request. */
export type WeightVerdict =
  | { readonly kind: 'served'; readonly used: number }
  | { readonly kind: 'limited'; readonly used: number; readonly retryAfterS: number }
  | { readonly kind: 'banned'; readonly used: number; readonly retryAfterS: number; readonly until: EpochMs };

type Account = { minute: number; used: number; refused: number; bannedUntil: number };

/** Refusals within one minute after which an address is banned. */
const REFUSALS_MAX = 10;
/** The exchange's shortest ban. */
const BAN_MS = 2 * SIM_MINUTE_MS;
/** Addresses remembered; the one seen first is forgotten, which only ever forgives. */
const ADDRESSES_MAX = 1_000;

/** Counts weights against `limit` per minute and address. */
export class WeightGovernor {
  readonly limit: number;
  readonly #accounts = new Map<string, Account>();
  #bannedUntil = 0;
  #limitedUntil = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Charges `weight` to `address`; a refused request costs its weight too. */
  charge(address: string, weight: number, now: EpochMs): WeightVerdict {
    const account = this.#account(address, Math.floor(now / SIM_MINUTE_MS));
    account.bannedUntil = Math.max(account.bannedUntil, this.#bannedUntil);
    if (now < account.bannedUntil) return banned(account, now);
    account.used += weight;
    if (now < this.#limitedUntil) {
      return { kind: 'limited', used: account.used, retryAfterS: Math.ceil((this.#limitedUntil - now) / 1000) };
    }
    if (account.used <= this.limit) return { kind: 'served', used: account.used };
    account.refused++;
    if (account.refused > REFUSALS_MAX) {
      account.bannedUntil = now + BAN_MS;
      return banned(account, now);
    }
    const retryAfterS = Math.ceil(((account.minute + 1) * SIM_MINUTE_MS - now) / 1000);
    return { kind: 'limited', used: account.used, retryAfterS };
  }

  /** What an address has used of the running minute. */
  usedBy(address: string, now: EpochMs): number {
    return this.#account(address, Math.floor(now / SIM_MINUTE_MS)).used;
  }

  /** Gives back what a request cost that turned out to be free. */
  refund(address: string, weight: number): void {
    const account = this.#accounts.get(address);
    if (account !== undefined) account.used = Math.max(0, account.used - weight);
  }

  /** Bans every address until `until`; a time that is past lifts all bans. */
  banAll(until: number): void {
    this.#bannedUntil = until;
    for (const account of this.#accounts.values()) account.bannedUntil = until;
  }

  /** Refuses every address with 429 until `until`; a time that is past ends that. */
  limitAll(until: number): void {
    this.#limitedUntil = until;
  }

  /** Until when every address is refused by order, and how; `null` where none is. */
  refusal(now: EpochMs): { readonly status: 418 | 429; readonly until: number } | null {
    if (now < this.#bannedUntil) return { status: 418, until: this.#bannedUntil };
    return now < this.#limitedUntil ? { status: 429, until: this.#limitedUntil } : null;
  }

  #account(address: string, minute: number): Account {
    let account = this.#accounts.get(address);
    if (account === undefined) {
      if (this.#accounts.size >= ADDRESSES_MAX) this.#accounts.delete(this.#accounts.keys().next().value ?? '');
      account = { minute, used: 0, refused: 0, bannedUntil: 0 };
      this.#accounts.set(address, account);
    }
    if (account.minute !== minute) {
      account.minute = minute;
      account.used = 0;
      account.refused = 0;
    }
    return account;
  }
}

function banned(account: Account, now: EpochMs): WeightVerdict {
  const until = epochMs(account.bannedUntil);
  return { kind: 'banned', used: account.used, retryAfterS: Math.ceil((until - now) / 1000), until };
}
