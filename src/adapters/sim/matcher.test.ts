import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SIM_RULES } from '../../../test/fixtures/sim-rules.ts';
import { add, type Decimal, decimal, multiply, toDecimalText, truncateToStep } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import type { InstrumentId } from '../../model/instrument.ts';

import type { Money, Price, Quantity } from '../../model/money.ts';
import type { ApprovedOrder, ClientOrderId, Fill, OrderReport, OrderTerms, Side } from '../../model/order.ts';
import type { TradingRules } from '../../model/trading-rules.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import type { MatcherCosts } from './matcher-pricing.ts';

const BTC: InstrumentId = SIM_RULES.instrumentId;
const TIME = epochMs(1_700_000_000_000);
const price = (text: string): Price => decimal(text) as Price;
const quantity = (text: string): Quantity => decimal(text) as Quantity;
const id = (text: string): ClientOrderId => text as ClientOrderId;

const FREE: MatcherCosts = { makerFeeBps: 0, takerFeeBps: 0, slippageBps: 0, volumeShareBps: 10_000 };

function create(costs: Partial<MatcherCosts> = {}, changed: Partial<TradingRules> = {}): Matcher {
  return createMatcher({ rules: [{ ...SIM_RULES, ...changed }], costs: { ...FREE, ...costs }, funds: 'boundless' });
}

/** A limit order; `at` is amount and price, as `0.5 @ 100`. */
function limit(name: string, side: Side, at: string): ApprovedOrder {
  const [amount = '', atPrice = ''] = at.split(' @ ');
  const terms = { type: 'limit', side, quantity: quantity(amount), price: price(atPrice), timeInForce: 'GTC' } as const;
  return { instrumentId: BTC, clientOrderId: id(name), terms };
}

function market(name: string, side: Side, amount: string): ApprovedOrder {
  return { instrumentId: BTC, clientOrderId: id(name), terms: { type: 'market', side, quantity: quantity(amount) } };
}

type StopTerms = { readonly stopPrice: string; readonly limitPrice?: string };

/** An order to sell when the price falls. */
function stop(name: string, amount: string, { stopPrice, limitPrice }: StopTerms): ApprovedOrder {
  const limitOrNull = limitPrice === undefined ? null : price(limitPrice);
  const common = { side: 'sell', quantity: quantity(amount), stopPrice: price(stopPrice) } as const;
  return { instrumentId: BTC, clientOrderId: id(name), terms: { type: 'stop', ...common, limitPrice: limitOrNull } };
}

/** The same with a price to sell at when it rises. */
function oco(name: string, amount: string, terms: StopTerms & { readonly takePrice: string }): ApprovedOrder {
  const plain = stop(name, amount, terms);
  if (plain.terms.type !== 'stop') throw new Error('a stop order is one');
  return { ...plain, terms: { ...plain.terms, type: 'oco', takePrice: price(terms.takePrice) } };
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
  if (!taken.ok) return [`${taken.error.code}: ${taken.error.context['reason']}`];
  return [taken.value.status, ...fillTexts(taken.value.fills)];
}

describe('createMatcher: market orders', () => {
  it('fills at the last price with the taker fee in what it receives', () => {
    const matcher = create({ takerFeeBps: 7.5 });
    tell(matcher, '20000', '10');
    const taken = matcher.submit(market('a', 'buy', '0.5'), TIME);
    const fill = {
      tradeId: '1',
      price: price('20000'),
      quantity: quantity('0.5'),
      fee: decimal('0.000375'),
      feeAsset: 'BTC',
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
    const matcher = create({ slippageBps: 10_000 }, { minNotional: decimal('0') as Money });
    tell(matcher, '0.01', '10');
    expect(submitted(matcher, market('a', 'sell', '1'))).toEqual(['filled', '1 @ 0.01 fee 0']);
  });
});

describe('createMatcher: limit orders', () => {
  it('takes at the market what it can and rests with what is left', () => {
    const matcher = create({ takerFeeBps: 10, makerFeeBps: 5 });
    tell(matcher, '100', '0.4');
    expect(submitted(matcher, limit('a', 'buy', '1 @ 110'))).toEqual(['partiallyFilled', '0.4 @ 100 fee 0.0004']);
    const [report] = tell(matcher, '105', '5');
    expect(report?.status).toBe('filled');
    expect(fillTexts(report?.fills ?? [])).toEqual(['0.4 @ 100 fee 0.0004', '0.6 @ 110 fee 0.0003']);
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
    ['price off the tick', limit('a', 'buy', '1 @ 100.005'), 'order_rule_broken: Filter failure: PRICE_FILTER'],
    ['price of zero', limit('a', 'buy', '1 @ 0'), 'order_rule_broken: Invalid price.'],
    ['quantity off the step', limit('a', 'buy', '1.0005 @ 100'), 'order_rule_broken: Filter failure: LOT_SIZE'],
    ['quantity of zero', limit('a', 'buy', '0 @ 100'), 'order_rule_broken: Invalid quantity.'],
    ['quantity too small', limit('a', 'buy', '0.001 @ 10000'), 'order_rule_broken: Filter failure: LOT_SIZE'],
    ['notional too small', limit('a', 'buy', '1 @ 4.99'), 'order_rule_broken: Filter failure: NOTIONAL'],
    ['market notional too small', market('a', 'buy', '0.049'), 'order_rule_broken: Filter failure: NOTIONAL'],
    ['malformed id', limit('a b', 'buy', '1 @ 100'), 'order_refused: the client order id is malformed'],
    ['id too long', limit('a'.repeat(35), 'buy', '1 @ 100'), 'order_refused: the client order id is malformed'],
    [
      'stop the price has fallen to',
      stop('a', '1', { stopPrice: '100' }),
      'order_would_trigger: Stop price would trigger immediately.',
    ],
    [
      'pair on the wrong side of the market',
      oco('a', '1', { stopPrice: '90', takePrice: '99' }),
      'order_would_trigger: Order would immediately match and take.',
    ],
  ])('refuses a %s and keeps no order', (_, order, reason) => {
    const matcher = create();
    tell(matcher, '100', '10');
    expect(submitted(matcher, order)).toEqual([reason]);
    expect(matcher.find(order)).toBeNull();
  });

  it('refuses what is not trading, not known, or has no price yet', () => {
    expect(submitted(create({}, { status: 'halted' }), limit('a', 'buy', '1 @ 100'))[0]).toContain(
      'instrument_not_trading',
    );
    const unknown = { ...limit('a', 'buy', '1 @ 100'), instrumentId: 'binance:spot:X/Y' as InstrumentId };
    expect(submitted(create(), unknown)[0]).toContain('symbol_unknown');
    expect(submitted(create(), market('a', 'buy', '1'))).toEqual([
      'instrument_not_trading: there is no market price yet',
    ]);
  });

  it('refuses a client order id that was used before, also after the order ended', () => {
    const matcher = create();
    tell(matcher, '100', '10');
    expect(submitted(matcher, market('a', 'buy', '1'))[0]).toBe('filled');
    expect(submitted(matcher, limit('a', 'sell', '1 @ 100'))).toEqual(['order_duplicate: undefined']);
  });

  it('lets a refused client order id be used for a correct order', () => {
    const matcher = create();
    expect(submitted(matcher, limit('a', 'buy', '1 @ 100.005'))).toEqual([
      'order_rule_broken: Filter failure: PRICE_FILTER',
    ]);
    expect(submitted(matcher, limit('a', 'buy', '1 @ 100.01'))).toEqual(['open']);
  });

  it('refuses costs that are no share', () => {
    for (const bps of [-1, 10_001, Number.NaN]) expect(() => create({ takerFeeBps: bps })).toThrow(RangeError);
  });
});

describe('createMatcher: orders that wait for a price', () => {
  it('sells at the market when the price has fallen to the stop', () => {
    const matcher = create({ slippageBps: 10 });
    tell(matcher, '100', '10');
    expect(submitted(matcher, stop('a', '1', { stopPrice: '95' }))).toEqual(['open']);
    expect(tell(matcher, '95.01', '10')).toEqual([]);
    const [report] = tell(matcher, '94', '10');
    expect([report?.status, ...fillTexts(report?.fills ?? [])]).toEqual(['filled', '1 @ 93.9 fee 0']);
  });

  it('does not sell below the limit of a stop', () => {
    const matcher = create();
    tell(matcher, '100', '10');
    submitted(matcher, stop('a', '1', { stopPrice: '95', limitPrice: '94' }));
    expect(tell(matcher, '93', '10').map((report) => report.status)).toEqual(['open']);
    expect(matcher.openOrders(BTC).map((report) => report.filledQuantity)).toEqual([0n]);
    const [report] = tell(matcher, '94', '10');
    expect([report?.status, ...fillTexts(report?.fills ?? [])]).toEqual(['filled', '1 @ 94 fee 0']);
  });

  it('expires with what a triggered stop could not sell', () => {
    const matcher = create();
    tell(matcher, '100', '10');
    submitted(matcher, stop('a', '1', { stopPrice: '95' }));
    const [report] = tell(matcher, '95', '0.4');
    expect([report?.status, ...fillTexts(report?.fills ?? [])]).toEqual(['expired', '0.4 @ 95 fee 0']);
  });

  it('shows a pair as one order, whichever leg is executed', () => {
    for (const [at, expected] of [
      ['95', ['filled', '1 @ 95 fee 0']],
      ['111', ['filled', '1 @ 110 fee 0']],
    ] as const) {
      const matcher = create();
      tell(matcher, '100', '10');
      expect(submitted(matcher, oco('a', '1', { stopPrice: '95', takePrice: '110' }))).toEqual(['open']);
      expect(matcher.openOrders(BTC).map((report) => report.clientOrderId)).toEqual(['a']);
      const [report, ...others] = tell(matcher, at, '10');
      expect(others).toEqual([]);
      expect([report?.status, ...fillTexts(report?.fills ?? [])]).toEqual(expected);
      expect(matcher.openOrders(BTC)).toEqual([]);
    }
  });

  it('cancels a pair whole, also when a leg of it was executed in part', () => {
    const matcher = create();
    tell(matcher, '100', '10');
    submitted(matcher, oco('a', '1', { stopPrice: '95', takePrice: '110' }));
    const [report] = tell(matcher, '110', '0.4');
    expect([report?.status, ...fillTexts(report?.fills ?? [])]).toEqual(['partiallyFilled', '0.4 @ 110 fee 0']);
    const cancelled = matcher.cancel({ instrumentId: BTC, clientOrderId: id('a') }, TIME);
    expect(cancelled).toMatchObject({ ok: true, value: { status: 'cancelled', filledQuantity: quantity('0.4') } });
    expect(tell(matcher, '90', '10')).toEqual([]);
  });
});

describe('createMatcher: a wallet', () => {
  const funded = (usdt: string): Matcher => {
    const funds = [{ asset: 'USDT', quantity: decimal(usdt) }];
    const matcher = createMatcher({ rules: [SIM_RULES], costs: { ...FREE, takerFeeBps: 10, makerFeeBps: 10 }, funds });
    tell(matcher, '100', '10');
    return matcher;
  };
  const held = (matcher: Matcher): readonly string[] =>
    matcher.balances().map((one) => `${one.asset} ${toDecimalText(one.free)} + ${toDecimalText(one.locked)}`);

  it('pays fees from what it receives: base on a buy, quote on a sell', () => {
    const matcher = funded('1000');
    submitted(matcher, market('a', 'buy', '1'));
    expect(held(matcher)).toEqual(['USDT 900 + 0', 'BTC 0.999 + 0']);
    submitted(matcher, market('b', 'sell', '0.999'));
    expect(held(matcher)).toEqual(['USDT 999.8001 + 0']);
  });

  it('locks what open orders may need and refuses what is not covered', () => {
    const matcher = funded('150');
    expect(submitted(matcher, limit('a', 'buy', '1 @ 90'))).toEqual(['open']);
    expect(held(matcher)).toEqual(['USDT 60 + 90']);
    expect(submitted(matcher, market('b', 'buy', '1'))[0]).toContain('balance_insufficient');
    expect(submitted(matcher, stop('c', '1', { stopPrice: '50' }))[0]).toContain('balance_insufficient');
    matcher.cancel({ instrumentId: BTC, clientOrderId: id('a') }, TIME);
    expect(held(matcher)).toEqual(['USDT 150 + 0']);
  });

  it('spends at most the quote amount of a market order by quote, in whole steps', () => {
    const matcher = funded('150');
    const terms = { type: 'marketByQuote', side: 'buy', quoteAmount: decimal('50.05') as Money } as const;
    const answer = matcher.submit({ instrumentId: BTC, clientOrderId: id('a'), terms }, TIME);
    expect(answer).toMatchObject({ ok: true, value: { status: 'filled', orderedQuantity: null } });
    expect(held(matcher)).toEqual(['USDT 100 + 0', 'BTC 0.4995 + 0']);
  });
});

describe('createMatcher: instruments that come and go', () => {
  it('takes new rules for known instruments and adds unknown ones', () => {
    const matcher = create();
    tell(matcher, '100', '10');
    matcher.setRules([{ ...SIM_RULES, status: 'halted' }]);
    expect(submitted(matcher, market('a', 'buy', '1'))[0]).toContain('instrument_not_trading');
    const instrumentId = 'binance:spot:NEW/USDT' as InstrumentId;
    matcher.setRules([SIM_RULES, { ...SIM_RULES, instrumentId, baseAsset: 'NEW' }]);
    expect(submitted(matcher, market('b', 'buy', '1'))[0]).toBe('filled');
    expect(submitted(matcher, { ...limit('c', 'buy', '1 @ 100'), instrumentId })).toEqual(['open']);
    expect(matcher.openOrders(null).map((report) => report.instrumentId)).toEqual([instrumentId]);
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
const inTicks = (count: number): Price => (BigInt(count) * (SIM_RULES.priceTick as bigint)) as Price;
const inSteps = (count: number): Quantity => (BigInt(count) * (SIM_RULES.lot.step as bigint)) as Quantity;

/** What must hold of a report whatever happened before. */
function checkReport(order: ApprovedOrder, report: OrderReport): void {
  const sum = report.fills.reduce<Decimal>((total, fill) => add<Decimal>(total, fill.quantity), decimal('0'));
  expect(report.filledQuantity).toBe(sum);
  const { terms } = order;
  if (terms.type !== 'market' && terms.type !== 'limit') throw new Error(`not in the property: ${terms.type}`);
  expect(sum <= terms.quantity).toBe(true);
  expect(report.status === 'filled').toBe(sum === terms.quantity);
  if (report.status === 'open') expect(sum).toBe(0n);
  if (report.status === 'partiallyFilled') expect(sum > 0n).toBe(true);
  for (const fill of report.fills) {
    expect(fill.quantity > 0n).toBe(true);
    expect(fill.quantity % SIM_RULES.lot.step).toBe(0n);
    expect(fill.price % SIM_RULES.priceTick).toBe(0n);
    if (terms.type === 'limit') {
      expect(terms.side === 'buy' ? fill.price <= terms.price : fill.price >= terms.price).toBe(true);
    }
    const received = terms.side === 'buy' ? fill.quantity : multiply(fill.price, fill.quantity);
    const fee = (rate: string): Decimal => truncateToStep(multiply(received, decimal(rate)), decimal('0.00000001'));
    expect([fee('0.001'), fee('0.0002')]).toContain(fill.fee);
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
            allowed = BigInt(Math.floor(event.steps / 4)) * SIM_RULES.lot.step;
            const available = inSteps(event.steps);
            const reports = matcher.onPrice({
              instrumentId: BTC,
              price: inTicks(event.ticks),
              availableQuantity: available,
              time: TIME,
            });
            reports.forEach(note);
          } else if (event.kind === 'submit') {
            const common = { side: event.side, quantity: inSteps(event.steps) };
            const terms: OrderTerms =
              event.type === 'limit'
                ? { type: 'limit', ...common, price: inTicks(event.ticks), timeInForce: 'GTC' }
                : { type: 'market', ...common };
            const sized = { clientOrderId: id(`o${index}`), instrumentId: BTC, terms };
            orders.set(sized.clientOrderId, sized);
            const answer = matcher.submit(sized, TIME);
            if (answer.ok) note(answer.value);
          } else {
            const cancelled = matcher.cancel({ instrumentId: BTC, clientOrderId: id(`o${event.index}`) }, TIME);
            if (cancelled.ok) note(cancelled.value);
          }
          expect(taken() - takenBefore <= allowed, 'no more than the share of a price').toBe(true);
        }
        for (const [clientOrderId, report] of latest)
          expect(matcher.find({ instrumentId: BTC, clientOrderId })).toEqual(report);
        const open = [...latest.values()].filter(
          (report) => report.status === 'open' || report.status === 'partiallyFilled',
        );
        expect(matcher.openOrders(BTC)).toEqual(open);
      }),
      { numRuns: 200 },
    );
  });
});
