/**
 * The files that a whole session leaves behind: a disk that fails at first, a burst, a sale in two parts, everything
 * closed at once. Read back as another program would.
 */
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { EVENT_PAYLOADS, type EventType, eventEnvelope } from '../../src/app/trading/exports/event-line.ts';
import { EVENTS_FILE, STATUS_FILE } from '../../src/app/trading/exports/trading-exports.ts';
import { viewPortfolio } from '../../src/portfolio/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { legs } from '../fixtures/trading-checks.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

const MINUTE_MS = 60_000;
let run: TradingRun | null = null;

afterEach(async () => {
  await run?.close();
});

type Line = { readonly event_type: string; readonly trace_id?: string | undefined; readonly payload: object };
type Seen = Readonly<Record<string, unknown>>;

function readLines(session: TradingRun, name: string): readonly unknown[] {
  const text = readFileSync(join(session.dataDir, name), 'utf8').trimEnd();
  return text.split('\n').map((line) => JSON.parse(line) as unknown);
}

/** Nothing can be appended where a folder stands. */
async function failDisk(session: TradingRun): Promise<() => void> {
  const path = join(session.dataDir, EVENTS_FILE);
  mkdirSync(path);
  const isHeld = (): boolean => session.trading.decisions.health.reasons.includes('storage_failing');
  await session.passUntil(isHeld, { limitMs: 5 * MINUTE_MS, what: 'the failing disk is noticed' });
  return () => rmdirSync(path);
}

describe('the files of a session', () => {
  it('C-8: a recorded session keeps the schema, linked by ids, and tells from a burst to the last sale; a failing disk holds entries and is recovered from', async () => {
    const burst = move('17m', 'price: +15%, volume: 6x, buyers: 60%, for: 16m');
    const session = await TradingRun.start({ scenario: burstMarket(burst), exports: 'written' });
    run = session;
    const mendDisk = await failDisk(session);
    expect(session.trading.decisions.health.state).toBe('blocked');
    expect(session.warnings).toEqual([
      expect.stringMatching(/hotcoin_events.jsonl can not be written, it is tried again/),
    ]);
    mendDisk();
    const isOpen = (): boolean => session.trading.decisions.health.state === 'tradeable';
    await session.passUntil(isOpen, { limitMs: 8 * MINUTE_MS, what: 'the mended disk is noticed' });

    const held = (): number => viewPortfolio(session.trading.portfolio).positions.length;
    const hasPart = (): boolean => legs(session).includes('takeProfit');
    await session.passUntil(hasPart, { limitMs: 35 * MINUTE_MS, what: 'a first tier is sold' });
    const command = { kind: 'emergencyClose', requestId: 'r1', reason: 'test' } as const;
    await session.service.engine.submit({ kind: 'operatorCommanded', receivedTime: session.now(), command });
    await session.passUntil(() => held() === 0, { limitMs: MINUTE_MS, what: 'everything is sold' });
    await session.end();

    const lines = readLines(session, EVENTS_FILE).map((line) => eventEnvelope.parse(line));
    for (const { event_type, payload } of lines) EVENT_PAYLOADS[event_type as EventType].parse(payload);
    expect(
      lines.map(({ seq }) => seq),
      'no event is missing',
    ).toEqual(lines.map((_, index) => index + 1));
    expectTold(lines);
    expectLinked(lines);
    expectTrades(session);
  });
});

function payloads(lines: readonly Line[], type: EventType): readonly Seen[] {
  return lines.flatMap(({ event_type, payload }) => (event_type === type ? [payload as Seen] : []));
}

function expectTold(lines: readonly Line[]): void {
  const told: readonly EventType[] = [
    ...([
      'anomaly',
      'pool_change',
      'candidate_snapshot',
      'signal_snapshot',
      'entry_rejected',
      'entry_approved',
    ] as const),
    ...(['order_attempt', 'order_result', 'stop_change', 'exit_decision', 'leg_closed', 'position_closed'] as const),
    ...(['risk_action', 'emergency_close', 'state_change'] as const),
  ];
  const types = new Set(lines.map(({ event_type }) => event_type));
  for (const type of told) expect(types, type).toContain(type);
  const moves = payloads(lines, 'pool_change').map(({ from, to }) => `${from} ${to}`);
  expect(moves).toEqual(expect.arrayContaining(['null active', 'active trading']));
  const rejected = payloads(lines, 'entry_rejected').map(({ symbol, rule }) => `${symbol} ${rule}`);
  expect(new Set(rejected).size, 'a refusal that goes on is told once').toBe(rejected.length);
}

function expectLinked(lines: readonly Line[]): void {
  const [entry] = payloads(lines, 'entry_approved');
  const opened = lines.find(({ event_type }) => event_type === 'entry_approved');
  const orders = [...payloads(lines, 'order_attempt'), ...payloads(lines, 'order_result')];
  for (const order of orders) {
    expect(order).toMatchObject({ position_id: entry?.['position_id'], signal_id: entry?.['signal_id'] });
  }
  const attempts = payloads(lines, 'order_attempt');
  const ids = attempts.map(({ client_order_id }) => client_order_id);
  expect(new Set(ids).size, 'each order is attempted once').toBe(ids.length);
  expect(attempts[0]).toMatchObject({ strength: expect.any(Number), confidence: expect.any(Number) });
  const hints = attempts.filter(({ intent }) => intent !== 'protect').map(({ hint_price }) => Number(hint_price));
  expect(Math.min(...hints), 'each is decided at a price').toBeGreaterThan(1);
  const sales = attempts.filter(({ side, intent }) => side === 'SELL' && intent !== 'protect');
  expect(sales.map(({ intent }) => intent)).toEqual(['partial_close', 'close']);
  const exits = lines.filter(({ event_type }) => ['exit_decision', 'leg_closed', 'stop_change'].includes(event_type));
  for (const { event_type, trace_id } of exits) expect(trace_id, event_type).toBe(opened?.trace_id);
  const signals = payloads(lines, 'signal_snapshot').flatMap(({ signals }) => signals as readonly Seen[]);
  expect(signals.map(({ signal_id }) => signal_id)).toContain(entry?.['signal_id']);
  expect(payloads(lines, 'emergency_close')).toMatchObject([{ symbols: ['HOTUSDT'] }]);
}

function expectTrades(session: TradingRun): void {
  const [part, rest] = readLines(session, 'hotcoin_trades_20260615.jsonl') as readonly Seen[];
  const decided = { strength: expect.any(Number), heat: expect.any(Number), sl_pct: expect.any(Number) };
  const slipped = { slippage_bps: expect.any(Number), slippage_entry_bps: expect.any(Number), mode: 'paper' };
  expect(part).toMatchObject({ ...decided, ...slipped, leg: 1, reason: 'takeProfit', symbol: 'HOTUSDT' });
  expect(rest).toMatchObject({ ...decided, ...slipped, leg: 2, reason: 'emergency' });
  const status = JSON.parse(readFileSync(join(session.dataDir, STATUS_FILE), 'utf8')) as Seen;
  expect(status).toMatchObject({ running: false, engine_state: 'stopped' });
}
