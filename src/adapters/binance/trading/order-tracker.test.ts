import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal } from '../../../core/decimal.ts';
import { type EpochMs, epochMs } from '../../../core/time.ts';
import type { InstrumentId } from '../../../model/instrument.ts';
import type { Price, Quantity } from '../../../model/money.ts';
import type { Fill, OrderStatus } from '../../../model/order.ts';
import type { OrderFacts } from './order-messages.ts';
import { OrderTracker } from './order-tracker.ts';

const BTC = 'binance:spot:BTC/USDT' as InstrumentId;
const T = 1_780_000_000_000;
const quantity = (text: string): Quantity => decimal(text) as Quantity;

function fill(tradeId: number, amount: string): Fill {
  const time: EpochMs = epochMs(T + tradeId);
  const common = { price: decimal('100') as Price, fee: decimal('0') as Decimal, feeAsset: 'BTC', eventTime: time };
  return { tradeId: String(tradeId), quantity: quantity(amount), ...common };
}

function facts(changes: Partial<OrderFacts>): OrderFacts {
  return {
    symbol: 'BTCUSDT',
    orderId: 7,
    listId: -1,
    clientOrderId: 'a',
    side: 'buy',
    ordered: quantity('1'),
    executed: quantity('0'),
    status: 'open',
    fills: [],
    updateTime: epochMs(T),
    ...changes,
  };
}

function create(): OrderTracker {
  return new OrderTracker((symbol) => (symbol === 'BTCUSDT' ? BTC : null));
}

/** A life of an order: it opens, is filled three times and ends. */
const LIFE: readonly OrderFacts[] = [
  facts({}),
  facts({ status: 'partiallyFilled', executed: quantity('0.2'), fills: [fill(1, '0.2')] }),
  facts({ status: 'partiallyFilled', executed: quantity('0.5'), fills: [fill(2, '0.3')] }),
  facts({ status: 'filled', executed: quantity('1'), fills: [fill(3, '0.5')] }),
];

describe('what is known of an order', () => {
  it('does not depend on the order in which it was told, nor on how often', () => {
    const anyTelling = fc.tuple(
      fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 }),
    );
    fc.assert(
      fc.property(anyTelling, ([all, again]) => {
        const tracker = create();
        for (const index of [...all, ...again]) tracker.learn(LIFE[index] as OrderFacts);
        const report = tracker.report('BTCUSDT', 'a');
        expect(report).toMatchObject({ status: 'filled', filledQuantity: quantity('1'), instrumentId: BTC });
        expect(report?.fills.map(({ tradeId }) => tradeId)).toEqual(['1', '2', '3']);
      }),
    );
  });

  it('is told only when fills add up, and never less than before', () => {
    const anyTelling = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(anyTelling, (telling) => {
        const tracker = create();
        let before = 0n;
        for (const index of telling) {
          tracker.learn(LIFE[index] as OrderFacts);
          const news = tracker.takeNews('BTCUSDT', 'a');
          if (news === null) continue;
          expect(news.fills.reduce((sum, one) => sum + one.quantity, 0n)).toBe(news.filledQuantity);
          expect(news.filledQuantity >= before).toBe(true);
          before = news.filledQuantity;
        }
      }),
    );
  });

  it('lacks the trades that no message named', () => {
    const tracker = create();
    tracker.learn(facts({ status: 'filled', executed: quantity('1') }));
    expect(tracker.report('BTCUSDT', 'a')).toBeNull();
    const [lack] = tracker.lacks('BTCUSDT', 'a');
    if (lack?.kind !== 'trades') throw new Error('it lacks trades');
    tracker.learnTrades(lack.order, [fill(1, '0.2'), fill(2, '0.8')]);
    expect(tracker.takeNews('BTCUSDT', 'a')?.fills).toHaveLength(2);
    expect(tracker.takeNews('BTCUSDT', 'a'), 'it is told once').toBeNull();
  });

  it.each<[OrderStatus, OrderStatus, OrderStatus]>([
    ['open', 'open', 'open'],
    ['filled', 'expired', 'filled'],
    ['expired', 'filled', 'filled'],
    ['cancelled', 'cancelled', 'cancelled'],
    ['expired', 'cancelled', 'cancelled'],
    ['expired', 'open', 'open'],
    ['expired', 'expired', 'expired'],
  ])('of a pair with a stop %s and a profit %s is %s', (stop, take, whole) => {
    const tracker = create();
    const executed = (status: OrderStatus, id: number): Partial<OrderFacts> =>
      status === 'filled' ? { executed: quantity('1'), fills: [fill(id, '1')] } : {};
    tracker.learn(facts({ listId: 3, status: stop, side: 'sell', ...executed(stop, 1) }));
    expect(tracker.lacks('BTCUSDT', 'a')).toEqual([{ kind: 'leg', symbol: 'BTCUSDT', clientOrderId: 'a:t' }]);
    const takeLeg = { listId: 3, orderId: 8, clientOrderId: 'a:t', side: 'sell' } as const;
    tracker.learn(facts({ ...takeLeg, status: take, ...executed(take, 2) }));
    expect(tracker.report('BTCUSDT', 'a:t')).toMatchObject({ clientOrderId: 'a', status: whole });
  });

  it('is of the newer order when a name is used again', () => {
    const tracker = create();
    tracker.learn(facts({ status: 'cancelled' }));
    tracker.learn(facts({ orderId: 9 }));
    tracker.learn(facts({ status: 'cancelled' }));
    expect(tracker.report('BTCUSDT', 'a')).toMatchObject({ venueOrderId: '9', status: 'open' });
  });

  it('is forgotten 10,000 ended orders later', () => {
    const tracker = create();
    for (let id = 0; id <= 10_000; id++) {
      tracker.learn(facts({ orderId: id, clientOrderId: `o${id}`, status: 'cancelled' }));
    }
    expect(tracker.report('BTCUSDT', 'o0')).toBeNull();
    expect(tracker.report('BTCUSDT', 'o1')).not.toBeNull();
  });
});
