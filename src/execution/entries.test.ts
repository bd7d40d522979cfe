import { describe, expect, it } from 'vitest';
import { ExecutionWorld, instrumentOf, money, price, quantity, rulesFor } from '../../test/fixtures/execution-world.ts';
import { decimal } from '../core/decimal.ts';
import type { OpenIntent } from '../model/intent.ts';
import type { ClientOrderId } from '../model/order.ts';
import type { TradingRules } from '../model/trading-rules.ts';
import { DEFAULT_EXECUTION_CONFIG, type ExecutionConfig } from './index.ts';

const MINUTE = 60_000;

/** Lets somebody else rest orders of the instrument, which the next comparison sees. */
async function restForeign(world: ExecutionWorld, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const terms = {
      type: 'limit',
      side: 'buy',
      quantity: quantity('1'),
      price: price('50'),
      timeInForce: 'GTC',
    } as const;
    const clientOrderId = `web_${name}` as ClientOrderId;
    const { phase } = await world.venue.submit({ clientOrderId, instrumentId: instrumentOf('AAA'), terms });
    expect(phase).toBe('accepted');
  }
  world.fold({ kind: 'venueChanged', receivedTime: world.now, connection: 'up' });
}

describe('an entry', () => {
  it('P0-1 R2-2 of a hundred for one instrument is one order, and after a definite refusal the next one passes', async () => {
    const world = await ExecutionWorld.opened();
    for (let i = 0; i < 100; i++) world.enter('AAA');
    expect(world.outbox.map((request) => request.kind)).toEqual(['submitOrder']);
    expect(world.factsOf('intentRefused').filter((fact) => fact.code === 'DEDUP_REJECTED')).toHaveLength(99);
    expect(world.view().metrics.dedupeRejects5m).toBe(99);
    await world.perform(0, 'notSent');
    await world.settle();
    expect(world.factsOf('intentRefused').at(-1)).toMatchObject({ code: 'venue_unreachable' });
    world.enter('AAA');
    await world.settle();
    expect(world.view().positions).toHaveLength(1);
  });

  it('P0-1 is refused while the outcome of the one before is unknown, and one position comes of both', async () => {
    const world = await ExecutionWorld.opened();
    const positionId = world.enter('AAA');
    await world.perform(0, 'lostReply');
    const answer = world.inbox.findIndex(({ input }) => input.kind === 'orderAnswered');
    world.inbox = world.inbox.filter((_, index) => index === answer);
    world.deliver();
    expect(world.view().entriesClosed).toMatch(/outcome of hw-PAAA1-o1 is unknown/);
    expect(world.view().reserved, 'nothing is free before the venue has spoken').toBe(money('999.9'));
    world.enter('AAA');
    world.enter('BBB');
    expect(world.factsOf('intentRefused').map((fact) => fact.code)).toEqual(['DEDUP_REJECTED', 'ENTRIES_CLOSED']);
    await world.settle();
    expect(world.view()).toMatchObject({ entriesClosed: null, reserved: 0n });
    expect(world.view().positions.map((position) => position.positionId)).toEqual([positionId]);
    expect(await world.balance('AAA')).toBe(world.view().positions[0]?.held);
  });

  it.each(['limitIoc', 'limit', 'market'] as const)(
    'R4-5 by %s is refused a second time within a minute, and not after it',
    async (entryOrder) => {
      const world = await ExecutionWorld.opened({ config: { entryOrder } });
      const positionId = world.enter('AAA');
      await world.settle();
      world.leave(positionId);
      await world.settle();
      expect(world.view().positions).toEqual([]);
      await world.advance(MINUTE - 1);
      world.enter('AAA');
      expect(world.factsOf('intentRefused')).toMatchObject([{ code: 'DEDUP_REJECTED' }]);
      await world.advance(1);
      world.enter('AAA');
      await world.settle();
      expect(world.view().positions).toHaveLength(1);
    },
  );

  it.each(['limitIoc', 'limit', 'market'] as const)('R4-5 by %s passes the prechecks', async (entryOrder) => {
    const world = await ExecutionWorld.opened({ config: { entryOrder } });
    world.enter('AAA', { quoteAmount: money('4.9') });
    expect(world.outbox).toEqual([]);
    const code = entryOrder === 'market' ? 'BUY_MIN_NOTIONAL' : 'LIMIT_BUY_MIN_NOTIONAL';
    expect(world.factsOf('intentRefused')).toMatchObject([{ code }]);
    expect(world.view().prechecks).toMatchObject({ total: 1, byCode: { [code]: 1 } });
    expect(world.view().metrics).toMatchObject({ precheckFailures5m: 1, orderAttempts5m: 0 });
    world.enter('AAA');
    expect(world.outbox, 'a failed precheck holds nothing back').toHaveLength(1);
  });

  it.each<[string, Partial<TradingRules>, Partial<ExecutionConfig>]>([
    ['MAX_NUM_ORDERS', { ordersMax: 2 }, {}],
    ['MAX_NUM_ORDERS', { ordersMax: 3 }, { entryOrder: 'limit' }],
    ['MAX_NUM_ORDERS', { ordersMax: 3 }, { protection: { ...DEFAULT_EXECUTION_CONFIG.protection, order: 'oco' } }],
    ['MAX_NUM_ALGO_ORDERS', { algoOrdersMax: 0 }, {}],
  ])('for whose order or stop the account has no room is refused with %s (%j, %j)', async (code, rules, config) => {
    const world = await ExecutionWorld.opened({ rules: [rulesFor('AAA', rules), rulesFor('BBB')], config });
    await restForeign(world, ['a', 'b']);
    await world.settle();
    world.enter('AAA');
    expect(world.factsOf('intentRefused')).toMatchObject([{ code }]);
    expect(world.outbox).toEqual([]);
    expect(world.view().prechecks.byCode).toEqual({ [code]: 1 });
    world.enter('BBB');
    expect(world.outbox, 'each instrument is counted by itself').toHaveLength(1);
  });

  it('is admitted up to the last place, and its stop waits for one that others took meanwhile', async () => {
    const world = await ExecutionWorld.opened({ rules: [rulesFor('AAA', { ordersMax: 3 })] });
    await restForeign(world, ['a', 'b']);
    await world.settle();
    world.enter('AAA', { quoteAmount: money('1010') });
    await world.perform(0);
    await restForeign(world, ['c']);
    await world.advance(1_000);
    expect(world.view().positions).toMatchObject([{ protection: { protection: 'none' } }]);
    expect(world.notices).toContain('position_unprotectable');
    await world.venue.cancel({ instrumentId: instrumentOf('AAA'), clientOrderId: 'web_a' as ClientOrderId });
    await world.advance(31_000);
    expect(world.view().positions).toMatchObject([{ protection: { protection: 'resting' } }]);
  });

  it.each<[string, unknown]>([
    ['zero', price('0')],
    ['negative', -1n],
    ['missing', undefined],
    ['not a number', Number.NaN],
  ])('R2-3 at a price that is %s is refused, told of, and leaves nothing', async (_, referencePrice) => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA', { referencePrice } as Partial<OpenIntent>);
    expect(world.outbox).toEqual([]);
    expect(world.factsOf('intentRefused')).toMatchObject([{ code: 'PRICE_INVALID' }]);
    expect(world.notices).toEqual(['entry_price_invalid']);
    expect(world.view().positions).toEqual([]);
  });

  it.each([
    { maxSlippage: Number.NaN },
    { maxSlippage: -0.1 },
    { maxSlippage: 1 },
    { stopDistance: Number.POSITIVE_INFINITY },
  ])('with %j is refused before any arithmetic', async (other) => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA', other);
    expect(world.outbox).toEqual([]);
    expect(world.factsOf('intentRefused')).toMatchObject([{ code: 'INTENT_INVALID' }]);
  });

  it('R4-7 and everything after it ask the venue for no price', async () => {
    const world = await ExecutionWorld.opened();
    const positionId = world.enter('AAA');
    await world.advance(2 * MINUTE);
    world.leave(positionId, { referencePrice: null });
    await world.advance(2 * MINUTE);
    expect([...world.asked].sort()).toEqual([
      ...['fetchBalances', 'fetchOpenOrders', 'fetchTradingRules', 'replaceOrder', 'submitOrder'],
    ]);
  });

  it('C-3 is one of four that there is money for, of ten at once (scenario 16)', async () => {
    const bases = ['AA', 'AB', 'AC', 'AD', 'AE', 'AF', 'AG', 'AH', 'AI', 'AJ'];
    const world = await ExecutionWorld.opened({ funds: '400', rules: bases.map((base) => rulesFor(base)) });
    for (const base of bases) world.enter(base, { quoteAmount: money('100') });
    expect(world.outbox).toHaveLength(4);
    expect(world.factsOf('intentRefused').map((fact) => fact.code)).toEqual(Array(6).fill('BUY_INSUFFICIENT_BALANCE'));
    expect(world.view().reserved <= money('400')).toBe(true);
    await world.settle();
    expect(world.view().positions).toHaveLength(4);
    expect((await world.balance('USDT')) >= 0n).toBe(true);
  });

  it('costs no more than its amount, and its limit is what slippage allows', async () => {
    const world = await ExecutionWorld.opened();
    world.enter('AAA', { maxSlippage: 0.003, quoteAmount: money('50') });
    expect(world.outbox).toMatchObject([
      { order: { terms: { type: 'limit', price: price('100.3'), quantity: quantity('0.498'), timeInForce: 'IOC' } } },
    ]);
    world.move('AAA', '100.31');
    await world.settle();
    expect(world.factsOf('intentDone')).toMatchObject([{ outcome: 'nothing' }]);
    expect(world.view().positions).toEqual([]);
    expect(await world.balance('USDT')).toBe(decimal('100000'));
  });

  it('R8-1 is booked at what was executed, net of the commission in the coin', async () => {
    const world = await ExecutionWorld.opened();
    world.move('AAA', '99.5');
    world.enter('AAA');
    await world.settle();
    const [filled] = world.factsOf('orderFilled');
    expect(filled?.fill).toMatchObject({
      price: price('99.5'),
      quantity: quantity('9.9'),
      feeAsset: 'AAA',
      fee: decimal('0.0099'),
    });
    expect(world.view().positions[0]).toMatchObject({ held: quantity('9.8901'), softwareStop: price('94.525') });
  });

  it('B-11 that rests is cancelled when it is too old, and what it bought is kept and protected', async () => {
    const world = await ExecutionWorld.opened({ config: { entryOrder: 'limit' } });
    world.move('AAA', '100', '4');
    world.enter('AAA');
    await world.settle();
    expect(world.view().positions[0]?.orders.map((order) => order.state)).toEqual(['partiallyFilled', 'new']);
    await world.advance(3_000);
    expect(world.factsOf('intentDone')).toMatchObject([{ outcome: 'partial' }]);
    expect(world.view().positions[0]).toMatchObject({ held: quantity('3.996'), protection: { protection: 'resting' } });
    expect(world.view().positions[0]?.orders.map((order) => order.terms)).toMatchObject([
      { type: 'stop', quantity: quantity('3.996') },
    ]);
  });

  it('is refused before records and venue were compared, and while the venue does not report', async () => {
    const fresh = new ExecutionWorld();
    fresh.enter('AAA');
    expect(fresh.factsOf('intentRefused')).toMatchObject([{ code: 'ENTRIES_CLOSED' }]);
    const world = await ExecutionWorld.opened();
    world.venue.setConnection('down');
    await world.settle();
    world.enter('AAA');
    expect(world.factsOf('intentRefused')).toMatchObject([
      { code: 'ENTRIES_CLOSED', reason: 'the venue does not report' },
    ]);
    world.venue.setConnection('up');
    await world.settle();
    world.enter('AAA', { instrumentId: instrumentOf('AAA') });
    await world.settle();
    expect(world.view().positions).toHaveLength(1);
  });
});
