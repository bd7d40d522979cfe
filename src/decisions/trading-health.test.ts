import { describe, expect, it } from 'vitest';
import { DEFAULT_DECISION_CONFIG } from './decision-config.ts';
import {
  findTroubles,
  foldHealth,
  type HealthFacts,
  stopHealth,
  type TradingHealth,
  UNKNOWN_HEALTH,
} from './trading-health.ts';

const config = DEFAULT_DECISION_CONFIG.health;
const WELL: HealthFacts = {
  tickerAgeMs: 500,
  heldPriceAgeMs: null,
  isFeedUp: true,
  isVenueUp: true,
  orderErrors5m: 0,
  unknownOrders: 0,
  reconciliation: 'clean',
  areRulesStale: false,
  isCapitalKept: false,
  clockSkewMs: 3,
  loopLagMs: 2,
  isStorageFailing: false,
  latches: [],
};
const DEGRADED = { ...WELL, tickerAgeMs: 10_000 };
const BLOCKED = { ...WELL, tickerAgeMs: 60_000 };

function states(measured: readonly HealthFacts[], from: TradingHealth = UNKNOWN_HEALTH): readonly string[] {
  let health = from;
  return measured.map((facts) => {
    health = foldHealth(health, facts, config);
    return health.state;
  });
}
const repeat = (facts: HealthFacts, count: number): readonly HealthFacts[] =>
  Array.from({ length: count }, () => facts);

describe('A-4 the state of trading', () => {
  it.each([
    ['ticker_unavailable', 'degraded', { tickerAgeMs: null }],
    ['ticker_age_ms:10000', 'degraded', { tickerAgeMs: 10_000 }],
    ['ticker_age_ms:60000', 'blocked', { tickerAgeMs: 60_000 }],
    ['held_price_age_ms:30001', 'degraded', { heldPriceAgeMs: 30_001 }],
    ['order_errors_5m:3', 'degraded', { orderErrors5m: 3 }],
    ['order_errors_5m:10', 'blocked', { orderErrors5m: 10 }],
    ['feed_down', 'degraded', { isFeedUp: false }],
    ['venue_down', 'degraded', { isVenueUp: false }],
    ['unknown_orders:1', 'degraded', { unknownOrders: 1 }],
    ['reconciliation_pending', 'blocked', { reconciliation: 'pending' as const }],
    ['reconciliation_mismatch', 'blocked', { reconciliation: 'mismatch' as const }],
    ['exchange_info_stale', 'degraded', { areRulesStale: true }],
    ['capital_not_paid_out', 'blocked', { isCapitalKept: true }],
    ['clock_skew_ms:-1001', 'degraded', { clockSkewMs: -1_001 }],
    ['loop_lag_ms:1001', 'degraded', { loopLagMs: 1_001 }],
    ['storage_failing', 'blocked', { isStorageFailing: true }],
    ['risk_halted', 'blocked', { latches: ['risk_halted'] }],
  ])('is, for %s, %s at once', (reason, state, facts) => {
    const health = foldHealth(foldHealth(UNKNOWN_HEALTH, WELL, config), { ...WELL, ...facts }, config);
    expect(health).toMatchObject({ state, reasons: [reason] });
  });

  it('has no trouble when all is well', () => {
    expect(findTroubles(WELL, config)).toEqual([]);
    expect(states([WELL])).toEqual(['tradeable']);
  });

  it('comes back from degraded after 3 healthy measurements', () => {
    expect(states([WELL, DEGRADED, WELL, WELL, WELL])).toEqual([
      'tradeable',
      'degraded',
      'degraded',
      'degraded',
      'tradeable',
    ]);
  });

  it('comes back from blocked after 6, and says how far it is', () => {
    expect(states([WELL, BLOCKED, ...repeat(WELL, 6)]).slice(-2)).toEqual(['blocked', 'tradeable']);
    const health = foldHealth(foldHealth(foldHealth(UNKNOWN_HEALTH, WELL, config), BLOCKED, config), WELL, config);
    expect(health).toMatchObject({
      reasons: ['recovery_pending:1/6'],
      pending: { healthy: 1, required: 6, from: 'blocked' },
    });
  });

  it('is not let off by a lighter trouble on the way back: blocked, degraded, then 6 all the same', () => {
    expect(states([WELL, BLOCKED, DEGRADED, ...repeat(WELL, 6)])).toEqual([
      'tradeable',
      'blocked',
      'blocked',
      ...repeat(WELL, 5).map(() => 'blocked'),
      'tradeable',
    ]);
  });

  it('counts from the start after a setback', () => {
    expect(states([WELL, DEGRADED, WELL, WELL, DEGRADED, WELL, WELL, WELL]).at(-2)).toBe('degraded');
  });

  it('stays stopped', () => {
    expect(states([WELL, WELL], stopHealth('shutdown'))).toEqual(['stopped', 'stopped']);
  });
});
