import { describe, expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../../../core/time.ts';
import { OrderBudget } from './order-budget.ts';

const T: EpochMs = epochMs(1_780_000_000_000);
const LIMITS = [
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100, count: 0 },
  { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 1_000 },
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6_000, count: 5_999 },
];

function create(): OrderBudget {
  const budget = new OrderBudget();
  budget.learnLimits(LIMITS, T);
  return budget;
}

describe('the order budget', () => {
  it('leaves the last fifth of a window to what sells', () => {
    const budget = create();
    budget.charge(80, T);
    expect(budget.findExcess({ purpose: 'orders', orders: 1, now: T })).toMatchObject({ limit: 100, windowMs: 10_000 });
    expect(budget.findExcess({ purpose: 'protect', orders: 1, now: T })).toBeNull();
    budget.charge(20, T);
    expect(budget.findExcess({ purpose: 'protect', orders: 1, now: T })).toMatchObject({ retryAfterMs: 10_000 });
    expect(budget.findExcess({ purpose: 'protect', orders: 0, now: T }), 'a cancel is no order').toBeNull();
  });

  it('opens again with the next window of the clock', () => {
    const budget = create();
    budget.charge(100, T);
    expect(budget.findExcess({ purpose: 'protect', orders: 1, now: epochMs(T + 9_999) })).toMatchObject({
      retryAfterMs: 1,
    });
    expect(budget.findExcess({ purpose: 'protect', orders: 1, now: epochMs(T + 10_000) })).toBeNull();
  });

  it("takes over the venue's counts, which hold other programs' orders", () => {
    const budget = create();
    budget.learnHeaders({ 'x-mbx-order-count-10s': '99', 'X-MBX-ORDER-COUNT-1D': '99', 'x-other': '5' }, T);
    expect(budget.findExcess({ purpose: 'protect', orders: 1, now: T })).toBeNull();
    expect(budget.findExcess({ purpose: 'protect', orders: 2, now: T })).toMatchObject({ limit: 100 });
    budget.learnHeaders({ 'x-mbx-order-count-1d': '1000' }, T);
    expect(budget.findExcess({ purpose: 'protect', orders: 1, now: epochMs(T + 10_000) })).toMatchObject({
      limit: 1_000,
    });
  });
});
