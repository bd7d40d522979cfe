import { describe, expect, it } from 'vitest';
import { ExecutionWorld, instrumentOf, money, price, quantity } from '../../test/fixtures/execution-world.ts';
import { decimal } from '../core/decimal.ts';
import { ok } from '../core/result.ts';
import { epochMs } from '../core/time.ts';
import type { ClientOrderId, Fill, OrderReport, VenueOrderId } from '../model/order.ts';

function reportOf(world: ExecutionWorld, id: string, fills: readonly Partial<Fill>[]): OrderReport {
  const all = fills.map(
    (fill, index): Fill => ({
      ...{ tradeId: `t${index}`, price: price('100'), quantity: quantity('1'), fee: decimal('0.01'), feeAsset: 'BNB' },
      eventTime: world.now,
      ...fill,
    }),
  );
  const filledQuantity = all.reduce<bigint>((sum, fill) => sum + fill.quantity, 0n) as Fill['quantity'];
  return {
    ...{ clientOrderId: id as ClientOrderId, instrumentId: instrumentOf('AAA'), venueOrderId: '1' as VenueOrderId },
    ...{ side: 'buy', status: 'filled', orderedQuantity: filledQuantity, filledQuantity, fills: all },
    updateTime: world.now,
  };
}

describe('an order', () => {
  it('is told in every state of its life, and each state is on the disk before the next', async () => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA');
    await world.perform(0);
    world.inbox = world.inbox.filter(({ input }) => input.kind === 'orderAnswered');
    await world.settle();
    const states = world.factsOf('orderMoved').map(({ order }) => `${order.purpose} ${order.state}`);
    expect(states.slice(0, 3)).toEqual(['open intent', 'open sent', 'open filled']);
    expect(world.orders.get('hw-PAAA1-o1')).toMatchObject({ state: 'filled', filledQuantity: quantity('9.9') });
    expect(world.wrong).toEqual([]);
  });

  it('net of a commission in the coin holds less than it bought, and of one in another asset all of it', async () => {
    for (const [feeAsset, held] of [
      ['AAA', '1.98'],
      ['USDT', '2'],
      ['BNB', '2'],
    ] as const) {
      const world = await ExecutionWorld.opened();
      world.enter('AAA');
      world.outbox = [];
      world.fold({
        ...{ kind: 'orderReported', receivedTime: world.now },
        report: reportOf(world, 'hw-PAAA1-o1', [{ feeAsset }, { feeAsset }]),
      });
      expect(world.view().positions[0]?.held, feeAsset).toBe(quantity(held));
    }
  });

  it('that the venue shows after it was sure that there is none is managed all the same', async () => {
    const world = await ExecutionWorld.opened();
    const positionId = world.enter('AAA');
    world.outbox = [];
    const id = 'hw-PAAA1-o1' as ClientOrderId;
    world.fold({ kind: 'orderAnswered', receivedTime: world.now, clientOrderId: id, outcome: lost(id) });
    world.fold({ kind: 'orderQueried', receivedTime: world.now, clientOrderId: id, answer: ok(null) });
    expect(world.view().positions).toEqual([]);
    expect(world.factsOf('positionReleased')).toHaveLength(1);
    world.outbox = [];
    world.fold({ kind: 'orderReported', receivedTime: world.now, report: reportOf(world, id, [{}, {}, {}]) });
    expect(world.view().positions).toMatchObject([{ positionId, held: quantity('3') }]);
    expect(world.outbox).toMatchObject([
      { kind: 'submitOrder', order: { terms: { type: 'stop', quantity: quantity('3') } } },
    ]);
    expect(world.factsOf('orderFilled')).toHaveLength(3);
  });

  it('that rests after it was said to be absent and its position let go is cancelled, not left for other coins', async () => {
    const world = await ExecutionWorld.opened({ config: { entryOrder: 'limit' } });
    world.enter('AAA');
    world.outbox = [];
    const id = 'hw-PAAA1-o1' as ClientOrderId;
    world.fold({ kind: 'orderAnswered', receivedTime: world.now, clientOrderId: id, outcome: lost(id) });
    world.fold({ kind: 'orderQueried', receivedTime: world.now, clientOrderId: id, answer: ok(null) });
    expect(world.view().positions).toEqual([]);
    world.outbox = [];
    const report = { ...reportOf(world, id, []), status: 'open', orderedQuantity: quantity('9.9') } as const;
    world.fold({ kind: 'orderReported', receivedTime: world.now, report });
    world.fold({ kind: 'orderReported', receivedTime: world.now, report });
    expect(world.outbox).toEqual([
      { kind: 'cancelOrder', key: { instrumentId: instrumentOf('AAA'), clientOrderId: id } },
    ]);
    expect(world.factsOf('mismatchFound')).toMatchObject([{ mismatch: { kind: 'orphanOrder', clientOrderId: id } }]);
    const ended = { ...report, status: 'cancelled' } as const;
    world.fold({ kind: 'cancelAnswered', receivedTime: world.now, clientOrderId: id, answer: ok(ended) });
    expect(world.orders.get(id)).toMatchObject({ state: 'cancelled' });
    expect(Object.keys(world.state.orders), 'nothing of it is kept among what matters').toEqual([]);
  });

  it('whose absence is not certain yet is asked about when it will be, not after it', async () => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA');
    world.outbox = [];
    const id = 'hw-PAAA1-o1' as ClientOrderId;
    world.fold({ kind: 'orderAnswered', receivedTime: world.now, clientOrderId: id, outcome: lost(id) });
    const asked: number[] = [];
    const begun = world.now;
    for (let certainMs = 4_000; certainMs >= 0; certainMs = 4_000 - (world.now - begun)) {
      asked.push(world.now - begun);
      const { failure: reason } = lost(id);
      const error = { ...reason, context: { retryAfterMs: certainMs + 1 } };
      world.fold({ kind: 'orderQueried', receivedTime: world.now, clientOrderId: id, answer: { ok: false, error } });
      world.now = epochMs(world.timers.get(`execution:order:${id}`) ?? Number.NaN);
    }
    expect(asked).toEqual([0, 250, 750, 1_750, 3_750]);
    expect(world.now - begun).toBe(4_001);
  });

  it('of which a report tells more than its fills is asked about', async () => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA');
    await world.perform(0);
    world.inbox = [];
    const [whole] = [reportOf(world, 'hw-PAAA1-o1', [{ quantity: quantity('9.9') }])];
    const report = { ...whole, fills: [] } as OrderReport;
    world.fold({ kind: 'orderReported', receivedTime: world.now, report });
    expect(world.view().entriesClosed).toMatch(/is unknown/);
    await world.advance(250);
    expect(world.view()).toMatchObject({ entriesClosed: null, positions: [{ held: quantity('9.8901') }] });
  });

  it('that exists already by its id is asked about, not taken for refused', async () => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA');
    await world.perform(0);
    world.inbox = [];
    const id = 'hw-PAAA1-o1' as ClientOrderId;
    const { failure: reason } = lost(id);
    const outcome = { phase: 'refused', failure: { ...reason, code: 'order_duplicate' }, transient: false } as const;
    world.fold({ kind: 'orderAnswered', receivedTime: world.now, clientOrderId: id, outcome });
    expect(world.outbox).toMatchObject([{ kind: 'queryOrder', key: { clientOrderId: id } }]);
    await world.settle();
    expect(world.view().positions).toHaveLength(1);
  });

  it('whose answer never comes is asked about', async () => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA');
    await world.perform(0);
    world.inbox = [];
    await world.advance(19_999);
    expect(world.view().positions[0]?.held).toBe(0n);
    await world.advance(1);
    expect(world.view().positions[0]?.held).toBe(quantity('9.8901'));
  });

  it('that the venue told of and denies again and again is over, and said to have vanished', async () => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA');
    await world.settle();
    const id = 'hw-PAAA1-p2' as ClientOrderId;
    await world.venue.cancel({ instrumentId: instrumentOf('AAA'), clientOrderId: id });
    world.inbox = [];
    const deny = () =>
      world.fold({ kind: 'orderQueried', receivedTime: world.now, clientOrderId: id, answer: ok(null) });
    for (let i = 0; i < 4; i++) deny();
    expect(world.factsOf('mismatchFound')).toEqual([]);
    deny();
    expect(world.factsOf('mismatchFound')).toMatchObject([{ mismatch: { kind: 'orderVanished', clientOrderId: id } }]);
    await world.advance(1_000);
    expect(world.view().positions[0]).toMatchObject({ protection: { protection: 'resting' } });
  });

  it('refused for want of balance has the account compared with our fills', async () => {
    const world = await ExecutionWorld.opened();
    const positionId = world.enter('AAA', { quoteAmount: money('1010') });
    await world.settle();
    await world.advance(61_000);
    const instrumentId = instrumentOf('AAA');
    await world.venue.cancel({ instrumentId, clientOrderId: 'hw-PAAA1-p2' as ClientOrderId });
    const terms = {
      type: 'limit',
      side: 'sell',
      quantity: quantity('4'),
      price: price('120'),
      timeInForce: 'GTC',
    } as const;
    await world.venue.submit({ clientOrderId: 'web_1' as ClientOrderId, instrumentId, terms });
    await world.settle();
    await world.advance(10_000);
    expect(world.factsOf('mismatchFound').map((fact) => fact.mismatch)).toEqual([
      { kind: 'foreignOrder', clientOrderId: 'web_1' },
      { kind: 'balanceShort', asset: 'AAA', held: decimal('9.99'), found: decimal('5.99') },
    ]);
    expect(world.view()).toMatchObject({ entriesClosed: null, positions: [{ protection: { protection: 'resting' } }] });
    world.leave(positionId);
    await world.settle();
    expect(world.factsOf('orderFilled').at(-1)?.fill.quantity).toBe(quantity('5.99'));
  });
});

function lost(clientOrderId: ClientOrderId) {
  const context = { clientOrderId };
  const failure = { kind: 'failure', code: 'order_outcome_unknown', message: '', hint: '', context } as const;
  return { phase: 'unknown', failure, transient: true } as const;
}
