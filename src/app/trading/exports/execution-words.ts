/**
 * Counters of orders in the words of the contract (hotcoin.md 4.3, 4.6).
 */
import type { WireExecutionMetrics, WirePrecheckStats } from '../../../api/contract.ts';
import { type Decimal, toDecimalText } from '../../../core/decimal.ts';
import type { ExecutionView } from '../../../execution/index.ts';
import { symbolOf } from './trade-line.ts';

/** Orders of the last five minutes. */
export function toMetrics(metrics: ExecutionView['metrics']): WireExecutionMetrics {
  return {
    window_sec: metrics.windowSec,
    order_attempts_5m: metrics.orderAttempts5m,
    precheck_failures_5m: metrics.precheckFailures5m,
    dedup_rejects_5m: metrics.dedupeRejects5m,
    order_errors_5m: metrics.orderErrors5m,
    order_success_5m: metrics.orderSuccess5m,
    precheck_fail_rate_5m: metrics.precheckFailRate5m,
    order_error_rate_5m: metrics.orderErrorRate5m,
  };
}

/** Orders that were not sent. */
export function toPrechecks({ total, byCode, byInstrument }: ExecutionView['prechecks']): WirePrecheckStats {
  const by_symbol = Object.entries(byInstrument).map(([id, counts]) => [symbolOf(id), { ...counts }] as const);
  return { total, by_code: { ...byCode }, by_symbol: Object.fromEntries(by_symbol) };
}

/** An amount as text, `null` where there is none. */
export function textOrNull(amount: Decimal | null): string | null {
  return amount === null ? null : toDecimalText(amount);
}
