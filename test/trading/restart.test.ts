/**
 * What must be true after trading was killed (hotcoin.md 10.1), with orders at the simulated exchange itself: what comes
 * next begins on the files as they were at that moment.
 */
import { expect, it } from 'vitest';
import { addMs } from '../../src/core/time.ts';
import { burstMarket, move } from '../fixtures/burst-market.ts';
import {
  bought,
  coin,
  expectSettled,
  HOT,
  legs,
  MINUTE_MS,
  owned,
  positionOf,
  positionsOf,
  SECOND_MS,
  trackRuns,
} from '../fixtures/trading-checks.ts';
import type { TradingRun } from '../fixtures/trading-run.ts';

const start = trackRuns();

/** Open orders of the coin at the exchange. */
async function resting(run: TradingRun): Promise<readonly string[]> {
  const orders = await run.service.account.fetchOrders(HOT, addMs(run.now(), -60 * MINUTE_MS));
  if (!orders.ok) throw new Error(orders.error.message);
  return orders.value.filter(({ status }) => status === 'open').map(({ clientOrderId }) => clientOrderId);
}

it('scenario 8: killed between order and position, trading adopts the position with its stop, twice over', async () => {
  const scenario = burstMarket(move('20m', 'price: -9%, for: 10s'));
  const run = await start({ scenario, venue: 'exchange' });
  const begun = { usdt: await owned(run, 'USDT') };
  run.exchange.orderFault({ kind: 'request', answer: 'dropResponse', path: '/order', method: 'POST', count: 1 });
  run.exchange.orderFault({ kind: 'frame', fault: 'skip', stream: 'userData', count: 1_000 });
  const isSent = (): boolean => run.told('order').some(({ order }) => order.state === 'sent');
  await run.passUntil(isSent, { limitMs: 20 * MINUTE_MS, what: 'an order is sent' });
  expect(positionsOf(run)).toEqual([]);
  expect((await owned(run, 'HOT')) > 0n, 'the exchange has filled it').toBe(true);
  await run.crash();
  run.exchange.orderFault({ kind: 'clear' });
  await run.begin();
  await run.pass(20 * SECOND_MS);
  await bought(run);
  expect(positionsOf(run).map(({ instrumentId }) => instrumentId)).toEqual([coin('HOT')]);
  expect(await resting(run)).toHaveLength(1);
  await expectSettled(run, begun);

  const before = positionOf(run, HOT);
  await run.crash();
  await run.begin();
  await run.pass(20 * SECOND_MS);
  expect(positionOf(run, HOT)).toMatchObject({
    positionId: before?.positionId,
    quantity: before?.quantity,
    entryPrice: before?.entryPrice,
  });
  expect(await resting(run)).toHaveLength(1);
  await run.passUntil(() => positionsOf(run).length === 0, { limitMs: 6 * MINUTE_MS, what: 'the stop sells' });
  await run.pass(2 * SECOND_MS);
  expect(legs(run)).toEqual(['stop']);
  expect(await resting(run)).toEqual([]);
  const entered = run.told('order').filter(({ order }) => order.purpose === 'open' && order.state === 'filled');
  expect(new Set(entered.map(({ order }) => order.clientOrderId)).size).toBe(1);
  await expectSettled(run, begun);
});
