/**
 * What must become of trading when the market's streams fall silent, the exchange is gone, or it refuses every request
 * (hotcoin.md 10.1), over the simulated exchange with real sockets and real files.
 */
import { expect, it } from 'vitest';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import {
  bought,
  expectSettled,
  HOT,
  legs,
  MINUTE_MS,
  owned,
  positionsOf,
  SECOND_MS,
  trackRuns,
} from '../fixtures/trading-checks.ts';
import type { TradingRun } from '../fixtures/trading-run.ts';

const start = trackRuns();

const states = (run: TradingRun): readonly string[] =>
  run.told('health').map(({ health }) => `${health.state} ${health.reasons.join()}`);

it('scenario 9: 15 s of silence degrade, an hour of outage blocks; neither bursts on return, and recovery is 3 and 6 rounds', async () => {
  const scenario = [
    'name: outage',
    'about: silence, and then an outage',
    'cast: 3',
    'events:',
    '  - at: 305s',
    '    fault: { kind: silence, forMs: 15000 }',
    '  - at: 8m',
    '    outage: { for: 60m }',
    '',
  ].join('\n');
  const run = await start({ scenario });
  await run.pass(5 * MINUTE_MS);
  expect(run.trading.decisions.health.state).toBe('tradeable');
  await run.pass(2 * MINUTE_MS);
  expect(states(run)[1]).toMatch(/^degraded ticker_age_ms:1\d000$/);
  expect(states(run)).toContain('degraded recovery_pending:2/3');
  expect(run.trading.decisions.health.state).toBe('tradeable');
  expect(run.warnings.filter((text) => text.startsWith('feed_silent')).length).toBeGreaterThan(0);
  const known = states(run).length;
  await run.pass(3 * MINUTE_MS);
  expect(run.trading.decisions.health.state).toBe('blocked');
  await run.pass(57 * MINUTE_MS);
  expect(run.trading.decisions.health.state).toBe('blocked');
  await run.pass(5 * MINUTE_MS);
  const back = ['1/6', '2/6', '3/6', '4/6', '5/6'].map((step) => `blocked recovery_pending:${step}`);
  expect(states(run).slice(known)).toEqual(expect.arrayContaining([...back, 'tradeable recovered_to_tradeable']));
  expect(run.trading.decisions.health.state).toBe('tradeable');
  expect(run.told('anomaly')).toEqual([]);
});

it('scenario 12: a 429 and then a 418 make it back off, and data that waits leaves exits their reserve', async () => {
  const scenario = burstMarket([...move('26m', 'price: +6%')]);
  const run = await start({ scenario, venue: 'exchange' });
  const begun = { usdt: await owned(run, 'USDT') };
  await bought(run);
  for (const [status, seconds] of [
    [429, 60],
    [418, 120],
  ] as const) {
    run.exchange.orderFault({ kind: 'ban', status, seconds });
    const before = run.exchange.stats();
    await run.pass((seconds - 1) * SECOND_MS);
    const after = run.exchange.stats();
    expect(after.refusals - before.refusals).toBeLessThanOrEqual(2);
    expect(positionsOf(run)).toHaveLength(1);
    await run.pass(61 * SECOND_MS);
  }
  await run.passUntil(() => run.now() >= Date.UTC(2026, 5, 15, 9, 25, 55), { limitMs: 10 * MINUTE_MS, what: 'time' });
  let waiting = 0;
  for (let each = 0; each < 1_200; each++) {
    waiting++;
    void run.service.watch.fetchBook(HOT).then(() => waiting--);
  }
  await run.passUntil(() => legs(run).length > 0, { limitMs: 20 * SECOND_MS, what: 'the gain is taken' });
  expect(legs(run)).toEqual(['takeProfit']);
  expect(waiting).toBeGreaterThan(0);
  await expectSettled(run, begun);
});
