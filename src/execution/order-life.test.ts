import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instrumentOf, price, quantity } from '../../test/fixtures/execution-world.ts';
import { epochMs } from '../core/time.ts';
import type { OrderRecord, OrderState } from '../model/execution.ts';
import { failure } from '../model/failure.ts';
import type { PositionId } from '../model/intent.ts';
import type { ClientOrderId, Fill, OrderReport, OrderStatus, VenueOrderId } from '../model/order.ts';
import { foldRefusal, foldReport, hasEnded, markUnknown, sumOfFills } from './order-life.ts';

const time = epochMs(1_800_000_000_000);
const terms = { type: 'market', side: 'buy', quantity: quantity('10') } as const;
const sent: OrderRecord = {
  ...{ clientOrderId: 'hw-P1-o1' as ClientOrderId, intentId: 'i1', positionId: 'P1' as PositionId },
  ...{ instrumentId: instrumentOf('AAA'), side: 'buy', purpose: 'open', reason: 'entry', terms, state: 'sent' },
  ...{ venueOrderId: null, filledQuantity: quantity('0'), fills: [], createdTime: time, updatedTime: time },
  ...{ traceId: 't', failure: null },
};

function fill(number: number): Fill {
  const eventTime = epochMs(time + number);
  return {
    tradeId: String(number),
    price: price('100'),
    quantity: quantity('1'),
    fee: quantity('0.001'),
    feeAsset: 'AAA',
    eventTime,
  };
}

function reportOf(status: OrderStatus, count: number): OrderReport {
  const fills = Array.from({ length: count }, (_, index) => fill(index + 1));
  const { clientOrderId, instrumentId, side } = sent;
  return {
    ...{
      clientOrderId,
      instrumentId,
      side,
      status,
      venueOrderId: '7' as VenueOrderId,
      orderedQuantity: quantity('10'),
    },
    ...{ filledQuantity: sumOfFills(fills), fills, updateTime: epochMs(time + count) },
  };
}

/** The venue's story of one order, oldest first. */
const story: readonly OrderReport[] = [
  reportOf('open', 0),
  reportOf('partiallyFilled', 1),
  reportOf('partiallyFilled', 3),
  reportOf('partiallyFilled', 6),
  reportOf('cancelled', 6),
];

describe('the life of an order', () => {
  it('ends the same and tells each fill once, in whatever order and how often its story is told', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: story.length - 1 }), { maxLength: 20 }), (heard) => {
        let order = sent;
        const told: string[] = [];
        for (const index of [...heard, story.length - 1]) {
          const move = foldReport(order, story[index] as OrderReport, time);
          order = move.order;
          told.push(...move.fills.map(({ tradeId }) => tradeId));
          expect(order.filledQuantity).toBe(sumOfFills(order.fills));
        }
        expect(order.state).toBe('cancelled');
        expect(told.sort()).toEqual(['1', '2', '3', '4', '5', '6']);
        expect(order.fills.map(({ tradeId }) => tradeId)).toEqual(['1', '2', '3', '4', '5', '6']);
      }),
    );
  });

  it.each<[OrderState, OrderStatus, OrderState]>([
    ['sent', 'open', 'new'],
    ['unknown', 'partiallyFilled', 'partiallyFilled'],
    ['new', 'expired', 'expired'],
    ['filled', 'open', 'filled'],
    ['cancelled', 'partiallyFilled', 'cancelled'],
  ])('goes from %s by a report of %s to %s', (state, status, next) => {
    const venueOrderId = '7' as VenueOrderId;
    expect(foldReport({ ...sent, state, venueOrderId }, reportOf(status, 0), time).order.state).toBe(next);
  });

  it('counts a fill that comes after the end, and stays ended', () => {
    const ended = foldReport(sent, reportOf('cancelled', 2), time).order;
    const late = foldReport(ended, reportOf('partiallyFilled', 3), time);
    expect(late.order).toMatchObject({ state: 'cancelled', filledQuantity: quantity('3') });
    expect(late.fills.map(({ tradeId }) => tradeId)).toEqual(['3']);
  });

  it('is in doubt while a report tells of more than its fills', () => {
    const report = reportOf('filled', 2);
    const incomplete = { ...report, fills: report.fills.slice(0, 1) };
    const { order } = foldReport(sent, incomplete, time);
    expect(order).toMatchObject({ state: 'unknown', filledQuantity: quantity('1') });
    expect(foldReport(order, report, time).order).toMatchObject({ state: 'filled', filledQuantity: quantity('2') });
  });

  it('believes the venue that shows an order it was said not to have', () => {
    const denied = foldRefusal(sent, failure('order_refused', { reason: 'x' }), time);
    expect(denied.state).toBe('rejected');
    expect(foldReport(denied, reportOf('partiallyFilled', 1), time).order).toMatchObject({
      ...{ state: 'partiallyFilled', failure: null },
    });
  });

  it('does not believe a refusal of an order that the venue told of', () => {
    const known = foldReport(sent, reportOf('open', 0), time).order;
    expect(foldRefusal(known, failure('order_refused', { reason: 'x' }), time).state).toBe('unknown');
  });

  it('doubts no end', () => {
    const ended = foldReport(sent, reportOf('cancelled', 2), time).order;
    expect(hasEnded(ended)).toBe(true);
    expect(markUnknown(ended, null, time)).toBe(ended);
    expect(foldRefusal(ended, failure('order_refused', { reason: 'x' }), time)).toBe(ended);
  });
});
