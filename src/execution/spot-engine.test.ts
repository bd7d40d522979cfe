import { describe, expect, it } from 'vitest';
import { ExecutionWorld, instrumentOf, price, quantity } from '../../test/fixtures/execution-world.ts';

describe('a position', () => {
  it('is bought, protected below the software stop, and sold in the place of its stop', async () => {
    const world = await ExecutionWorld.opened();
    const positionId = world.enter('AAA');
    await world.settle();
    const [position] = world.view().positions;
    expect(position).toMatchObject({ held: quantity('9.8901'), softwareStop: price('95') });
    expect(position?.protection).toEqual({ protection: 'resting', stopPrice: price('94.52') });
    expect(position?.orders.map((order) => order.terms)).toEqual([
      { type: 'stop', side: 'sell', quantity: quantity('9.89'), stopPrice: price('94.52'), limitPrice: null },
    ]);
    world.leave(positionId);
    await world.settle();
    expect(world.view().positions).toEqual([]);
    expect(world.factsOf('intentDone').map((fact) => fact.outcome)).toEqual(['filled', 'filled']);
    expect(world.factsOf('dustLeft')).toMatchObject([
      { instrumentId: instrumentOf('AAA'), quantity: quantity('0.0001') },
    ]);
    expect(world.wrong).toEqual([]);
  });
});
