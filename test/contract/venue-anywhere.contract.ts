/**
 * What a venue keeps on a market that nobody can move, such as a test network: orders far from the price, small ones at
 * it, and everything taken back at the end.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { add, type Decimal, decimal, divide, multiply, truncateToStep } from '../../src/core/decimal.ts';
import type { InstrumentId } from '../../src/model/instrument.ts';
import type { Money, Price, Quantity } from '../../src/model/money.ts';
import type { ApprovedOrder, ClientOrderId, OrderReport, OrderTerms } from '../../src/model/order.ts';
import type { TradingRules } from '../../src/model/trading-rules.ts';
import type { Account } from '../../src/ports/account.ts';
import type { Venue } from '../../src/ports/venue.ts';
import { statusOf, sumOfFills } from './venue-bench.ts';

/** A venue whose account owns some of both assets of the instrument. */
export type VenueAnywhere = {
  readonly venue: Venue & Account;
  readonly instrumentId: InstrumentId;
  /** The market's price now. */
  readonly lastPrice: () => Promise<Price>;
  /** Beginning of client order ids that were never used. */
  readonly idPrefix: string;
  readonly close: () => Promise<void>;
};

/** Runs the suite. */
export function describeVenueAnywhere(name: string, create: () => Promise<VenueAnywhere>): void {
  describe(`${name} keeps its word on a market that stands by itself`, () => {
    let subject: VenueAnywhere;
    let rules: TradingRules;
    const heard: OrderReport[] = [];
    let made = 0;
    const order = (terms: OrderTerms): ApprovedOrder => ({
      clientOrderId: `${subject.idPrefix}-${made++}` as ClientOrderId,
      instrumentId: subject.instrumentId,
      terms,
    });
    /** The price times a factor, on the grid. */
    const priceNear = async (factor: string): Promise<Price> =>
      truncateToStep(multiply(await subject.lastPrice(), decimal(factor)), rules.priceTick) as Price;
    /** Three times the least notional, on the grid. */
    const amount = async (): Promise<Quantity> => {
      const wanted: Decimal = divide(multiply(rules.minNotional, decimal('3')), await subject.lastPrice());
      return add<Quantity>(truncateToStep(wanted, rules.lot.step) as Quantity, rules.lot.step);
    };
    const resting = async (): Promise<ApprovedOrder> => {
      const [quantity, price] = [await amount(), await priceNear('0.9')];
      return order({ type: 'limit', side: 'buy', quantity, price, timeInForce: 'GTC' });
    };

    beforeAll(async () => {
      subject = await create();
      subject.venue.onReport((report) => heard.push(report));
      const fetched = await subject.venue.fetchTradingRules();
      const found = fetched.ok ? fetched.value.find((one) => one.instrumentId === subject.instrumentId) : undefined;
      if (found === undefined) throw new Error(`no rules of ${subject.instrumentId}`);
      rules = found;
    }, 30_000);
    afterAll(async () => {
      const open = await subject.venue.openOrders(subject.instrumentId);
      for (const report of open.ok ? open.value : []) await subject.venue.cancel(report);
      await subject.venue.close();
      await subject.close();
    }, 30_000);

    it('rests, finds, lists and cancels an order, and reports it', async () => {
      const wanted = await resting();
      expect(statusOf(await subject.venue.submit(wanted))).toBe('open');
      const found = await subject.venue.query(wanted);
      expect(found.ok && found.value).toMatchObject({ clientOrderId: wanted.clientOrderId, status: 'open', fills: [] });
      const open = await subject.venue.openOrders(subject.instrumentId);
      expect(open.ok && open.value.map((report) => report.clientOrderId)).toContain(wanted.clientOrderId);
      expect(statusOf(await subject.venue.submit(wanted))).toBe('order_duplicate');
      const cancelled = await subject.venue.cancel(wanted);
      expect(cancelled.ok && cancelled.value.status).toBe('cancelled');
      await vi.waitFor(() => expect(heard.some((report) => report.status === 'cancelled')).toBe(true));
      const again = await subject.venue.cancel(wanted);
      expect(again.ok ? 'cancelled' : again.error.code).toBe('order_not_open');
    }, 30_000);

    it('buys and sells at the market with fills that add up', async () => {
      const quoteAmount = multiply(rules.minNotional, decimal('3')) as Money;
      const bought = await subject.venue.submit(order({ type: 'marketByQuote', side: 'buy', quoteAmount }));
      const sold = await subject.venue.submit(order({ type: 'market', side: 'sell', quantity: await amount() }));
      for (const outcome of [bought, sold]) {
        if (outcome.phase !== 'accepted') throw new Error(outcome.failure.message);
        expect(outcome.report.filledQuantity > 0n).toBe(true);
        expect(sumOfFills(outcome.report)).toBe(outcome.report.filledQuantity);
        await vi.waitFor(() => expect(heard.at(-1)?.updateTime).toBeGreaterThan(0));
        const found = await subject.venue.query(outcome.report);
        expect(found.ok && found.value?.fills).toEqual(outcome.report.fills);
      }
    }, 30_000);

    it('replaces a stop by a pair, which is one order, and cancels it whole', async () => {
      const [quantity, stopPrice, lower] = [await amount(), await priceNear('0.9'), await priceNear('0.89')];
      const stop = order({ type: 'stop', side: 'sell', quantity, stopPrice, limitPrice: lower });
      expect(statusOf(await subject.venue.submit(stop))).toBe('open');
      const takePrice = await priceNear('1.1');
      const pair = order({ type: 'oco', side: 'sell', quantity, stopPrice, limitPrice: null, takePrice });
      const replaced = await subject.venue.replace({ cancel: stop, order: pair });
      expect([replaced.cancelled?.status, statusOf(replaced.outcome)]).toEqual(['cancelled', 'open']);
      const open = await subject.venue.openOrders(subject.instrumentId);
      expect(open.ok && open.value.map((report) => report.clientOrderId)).toEqual([pair.clientOrderId]);
      const cancelled = await subject.venue.cancel(pair);
      expect(cancelled.ok && cancelled.value.status).toBe('cancelled');
    }, 30_000);

    it('refuses what breaks a rule or is not covered, with the reason', async () => {
      const wanted = await resting();
      if (wanted.terms.type !== 'limit') throw new Error('a limit order is one');
      const { terms } = wanted;
      const offTick = add<Price>(terms.price, divide(rules.priceTick, decimal('2')) as Price);
      const dust = order({ ...terms, quantity: rules.lot.min });
      expect(statusOf(await subject.venue.submit(dust))).toBe('order_rule_broken');
      expect(statusOf(await subject.venue.submit(order({ ...terms, price: offTick })))).toBe('order_rule_broken');
      const balances = await subject.venue.fetchBalances();
      const owned = balances.ok ? balances.value.find((one) => one.asset === rules.baseAsset)?.free : undefined;
      const tooMuch = add<Quantity>(truncateToStep(owned ?? decimal('0'), rules.lot.step) as Quantity, rules.lot.step);
      const sale = order({ ...terms, side: 'sell', quantity: tooMuch, price: await priceNear('1.1') });
      expect(['balance_insufficient', 'order_rule_broken']).toContain(statusOf(await subject.venue.submit(sale)));
    }, 30_000);
  });
}
