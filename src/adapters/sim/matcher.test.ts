import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, type Decimal, decimal, multiply, toDecimalText } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import type { Instrument, InstrumentId } from '../../model/instrument.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import type { ApprovedOrder, ClientOrderId, Fill, OrderReport, Side } from '../../model/order.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import type { MatcherCosts } from './matcher-pricing.ts';

const BTC = 'binance:spot:BTC/USDT' as InstrumentId;
const TIME = epochMs(1_700_000_000_000);
const price = (text: string): Price => decimal(text) as Price;
const quantity = (text: string): Quantity => decimal(text) as Quantity;
const id = (text: string): ClientOrderId => text as ClientOrderId;

const instrument: Instrument = {
  instrumentId: BTC,
  status: 'trading',
  priceTick: price('0.01'),
  quantityStep: quantity('0.001'),
  quantityMin: quantity('0.002'),
  minNotional: decimal('5') as Money,
  listedTime: null,
};
const FREE: MatcherCosts = { makerFeeBps: 0, takerFeeBps: 0, slippageBps: 0, volumeShareBps: 10_000 };

function create(costs: Partial<MatcherCosts> = {}, changed: Partial<Instrument> = {}): Matcher {
  return createMatcher({ instruments: [{ ...instrument, ...changed }], costs: { ...FREE, ...costs } });
}

/** A limit order; `terms` is amount and price, as `0.5 @ 100`. */
function limit(name: string, side: Side, terms: string): ApprovedOrder {
  const [amount = '', atPrice = ''] = terms.split(' @ ');
  const order = { instrumentId: BTC, side, type: 'limit' } as const;
  return { ...order, clientOrderId: id(name), quantity: quantity(amount), price: price(atPrice) };
}

function market(name: string, side: Side, amount: string): ApprovedOrder {
  return { ...limit(name, side, `${amount} @ 1`), type: 'market', price: null };
}

function tell(matcher: Matcher, at: string, amount: string): readonly OrderReport[] {
  return matcher.onPrice({ instrumentId: BTC, price: price(at), availableQuantity: quantity(amount), time: TIME });
}

function fillTexts(fills: readonly Fill[]): readonly string[] {
  return fills.map(
    (fill) => `${toDecimalText(fill.quantity)} @ ${toDecimalText(fill.price)} fee ${toDecimalText(fill.fee)}`,
  );
}

/** Status and fills of a submitted order, or the reason it was refused. */
function submitted(matcher: Matcher, order: ApprovedOrder): readonly string[] {
  const taken = matcher.submit(order, TIME);
  if (!taken.ok) return [String(taken.error.context['reason'])];
  return [taken.value.status, ...fillTexts(taken.value.fills)];
}

describe('createMatcher: market orders', () => {
  it('fills at the last price with the taker fee in the quote asset', () => {
    const matcher = create({ takerFeeBps: 7.5 });
    tell(matcher, '20000', '10');
    const taken = matcher.submit(market('a', 'buy', '0.5'), TIME);
    const fill = {
      price: price('20000'),
      quantity: quantity('0.5'),
      fee: decimal('7.5'),
      feeAsset: 'USDT',
      eventTime: TIME,
    };
    expect(taken.ok && taken.value.fills).toEqual([fill]);
    expect(taken.ok && taken.value.status).toBe('filled');
  });

  it('expires with what was not available', () => {
    const matcher = create({ volumeShareBps: 1_000 });
    tell(matcher, '20000', '1.5');
    expect(submitted(matcher, market('a', 'buy', '0.5'))).toEqual(['expired', '0.15 @ 20000 fee 0']);
    expect(submitted(matcher, market('b', 'sell', '0.5'))).toEqual(['expired']);
    expect(matcher.openOrders(BTC)).toEqual([]);
  });

  it('takes its share of the quantity rounded down to the step', () => {
    const matcher = create({ volumeShareBps: 3_333 });
    tell(matcher, '20000', '0.01');
    expect(submitted(matcher, market('a', 'buy', '0.5'))).toEqual(['expired', '0.003 @ 20000 fee 0']);
  });

  it('is filled worse by the slippage, rounded onto the tick against the order', () => {
    const matcher = create({ slippageBps: 5 });
    tell(matcher, '33.33', '10');
    // 33.33 * 0.0005 = 0.016665, so 33.346665 up to 33.35 and 33.313335 down to 33.31.
    expect(submitted(matcher, market('a', 'buy', '1'))).toEqual(['filled', '1 @ 33.35 fee 0']);
    expect(submitted(matcher, market('b', 'sell', '1'))).toEqual(['filled', '1 @ 33.31 fee 0']);
  });

  it('is never filled below one tick', () => {
    const matcher = create({ slippageBps: 10_000 }, { minNotional: null });
    tell(matcher, '0.01', '10');
    expect(submitted(matcher, market('a', 'sell', '1'))).toEqual(['filled', '1 @ 0.01 fee 0']);
  });
});

describe('createMatcher: limit orders', () => {
  it('takes at the market what it can and rests with what is left', () => {
    const matcher = create({ takerFeeBps: 10, makerFeeBps: 5 });
    tell(matcher, '100', '0.4');
    expect(submitted(matcher, limit('a', 'buy', '1 @ 110'))).toEqual(['partiallyFilled', '0.4 @ 100 fee 0.04']);
    const [report] = tell(matcher, '105', '5');
    expect(report?.status).toBe('filled');
    expect(fillTexts(report?.fills ?? [])).toEqual(['0.4 @ 100 fee 0.04', '0.6 @ 110 fee 0.033']);
  });

  it('does not let slippage carry it beyond its limit', () => {
    const matcher = create({ slippageBps: 100 });
    tell(matcher, '100', '10');
    expect(submitted(matcher, limit('a', 'buy', '1 @ 100.5'))).toEqual(['filled', '1 @ 100.5 fee 0']);
    expect(submitted(matcher, limit('b', 'sell', '1 @ 99.9'))).toEqual(['filled', '1 @ 99.9 fee 0']);
  });

  it('rests before the first price and while the market is away', () => {
    const matcher = create();
    expect(submitted(matcher, limit('a', 'sell', '1 @ 100'))).toEqual(['open']);
    expect(tell(matcher, '99.99', '10')).toEqual([]);
    expect(tell(matcher, '100', '10').map((report) => report.status)).toEqual(['filled']);
  });

  it('fills better prices first, then earlier orders', () => {
    const matcher = create();
    for (const [name, at] of [
      ['low', '100'],
      ['high 1', '101'],
      ['high 2', '101'],
    ] as const) {
      expect(submitted(matcher, limit(name.replace(' ', '-'), 'buy', `1 @ ${at}`))).toEqual(['open']);
    }
    const reports = tell(matcher, '99', '1.5');
    expect(reports.map((report) => `${report.clientOrderId} ${report.status}`)).toEqual([
      'high-1 filled',
      'high-2 partiallyFilled',
    ]);
    expect(matcher.openOrders(BTC).map((report) => report.clientOrderId)).toEqual(['low', 'high-2']);
  });

  it('shares the quantity of one price among orders that come later', () => {
    const matcher = create();
    tell(matcher, '100', '1');
    expect(submitted(matcher, market('a', 'buy', '0.7'))).toEqual(['filled', '0.7 @ 100 fee 0']);
    expect(submitted(matcher, limit('b', 'buy', '0.7 @ 100'))).toEqual(['partiallyFilled', '0.3 @ 100 fee 0']);
    expect(submitted(matcher, limit('c', 'buy', '0.7 @ 100'))).toEqual(['open']);
  });
});

describe('createMatcher: refusals', () => {
  it.each([
    ['price off the tick', limit('a', 'buy', '1 @ 100.005'), 'the price is not a multiple of 0.01'],
    ['price of zero', limit('a', 'buy', '1 @ 0'), 'the price is not positive'],
    ['quantity off the step', limit('a', 'buy', '1.0005 @ 100'), 'the quantity is not a multiple of 0.001'],
    ['quantity of zero', limit('a', 'buy', '0 @ 100'), 'the quantity is not positive'],
    ['quantity too small', limit('a', 'buy', '0.001 @ 10000'), 'the quantity is below 0.002'],
    ['notional too small', limit('a', 'buy', '1 @ 4.99'), 'the notional is below 5'],
    ['market notional too small', market('a', 'buy', '0.049'), 'the notional is below 5'],
    ['limit order without price', { ...limit('a', 'buy', '1 @ 1'), price: null }, 'a limit order needs a price'],
    ['market order with price', { ...market('a', 'buy', '1'), price: price('1') }, 'a market order carries no price'],
    ['malformed id', limit('a b', 'buy', '1 @ 100'), 'the client order id is malformed'],
    ['id too long', limit('a'.repeat(37), 'buy', '1 @ 100'), 'the client order id is malformed'],
  ])('refuses a %s and keeps no order', (_, order, reason) => {
    const matcher = create();
    tell(matcher, '100', '10');
    expect(submitted(matcher, order)).toEqual([reason]);
    expect(matcher.find(BTC, order.clientOrderId)).toBeNull();
  });

  it('refuses what is not trading, not known, or has no price yet', () => {
    expect(submitted(create({}, { status: 'halted' }), limit('a', 'buy', '1 @ 100'))[0]).toContain('is not trading');
    const unknown = { ...limit('a', 'buy', '1 @ 100'), instrumentId: 'binance:spot:X/Y' as InstrumentId };
    expect(submitted(create(), unknown)[0]).toContain('there is no instrument');
    expect(submitted(create(), market('a', 'buy', '1'))).toEqual(['there is no market price yet']);
  });

  it('refuses a client order id that was used before, also after the order ended', () => {
    const matcher = create();
    tell(matcher, '100', '10');
    expect(submitted(matcher, market('a', 'buy', '1'))[0]).toBe('filled');
    expect(submitted(matcher, limit('a', 'sell', '1 @ 100'))).toEqual(['client order id a was used before']);
  });

  it('lets a refused client order id be used for a correct order', () => {
    const matcher = create();
    expect(submitted(matcher, limit('a', 'buy', '1 @ 100.005'))).toEqual(['the price is not a multiple of 0.01']);
    expect(submitted(matcher, limit('a', 'buy', '1 @ 100.01'))).toEqual(['open']);
  });

  it('refuses costs that are no share', () => {
    for (const bps of [-1, 10_001, Number.NaN]) expect(() => create({ takerFeeBps: bps })).toThrow(RangeError);
  });
});

type Step =
  | {
      readonly kind: 'submit';
      readonly type: 'market' | 'limit';
      readonly side: Side;
      readonly ticks: number;
      readonly steps: number;
    }
  | { readonly kind: 'price'; readonly ticks: number; readonly steps: number }
  | { readonly kind: 'cancel'; readonly index: number };

const ticks = fc.integer({ min: 9_900, max: 10_100 });
const side = fc.constantFrom<Side>('buy', 'sell');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('submit'),
    type: fc.constantFrom('market', 'limit'),
    side,
    ticks,
    steps: fc.integer({ min: 50, max: 900 }),
  }),
  fc.record({ kind: fc.constant('price'), ticks, steps: fc.nat({ max: 900 }) }),
  fc.record({ kind: fc.constant('cancel'), index: fc.nat({ max: 20 }) }),
);
const inTicks = (count: number): Price => (BigInt(count) * (instrument.priceTick as bigint)) as Price;
const inSteps = (count: number): Quantity => (BigInt(count) * (instrument.quantityStep as bigint)) as Quantity;

/** What must hold of a report whatever happened before. */
function checkReport(order: ApprovedOrder, report: OrderReport): void {
  const sum = report.fills.reduce<Decimal>((total, fill) => add<Decimal>(total, fill.quantity), decimal('0'));
  expect(report.filledQuantity).toBe(sum);
  expect(sum <= order.quantity).toBe(true);
  expect(report.status === 'filled').toBe(sum === order.quantity);
  if (report.status === 'open') expect(sum).toBe(0n);
  if (report.status === 'partiallyFilled') expect(sum > 0n).toBe(true);
  for (const fill of report.fills) {
    expect(fill.quantity > 0n).toBe(true);
    expect(fill.quantity % instrument.quantityStep).toBe(0n);
    expect(fill.price % instrument.priceTick).toBe(0n);
    if (order.price !== null)
      expect(order.side === 'buy' ? fill.price <= order.price : fill.price >= order.price).toBe(true);
    const notional = multiply(fill.price, fill.quantity);
    expect([multiply(notional, decimal('0.001')), multiply(notional, decimal('0.0002'))]).toContain(fill.fee);
  }
}

describe('createMatcher: any course of events', () => {
  it('conserves quantity: fills add up, never exceed the order, the limit or the share of a price', () => {
    const costs = { takerFeeBps: 10, makerFeeBps: 2, slippageBps: 3, volumeShareBps: 2_500 };
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const matcher = create(costs);
        const orders = new Map<ClientOrderId, ApprovedOrder>();
        const latest = new Map<ClientOrderId, OrderReport>();
        let allowed = 0n;
        let takenBefore = 0n;
        const taken = (): bigint => [...latest.values()].reduce((total, report) => total + report.filledQuantity, 0n);
        const note = (report: OrderReport): void => {
          const order = orders.get(report.clientOrderId) as ApprovedOrder;
          const before = latest.get(report.clientOrderId);
          checkReport(order, report);
          expect(report.fills.slice(0, before?.fills.length ?? 0), 'fills are never taken back').toEqual(
            before?.fills ?? [],
          );
          latest.set(report.clientOrderId, report);
        };
        for (const [index, event] of steps.entries()) {
          if (event.kind === 'price') {
            takenBefore = taken();
            allowed = BigInt(Math.floor(event.steps / 4)) * instrument.quantityStep;
            const available = inSteps(event.steps);
            const reports = matcher.onPrice({
              instrumentId: BTC,
              price: inTicks(event.ticks),
              availableQuantity: available,
              time: TIME,
            });
            reports.forEach(note);
          } else if (event.kind === 'submit') {
            const atPrice = event.type === 'limit' ? inTicks(event.ticks) : null;
            const order = {
              clientOrderId: id(`o${index}`),
              instrumentId: BTC,
              side: event.side,
              type: event.type,
              price: atPrice,
            };
            const sized = { ...order, quantity: inSteps(event.steps) };
            orders.set(sized.clientOrderId, sized);
            const answer = matcher.submit(sized, TIME);
            if (answer.ok) note(answer.value);
          } else {
            const cancelled = matcher.cancel(BTC, id(`o${event.index}`), TIME);
            if (cancelled.ok) note(cancelled.value);
          }
          expect(taken() - takenBefore <= allowed, 'no more than the share of a price').toBe(true);
        }
        for (const [clientOrderId, report] of latest) expect(matcher.find(BTC, clientOrderId)).toEqual(report);
        const open = [...latest.values()].filter(
          (report) => report.status === 'open' || report.status === 'partiallyFilled',
        );
        expect(matcher.openOrders(BTC)).toEqual(open);
      }),
      { numRuns: 200 },
    );
  });
});
