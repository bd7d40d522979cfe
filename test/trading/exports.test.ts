/**
 * The event log's contract over a whole session: a burst, an entry with its resting stop, and everything closed at once.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { toEventBodies } from '../../src/app/trading/exports/event-bodies.ts';
import { EVENT_PAYLOADS } from '../../src/app/trading/exports/event-line.ts';
import { viewPortfolio } from '../../src/portfolio/index.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import { TradingRun } from '../fixtures/trading-run.ts';

const MINUTE_MS = 60_000;
let run: TradingRun | null = null;

afterEach(async () => {
  await run?.close();
});

describe('the events of a session', () => {
  it('C-8: all keep the contract, and tell from a burst to the last sale', async () => {
    const burst = move('17m', 'price: +15%, volume: 6x, buyers: 60%, for: 16m');
    const session = await TradingRun.start({ scenario: burstMarket(burst) });
    run = session;
    const held = (): number => viewPortfolio(session.trading.portfolio).positions.length;
    await session.passUntil(() => held() === 1, { limitMs: 25 * MINUTE_MS, what: 'the coin is bought' });
    const command = { kind: 'emergencyClose', requestId: 'r1', reason: 'test' } as const;
    await session.service.engine.submit({ kind: 'operatorCommanded', receivedTime: session.now(), command });
    await session.passUntil(() => held() === 0, { limitMs: MINUTE_MS, what: 'everything is sold' });

    const bodies = session.events.flatMap((event) => toEventBodies(event, session.trading));
    for (const { event_type, payload } of bodies) EVENT_PAYLOADS[event_type].parse(payload);
    const types = new Set(bodies.map(({ event_type }) => event_type));
    const told = [
      'anomaly',
      'candidate_snapshot',
      'signal_snapshot',
      'entry_approved',
      'order_attempt',
      'order_result',
    ];
    for (const type of [...told, 'stop_change', 'emergency_close', 'exit_decision', 'leg_closed', 'position_closed']) {
      expect(types, type).toContain(type);
    }
    const attempts = bodies.flatMap((body) => (body.event_type === 'order_attempt' ? [body.payload] : []));
    const ids = attempts.map(({ client_order_id }) => client_order_id);
    expect(new Set(ids).size, 'each order is attempted once').toBe(ids.length);
  });
});
