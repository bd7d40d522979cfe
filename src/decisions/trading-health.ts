/**
 * Whether entries are allowed, as a state machine with hysteresis (hotcoin.md 5.3): what is wrong counts at once, what
 * is well counts after it was well several times in a row, and more often after the worst. Exits never ask.
 */
import type { TradingState } from '../model/decision.ts';
import type { HealthConfig } from './decision-config.ts';

/** What the system knows about itself; `null` is what is not known. */
export type HealthFacts = {
  /** Age of the newest ticker. */
  readonly tickerAgeMs: number | null;
  /** Age of the oldest price among what is held; `null` when nothing is. */
  readonly heldPriceAgeMs: number | null;
  readonly isFeedUp: boolean;
  readonly isVenueUp: boolean;
  readonly orderErrors5m: number;
  readonly unknownOrders: number;
  /** Whether the first reconciliation is done and found nothing open. */
  readonly reconciliation: 'pending' | 'clean' | 'mismatch';
  readonly areRulesStale: boolean;
  readonly clockSkewMs: number | null;
  readonly loopLagMs: number;
  readonly isStorageFailing: boolean;
  /** Whether the settings name less capital than the records, and what is held does not let it be paid out. */
  readonly isCapitalKept: boolean;
  /** Halts that no measurement ends: drawdown, emergency, an operator's pause. */
  readonly latches: readonly string[];
};

/** Where trading stands. `worst` is the worst state since it was last tradeable, which sets how long recovery takes. */
export type TradingHealth = {
  readonly state: TradingState;
  readonly reasons: readonly string[];
  readonly worst: 'tradeable' | 'degraded' | 'blocked';
  readonly healthyInARow: number;
  readonly pending: {
    readonly healthy: number;
    readonly required: number;
    readonly from: 'degraded' | 'blocked';
  } | null;
};

/** Before the first measurement; recovery begins as from blocked, because nothing is known. */
export const UNKNOWN_HEALTH: TradingHealth = {
  state: 'unknown',
  reasons: ['nothing measured yet'],
  worst: 'tradeable',
  healthyInARow: 0,
  pending: null,
};

type Severity = 'degraded' | 'blocked';
type Finding = { readonly severity: Severity; readonly reason: string };

/** What is wrong, the worst first. */
export function findTroubles(facts: HealthFacts, config: HealthConfig): readonly Finding[] {
  const { tickerAgeMs, heldPriceAgeMs, clockSkewMs, loopLagMs, unknownOrders, reconciliation } = facts;
  const { heldPriceMaxAgeMs, clockSkewMaxMs, loopLagMaxMs } = config;
  const age = { degraded: config.tickerDegradedMs, blocked: config.tickerBlockedMs };
  const errors = { degraded: config.orderErrorsDegraded, blocked: config.orderErrorsBlocked };
  const findings: readonly (Finding | null)[] = [
    ...facts.latches.map((reason): Finding => ({ severity: 'blocked', reason })),
    tickerAgeMs === null ? degraded('ticker_unavailable') : climb('ticker_age_ms', tickerAgeMs, age),
    climb('order_errors_5m', facts.orderErrors5m, errors),
    exceeds('held_price_age_ms', heldPriceAgeMs ?? 0, heldPriceMaxAgeMs),
    facts.isFeedUp ? null : degraded('feed_down'),
    facts.isVenueUp ? null : degraded('venue_down'),
    exceeds('unknown_orders', unknownOrders, 0),
    reconciliation === 'clean' ? null : { severity: 'blocked', reason: `reconciliation_${reconciliation}` },
    facts.areRulesStale ? degraded('exchange_info_stale') : null,
    exceeds('clock_skew_ms', clockSkewMs ?? 0, clockSkewMaxMs),
    exceeds('loop_lag_ms', loopLagMs, loopLagMaxMs),
    facts.isStorageFailing ? { severity: 'blocked', reason: 'storage_failing' } : null,
    facts.isCapitalKept ? { severity: 'blocked', reason: 'capital_not_paid_out' } : null,
  ];
  return findings.filter((each) => each !== null).sort((a, b) => rank(b.severity) - rank(a.severity));
}

function degraded(reason: string): Finding {
  return { severity: 'degraded', reason };
}

function exceeds(name: string, value: number, most: number): Finding | null {
  return Math.abs(value) > most ? degraded(`${name}:${Math.round(value)}`) : null;
}

function climb(
  name: string,
  value: number,
  rungs: { readonly degraded: number; readonly blocked: number },
): Finding | null {
  const reason = `${name}:${value}`;
  if (value >= rungs.blocked) return { severity: 'blocked', reason };
  return value >= rungs.degraded ? degraded(reason) : null;
}

function rank(severity: TradingHealth['worst']): number {
  return { tradeable: 0, degraded: 1, blocked: 2 }[severity];
}

/** The next state after one measurement; measure once a cycle, because each counts towards recovery. */
export function foldHealth(health: TradingHealth, facts: HealthFacts, config: HealthConfig): TradingHealth {
  if (health.state === 'stopped') return health;
  const troubles = findTroubles(facts, config);
  const raw = troubles[0]?.severity;
  if (raw !== undefined) return toTrouble(health, raw, troubles);
  if (health.state === 'unknown' || health.state === 'tradeable') {
    return { state: 'tradeable', reasons: [], worst: 'tradeable', healthyInARow: 0, pending: null };
  }
  return recover(health, config);
}

/** A lighter trouble after a heavier one does not shorten the way back. */
function toTrouble(health: TradingHealth, raw: Severity, troubles: readonly Finding[]): TradingHealth {
  const worst = rank(raw) >= rank(health.worst) ? raw : health.worst;
  const state = worst === 'blocked' ? 'blocked' : raw;
  return { state, reasons: troubles.map(({ reason }) => reason), worst, healthyInARow: 0, pending: null };
}

function recover(health: TradingHealth, config: HealthConfig): TradingHealth {
  const from = health.worst === 'blocked' ? 'blocked' : 'degraded';
  const required = from === 'blocked' ? config.recoveryBlocked : config.recoveryDegraded;
  const healthy = health.healthyInARow + 1;
  if (healthy >= required) {
    const reasons = ['recovered_to_tradeable'];
    return { state: 'tradeable', reasons, worst: 'tradeable', healthyInARow: 0, pending: null };
  }
  const pending = { healthy, required, from } as const;
  const reasons = [`recovery_pending:${healthy}/${required}`];
  return { ...health, reasons, healthyInARow: healthy, pending };
}

/** After the end of trading; nothing leads back. */
export function stopHealth(reason: string): TradingHealth {
  return { ...UNKNOWN_HEALTH, state: 'stopped', reasons: [reason] };
}
