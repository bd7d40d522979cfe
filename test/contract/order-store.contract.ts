/**
 * What every OrderStore does, as one suite: a harness that makes stores enters, tests leave.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Decimal } from '../../src/core/decimal.ts';
import { type EpochMs, epochMs } from '../../src/core/time.ts';
import type { OrderRecord, ProtectionRecord } from '../../src/model/execution.ts';
import { failure } from '../../src/model/failure.ts';
import type { PositionId } from '../../src/model/intent.ts';
import type { ClientOrderId, Fill, OrderTerms, VenueOrderId } from '../../src/model/order.ts';
import type { OrderStore } from '../../src/ports/order-store.ts';
import { instrumentOf, money, price, quantity, START } from '../fixtures/execution-world.ts';

/** How the suite gets at an adapter: `reopen` gives the same storage after the process ended. */
export type OrderStoreHarness = {
  readonly name: string;
  readonly create: () => {
    readonly store: OrderStore;
    readonly reopen: () => OrderStore;
    readonly destroy: () => void;
  };
};

const at = (seconds: number): EpochMs => epochMs(START + seconds * 1000);
const TERMS: readonly (OrderTerms | null)[] = [
  { type: 'limit', side: 'buy', quantity: quantity('1.5'), price: price('100.01'), timeInForce: 'IOC' },
  { type: 'marketByQuote', side: 'buy', quoteAmount: money('12.3456789') },
  { type: 'market', side: 'sell', quantity: quantity('0.000000000000000001') },
  { type: 'stop', side: 'sell', quantity: quantity('3'), stopPrice: price('90'), limitPrice: null },
  {
    type: 'oco',
    side: 'sell',
    quantity: quantity('3'),
    stopPrice: price('90'),
    limitPrice: price('88'),
    takePrice: price('150'),
  },
  null,
];

function fillOf(number: number): Fill {
  return {
    ...{ tradeId: `t${number}`, price: price('100.01'), quantity: quantity('0.25'), fee: quantity('0.00025') },
    ...{ feeAsset: 'AAA', eventTime: at(number) },
  };
}

/** An order of position `P1` unless told otherwise; `filledQuantity` follows from the fills. */
export function orderRecord(name: string, other: Partial<OrderRecord> = {}): OrderRecord {
  const order: OrderRecord = {
    ...{ clientOrderId: name as ClientOrderId, intentId: `intent of ${name}`, positionId: 'P1' as PositionId },
    ...{
      instrumentId: instrumentOf('AAA'),
      side: 'buy',
      purpose: 'open',
      reason: 'entry',
      terms: TERMS[0] as OrderTerms,
    },
    ...{ state: 'sent', venueOrderId: null, filledQuantity: quantity('0'), fills: [] },
    ...{ createdTime: at(0), updatedTime: at(1), traceId: 'trace', failure: null },
    ...other,
  };
  const filled = order.fills.reduce<bigint>((sum, fill) => sum + fill.quantity, 0n);
  return { ...order, filledQuantity: filled as Decimal as OrderRecord['filledQuantity'] };
}

/** What protects position `P1` unless told otherwise. */
export function protectionRecord(other: Partial<ProtectionRecord> = {}): ProtectionRecord {
  return {
    ...{ positionId: 'P1' as PositionId, instrumentId: instrumentOf('AAA'), state: 'open', stopDistance: 0.05 },
    ...{ stopPrice: price('95.5'), orderCount: 2, nakedMs: 1234, traceId: 'trace', updatedTime: at(2) },
    ...other,
  };
}

/** The contract of OrderStore. */
export function describeOrderStore({ name, create }: OrderStoreHarness): void {
  describe(`the order store: ${name}`, () => {
    let made: ReturnType<OrderStoreHarness['create']>;
    beforeEach(() => {
      made = create();
    });
    afterEach(() => made.destroy());

    it('gives back every kind of order as it was saved, whoever opened the storage', async () => {
      const orders = TERMS.map((terms, index) =>
        orderRecord(`hw-P1-o${index}`, {
          ...{ terms, createdTime: at(index), fills: index % 2 === 0 ? [] : [fillOf(1), fillOf(2)] },
          venueOrderId: index === 3 ? ('77' as VenueOrderId) : null,
          failure: index === 2 ? failure('order_refused', { reason: 'a word' }) : null,
        }),
      );
      await made.store.save({ orders, protections: [protectionRecord()] });
      expect(await made.store.readPosition('P1' as PositionId)).toEqual(orders);
      expect(await made.reopen().loadOpen()).toEqual({ orders, protections: [protectionRecord()] });
    });

    it('keeps the newest record of an order, and every fill it was ever told of', async () => {
      const first = orderRecord('hw-P1-o1', { state: 'partiallyFilled', fills: [fillOf(1), fillOf(2)] });
      const next = orderRecord('hw-P1-o1', { state: 'cancelled', fills: [fillOf(2), fillOf(3)], updatedTime: at(9) });
      await made.store.save({ orders: [first], protections: [] });
      await made.store.save({ orders: [next], protections: [] });
      const [kept] = await made.store.readPosition('P1' as PositionId);
      expect(kept).toMatchObject({ state: 'cancelled', updatedTime: at(9), fills: [fillOf(1), fillOf(2), fillOf(3)] });
    });

    it('B-11 loads what has not ended and what belongs to open positions, and nothing else', async () => {
      const closed = protectionRecord({ positionId: 'P2' as PositionId, state: 'closed', stopPrice: null });
      await made.store.save({
        orders: [
          orderRecord('hw-P1-o1', { state: 'filled' }),
          orderRecord('hw-P2-o1', { positionId: 'P2' as PositionId, state: 'filled' }),
          orderRecord('hw-P2-x2', { positionId: 'P2' as PositionId, state: 'unknown' }),
          orderRecord('hw-P3-o1', { positionId: 'P3' as PositionId, state: 'rejected' }),
        ],
        protections: [protectionRecord(), closed],
      });
      const { orders, protections } = await made.store.loadOpen();
      expect(orders.map((order) => order.clientOrderId)).toEqual(['hw-P1-o1', 'hw-P2-x2']);
      expect(protections).toEqual([protectionRecord()]);
      await made.store.save({ orders: [], protections: [protectionRecord({ state: 'closed' })] });
      expect((await made.store.loadOpen()).protections).toEqual([]);
    });

    it('reads orders by the time they were made, the first so many', async () => {
      const orders = [3, 1, 2, 5].map((second) => orderRecord(`hw-P1-o${second}`, { createdTime: at(second) }));
      await made.store.save({ orders, protections: [] });
      const found = await made.store.readOrders({ from: at(1), to: at(5), limit: 2 });
      expect(found.map((order) => order.clientOrderId)).toEqual(['hw-P1-o1', 'hw-P1-o2']);
      expect(await made.store.readOrders({ from: at(1), to: at(5), limit: 9 })).toHaveLength(3);
    });

    it('gives back exact decimals', async () => {
      const exact = fc.bigInt({ min: 0n, max: 10n ** 30n });
      await fc.assert(
        fc.asyncProperty(exact, exact, exact, async (a, b, c) => {
          const one = { ...fillOf(1), price: a, quantity: b, fee: c } as Fill;
          const terms = { type: 'limit', side: 'buy', quantity: b, price: a, timeInForce: 'GTC' } as OrderTerms;
          const order = orderRecord('hw-P9-o1', { positionId: `P${a % 1000n}` as PositionId, terms, fills: [one] });
          const unique = { ...order, clientOrderId: `hw-${a}-${b}-${c}` as ClientOrderId };
          await made.store.save({ orders: [unique], protections: [] });
          const found = await made.store.readPosition(unique.positionId);
          expect(found).toContainEqual(unique);
        }),
        { numRuns: 30 },
      );
    });

    it('is not changed by what the caller does with its records', async () => {
      const fills = [fillOf(1)];
      await made.store.save({ orders: [orderRecord('hw-P1-o1', { fills })], protections: [] });
      fills.push(fillOf(2));
      expect((await made.store.readPosition('P1' as PositionId))[0]?.fills).toHaveLength(1);
    });

    it('rejects after it was closed, and can be closed twice', async () => {
      await made.store.close();
      await made.store.close();
      await expect(made.store.loadOpen()).rejects.toThrow(/store_unavailable/);
      await expect(made.store.save({ orders: [], protections: [] })).rejects.toThrow(/store_unavailable/);
    });
  });
}
