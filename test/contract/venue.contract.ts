/**
 * What every venue promises about orders, above all what is known of one whose answer was lost.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { InstrumentId } from '../../src/model/instrument.ts';
import type { ApprovedOrder, OrderReport, Side } from '../../src/model/order.ts';
import {
  CONTRACT_RULES,
  find,
  keyOf,
  type OpenedVenue,
  orderOf,
  price,
  quantity,
  statusOf,
  sumOfFills,
  VenueBench,
  type VenueUnderTest,
} from './venue-bench.ts';
import { describeOrderTerms } from './venue-terms.contract.ts';

const { instrumentId } = CONTRACT_RULES;

/** Runs the suite. */
export function describeVenueContract(
  name: string,
  create: () => Promise<VenueUnderTest>,
  { runs }: { readonly runs: number } = { runs: 50 },
): void {
  const bench = new VenueBench(create);
  const open = (): Promise<OpenedVenue> => bench.open(null);
  afterEach(() => bench.closeAll());

  describe(`${name} keeps the venue contract`, () => {
    it('accepts an order that rests, and finds it', async () => {
      const { venue, movePrice } = await open();
      await movePrice(price('101'), quantity('10'));
      const outcome = await venue.submit(orderOf({ name: 'a' }));
      expect(outcome.phase).toBe('accepted');
      const found = await find(venue, 'a');
      expect(found).toEqual(outcome.phase === 'accepted' ? outcome.report : null);
      expect(found).toMatchObject({ clientOrderId: 'a', status: 'open', filledQuantity: 0n, fills: [] });
      expect(found?.venueOrderId).not.toBe('');
    });

    it('answers null for an order that never existed', async () => {
      const { venue } = await open();
      expect(await find(venue, 'never')).toBeNull();
    });

    it('refuses a client order id it already has and keeps the first order as it is', async () => {
      const { venue, movePrice } = await open();
      await movePrice(price('101'), quantity('10'));
      await venue.submit(orderOf({ name: 'a' }));
      const first = await find(venue, 'a');
      const again = await venue.submit(orderOf({ name: 'a', quantity: '2' }));
      expect(again.phase).toBe('refused');
      expect(statusOf(again)).toBe('order_duplicate');
      expect(await find(venue, 'a')).toEqual(first);
      const openOrders = await venue.openOrders(instrumentId);
      expect(openOrders.ok && openOrders.value).toEqual([first]);
    });

    it.each([
      ['price off the tick', { name: 'a', price: '100.001' }],
      ['quantity off the step', { name: 'a', quantity: '1.0001' }],
      ['notional too small', { name: 'a', price: '4', quantity: '1' }],
    ])('refuses a %s and leaves no order behind', async (_, wanted) => {
      const { venue, movePrice, heard } = await open();
      await movePrice(price('101'), quantity('10'));
      const outcome = await venue.submit(orderOf(wanted));
      expect(outcome.phase).toBe('refused');
      expect(statusOf(outcome)).toBe('order_rule_broken');
      expect(await find(venue, 'a')).toBeNull();
      expect(heard).toEqual([]);
    });

    it('fills a market order at the market and reports it', async () => {
      const { venue, movePrice, heard } = await open();
      await movePrice(price('101'), quantity('10'));
      const outcome = await venue.submit(orderOf({ name: 'a', price: null }));
      expect(outcome.phase).toBe('accepted');
      await vi.waitFor(() => expect(heard.at(-1)?.status).toBe('filled'));
      const found = await find(venue, 'a');
      expect(found).toMatchObject({ status: 'filled', filledQuantity: quantity('1') });
      expect(found?.fills.map((fill) => [fill.price, fill.quantity, fill.feeAsset])).toEqual([
        [price('101'), quantity('1'), 'BTC'],
      ]);
    });

    it('fills a resting order part by part and finds it in every state', async () => {
      const { venue, movePrice, heard } = await open();
      await movePrice(price('101'), quantity('10'));
      await venue.submit(orderOf({ name: 'a' }));
      await movePrice(price('100'), quantity('0.3'));
      await vi.waitFor(() => expect(heard.at(-1)?.status).toBe('partiallyFilled'));
      expect(await find(venue, 'a')).toMatchObject({ status: 'partiallyFilled', filledQuantity: quantity('0.3') });
      await movePrice(price('99'), quantity('5'));
      await vi.waitFor(() => expect(heard.at(-1)?.status).toBe('filled'));
      const found = await find(venue, 'a');
      expect(found).toMatchObject({ status: 'filled', filledQuantity: quantity('1') });
      expect(found?.fills.map((fill) => fill.quantity)).toEqual([quantity('0.3'), quantity('0.7')]);
      const openOrders = await venue.openOrders(instrumentId);
      expect(openOrders.ok && openOrders.value).toEqual([]);
    });

    it('answers unknown when the reply is lost, and a query finds the order', async () => {
      const { venue, movePrice, loseNextReply } = await open();
      await movePrice(price('101'), quantity('10'));
      loseNextReply();
      const outcome = await venue.submit(orderOf({ name: 'a' }));
      expect(outcome.phase).toBe('unknown');
      expect(statusOf(outcome)).toBe('order_outcome_unknown');
      expect(await find(venue, 'a')).toMatchObject({ status: 'open' });
      const again = await venue.submit(orderOf({ name: 'a' }));
      expect(again.phase, 'a resend does not make a second order').toBe('refused');
    });

    it('answers unknown when the request is lost, and a query is certain that there is no order', async () => {
      const { venue, movePrice, loseNextRequest, heard } = await open();
      await movePrice(price('101'), quantity('10'));
      loseNextRequest();
      const outcome = await venue.submit(orderOf({ name: 'a' }));
      expect(outcome.phase).toBe('unknown');
      expect(await find(venue, 'a')).toBeNull();
      expect(heard).toEqual([]);
      expect((await venue.submit(orderOf({ name: 'a' }))).phase).toBe('accepted');
    });

    it('reports the fills of an order whose reply was lost', async () => {
      const { venue, movePrice, loseNextReply, heard } = await open();
      await movePrice(price('101'), quantity('10'));
      loseNextReply();
      await venue.submit(orderOf({ name: 'a', price: null }));
      await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ clientOrderId: 'a', status: 'filled' }));
    });

    it('cancels an open order with what it filled so far, and reports it', async () => {
      const { venue, movePrice, heard } = await open();
      await movePrice(price('101'), quantity('10'));
      await venue.submit(orderOf({ name: 'a' }));
      await movePrice(price('100'), quantity('0.25'));
      const cancelled = await venue.cancel(keyOf('a'));
      expect(cancelled.ok && cancelled.value).toMatchObject({ status: 'cancelled', filledQuantity: quantity('0.25') });
      await vi.waitFor(() => expect(heard.at(-1)?.status).toBe('cancelled'));
      expect(await find(venue, 'a')).toMatchObject({ status: 'cancelled' });
      await movePrice(price('90'), quantity('10'));
      expect(await find(venue, 'a')).toMatchObject({ status: 'cancelled', filledQuantity: quantity('0.25') });
    });

    it('answers order_not_open for a cancel of an order that ended or never was', async () => {
      const { venue, movePrice } = await open();
      await movePrice(price('101'), quantity('10'));
      await venue.submit(orderOf({ name: 'a', price: null }));
      for (const key of [keyOf('a'), keyOf('never')]) {
        const cancelled = await venue.cancel(key);
        expect(cancelled.ok ? 'cancelled' : cancelled.error.code).toBe('order_not_open');
      }
      expect(await find(venue, 'a')).toMatchObject({ status: 'filled' });
    });

    it('lists the open orders of an instrument only', async () => {
      const { venue, movePrice } = await open();
      await movePrice(price('101'), quantity('10'));
      for (const order of ['a', 'b', 'c']) await venue.submit(orderOf({ name: order }));
      await venue.cancel(keyOf('b'));
      const openOrders = await venue.openOrders(instrumentId);
      expect(openOrders.ok && openOrders.value.map((report) => report.clientOrderId)).toEqual(['a', 'c']);
      const none = await venue.openOrders('binance:spot:NO/NE' as InstrumentId);
      expect(none.ok ? none.value : []).toEqual([]);
    });

    it('stops telling a listener that no longer listens', async () => {
      const { venue, movePrice, heard } = await open();
      await movePrice(price('101'), quantity('10'));
      let calls = 0;
      const stop = venue.onReport(() => calls++);
      await venue.submit(orderOf({ name: 'a' }));
      await vi.waitFor(() => expect(calls).toBeGreaterThan(0));
      stop();
      stop();
      const before = calls;
      await venue.cancel(keyOf('a'));
      await vi.waitFor(() => expect(heard.at(-1)?.status).toBe('cancelled'));
      expect(calls).toBe(before);
    });

    it('sends nothing after close', async () => {
      const { venue } = await open();
      await venue.close();
      await venue.close();
      const outcome = await venue.submit(orderOf({ name: 'a' }));
      expect(outcome.phase).toBe('notSent');
      expect((await venue.query(keyOf('a'))).ok).toBe(false);
      expect((await venue.cancel(keyOf('a'))).ok).toBe(false);
      expect((await venue.openOrders(instrumentId)).ok).toBe(false);
    });

    it('conserves quantity and reports every change in order, whatever is submitted, lost and cancelled', async () => {
      const step = fc.record({
        kind: fc.constantFrom('submit', 'submit', 'price', 'cancel', 'loseReply', 'loseRequest'),
        side: fc.constantFrom<Side>('buy', 'sell'),
        cents: fc.integer({ min: 9_900, max: 10_100 }),
        milli: fc.integer({ min: 60, max: 3_000 }),
        target: fc.nat({ max: 10 }),
      });
      const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { venue, movePrice, loseNextReply, loseNextRequest, heard } = await open();
        const orders: ApprovedOrder[] = [];
        await movePrice(price('100'), quantity('1'));
        for (const { kind, side, cents, milli, target } of steps) {
          const atPrice = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
          const amount = `${Math.floor(milli / 1000)}.${String(milli % 1000).padStart(3, '0')}`;
          if (kind === 'submit') {
            const limit = target === 0 ? null : atPrice;
            const order = orderOf({ name: `o${orders.length}`, side, price: limit, quantity: amount });
            orders.push(order);
            await venue.submit(order);
          } else if (kind === 'price') await movePrice(price(atPrice), quantity(amount));
          else if (kind === 'cancel') await venue.cancel(keyOf(`o${target}`));
          else if (kind === 'loseReply') loseNextReply();
          else loseNextRequest();
        }
        for (const order of orders) {
          const final = await find(venue, order.clientOrderId);
          const told = (): readonly OrderReport[] =>
            heard.filter((report) => report.clientOrderId === order.clientOrderId);
          await vi.waitFor(() => expect(told().at(-1) ?? null, 'the last report is the final state').toEqual(final));
          for (const report of told()) {
            expect(report.filledQuantity).toBe(sumOfFills(report));
            expect(report.orderedQuantity !== null && report.filledQuantity <= report.orderedQuantity).toBe(true);
          }
          const filled = told().map((report) => report.filledQuantity);
          expect(filled, 'what is filled stays filled').toEqual(
            [...filled].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
          );
        }
      });
      await fc.assert(property, { numRuns: runs });
    });
  });

  describeOrderTerms(name, create);
}
