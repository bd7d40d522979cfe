/**
 * What must become of trading when the market's streams fall silent, the exchange is gone, or it refuses every request
 * (hotcoin.md 10.1), over the simulated exchange with real sockets and real files.
 */
import { expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../../src/core/time.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import {
  bought,
  exits,
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

const at = (minute: number, second = 0): EpochMs => epochMs(Date.UTC(2026, 5, 15, 9, minute, second));

async function passUntilTime(run: TradingRun, time: EpochMs): Promise<void> {
  await run.pass(time - run.now());
}

it('scenario 9: 15 s of silence degrade, an hour of outage blocks and keeps what is held; neither bursts on return, the stop does not wait for it, and recovery is 3 and 6 rounds', async () => {
  const scenario = burstMarket([
    '  - at: 305s',
    '    fault: { kind: silence, forMs: 15000 }',
    '  - at: 20m',
    '    outage: { for: 60m }',
    ...move('40m', 'price: -9%, for: 10s'),
  ]);
  const run = await start({ scenario, venue: 'exchange' });
  const begun = { usdt: await owned(run, 'USDT') };
  await passUntilTime(run, at(5));
  expect(run.trading.decisions.health.state).toBe('tradeable');
  await passUntilTime(run, at(7));
  expect(states(run)[1]).toMatch(/^degraded ticker_age_ms:1\d000$/);
  expect(states(run)).toContain('degraded recovery_pending:2/3');
  expect(run.trading.decisions.health.state).toBe('tradeable');
  expect(run.warnings.filter((text) => text.startsWith('feed_silent')).length).toBeGreaterThan(0);
  await bought(run);
  await passUntilTime(run, at(20));
  const [bursts, known] = [run.told('anomaly').length, states(run).length];
  await passUntilTime(run, at(21, 30));
  expect(run.trading.decisions.health.state).toBe('blocked');
  await passUntilTime(run, at(79, 59));
  expect(run.trading.decisions.health.state).toBe('blocked');
  expect(
    states(run)
      .slice(known)
      .filter((text) => text.startsWith('tradeable')),
  ).toEqual([]);
  expect(positionsOf(run), 'it is held all the time').toHaveLength(1);
  await run.passUntil(() => legs(run).length > 0, { limitMs: 2 * MINUTE_MS, what: 'the stop sells' });
  expect(legs(run)).toEqual(['stop']);
  expect(run.trading.decisions.health.state, 'an exit waits for no recovery').toBe('blocked');
  await run.pass(5 * MINUTE_MS);
  const back = ['1/6', '2/6', '3/6', '4/6', '5/6'].map((step) => `blocked recovery_pending:${step}`);
  expect(states(run).slice(known)).toEqual(expect.arrayContaining([...back, 'tradeable recovered_to_tradeable']));
  expect(run.trading.decisions.health.state).toBe('tradeable');
  expect(run.told('anomaly')).toHaveLength(bursts);
  await expectSettled(run, begun);
});

it('scenario 12: a 429 and then a 418 make it back off; a gain is taken as soon as the first is over, the stop on the exchange sells within the second, and data that waits leaves exits their reserve', async () => {
  const scenario = burstMarket([
    ...move('22m', 'price: +6%'),
    ...move('26m', 'price: +7%'),
    ...move('29m', 'price: -20%, for: 10s'),
  ]);
  const run = await start({ scenario, venue: 'exchange' });
  const begun = { usdt: await owned(run, 'USDT') };
  await bought(run);

  await passUntilTime(run, at(21, 55));
  run.exchange.orderFault({ kind: 'ban', status: 429, seconds: 60 });
  // What was on its way when the limit came is refused; from then on nothing is sent but for announcements, which are
  // another host's with a patience of its own.
  await run.pass(20 * SECOND_MS);
  let { refusals } = run.exchange.stats();
  await passUntilTime(run, at(22, 54));
  expect(exits(run), 'it is decided meanwhile').toContain('takeProfit');
  expect(legs(run)).toEqual([]);
  expect(run.exchange.stats().refusals - refusals, 'and nothing hammers').toBeLessThanOrEqual(1);
  await run.pass(15 * SECOND_MS);
  expect(legs(run)).toEqual(['takeProfit']);

  await passUntilTime(run, at(25, 55));
  let waiting = 0;
  for (let each = 0; each < 1_200; each++) {
    waiting++;
    void run.service.watch.fetchBook(HOT).then(() => waiting--);
  }
  await run.passUntil(() => legs(run).length > 1, { limitMs: 20 * SECOND_MS, what: 'the next gain is taken' });
  expect(legs(run)).toEqual(['takeProfit', 'takeProfit']);
  expect(waiting).toBeGreaterThan(0);

  await passUntilTime(run, at(28, 55));
  run.exchange.orderFault({ kind: 'ban', status: 418, seconds: 120 });
  await run.pass(20 * SECOND_MS);
  refusals = run.exchange.stats().refusals;
  await passUntilTime(run, at(30));
  expect(legs(run), 'the exchange itself sells what it was given to protect').toEqual([
    'takeProfit',
    'takeProfit',
    'stop',
  ]);
  expect(positionsOf(run)).toEqual([]);
  expect(run.exchange.stats().refusals - refusals).toBeLessThanOrEqual(1);
  await passUntilTime(run, at(31, 30));
  await expectSettled(run, begun);
});
