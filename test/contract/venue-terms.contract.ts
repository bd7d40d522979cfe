/**
 * What every venue promises of each kind of order, of replacements and of the account behind them.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Decimal, decimal, multiply, toDecimalText } from '../../src/core/decimal.ts';
import { epochMs } from '../../src/core/time.ts';
import type { InstrumentId } from '../../src/model/instrument.ts';
import type { Money } from '../../src/model/money.ts';
import type { OrderReport } from '../../src/model/order.ts';
import type { Account } from '../../src/ports/account.ts';
import {
  CONTRACT_RULES,
  find,
  keyOf,
  orderOf,
  orderWith,
  price,
  quantity,
  statusOf,
  stopOf,
  sumOfFills,
  VenueBench,
  type VenueUnderTest,
} from './venue-bench.ts';

const { instrumentId } = CONTRACT_RULES;
const FEE = decimal('0.001');

function fillsOf(report: OrderReport | null | undefined): readonly string[] {
  return (report?.fills ?? []).map((fill) => `${toDecimalText(fill.quantity)} @ ${toDecimalText(fill.price)}`);
}

/** Free and locked of an asset, as `free + locked`. */
async function held(account: Account, asset: string): Promise<string> {
  const balances = await account.fetchBalances();
  if (!balances.ok) throw new Error(balances.error.message);
  const found = balances.value.find((one) => one.asset === asset);
  return found === undefined ? 'nothing' : `${toDecimalText(found.free)} + ${toDecimalText(found.locked)}`;
}

function lastOf(heard: readonly OrderReport[], name: string): OrderReport | undefined {
  return heard.findLast((report) => report.clientOrderId === name);
}

/** The suite of order kinds, replacements and the account; a part of the venue's suite. */
export function describeOrderTerms(name: string, create: () => Promise<VenueUnderTest>): void {
  const bench = new VenueBench(create);
  afterEach(() => bench.closeAll());

  describe(`${name} takes every kind of order`, () => {
    it('tells fills with trade ids of their own and the fee in what was received', async () => {
      const { venue } = await bench.open();
      await venue.submit(orderOf({ name: 'a', price: null, quantity: '2' }));
      await venue.submit(orderOf({ name: 'b', side: 'sell', price: null }));
      const [bought, sold] = [await find(venue, 'a'), await find(venue, 'b')];
      expect(bought).toMatchObject({ side: 'buy', orderedQuantity: quantity('2'), instrumentId });
      expect(sold).toMatchObject({ side: 'sell', orderedQuantity: quantity('1') });
      const fills = [...(bought?.fills ?? []), ...(sold?.fills ?? [])];
      expect(new Set(fills.map((fill) => fill.tradeId)).size).toBe(fills.length);
      const fees = fills.map((fill) => [fill.feeAsset, fill.fee]);
      expect(fees).toEqual([
        ['BTC', multiply(quantity('2'), FEE)],
        ['USDT', multiply(price('101'), FEE)],
      ]);
    });

    it('spends at most the amount of a market order by quote', async () => {
      const { venue } = await bench.open('100');
      const terms = { type: 'marketByQuote', side: 'buy', quoteAmount: decimal('50.05') as Money } as const;
      const outcome = await venue.submit(orderWith('a', terms));
      expect(statusOf(outcome)).toBe('filled');
      const found = await find(venue, 'a');
      expect(found).toMatchObject({ orderedQuantity: null, filledQuantity: quantity('0.5') });
      expect(await held(venue, 'USDT')).toBe('999950 + 0');
    });

    it('ends a limit order by its time in force', async () => {
      const { venue, movePrice } = await bench.open();
      await movePrice(price('100'), quantity('0.4'));
      const terms = { type: 'limit', side: 'buy', quantity: quantity('1'), price: price('100') } as const;
      expect(statusOf(await venue.submit(orderWith('whole', { ...terms, timeInForce: 'FOK' })))).toBe('expired');
      expect(fillsOf(await find(venue, 'whole'))).toEqual([]);
      expect(statusOf(await venue.submit(orderWith('part', { ...terms, timeInForce: 'IOC' })))).toBe('expired');
      expect(fillsOf(await find(venue, 'part'))).toEqual(['0.4 @ 100']);
    });

    it('sells a stop at the market when the price has fallen to it, not before', async () => {
      const { venue, movePrice, heard } = await bench.open();
      expect(statusOf(await venue.submit(stopOf('a', { stopPrice: '95' })))).toBe('open');
      await movePrice(price('95.01'), quantity('10'));
      expect(await find(venue, 'a')).toMatchObject({ status: 'open', fills: [] });
      await movePrice(price('94'), quantity('10'));
      await vi.waitFor(() => expect(lastOf(heard, 'a')?.status).toBe('filled'));
      expect(fillsOf(await find(venue, 'a'))).toEqual(['1 @ 94']);
    });

    it('does not sell a stop below its limit', async () => {
      const { venue, movePrice, heard } = await bench.open();
      await venue.submit(stopOf('a', { stopPrice: '95', limitPrice: '94' }));
      await movePrice(price('93'), quantity('10'));
      expect(await find(venue, 'a')).toMatchObject({ status: 'open', fills: [] });
      await movePrice(price('94'), quantity('10'));
      await vi.waitFor(() => expect(lastOf(heard, 'a')?.status).toBe('filled'));
      expect(fillsOf(await find(venue, 'a'))).toEqual(['1 @ 94']);
    });

    it.each([
      ['the stop', '94', '1 @ 94'],
      ['the profit', '111', '1 @ 110'],
    ])('shows a pair as one order of which %s is executed', async (_, at, expected) => {
      const { venue, movePrice, heard } = await bench.open();
      const outcome = await venue.submit(stopOf('a', { stopPrice: '95', takePrice: '110' }));
      expect(statusOf(outcome)).toBe('open');
      const openOrders = await venue.openOrders(instrumentId);
      expect(openOrders.ok && openOrders.value).toEqual([await find(venue, 'a')]);
      expect(await held(venue, 'BTC'), 'the two share what they lock').toBe('999 + 1');
      await movePrice(price(at), quantity('10'));
      await vi.waitFor(() => expect(lastOf(heard, 'a')?.status).toBe('filled'));
      const found = await find(venue, 'a');
      expect(found).toMatchObject({ orderedQuantity: quantity('1'), filledQuantity: quantity('1') });
      expect(fillsOf(found)).toEqual([expected]);
      const none = await venue.openOrders(instrumentId);
      expect(none.ok && none.value).toEqual([]);
      expect(heard.every((report) => report.clientOrderId === 'a')).toBe(true);
    });

    it('cancels a pair whole, also after a part of it was sold', async () => {
      const { venue, movePrice, heard } = await bench.open();
      await venue.submit(stopOf('a', { stopPrice: '95', takePrice: '110' }));
      await movePrice(price('110'), quantity('0.4'));
      await vi.waitFor(() => expect(lastOf(heard, 'a')?.status).toBe('partiallyFilled'));
      const cancelled = await venue.cancel(keyOf('a'));
      expect(cancelled.ok && cancelled.value).toMatchObject({ status: 'cancelled', filledQuantity: quantity('0.4') });
      expect(await held(venue, 'BTC')).toBe('999.6 + 0');
      await movePrice(price('90'), quantity('10'));
      expect(await find(venue, 'a')).toMatchObject({ status: 'cancelled', filledQuantity: quantity('0.4') });
    });

    it.each([
      ['a stop the price has fallen to', stopOf('a', { stopPrice: '101' }), 'order_would_trigger'],
      ['a pair above the market', stopOf('a', { stopPrice: '105', takePrice: '110' }), 'order_would_trigger'],
      [
        'more than is owned',
        orderOf({ name: 'a', side: 'sell', price: '200', quantity: '1001' }),
        'balance_insufficient',
      ],
      [
        'an instrument the venue does not know',
        { ...orderOf({ name: 'a' }), instrumentId: 'binance:spot:NO/NE' as InstrumentId },
        'symbol_unknown',
      ],
      ['a quantity of zero', orderOf({ name: 'a', quantity: '0' }), 'order_rule_broken'],
      ['a malformed client order id', orderOf({ name: 'a b' }), 'order_refused'],
    ])('refuses %s and leaves nothing behind', async (_, order, code) => {
      const { venue } = await bench.open();
      const outcome = await venue.submit(order);
      expect([outcome.phase, statusOf(outcome)]).toEqual(['refused', code]);
      const openOrders = await venue.openOrders(null);
      expect(openOrders.ok && openOrders.value).toEqual([]);
      expect(await held(venue, 'BTC')).toBe('1000 + 0');
    });

    it('refuses orders of a halted instrument, and cancels those that stand there', async () => {
      const { venue, halt } = await bench.open();
      await venue.submit(orderOf({ name: 'a' }));
      halt();
      const outcome = await venue.submit(orderOf({ name: 'b', side: 'sell', price: null }));
      expect([outcome.phase, statusOf(outcome)]).toEqual(['refused', 'instrument_not_trading']);
      expect((await venue.cancel(keyOf('a'))).ok).toBe(true);
    });
  });

  describe(`${name} replaces orders`, () => {
    it('cancels the old order, which frees what it locked, and places the new one', async () => {
      const { venue, heard } = await bench.open();
      await venue.submit(stopOf('stop', { stopPrice: '95' }));
      const order = orderOf({ name: 'exit', side: 'sell', price: '101', quantity: '1000' });
      const { cancelled, outcome } = await venue.replace({ cancel: keyOf('stop'), order });
      expect(cancelled).toMatchObject({ clientOrderId: 'stop', status: 'cancelled' });
      expect(outcome.phase).toBe('accepted');
      await vi.waitFor(() => expect(lastOf(heard, 'stop')?.status).toBe('cancelled'));
      await vi.waitFor(() => expect(lastOf(heard, 'exit')?.filledQuantity).toBe(quantity('10')));
    });

    it('places nothing when there is nothing to cancel', async () => {
      const { venue } = await bench.open();
      const { cancelled, outcome } = await venue.replace({ cancel: keyOf('never'), order: orderOf({ name: 'a' }) });
      expect(cancelled).toBeNull();
      expect([outcome.phase, statusOf(outcome)]).toEqual(['refused', 'order_not_open']);
      expect(await find(venue, 'a')).toBeNull();
      expect((await venue.submit(orderOf({ name: 'a' }))).phase, 'its name is free').toBe('accepted');
    });

    it('says so when the old order is cancelled and the new one is refused', async () => {
      const { venue } = await bench.open();
      await venue.submit(stopOf('stop', { stopPrice: '95' }));
      const order = orderOf({ name: 'exit', side: 'sell', price: '200', quantity: '1001' });
      const { cancelled, outcome } = await venue.replace({ cancel: keyOf('stop'), order });
      expect(cancelled).toMatchObject({ clientOrderId: 'stop', status: 'cancelled' });
      expect([outcome.phase, statusOf(outcome)]).toEqual(['refused', 'balance_insufficient']);
      expect(await held(venue, 'BTC')).toBe('1000 + 0');
    });

    it('replaces pairs, and with pairs', async () => {
      const { venue } = await bench.open();
      await venue.submit(stopOf('one', { stopPrice: '95', takePrice: '110' }));
      const two = stopOf('two', { stopPrice: '96', takePrice: '111' });
      const first = await venue.replace({ cancel: keyOf('one'), order: two });
      expect([first.cancelled?.status, statusOf(first.outcome)]).toEqual(['cancelled', 'open']);
      const sale = orderOf({ name: 'exit', side: 'sell', price: null });
      const second = await venue.replace({ cancel: keyOf('two'), order: sale });
      expect([second.cancelled?.status, statusOf(second.outcome)]).toEqual(['cancelled', 'filled']);
      expect(await held(venue, 'BTC')).toBe('999 + 0');
    });

    it('answers unknown when the reply is lost, and both orders are found as they are', async () => {
      const { venue, loseNextReply, heard } = await bench.open();
      await venue.submit(stopOf('stop', { stopPrice: '95' }));
      loseNextReply('replace');
      const order = orderOf({ name: 'exit', side: 'sell', price: null });
      const { cancelled, outcome } = await venue.replace({ cancel: keyOf('stop'), order });
      expect([cancelled, outcome.phase, statusOf(outcome)]).toEqual([null, 'unknown', 'order_outcome_unknown']);
      expect(await find(venue, 'stop')).toMatchObject({ status: 'cancelled' });
      expect(await find(venue, 'exit')).toMatchObject({ status: 'filled' });
      await vi.waitFor(() => expect(lastOf(heard, 'exit')?.status).toBe('filled'));
    });

    it('answers unknown when the request is lost, and the old order stands', async () => {
      const { venue, loseNextRequest } = await bench.open();
      await venue.submit(stopOf('stop', { stopPrice: '95' }));
      loseNextRequest('replace');
      const order = orderOf({ name: 'exit', side: 'sell', price: null });
      expect((await venue.replace({ cancel: keyOf('stop'), order })).outcome.phase).toBe('unknown');
      expect(await find(venue, 'exit')).toBeNull();
      expect(await find(venue, 'stop')).toMatchObject({ status: 'open' });
    });
  });

  describe(`${name} keeps the account contract`, () => {
    it('answers balances without what there is nothing of (R7-4)', async () => {
      const { venue } = await bench.open('100');
      const before = await venue.fetchBalances();
      expect(before.ok && before.value.map(({ asset }) => asset).sort()).toEqual(['BTC', 'USDT']);
      await venue.submit(orderOf({ name: 'a', side: 'sell', price: null, quantity: '10' }));
      await venue.submit(orderOf({ name: 'b', price: '90', quantity: '2' }));
      expect(await held(venue, 'BTC')).toBe('990 + 0');
      expect(await held(venue, 'USDT'), 'sold for 1000 with a fee of 1, and 180 locked').toBe('1000819 + 180');
    });

    it('answers the rules that orders are held to', async () => {
      const { venue } = await bench.open();
      const rules = await venue.fetchTradingRules();
      if (!rules.ok) throw new Error(rules.error.message);
      const { priceTick, minNotional, percentPrice, orderTypes, isMarketByQuote, status } = CONTRACT_RULES;
      const known = { priceTick, minNotional, percentPrice, orderTypes, isMarketByQuote, status };
      const found = rules.value.find((one) => one.instrumentId === instrumentId);
      expect(found).toMatchObject({ ...known, baseAsset: 'BTC', quoteAsset: 'USDT', isSpotAllowed: true });
      expect([found?.lot.min, found?.lot.step]).toEqual([quantity('0.001'), quantity('0.001')]);
    });

    it('answers what the key may do', async () => {
      const { venue } = await bench.open();
      const permissions = await venue.fetchPermissions();
      expect(permissions.ok && permissions.value).toMatchObject({ canTrade: true, canWithdraw: false });
    });

    it('answers own orders since a time in whatever state, each pair once', async () => {
      const { venue } = await bench.open();
      await venue.submit(orderOf({ name: 'a', price: null }));
      await venue.submit(stopOf('b', { stopPrice: '95', takePrice: '110' }));
      await venue.submit(orderOf({ name: 'c' }));
      await venue.cancel(keyOf('c'));
      const known = await Promise.all(['a', 'b', 'c'].map((one) => find(venue, one)));
      const since = epochMs((known[0]?.updateTime ?? 0) - 1_000);
      const orders = await venue.fetchOrders(instrumentId, since);
      expect(orders.ok && orders.value).toEqual(known);
      const later = await venue.fetchOrders(instrumentId, epochMs(since + 3_600_000));
      expect(later.ok && later.value).toEqual([]);
    });

    it('fails after close', async () => {
      const { venue } = await bench.open();
      await venue.close();
      const answers = [venue.fetchBalances(), venue.fetchPermissions(), venue.fetchTradingRules()];
      expect((await Promise.all(answers)).map((answer) => answer.ok)).toEqual([false, false, false]);
    });
  });

  describe(`${name} and its connection`, () => {
    it('says when reports stop coming, and reports what was missed before it says that they come again', async () => {
      const { venue, movePrice, setConnection } = await bench.open();
      await venue.submit(orderOf({ name: 'a' }));
      await venue.submit(stopOf('b', { stopPrice: '95' }));
      const told: string[] = [];
      venue.onReport((report) => told.push(`${report.clientOrderId} ${report.status}`));
      venue.onConnection((state) => told.push(state));
      setConnection('down');
      await vi.waitFor(() => expect(told).toEqual(['down']));
      await movePrice(price('94'), quantity('10'));
      setConnection('up');
      await vi.waitFor(() => expect(told.at(-1)).toBe('up'));
      expect([...new Set(told)].sort()).toEqual(['a filled', 'b filled', 'down', 'up']);
    });

    it('reports only what adds up', async () => {
      const { venue, movePrice, heard } = await bench.open();
      await venue.submit(orderOf({ name: 'a', quantity: '3' }));
      for (const at of ['100', '99.5', '99']) await movePrice(price(at), quantity('0.7'));
      await vi.waitFor(() => expect(lastOf(heard, 'a')?.filledQuantity).toBe(quantity('2.1')));
      const sums: readonly Decimal[] = heard.map(sumOfFills);
      expect(sums).toEqual(heard.map((report) => report.filledQuantity));
      expect(fillsOf(lastOf(heard, 'a'))).toEqual(['0.7 @ 100', '0.7 @ 100', '0.7 @ 100']);
    });
  });
}
