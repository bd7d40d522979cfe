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
  const findings: Finding[] = facts.latches.map((reason) => ({ severity: 'blocked', reason }));
  const note = (severity: Severity, isWrong: boolean, reason: string): void => {
    if (isWrong) findings.push({ severity, reason });
  };
  const { tickerAgeMs: age, orderErrors5m: errors, clockSkewMs: skew } = facts;
  note('degraded', age === null, 'ticker_unavailable');
  noteLadder(findings, {
    name: 'ticker_age_ms',
    value: age ?? 0,
    degraded: config.tickerDegradedMs,
    blocked: config.tickerBlockedMs,
  });
  noteLadder(findings, {
    name: 'order_errors_5m',
    value: errors,
    degraded: config.orderErrorsDegraded,
    blocked: config.orderErrorsBlocked,
  });
  const held = facts.heldPriceAgeMs ?? 0;
  note('degraded', held > config.heldPriceMaxAgeMs, `held_price_age_ms:${held}`);
  note('degraded', !facts.isFeedUp, 'feed_down');
  note('degraded', !facts.isVenueUp, 'venue_down');
  note('degraded', facts.unknownOrders > 0, `unknown_orders:${facts.unknownOrders}`);
  note('blocked', facts.reconciliation === 'pending', 'reconciliation_pending');
  note('blocked', facts.reconciliation === 'mismatch', 'reconciliation_mismatch');
  note('degraded', facts.areRulesStale, 'exchange_info_stale');
  note('degraded', skew !== null && Math.abs(skew) > config.clockSkewMaxMs, `clock_skew_ms:${Math.round(skew ?? 0)}`);
  note('degraded', facts.loopLagMs > config.loopLagMaxMs, `loop_lag_ms:${Math.round(facts.loopLagMs)}`);
  note('blocked', facts.isStorageFailing, 'storage_failing');
  return findings.sort((a, b) => rank(b.severity) - rank(a.severity));
}

function noteLadder(
  findings: Finding[],
  rung: { readonly name: string; readonly value: number; readonly degraded: number; readonly blocked: number },
): void {
  const { name, value, degraded, blocked } = rung;
  if (value >= blocked) findings.push({ severity: 'blocked', reason: `${name}:${value}` });
  else if (value >= degraded) findings.push({ severity: 'degraded', reason: `${name}:${value}` });
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
