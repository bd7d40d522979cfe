/**
 * How many orders the account may still send. In: the venue's limits and counts, and orders as they are sent. Out:
 * permission, or how long to wait. Windows are aligned to the venue's clock. What buys leaves a fifth of every window to
 * what sells.
 */
import { z } from 'zod';
import type { EpochMs } from '../../../core/time.ts';
import type { AnswerHeaders } from '../rest-exchange.ts';

/** Whether orders reduce positions or open them. */
export type OrderPurpose = 'protect' | 'orders';

/** Why orders may not be sent now. */
export type OrderExcess = { readonly limit: number; readonly windowMs: number; readonly retryAfterMs: number };

type Window = { limit: number | null; index: number; used: number };

const limitShape = z.object({
  rateLimitType: z.literal('ORDERS'),
  interval: z.enum(['SECOND', 'MINUTE', 'HOUR', 'DAY']),
  intervalNum: z.int().positive(),
  limit: z.int().positive(),
  count: z.int().nonnegative().optional(),
});

const UNIT_MS = { SECOND: 1_000, MINUTE: 60_000, HOUR: 3_600_000, DAY: 86_400_000 } as const;
const HEADER_UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const HEADER = /^x-mbx-order-count-(\d{1,4})([smhd])$/i;
/** Part of a window that orders which open positions may fill. */
const OPENING_RATIO = 0.8;
/** Windows the venue may name (policy: further ones are ignored). */
const WINDOWS_MAX = 8;

/** The orders of one account. */
export class OrderBudget {
  readonly #windows = new Map<number, Window>();

  /** Why `orders` more may not be sent at `now`; `null` when they may. */
  findExcess(claim: {
    readonly purpose: OrderPurpose;
    readonly orders: number;
    readonly now: EpochMs;
  }): OrderExcess | null {
    const ratio = claim.purpose === 'orders' ? OPENING_RATIO : 1;
    for (const [windowMs, window] of this.#windows) {
      roll(window, Math.floor(claim.now / windowMs));
      const { limit } = window;
      if (claim.orders === 0 || limit === null || window.used + claim.orders <= limit * ratio) continue;
      return { limit, windowMs, retryAfterMs: windowMs - (claim.now % windowMs) };
    }
    return null;
  }

  /** Counts orders as they are sent. */
  charge(orders: number, now: EpochMs): void {
    for (const [windowMs, window] of this.#windows) {
      roll(window, Math.floor(now / windowMs));
      window.used += orders;
    }
  }

  /** Takes over limits and counts of `exchangeInfo.rateLimits` or of an answer of the WebSocket API. */
  learnLimits(limits: readonly unknown[], now: EpochMs): void {
    for (const entry of limits) {
      const parsed = limitShape.safeParse(entry);
      if (!parsed.success) continue;
      const { interval, intervalNum, limit, count } = parsed.data;
      this.#learn(intervalNum * UNIT_MS[interval], { limit, count: count ?? 0 }, now);
    }
  }

  /** Takes over the counts in the headers of an answer over REST. */
  learnHeaders(headers: AnswerHeaders, now: EpochMs): void {
    for (const [name, value] of Object.entries(headers)) {
      const [, number = '', unit = ''] = HEADER.exec(name) ?? [];
      const count = Number(value);
      if (number === '' || !Number.isInteger(count)) continue;
      this.#learn(Number(number) * (HEADER_UNIT_MS[unit.toLowerCase()] ?? 0), { limit: null, count }, now);
    }
  }

  #learn(windowMs: number, told: { readonly limit: number | null; readonly count: number }, now: EpochMs): void {
    if (windowMs <= 0) return;
    const window = this.#windows.get(windowMs) ?? { limit: null, index: 0, used: 0 };
    if (!this.#windows.has(windowMs) && this.#windows.size >= WINDOWS_MAX) return;
    roll(window, Math.floor(now / windowMs));
    window.limit = told.limit ?? window.limit;
    // Orders under way are not in the venue's count yet, and its answers may overtake each other.
    window.used = Math.max(window.used, told.count);
    this.#windows.set(windowMs, window);
  }
}

function roll(window: Window, index: number): void {
  if (window.index === index) return;
  window.index = index;
  window.used = 0;
}
