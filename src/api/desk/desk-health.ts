/**
 * Aggregate health (A-3, hotcoin.md 7): one severity from what the engine, the market, the orders and the latches say.
 * What is not known is not well.
 */
import type { DeskHealth, DeskStatus } from '../contract.ts';

/** How bad it is, from well to not there at all. */
export type Severity = DeskHealth['status'];

/** What is judged. */
export type HealthFacts = {
  readonly status: DeskStatus;
  readonly runner: 'attached' | 'none';
  readonly snapshot: 'fresh' | 'stale';
  readonly snapshotAgeSec: number | null;
};

const RANKS: Readonly<Record<Severity, number>> = { ok: 0, degraded: 1, blocked: 2, stopped: 3 };
const AGE_SEC = { degraded: 90, blocked: 300 };
const ERRORS = { degraded: 3, blocked: 10 };

type Checks = Readonly<Record<string, Severity>>;

/** The health. */
export function deriveHealth(facts: HealthFacts): DeskHealth {
  const { status, runner, snapshot, snapshotAgeSec } = facts;
  const checks = deriveChecks(facts);
  const worst = Object.values(checks).reduce<Severity>((a, b) => (RANKS[b] > RANKS[a] ? b : a), 'ok');
  const isOpen = status.engine_state === 'tradeable' && !status.risk_halted;
  return {
    status: worst,
    can_trade: worst === 'ok' && isOpen,
    ts: status.ts,
    runner_attached: runner === 'attached',
    engine_state: status.engine_state,
    engine_state_reasons: status.engine_state_reasons,
    status_snapshot_fresh: snapshot === 'fresh',
    status_snapshot_age_sec: snapshotAgeSec,
    ws_connected: status.ws_connected,
    latest_ticker_age_sec: status.freshness.latest_ticker_age_sec,
    risk_halted: status.risk_halted,
    execution_metrics: status.execution_metrics,
    checks,
    failing: status.tasks.filter(({ critical, state }) => !critical && state === 'failed').map(({ name }) => name),
    reasons: Object.entries(checks).flatMap(([name, severity]) => (severity === 'ok' ? [] : [`${name}:${severity}`])),
  };
}

function deriveChecks({ status, runner, snapshot }: HealthFacts): Checks {
  const { freshness, execution_metrics: metrics } = status;
  return {
    runner: runner === 'attached' ? 'ok' : 'stopped',
    engine: ENGINE[status.engine_state],
    risk: status.risk_halted ? 'blocked' : 'ok',
    emergency: status.emergency === null ? 'ok' : 'blocked',
    entries: status.pause === null ? 'ok' : 'degraded',
    market_data: climb(freshness.latest_ticker_age_sec, AGE_SEC),
    websocket: status.ws_connected ? 'ok' : 'degraded',
    orders: climb(metrics.order_errors_5m, ERRORS),
    status_snapshot: snapshot === 'fresh' ? 'ok' : 'degraded',
  };
}

const ENGINE: Readonly<Record<DeskStatus['engine_state'], Severity>> = {
  tradeable: 'ok',
  degraded: 'degraded',
  unknown: 'degraded',
  blocked: 'blocked',
  stopped: 'stopped',
};

function climb(value: number | null, rungs: { readonly degraded: number; readonly blocked: number }): Severity {
  if (value === null || value >= rungs.degraded)
    return value !== null && value >= rungs.blocked ? 'blocked' : 'degraded';
  return 'ok';
}
