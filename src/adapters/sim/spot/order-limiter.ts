/**
 * How many orders an account may send. In: orders as they are sent. Out: whether they pass, and the counts for the
 * headers. Windows are aligned to the clock, as on the exchange.
 */
import type { EpochMs } from '../../../core/time.ts';

/** Counts of an account after an order. */
export type OrderCounts = { readonly tenSeconds: number; readonly day: number };

/** Orders in ten seconds and in a day. */
export const ORDER_LIMITS = { tenSeconds: 100, day: 200_000 } as const;

const WINDOW_MS = { tenSeconds: 10_000, day: 86_400_000 } as const;

type Window = keyof typeof WINDOW_MS;
type Counter = { window: number; used: number };

/** Counts orders by account; one pair of counters each. */
export class OrderLimiter {
  readonly #counters = new Map<string, Readonly<Record<Window, Counter>>>();

  /** Counts now; nothing is charged. */
  counts(account: string, now: EpochMs): OrderCounts {
    const counter = this.#of(account, now);
    return { tenSeconds: counter.tenSeconds.used, day: counter.day.used };
  }

  /** The sentence that refuses `orders` more, or `null` when they pass. */
  findExcess(account: string, orders: number, now: EpochMs): string | null {
    const { tenSeconds, day } = this.counts(account, now);
    if (tenSeconds + orders > ORDER_LIMITS.tenSeconds) return excess(ORDER_LIMITS.tenSeconds, '10 SECOND');
    return day + orders > ORDER_LIMITS.day ? excess(ORDER_LIMITS.day, '1 DAY') : null;
  }

  /** Charges orders that were taken. */
  charge(account: string, orders: number, now: EpochMs): OrderCounts {
    const counter = this.#of(account, now);
    counter.tenSeconds.used += orders;
    counter.day.used += orders;
    return this.counts(account, now);
  }

  /** The limits with their counts, as `rateLimit/order` answers. */
  describe(account: string, now: EpochMs): readonly unknown[] {
    const { tenSeconds, day } = this.counts(account, now);
    const limit = { rateLimitType: 'ORDERS' };
    return [
      { ...limit, interval: 'SECOND', intervalNum: 10, limit: ORDER_LIMITS.tenSeconds, count: tenSeconds },
      { ...limit, interval: 'DAY', intervalNum: 1, limit: ORDER_LIMITS.day, count: day },
    ];
  }

  #of(account: string, now: EpochMs): Readonly<Record<Window, Counter>> {
    let counter = this.#counters.get(account);
    if (counter === undefined) {
      counter = { tenSeconds: { window: 0, used: 0 }, day: { window: 0, used: 0 } };
      this.#counters.set(account, counter);
    }
    for (const name of ['tenSeconds', 'day'] as const) roll(counter[name], Math.floor(now / WINDOW_MS[name]));
    return counter;
  }
}

function roll(counter: Counter, window: number): void {
  if (counter.window === window) return;
  counter.window = window;
  counter.used = 0;
}

function excess(limit: number, window: string): string {
  return `Too many new orders; current limit is ${limit} orders per ${window}.`;
}
