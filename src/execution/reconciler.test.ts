import { describe, expect, it } from 'vitest';
import {
  ExecutionWorld,
  instrumentOf,
  money,
  price,
  quantity,
  rulesFor,
  type Survivor,
} from '../../test/fixtures/execution-world.ts';
import { decimal } from '../core/decimal.ts';
import { epochMs } from '../core/time.ts';
import { encode } from '../journal/index.ts';
import type { ClientOrderId } from '../model/order.ts';

async function held() {
  const world = await ExecutionWorld.opened();
  const positionId = world.enter('AAA', { quoteAmount: money('1010') });
  await world.settle();
  return { world, positionId };
}

async function restart(world: ExecutionWorld, survivor: Survivor): Promise<void> {
  world.crash(survivor);
  world.open();
  await world.settle();
}

describe('a start', () => {
  it('compares once, also where the run before was comparing at the same moment, and its connection says that it is up', async () => {
    const { world } = await held();
    for (let starts = 0; starts < 3; starts++) {
      world.crash('state');
      world.open();
      world.fold({ kind: 'venueChanged', receivedTime: world.now, connection: 'up' });
      expect(world.outbox.filter(({ kind }) => kind === 'fetchOpenOrders')).toHaveLength(1);
      expect(world.outbox.filter(({ kind }) => kind === 'fetchBalances')).toHaveLength(1);
    }
    await world.settle();
    expect(world.view()).toMatchObject({ entriesClosed: null, positions: [{ held: quantity('9.99') }] });
  });

  /** A start that has come as far as asking for balances, with the position of `held`. */
  async function startWeighing() {
    const { world, positionId } = await held();
    world.crash('state');
    world.open();
    while (world.state.reconciling.phase !== 'weighing') {
      if (world.inbox.length > 0) world.deliver();
      else await world.perform(0);
    }
    const asks = (): number => world.outbox.findIndex(({ kind }) => kind === 'fetchBalances');
    const weigh = async (): Promise<void> => {
      await world.perform(asks());
      world.deliver(world.inbox.findIndex(({ input }) => input.kind === 'balancesFetched'));
    };
    const fire = (): void => {
      const at = world.timers.get('execution:reconcile');
      expect(at).toBe(world.now + 250);
      world.fire({ timerId: 'execution:reconcile', at: at ?? world.now });
    };
    return { world, positionId, asks, weigh, fire };
  }

  it('agrees although a sale is on its way when nothing is missing: placing a stop holds nothing up', async () => {
    const { world, positionId, weigh } = await startWeighing();
    world.leave(positionId);
    await weigh();
    expect(world.state.reconciling.phase).toBe('settled');
    await world.settle();
    expect(world.view()).toMatchObject({ entriesClosed: null, positions: [] });
    expect(world.factsOf('mismatchFound')).toEqual([]);
  });

  it('reads balances that lack what a sale took before it was heard of again in 250 ms, and when it is known', async () => {
    const { world, positionId, asks, weigh, fire } = await startWeighing();
    world.leave(positionId);
    await world.perform(world.outbox.findIndex(({ kind }) => kind === 'replaceOrder'));
    await weigh();
    expect(world.state.reconciling.phase, 'the coins are gone, and nobody said why').toBe('weighing');
    fire();
    expect(asks(), 'the sale is on its way').toBe(-1);
    await world.settle();
    fire();
    expect(asks()).toBeGreaterThanOrEqual(0);
    await world.settle();
    expect(world.view()).toMatchObject({ entriesClosed: null, positions: [] });
    expect(world.factsOf('mismatchFound'), 'nothing was taken for missing').toEqual([]);
  });

  it('reads balances again while a purchase is on its way, which could hide what is missing', async () => {
    const { world, weigh, fire, asks } = await startWeighing();
    const order = Object.values(world.state.orders).find(({ purpose }) => purpose === 'open');
    const doubted = { ...(order ?? expect.unreachable()), clientOrderId: 'hw-PAAA1-o9' as ClientOrderId };
    world.state.orders[doubted.clientOrderId] = { ...doubted, state: 'sent' };
    await weigh();
    expect(world.state.reconciling.phase).toBe('weighing');
    delete world.state.orders[doubted.clientOrderId];
    fire();
    expect(asks()).toBeGreaterThanOrEqual(0);
    await world.settle();
    expect(world.view()).toMatchObject({ entriesClosed: null, positions: [{ held: quantity('9.99') }] });
  });

  it.each<[Survivor, number]>([
    ['state', 3_600_000 + 60_000],
    ['store', 7 * 86_400_000],
  ])('reads orders back to the comparison before it where it knows of one (what is left: %s)', async (survivor, ms) => {
    const { world } = await held();
    await world.advance(3_600_000);
    world.crash(survivor);
    world.open();
    const since: number[] = [];
    while (world.outbox.length > 0 || world.inbox.length > 0) {
      for (const request of world.outbox) if (request.kind === 'fetchOrders') since.push(world.now - request.since);
      if (world.inbox.length > 0) world.deliver();
      else await world.perform(0);
    }
    expect(new Set(since)).toEqual(new Set([ms]));
    expect(world.view()).toMatchObject({ entriesClosed: null, positions: [{ held: quantity('9.99') }] });
  });

  it.each<Survivor>(['state', 'store'])(
    'B-11 goes on with the position and its stop that the last run left (what is left: %s)',
    async (survivor) => {
      const { world, positionId } = await held();
      await restart(world, survivor);
      expect(world.view()).toMatchObject({
        entriesClosed: null,
        positions: [
          { positionId, held: quantity('9.99'), softwareStop: price('95'), protection: { protection: 'resting' } },
        ],
      });
      expect(world.sent.size, 'nothing had to be sent').toBe(2);
      expect(world.factsOf('orderFilled'), 'nothing is told again').toHaveLength(1);
      expect(world.factsOf('mismatchFound')).toEqual([]);
    },
  );

  it.each<Survivor>(['state', 'store'])(
    'adopts the entry that was filled while nobody listened, and protects it (scenario 8; what is left: %s)',
    async (survivor) => {
      const world = await ExecutionWorld.opened();
      const positionId = world.enter('AAA', { quoteAmount: money('1010') });
      await world.perform(0);
      await restart(world, survivor);
      expect(world.view().positions).toMatchObject([
        { positionId, held: quantity('9.99'), softwareStop: price('95'), protection: { protection: 'resting' } },
      ]);
      expect(world.factsOf('orderFilled')).toHaveLength(1);
    },
  );

  it('ends the entry that never left, and lets its place go', async () => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA');
    await restart(world, 'state');
    expect(world.view()).toMatchObject({ entriesClosed: null, positions: [], reserved: 0n });
    expect(world.factsOf('intentRefused')).toHaveLength(1);
    world.enter('AAA');
    await world.settle();
    expect(world.view().positions).toHaveLength(1);
  });

  it('places the stop that never left at once when the venue is certain of it, and waits after one that it refused', async () => {
    const entered = async (): Promise<ExecutionWorld> => {
      const world = await ExecutionWorld.opened();
      world.enter('AAA', { quoteAmount: money('1010') });
      await world.perform(0);
      while (!world.outbox.some(({ kind }) => kind === 'submitOrder')) world.deliver();
      return world;
    };
    const lost = await entered();
    await restart(lost, 'state');
    expect(lost.view()).toMatchObject({ entriesClosed: null, positions: [{ protection: { protection: 'resting' } }] });
    const refused = await entered();
    await refused.perform(
      refused.outbox.findIndex(({ kind }) => kind === 'submitOrder'),
      'notSent',
    );
    await refused.settle();
    expect(refused.view().positions).toMatchObject([{ protection: { protection: 'none' } }]);
    await refused.advance(250);
    expect(refused.view().positions).toMatchObject([{ protection: { protection: 'resting' } }]);
  });

  it('finds position and stop at the venue when nothing is left of our own records', async () => {
    const { world, positionId } = await held();
    await restart(world, 'nothing');
    await world.advance(1_000);
    expect(world.view().positions).toMatchObject([
      { positionId, held: quantity('9.99'), softwareStop: price('95'), protection: { protection: 'resting' } },
    ]);
    expect(world.view().positions[0]?.orders).toMatchObject([{ terms: { type: 'stop', stopPrice: price('94.52') } }]);
    expect(world.factsOf('mismatchFound').map((fact) => fact.mismatch.kind)).toEqual(['positionAdopted']);
    expect(world.notices).toContain('position_adopted');
    world.leave(positionId);
    await world.settle();
    expect(await world.balance('AAA')).toBe(0n);
  });

  it('does not take the coins that an adopted stop locks for missing, where the stop can not be placed anew', async () => {
    const { world, positionId } = await held();
    const [stop] = world.view().positions[0]?.orders ?? [];
    world.venue.setRules([rulesFor('AAA', { orderTypes: ['market', 'limit'] })]);
    await restart(world, 'nothing');
    await world.advance(10_000);
    expect(world.notices).not.toContain('balance_short');
    expect(world.view().positions).toMatchObject([
      { positionId, held: quantity('9.99'), protection: { protection: 'resting' } },
    ]);
    const open = await world.venue.openOrders(null);
    expect(open.ok && open.value.map((order) => order.clientOrderId)).toEqual([stop?.clientOrderId]);
  });

  it('reads orders and compares anew when the clock was put back between two runs', async () => {
    const { world } = await held();
    world.crash('state');
    const { reconciling } = world.state;
    reconciling.settledTime = epochMs(world.now + 3_600_000);
    world.open();
    const since: number[] = [];
    while (world.outbox.length > 0 || world.inbox.length > 0) {
      for (const request of world.outbox) if (request.kind === 'fetchOrders') since.push(world.now - request.since);
      if (world.inbox.length > 0) world.deliver();
      else await world.perform(0);
    }
    expect(since).toEqual([7 * 86_400_000]);
  });

  it('keeps entries closed until every difference is settled, and lets exits pass', async () => {
    const { world, positionId } = await held();
    world.crash('store');
    world.open();
    while (world.outbox.some((request) => request.kind === 'queryOrder')) {
      await world.perform(world.outbox.findIndex((request) => request.kind === 'queryOrder'));
    }
    while (world.inbox.length > 0) world.deliver();
    expect(world.view().entriesClosed).toMatch(/being compared/);
    world.enter('BBB');
    expect(world.factsOf('intentRefused').at(-1)).toMatchObject({ code: 'ENTRIES_CLOSED' });
    world.fold({ kind: 'tradingRulesFetched', receivedTime: world.now, answer: await world.venue.fetchTradingRules() });
    world.leave(positionId);
    const sale = world.outbox.findIndex((request) => request.kind === 'replaceOrder');
    expect(sale).toBeGreaterThanOrEqual(0);
    await world.settle();
    expect(world.view()).toMatchObject({ entriesClosed: null, positions: [] });
    expect(world.factsOf('reconciled').length).toBeGreaterThan(0);
  });

  it('flags an order that is not ours and leaves it alone', async () => {
    const world = new ExecutionWorld();
    world.move('AAA', '100');
    const terms = {
      type: 'limit',
      side: 'buy',
      quantity: quantity('1'),
      price: price('50'),
      timeInForce: 'GTC',
    } as const;
    await world.venue.submit({ clientOrderId: 'web_1' as ClientOrderId, instrumentId: instrumentOf('AAA'), terms });
    world.inbox = [];
    world.open();
    await world.settle();
    expect(world.factsOf('mismatchFound').map((fact) => fact.mismatch)).toEqual([
      { kind: 'foreignOrder', clientOrderId: 'web_1' },
    ]);
    expect(world.factsOf('reconciled')).toMatchObject([{ mismatches: 1 }]);
    const open = await world.venue.openOrders(null);
    expect(open.ok && open.value).toHaveLength(1);
  });

  it('says when the account has less than our fills, after a second look, and sells no more than there is', async () => {
    const { world, positionId } = await held();
    const [stop] = world.view().positions[0]?.orders ?? [];
    const instrumentId = instrumentOf('AAA');
    await world.venue.cancel({ instrumentId, clientOrderId: stop?.clientOrderId as ClientOrderId });
    const terms = { type: 'market', side: 'sell', quantity: quantity('4') } as const;
    await world.venue.submit({ clientOrderId: 'web_1' as ClientOrderId, instrumentId, terms });
    await restart(world, 'state');
    expect(world.view().entriesClosed, 'it is looked at twice').not.toBeNull();
    await world.advance(5_000);
    expect(world.factsOf('mismatchFound').map((fact) => fact.mismatch)).toEqual([
      { kind: 'balanceShort', asset: 'AAA', held: decimal('9.99'), found: decimal('5.99') },
    ]);
    expect(world.view().entriesClosed).toBeNull();
    world.leave(positionId);
    await world.settle();
    expect(await world.balance('AAA')).toBe(0n);
    expect(world.notices).toContain('balance_short');
  });

  it('asks again for what it was not given', async () => {
    const world = new ExecutionWorld();
    for (const base of ['AAA', 'BBB', 'CCC']) world.move(base, '100');
    world.open();
    const kinds = () => world.outbox.map((request) => request.kind);
    expect(kinds()).toEqual(['fetchTradingRules', 'fetchOpenOrders', 'fetchBalances']);
    await world.perform(0);
    await world.perform(0, 'lostReply');
    await world.perform(0, 'lostReply');
    while (world.inbox.length > 0) world.deliver();
    expect(world.view().entriesClosed).not.toBeNull();
    await world.advance(10_000);
    expect(world.view().entriesClosed).toBeNull();
  });
});

it('the same inputs give the same state, facts and requests', async () => {
  const { world, positionId } = await held();
  world.leave(positionId, { quantity: quantity('3') });
  await world.settle();
  await restart(world, 'store');
  const other = await held();
  other.world.leave(other.positionId, { quantity: quantity('3') });
  await other.world.settle();
  await restart(other.world, 'store');
  expect(encode(other.world.state)).toBe(encode(world.state));
  expect(encode(other.world.facts)).toBe(encode(world.facts));
});
