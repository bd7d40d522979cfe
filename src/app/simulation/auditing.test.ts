import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal, toDecimalText } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Price, Quantity } from '../../model/money.ts';
import type { ClientOrderId, Fill, OrderReport, Side, VenueOrderId } from '../../model/order.ts';
import { judgeSimulation } from '../cli/demo-simulation.ts';
import { InvariantBook } from './invariants.ts';
import { findDifference, WalletAuditor } from './wallet-auditor.ts';

const TIME = epochMs(1_750_000_000_000);

type Drawn = { readonly side: Side; readonly price: number; readonly quantity: number; readonly fee: number };

function toFill({ side, price, quantity, fee }: Drawn, index: number): Fill {
  return {
    tradeId: String(index),
    price: decimal((price / 100).toFixed(2)) as Price,
    quantity: decimal((quantity / 1000).toFixed(3)) as Quantity,
    fee: decimal((fee / 1e6).toFixed(6)),
    feeAsset: side === 'buy' ? 'HOT' : 'USDT',
    eventTime: TIME,
  };
}

function toReport(id: string, side: Side, fills: readonly Fill[]): OrderReport {
  return {
    clientOrderId: id as ClientOrderId,
    instrumentId: 'binance:spot:HOT/USDT' as InstrumentId,
    venueOrderId: id as VenueOrderId,
    side,
    status: 'partiallyFilled',
    orderedQuantity: null,
    filledQuantity: fills.reduce((sum, { quantity }) => (sum + quantity) as Quantity, 0n as Quantity),
    fills,
    updateTime: TIME,
  };
}

const drawn = fc.record({
  side: fc.constantFrom<Side>('buy', 'sell'),
  price: fc.integer({ min: 1, max: 100_000 }),
  quantity: fc.integer({ min: 1, max: 100_000 }),
  fee: fc.integer({ min: 0, max: 1_000 }),
});

describe('the auditor of a wallet', () => {
  it('counts each fill once, however often and in however many parts an order is told', () => {
    fc.assert(
      fc.property(fc.array(drawn, { maxLength: 20 }), (orders) => {
        const once = new WalletAuditor();
        const often = new WalletAuditor();
        for (const [index, order] of orders.entries()) {
          const fills = [toFill(order, index), toFill(order, 1_000 + index)];
          once.take(toReport(`o${index}`, order.side, fills));
          for (const told of [fills.slice(0, 1), fills.slice(0, 1), fills, fills]) {
            often.take(toReport(`o${index}`, order.side, told));
          }
        }
        expect(often.totals()).toEqual(once.totals());
        expect(findDifference(often.expected(), once.expected())).toBeNull();
      }),
    );
  });

  it('has what was put in, plus what was received, less what was given and the fees', () => {
    const auditor = new WalletAuditor();
    auditor.deposit([{ asset: 'USDT', quantity: decimal('1000') }]);
    const buy = { side: 'buy', price: 200, quantity: 10_000, fee: 10_000 } as const;
    auditor.take(toReport('a', 'buy', [toFill(buy, 1)]));
    auditor.take(
      toReport('b', 'sell', [toFill({ ...buy, side: 'sell', price: 300, quantity: 4_000, fee: 12_000 }, 2)]),
    );
    const texts = [...auditor.expected()].map(([asset, amount]) => `${asset} ${toDecimalText(amount)}`);
    expect(texts).toEqual(['USDT 991.988', 'HOT 5.99']);
    expect(toDecimalText(auditor.totals().feesInQuote)).toBe('0.032');
  });

  it('tells of the last digit', () => {
    const a = new Map<string, Decimal>([['HOT', decimal('1')]]);
    const b = new Map<string, Decimal>([['HOT', decimal('0.999999999999999999')]]);
    expect(toDecimalText(findDifference(a, b)?.difference ?? decimal('0'))).toBe('0.000000000000000001');
    expect(findDifference(a, new Map([...a, ['DUST', decimal('0')]]))).toBeNull();
  });
});

describe('what must hold', () => {
  it('keeps its first breach with the time, and ends the run with a code, the breach and the seed', () => {
    const book = new InvariantBook();
    book.note('nothingIsLost', TIME, null);
    book.note('limitsAreKept', TIME, 'six positions');
    book.note('limitsAreKept', TIME, 'seven positions');
    const states = book.states();
    expect(states.find(({ name }) => name === 'limitsAreKept')).toMatchObject({
      outcome: 'broken',
      checks: 2,
      detail: '2025-06-15T15:06:40.000Z: six positions',
    });
    expect(states.find(({ name }) => name === 'replayAgrees')?.outcome).toBe('skipped');
    const verdict = judgeSimulation({ invariants: states, seed: 7 });
    expect(verdict?.code).toBe('invariant_broken');
    expect(verdict?.message).toContain('limitsAreKept (2025-06-15T15:06:40.000Z: six positions)');
    expect(verdict?.hint).toContain('(7)');
  });

  it('lets a run pass in which everything held', () => {
    const book = new InvariantBook();
    book.note('nothingIsLost', TIME, null);
    expect(judgeSimulation({ invariants: book.states(), seed: 7 })).toBeNull();
  });
});
