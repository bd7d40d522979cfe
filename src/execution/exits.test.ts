import { describe, expect, it } from 'vitest';
import { ExecutionWorld, money, price, quantity, rulesFor } from '../../test/fixtures/execution-world.ts';
import { decimal } from '../core/decimal.ts';

async function held(options: Parameters<typeof ExecutionWorld.opened>[0] = {}) {
  const world = await ExecutionWorld.opened(options);
  const positionId = world.enter('AAA', { quoteAmount: money('1010') });
  await world.settle();
  return { world, positionId };
}

describe('an exit', () => {
  it('is not held back by another one of a moment ago (scenario 3)', async () => {
    const { world, positionId } = await held();
    world.leave(positionId, { quantity: quantity('3'), reason: 'takeProfit' });
    await world.settle();
    world.move('AAA', '93.5');
    await world.settle();
    expect(world.view().positions, 'the resting stop sold it').toEqual([]);

    const other = await held();
    other.world.leave(other.positionId, { quantity: quantity('3'), reason: 'takeProfit' });
    await other.world.settle();
    await other.world.advance(20_000);
    other.world.leave(other.positionId, { reason: 'stop', referencePrice: price('95') });
    await other.world.settle();
    expect(other.world.factsOf('intentDone').map((fact) => fact.outcome)).toEqual(['filled', 'filled', 'filled']);
    expect(other.world.view().positions).toEqual([]);
  });

  it('R4-1 of a part and one of the rest add up to what was bought', async () => {
    const { world, positionId } = await held();
    world.leave(positionId, { quantity: quantity('3'), reason: 'takeProfit' });
    await world.settle();
    world.leave(positionId);
    await world.settle();
    const fills = world.factsOf('orderFilled');
    const sold = fills.filter((fact) => fact.side === 'sell');
    expect(sold.map((fact) => [fact.reason, fact.fill.quantity])).toEqual([
      ['takeProfit', quantity('3')],
      ['stop', quantity('6.99')],
    ]);
    expect(await world.balance('AAA')).toBe(0n);
  });

  it('of which 40 % is filled leaves the rest managed and protected (scenario 7)', async () => {
    const { world, positionId } = await held();
    world.move('AAA', '100', '3.996');
    world.leave(positionId, { intentId: 'same' });
    await world.settle();
    expect(world.factsOf('intentDone').at(-1)).toMatchObject({ intentId: 'same', outcome: 'partial' });
    const [position] = world.view().positions;
    expect(position).toMatchObject({ held: quantity('5.994'), protection: { protection: 'resting' } });
    expect(position?.orders).toMatchObject([{ terms: { type: 'stop', quantity: quantity('5.994') } }]);
    world.move('AAA', '100');
    world.leave(positionId, { intentId: 'same' });
    await world.settle();
    expect(world.view().positions, 'what was not done may come again').toEqual([]);
  });

  it('that is repeated is one, also after it was done', async () => {
    const { world, positionId } = await held();
    const tier = { intentId: 'tier-1', quantity: quantity('3'), reason: 'takeProfit' } as const;
    for (let i = 0; i < 3; i++) world.leave(positionId, tier);
    await world.settle();
    world.leave(positionId, tier);
    await world.settle();
    expect(world.view().positions[0]?.held).toBe(quantity('6.99'));
    expect(world.factsOf('intentRefused').map((fact) => fact.reason)).toEqual([
      ...['this exit is under way', 'this exit is under way', 'this exit was done'],
    ]);
  });

  it('of urgency goes before those that wait, and nothing is sold twice', async () => {
    const { world, positionId } = await held();
    world.leave(positionId, { quantity: quantity('2'), intentId: 'first' });
    world.leave(positionId, { quantity: quantity('2'), intentId: 'second' });
    world.leave(positionId, { intentId: 'now', urgency: 'emergency', reason: 'emergency' });
    expect(world.outbox, 'one sale at a time').toHaveLength(1);
    await world.settle();
    expect(
      world
        .factsOf('intentDone')
        .slice(1)
        .map((fact) => [fact.intentId, fact.outcome]),
    ).toEqual([
      ['first', 'filled'],
      ['now', 'filled'],
      ['second', 'nothing'],
    ]);
    expect(await world.balance('AAA')).toBe(0n);
  });

  it('waits for the entry it belongs to, and ends it where it rests', async () => {
    const world = await ExecutionWorld.opened({ config: { entryOrder: 'limit' } });
    world.move('AAA', '100', '4');
    const positionId = world.enter('AAA');
    world.leave(positionId, { urgency: 'emergency' });
    world.move('AAA', '100');
    await world.settle();
    expect(world.view().positions).toEqual([]);
    expect(world.factsOf('intentDone')).toHaveLength(2);
  });

  it('whose answer was lost is asked about with growing waits and not sold again', async () => {
    const { world, positionId } = await held();
    world.leave(positionId);
    await world.perform(0, 'lostReply');
    world.inbox = world.inbox.filter(({ input }) => input.kind === 'orderReplaced');
    world.deliver();
    const asked: number[] = [];
    while (asked.length < 5) {
      for (const request of world.outbox) {
        if (request.kind === 'queryOrder' && request.key.clientOrderId.includes('-x')) asked.push(world.now);
      }
      while (world.outbox.length > 0) await world.perform(0, 'lostReply');
      while (world.inbox.length > 0) world.deliver();
      const next = world.nextTimer();
      if (next !== null) world.fire(next);
    }
    expect(asked.slice(1).map((time, index) => time - (asked[index] as number))).toEqual([250, 500, 1000, 2000]);
    await world.advance(10_000);
    expect(world.view().positions).toEqual([]);
    expect(world.sent.size, 'entry, stop, sale').toBe(3);
    expect(world.wrong).toEqual([]);
  });

  it('that the venue does not take keeps the position, its stop and the next try (scenario 12)', async () => {
    const { world, positionId } = await held();
    world.leave(positionId, { intentId: 'same' });
    await world.perform(0, 'notSent');
    await world.settle();
    expect(world.factsOf('intentRefused')).toMatchObject([{ intentId: 'same', code: 'venue_unreachable' }]);
    expect(world.view().positions[0]?.protection.protection).toBe('resting');
    world.leave(positionId, { intentId: 'same' });
    await world.settle();
    expect(world.view().positions).toEqual([]);
  });

  it('R7-3 of everything with one instrument that refuses is told truthfully, and that position is kept (scenario 14)', async () => {
    const world = await ExecutionWorld.opened();
    const ids = ['AAA', 'BBB', 'CCC'].map((base) => world.enter(base));
    await world.settle();
    world.venue.setRules([rulesFor('BBB', { status: 'halted' })]);
    for (const positionId of ids) world.leave(positionId, { reason: 'emergency', urgency: 'emergency' });
    await world.settle();
    const done = world.factsOf('intentDone').filter((fact) => fact.intentId.startsWith('exit'));
    expect(done.map((fact) => [fact.positionId, fact.outcome])).toEqual([
      [ids[0], 'filled'],
      [ids[2], 'filled'],
    ]);
    expect(world.factsOf('intentRefused')).toMatchObject([{ positionId: ids[1] }]);
    expect(world.view().positions).toMatchObject([{ positionId: ids[1], held: quantity('9.8901') }]);
  });

  it('takes along a rest that could not be sold later', async () => {
    const { world, positionId } = await held();
    world.leave(positionId, { quantity: quantity('9.95') });
    await world.settle();
    expect(world.factsOf('orderFilled').at(-1)?.fill.quantity).toBe(quantity('9.99'));
    expect(world.view().positions).toEqual([]);
  });

  it('too small for the venue is refused by its code, and as dust gives the rest up', async () => {
    const world = await ExecutionWorld.opened();
    const positionId = world.enter('AAA', { quoteAmount: money('12') });
    await world.settle();
    world.leave(positionId, { quantity: quantity('0.02') });
    expect(world.factsOf('intentRefused')).toMatchObject([{ code: 'SELL_MIN_NOTIONAL' }]);
    world.move('AAA', '100', '0.08');
    world.leave(positionId);
    await world.settle();
    expect(world.view().positions[0]?.held).toBe(decimal('0.037882'));
    world.leave(positionId, { reason: 'dust' });
    await world.settle();
    expect(world.view().positions).toEqual([]);
    expect(world.factsOf('dustLeft')).toMatchObject([{ quantity: decimal('0.037882') }]);
  });

  it('of a position that is not open is refused', async () => {
    const world = await ExecutionWorld.opened();
    world.leave('PAAA9' as ReturnType<typeof world.enter>);
    expect(world.factsOf('intentRefused')).toMatchObject([{ code: 'POSITION_UNKNOWN' }]);
  });
});
