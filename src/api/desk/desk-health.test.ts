/**
 * The severities of the aggregate health, row by row of hotcoin.md 7.
 */
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import type { DeskStatus } from '../contract.ts';
import { deriveHealth, type HealthFacts } from './desk-health.ts';
import { createStoppedStatus } from './desk-status.ts';

const WELL: DeskStatus = {
  ...createStoppedStatus(epochMs(1_750_000_000_000)),
  engine_state: 'tradeable',
  ws_connected: true,
  freshness: { ws_connected: true, latest_ticker_age_sec: 1, priced_symbols: 1 },
};

function judge(status: Partial<DeskStatus>, facts: Partial<HealthFacts> = {}) {
  const whole = { status: { ...WELL, ...status }, runner: 'attached', snapshot: 'fresh', snapshotAgeSec: 1, ...facts };
  return deriveHealth(whole as HealthFacts);
}

function aged(latest_ticker_age_sec: number | null): Partial<DeskStatus> {
  return { freshness: { ws_connected: true, latest_ticker_age_sec, priced_symbols: 1 } };
}

function failed(order_errors_5m: number): Partial<DeskStatus> {
  return { execution_metrics: { ...WELL.execution_metrics, order_errors_5m } };
}

type Row = readonly [what: string, status: Partial<DeskStatus>, facts: Partial<HealthFacts>, severity: string];

const ROWS: readonly Row[] = [
  ['everything is well', {}, {}, 'ok'],
  ['no runner', {}, { runner: 'none' }, 'stopped'],
  ['an engine that stopped', { engine_state: 'stopped' }, {}, 'stopped'],
  ['a blocked engine', { engine_state: 'blocked' }, {}, 'blocked'],
  ['a halt', { risk_halted: true }, {}, 'blocked'],
  ['an emergency', { emergency: 'by an operator' }, {}, 'blocked'],
  ['a ticker of 300 s', aged(300), {}, 'blocked'],
  ['ten order errors', failed(10), {}, 'blocked'],
  ['a degraded engine', { engine_state: 'degraded' }, {}, 'degraded'],
  ['an engine of which nothing is known', { engine_state: 'unknown' }, {}, 'degraded'],
  ['a ticker of 90 s', aged(90), {}, 'degraded'],
  ['a ticker of 89 s', aged(89), {}, 'ok'],
  ['no ticker yet', aged(null), {}, 'degraded'],
  ['a socket that is down', { ws_connected: false }, {}, 'degraded'],
  ['three order errors', failed(3), {}, 'degraded'],
  ['two order errors', failed(2), {}, 'ok'],
  ['a stale snapshot', {}, { snapshot: 'stale', snapshotAgeSec: 181 }, 'degraded'],
  ['paused entries', { pause: 'news' }, {}, 'degraded'],
];

describe('A-3: the health is', () => {
  it.each(ROWS)('%s: judged as the table says', (_what, status, facts, severity) => {
    const health = judge(status, facts);
    expect(health.status).toBe(severity);
    expect(health.can_trade, 'trading needs everything to be well').toBe(severity === 'ok');
    expect(health.reasons.length > 0).toBe(severity !== 'ok');
  });

  it('the worst of several', () => {
    expect(judge({ ...aged(90), ...failed(10) }).status).toBe('blocked');
    expect(judge({ risk_halted: true }, { runner: 'none' }).status).toBe('stopped');
  });
});
