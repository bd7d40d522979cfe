import { describe, expect, it } from 'vitest';
import { ExecutionWorld, instrumentOf, money, price, quantity, rulesFor } from '../../test/fixtures/execution-world.ts';
import { failure } from '../model/failure.ts';
import type { PositionId } from '../model/intent.ts';
import type { ApprovedOrder, ClientOrderId } from '../model/order.ts';
import type { TradingRules } from '../model/trading-rules.ts';
import { DEFAULT_EXECUTION_CONFIG } from './index.ts';

const { protection } = DEFAULT_EXECUTION_CONFIG;

async function held(options: Parameters<typeof ExecutionWorld.opened>[0] = {}) {
  const world = await ExecutionWorld.opened(options);
  const positionId = world.enter('AAA', { quoteAmount: money('1010') });
  await world.settle();
  return { world, positionId };
}

const stopsOf = (world: ExecutionWorld) => world.view().positions[0]?.orders.map((order) => order.terms);
const typesOf = (orderTypes: TradingRules['orderTypes']) => ({ rules: [rulesFor('AAA', { orderTypes })] });

describe('the stop on the venue', () => {
  it('has a limit far below where the instrument takes no other', async () => {
    const { world } = await held(typesOf(['market', 'limit', 'stopLimit']));
    expect(stopsOf(world)).toEqual([
      { type: 'stop', side: 'sell', quantity: quantity('9.99'), stopPrice: price('94.52'), limitPrice: price('92.62') },
    ]);
  });

  it('is missed honestly where the instrument takes none, and people are told once', async () => {
    const { world, positionId } = await held(typesOf(['market', 'limit']));
    await world.advance(4_999);
    expect(stopsOf(world)).toEqual([]);
    expect(world.view().positions[0]).toMatchObject({ protection: { protection: 'none' }, nakedMs: 4_999 });
    expect(world.notices).toEqual(['position_unprotectable']);
    world.leave(positionId);
    await world.settle();
    expect(world.view().positions).toEqual([]);
  });

  it('is one of a pair with a distant take-profit where that is wanted', async () => {
    const { world } = await held({ config: { protection: { ...protection, order: 'oco' } } });
    expect(stopsOf(world)).toMatchObject([{ type: 'oco', stopPrice: price('94.52'), takePrice: price('150') }]);
    world.move('AAA', '150');
    await world.settle();
    expect(world.view().positions).toEqual([]);
    expect(world.factsOf('orderFilled').at(-1)).toMatchObject({ purpose: 'protection', fill: { price: price('150') } });
  });

  it('moves with the software stop in one request, and does not move when nothing changed', async () => {
    const { world, positionId } = await held();
    const move = (text: string) =>
      world.approve({ kind: 'protect', positionId, stopPrice: price(text), time: world.now });
    move('98');
    expect(world.outbox).toMatchObject([{ kind: 'replaceOrder', order: { terms: { stopPrice: price('97.51') } } }]);
    await world.settle();
    expect(stopsOf(world)).toMatchObject([{ stopPrice: price('97.51'), quantity: quantity('9.99') }]);
    move('98');
    expect(world.outbox).toEqual([]);
    move('98.001');
    expect(world.outbox, 'the same on the grid of prices').toEqual([]);
  });

  it('stays where it was while the venue refuses the new one, which is tried again less and less often', async () => {
    const { world, positionId } = await held();
    world.approve({ kind: 'protect', positionId, stopPrice: price('104'), time: world.now });
    await world.settle();
    expect(stopsOf(world)).toMatchObject([{ stopPrice: price('94.52') }]);
    const before = world.sent.size;
    await world.advance(20_000);
    expect(world.sent.size - before).toBeLessThan(10);
    world.move('AAA', '110');
    await world.advance(30_000);
    expect(stopsOf(world)).toMatchObject([{ stopPrice: price('103.48') }]);
  });

  it('goes back to where it was when the move took the old one and the venue refuses the new one', async () => {
    const { world, positionId } = await held();
    const [stop] = world.view().positions[0]?.orders ?? [];
    world.approve({ kind: 'protect', positionId, stopPrice: price('101'), time: world.now });
    const [request] = world.outbox.splice(0);
    const key = { instrumentId: instrumentOf('AAA'), clientOrderId: stop?.clientOrderId as ClientOrderId };
    const cancelled = await world.venue.cancel(key);
    world.inbox = [];
    const beyond = failure('order_would_trigger', { reason: 'the market is at 100' });
    world.fold({
      ...{ kind: 'orderReplaced', receivedTime: world.now, cancelId: key.clientOrderId },
      clientOrderId: (request as { order: ApprovedOrder }).order.clientOrderId,
      outcome: {
        cancelled: cancelled.ok ? cancelled.value : null,
        outcome: { phase: 'refused', failure: beyond, transient: false },
      },
    });
    expect(world.outbox).toMatchObject([{ kind: 'submitOrder', order: { terms: { stopPrice: price('94.52') } } }]);
    await world.settle();
    world.move('AAA', '110');
    await world.advance(59_000);
    expect(stopsOf(world)).toMatchObject([{ stopPrice: price('94.52') }]);
    await world.advance(2_000);
    expect(stopsOf(world)).toMatchObject([{ stopPrice: price('100.49') }]);
  });

  it('that fires sells the position and lets it go', async () => {
    const { world, positionId } = await held();
    world.move('AAA', '94.4');
    await world.settle();
    expect(world.factsOf('orderFilled').at(-1)).toMatchObject({
      positionId,
      purpose: 'protection',
      reason: 'protection',
    });
    expect(world.factsOf('positionReleased')).toMatchObject([{ positionId }]);
    expect(world.view().positions).toEqual([]);
  });

  it('that fired without a word is found by the poll', async () => {
    const { world, positionId } = await held();
    world.move('AAA', '94.4');
    world.inbox = [];
    expect(world.view().positions).toHaveLength(1);
    await world.advance(31_000);
    expect(world.view().positions).toEqual([]);
    expect(world.factsOf('orderFilled').filter((fact) => fact.positionId === positionId)).toHaveLength(2);
  });

  it('that somebody else cancelled is placed again', async () => {
    const { world } = await held();
    const [stop] = world.view().positions[0]?.orders ?? [];
    const clientOrderId = stop?.clientOrderId as NonNullable<typeof stop>['clientOrderId'];
    await world.venue.cancel({ instrumentId: instrumentOf('AAA'), clientOrderId });
    await world.settle();
    expect(world.view().positions[0]?.protection.protection).toBe('none');
    await world.advance(250);
    expect(stopsOf(world)).toMatchObject([{ type: 'stop', quantity: quantity('9.99') }]);
    expect(world.view().positions[0]).toMatchObject({ nakedMs: 250, protection: { protection: 'resting' } });
  });

  it('is missing for a time that is measured for each position, and alarmed when it is too long', async () => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA');
    await world.perform(0);
    while (world.inbox.length > 0) world.deliver();
    // The stop left and does not arrive: the position is naked from its first fill on.
    const stop = world.outbox.splice(0);
    expect(stop).toMatchObject([{ kind: 'submitOrder', order: { terms: { type: 'stop' } } }]);
    const naked = () => world.view().positions[0]?.nakedMs;
    const started = world.now;
    for (let next = world.nextTimer(); next !== null && next.at <= started + 16_000; next = world.nextTimer()) {
      world.fire(next);
    }
    expect(naked()).toBe(world.now - started);
    expect(world.notices, 'after 5 s, and twice as long after that').toEqual(['position_naked', 'position_naked']);
    expect(world.factsOf('protectionChanged').map((fact) => fact.protection)).toEqual(['unknown']);
    await world.settle();
    await world.advance(10_000);
    const measured = naked();
    expect(world.view().positions[0]?.protection.protection).toBe('resting');
    await world.advance(60_000);
    expect(naked(), 'a resting stop covers').toBe(measured);
  });

  it('of a position that is over is swept by the poll', async () => {
    const { world } = await held();
    const order = {
      clientOrderId: 'hw-PAAA0-p9',
      instrumentId: instrumentOf('AAA'),
      terms: { type: 'limit', side: 'buy', quantity: quantity('1'), price: price('50'), timeInForce: 'GTC' },
    };
    await world.venue.submit(order as Parameters<typeof world.venue.submit>[0]);
    world.inbox = [];
    await world.advance(31_000);
    expect(world.factsOf('mismatchFound')).toMatchObject([
      { mismatch: { kind: 'orphanOrder', clientOrderId: 'hw-PAAA0-p9' } },
    ]);
    const open = await world.venue.openOrders(null);
    expect(open.ok && open.value.map((report) => report.clientOrderId)).toEqual(['hw-PAAA1-p2']);
  });

  it('keeps few records of the stops it had', async () => {
    const { world, positionId } = await held();
    for (let i = 0; i < 700; i++) {
      world.approve({
        kind: 'protect',
        positionId: positionId as PositionId,
        stopPrice: price(`9${(i % 40) / 10}`),
        time: world.now,
      });
      await world.settle();
    }
    expect(Object.keys(world.state.orders).length).toBeLessThan(5);
    expect(Object.keys(world.state.pastOrders).length).toBeLessThanOrEqual(500);
  });
});
