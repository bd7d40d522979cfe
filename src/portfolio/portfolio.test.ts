import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, type Decimal, decimal, multiply, subtract, toDecimalText, ZERO } from '../core/decimal.ts';
import { epochMs } from '../core/time.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { ExitReason, PositionId } from '../model/intent.ts';
import type { Money, Price, Quantity } from '../model/money.ts';
import type { ClientOrderId } from '../model/order.ts';
import type { PositionFilled } from '../model/position.ts';
import {
  createPortfolio,
  equityOf,
  foldPortfolio,
  type PortfolioFact,
  type PortfolioState,
  peakAfter,
  summarizePnl,
  viewPortfolio,
} from './index.ts';
import { TRADES_MAX } from './pnl-tracker.ts';

const DOGE = 'binance:spot:DOGE/USDT' as InstrumentId;
const NOON = 1_767_268_800_000;
const capital = decimal('1000') as Money;
const text = (value: Decimal): string => toDecimalText(value);

type Told = {
  readonly side?: 'buy' | 'sell';
  readonly price: string;
  readonly quantity: string;
  readonly fee?: string;
  readonly feeAsset?: string;
  readonly order?: string;
  readonly position?: string;
  readonly reason?: ExitReason | 'entry';
  readonly at?: number;
  readonly instrumentId?: InstrumentId;
};

let trades = 0;
function fill(told: Told): PositionFilled {
  const { side = 'buy', at = NOON } = told;
  return {
    kind: 'positionFilled',
    positionId: (told.position ?? 'p1') as PositionId,
    instrumentId: told.instrumentId ?? DOGE,
    clientOrderId: (told.order ?? `${side}1`) as ClientOrderId,
    side,
    reason: told.reason ?? (side === 'buy' ? 'entry' : 'stop'),
    fill: {
      tradeId: String(++trades),
      price: decimal(told.price) as Price,
      quantity: decimal(told.quantity) as Quantity,
      fee: decimal(told.fee ?? '0'),
      feeAsset: told.feeAsset ?? 'USDT',
      eventTime: epochMs(at),
    },
    traceId: 'trace',
    time: epochMs(at),
  };
}

function end(state: PortfolioState, order: string, at = NOON): readonly PortfolioFact[] {
  return foldPortfolio(state, {
    kind: 'orderEnded',
    positionId: 'p1' as PositionId,
    clientOrderId: order as ClientOrderId,
    time: epochMs(at),
  });
}

function price(state: PortfolioState, at: string, time = NOON): void {
  foldPortfolio(state, {
    kind: 'priced',
    time: epochMs(time),
    prices: [{ instrumentId: DOGE, price: decimal(at) as Price }],
  });
}

const setCapital = (state: PortfolioState, to: string): readonly PortfolioFact[] =>
  foldPortfolio(state, { kind: 'capitalSet', time: epochMs(NOON), capital: decimal(to) as Money });

describe('capital that is paid in or out', () => {
  it('is cash, and neither a gain of the day nor of all', () => {
    const state = createPortfolio(capital);
    foldPortfolio(state, fill({ price: '0.1', quantity: '1000' }));
    price(state, '0.2');
    price(state, '0.15');
    expect(setCapital(state, '3000')).toEqual([{ kind: 'capitalChanged', from: capital, to: decimal('3000') }]);
    const view = viewPortfolio(state);
    expect([view.initialCapital, view.cash, view.equity].map(text)).toEqual(['3000', '2900', '3050']);
    expect(text(subtract(view.equity, view.dayStartEquity))).toBe('50');
    expect(setCapital(state, '3000'), 'the same capital again is nothing').toEqual([]);
  });

  it('neither brings a halt by drawdown about nor lifts one', () => {
    const state = createPortfolio(decimal('300') as Money);
    foldPortfolio(state, fill({ price: '1', quantity: '50' }));
    price(state, '0.6');
    const share = (): number => Number(state.peak - equityOf(state)) / Number(state.peak);
    expect(share()).toBeCloseTo(20 / 300, 12);
    setCapital(state, '100');
    expect([text(equityOf(state)), share()]).toEqual(['80', expect.closeTo(20 / 300, 12)]);
    setCapital(state, '1000');
    expect([text(equityOf(state)), share()]).toEqual(['980', expect.closeTo(20 / 300, 12)]);
  });

  it('is not paid out of what is held: the capital stays, and nothing of it is half done', () => {
    const state = createPortfolio(capital);
    foldPortfolio(state, fill({ price: '1', quantity: '900' }));
    const before = structuredClone(state);
    expect(setCapital(state, '899')).toEqual([
      { kind: 'capitalKept', capital, wanted: decimal('899'), cash: decimal('100') },
    ]);
    expect({ ...state, time: 0, day: before.day }).toEqual({ ...before, time: 0 });
    expect(setCapital(state, '900')).toMatchObject([{ kind: 'capitalChanged' }]);
    expect(text(state.cash)).toBe('0');
  });

  it('keeps a fall at its limit at its limit, and cash and capital apart by the results, whatever is paid', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999 }), steps, (cents, capitals) => {
        const state = createPortfolio(capital);
        foldPortfolio(state, fill({ price: '1', quantity: '100' }));
        price(state, String(cents / 10_000));
        const lost = (): bigint => ((state.peak - equityOf(state)) * 10n ** 12n) / state.peak;
        const [before, result] = [lost(), subtract(state.cash, state.initialCapital)];
        for (const each of capitals) setCapital(state, String(each));
        expect(lost() >= before, 'no payment makes the fall smaller').toBe(true);
        expect(lost() - before).toBeLessThan(10n);
        expect(subtract(state.cash, state.initialCapital)).toBe(result);
        expect(state.cash >= 0n && state.peak >= equityOf(state)).toBe(true);
      }),
    );
  });

  it('that is paid in after everything was lost does not undo the loss', () => {
    expect(peakAfter(decimal('100') as Money, ZERO as Money, decimal('300') as Money)).toBe(decimal('400'));
    expect(peakAfter(decimal('100') as Money, decimal('50') as Money, decimal('-50') as Money)).toBe(ZERO);
  });
});

describe('the portfolio', () => {
  it('books what was bought less the commission taken from it', () => {
    const state = createPortfolio(capital);
    expect(foldPortfolio(state, fill({ price: '0.1', quantity: '1000', fee: '1', feeAsset: 'DOGE' }))).toEqual([
      { kind: 'positionOpened', positionId: 'p1', instrumentId: DOGE },
    ]);
    const view = viewPortfolio(state);
    expect(text(view.cash)).toBe('900');
    expect(view.positions.map(({ quantity, value }) => [text(quantity), text(value)])).toEqual([['999', '99.9']]);
    expect(text(view.equity)).toBe('999.9');
  });

  it('R8-1 takes price and quantity from what was executed, over several fills', () => {
    const state = createPortfolio(capital);
    foldPortfolio(state, fill({ price: '0.1', quantity: '400', fee: '0.04' }));
    foldPortfolio(state, fill({ price: '0.11', quantity: '600', fee: '0.066' }));
    const [position] = viewPortfolio(state).positions;
    expect(text(position?.entryPrice as Price)).toBe('0.106');
    foldPortfolio(state, fill({ side: 'sell', price: '0.12', quantity: '300', fee: '0.036', order: 's' }));
    foldPortfolio(state, fill({ side: 'sell', price: '0.13', quantity: '700', fee: '0.091', order: 's' }));
    const facts = end(state, 's');
    const [leg, closed] = facts;
    expect(leg).toMatchObject({ kind: 'legClosed', leg: { leg: 1, reason: 'stop' } });
    if (leg?.kind !== 'legClosed' || closed?.kind !== 'positionClosed') throw new Error('two facts were expected');
    expect(text(leg.leg.exitPrice)).toBe('0.127');
    expect(text(leg.leg.pnl)).toBe('21');
    expect(text(leg.leg.pnlNet)).toBe('20.767');
    expect(text(closed.closed.pnlNet)).toBe('20.767');
    expect(text(viewPortfolio(state).equity)).toBe('1020.767');
  });

  it('R4-1 writes a leg for each partial sale, and the legs add up to what was bought', () => {
    const state = createPortfolio(capital);
    foldPortfolio(state, fill({ price: '0.1', quantity: '1000' }));
    foldPortfolio(state, fill({ side: 'sell', price: '0.105', quantity: '300', order: 't1', reason: 'takeProfit' }));
    const [first] = end(state, 't1');
    foldPortfolio(state, fill({ side: 'sell', price: '0.095', quantity: '700', order: 's', reason: 'stop' }));
    const [second, closed] = end(state, 's');
    const legs = [first, second].map((fact) => (fact?.kind === 'legClosed' ? fact.leg : null));
    expect(legs.map((leg) => [leg?.leg, leg?.reason, text(leg?.quantity as Quantity)])).toEqual([
      [1, 'takeProfit', '300'],
      [2, 'stop', '700'],
    ]);
    expect(closed).toMatchObject({ kind: 'positionClosed', closed: { legs: 2, lastReason: 'stop' } });
    expect(summarizePnl(state.pnl)).toMatchObject({ totalTrades: 1, wins: 0, losses: 1 });
  });

  it('R4-11 holds nothing after a third was sold three times', () => {
    const state = createPortfolio(capital);
    foldPortfolio(state, fill({ price: '3', quantity: '1' }));
    for (const [order, quantity] of [
      ['a', '0.333333333333333333'],
      ['b', '0.333333333333333333'],
      ['c', '0.333333333333333334'],
    ] as const) {
      foldPortfolio(state, fill({ side: 'sell', price: '3', quantity, order }));
      end(state, order);
    }
    expect(viewPortfolio(state).positions).toEqual([]);
    expect(text(viewPortfolio(state).equity)).toBe('1000');
  });

  it('P0-2 counts unrealised gains in the peak', () => {
    const state = createPortfolio(capital);
    foldPortfolio(state, fill({ price: '0.1', quantity: '1000' }));
    price(state, '0.2');
    price(state, '0.12');
    const view = viewPortfolio(state);
    expect([text(view.peak), text(view.equity)]).toEqual(['1100', '1020']);
  });

  it('R4-10 begins a day by time alone where nothing is held', () => {
    const state = createPortfolio(capital);
    const midnight = Date.UTC(2026, 0, 2);
    foldPortfolio(state, fill({ price: '0.1', quantity: '1000', at: midnight - 60_000 }));
    foldPortfolio(state, fill({ side: 'sell', price: '0.04', quantity: '1000', at: midnight - 30_000 }));
    foldPortfolio(state, { kind: 'timePassed', time: epochMs(midnight - 1) });
    expect(text(viewPortfolio(state).dayStartEquity)).toBe('1000');
    foldPortfolio(state, { kind: 'timePassed', time: epochMs(midnight) });
    expect(text(viewPortfolio(state).dayStartEquity)).toBe('940');
  });

  it('R4-10 begins a day at 00:00 UTC, with the equity of that moment', () => {
    const state = createPortfolio(capital);
    const midnight = Date.UTC(2026, 0, 2);
    foldPortfolio(state, fill({ price: '0.1', quantity: '1000', at: midnight - 60_000 }));
    price(state, '0.09', midnight - 1);
    expect(text(viewPortfolio(state).dayStartEquity)).toBe('1000');
    price(state, '0.095', midnight + 60_000);
    const view = viewPortfolio(state);
    expect(view.dayStart).toBe(midnight);
    expect(text(view.dayStartEquity)).toBe('990');
    price(state, '0.095', midnight - 5);
    expect(viewPortfolio(state).dayStart, 'a late price brings no day back').toBe(midnight);
  });

  it('keeps what can not be sold as dust and its cost as a loss', () => {
    const state = createPortfolio(capital);
    foldPortfolio(state, fill({ price: '10', quantity: '1' }));
    foldPortfolio(state, fill({ side: 'sell', price: '10', quantity: '0.9', order: 's' }));
    end(state, 's');
    const facts = foldPortfolio(state, { kind: 'dustLeft', positionId: 'p1' as PositionId, time: epochMs(NOON) });
    expect(facts).toMatchObject([{ kind: 'positionClosed', closed: { dust: decimal('0.1'), pnlNet: decimal('-1') } }]);
    expect(state.dust[DOGE]).toBe(decimal('0.1'));
    expect(viewPortfolio(state).positions).toEqual([]);
  });

  it('keeps commissions of a third asset apart', () => {
    const state = createPortfolio(capital);
    foldPortfolio(state, fill({ price: '10', quantity: '1', fee: '0.00002', feeAsset: 'BNB' }));
    expect(viewPortfolio(state).positions[0]?.otherFees).toEqual({ BNB: decimal('0.00002') });
    expect(text(viewPortfolio(state).cash)).toBe('990');
  });

  it('C-5 keeps a bounded list of trades, and what a reader got does not change', () => {
    const state = createPortfolio(decimal('1000000') as Money);
    for (let count = 0; count < TRADES_MAX + 20; count++) {
      foldPortfolio(state, fill({ price: '1', quantity: '1' }));
      foldPortfolio(state, fill({ side: 'sell', price: '2', quantity: '1', order: 's' }));
      end(state, 's');
    }
    expect([state.pnl.legs.length, state.pnl.positions.length]).toEqual([TRADES_MAX, TRADES_MAX]);
    expect(summarizePnl(state.pnl)).toMatchObject({ totalTrades: TRADES_MAX + 20, wins: TRADES_MAX + 20 });
    const view = viewPortfolio(state);
    foldPortfolio(state, fill({ price: '1', quantity: '1' }));
    expect(view.positions).toEqual([]);
  });

  it('summarises by position: +20, -20, -15 fall 35 from the top; +10, -10, +20 earn 3 for each lost', () => {
    const summaryOf = (results: readonly number[]): ReturnType<typeof summarizePnl> => {
      const state = createPortfolio(capital);
      for (const result of results) {
        foldPortfolio(state, fill({ price: '100', quantity: '1' }));
        foldPortfolio(state, fill({ side: 'sell', price: String(100 + result), quantity: '1', order: 's' }));
        end(state, 's');
      }
      return summarizePnl(state.pnl);
    };
    expect(text(summaryOf([20, -20, -15]).maxDrawdown)).toBe('35');
    expect(summaryOf([10, -10, 20]).profitFactor).toBe(3);
    expect(summaryOf([10]).profitFactor).toBeNull();
    expect(summaryOf([]).winRate).toBeNull();
  });

  it('loses no digit: cash, holdings and commissions add up to the capital, whatever is bought and sold', () => {
    const trade = fc.record({
      cents: fc.integer({ min: 1, max: 100_000 }),
      units: fc.integer({ min: 1, max: 1_000_000 }),
      feeBps: fc.integer({ min: 0, max: 50 }),
      sells: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 }),
      asset: fc.constantFrom('USDT', 'DOGE'),
    });
    fc.assert(
      fc.property(fc.array(trade, { maxLength: 8 }), (rounds) => {
        const state = createPortfolio(decimal('1000000000') as Money);
        let outflow = ZERO;
        let pnl = ZERO;
        for (const { cents, units, feeBps, sells, asset } of rounds) {
          const at = decimal(`${cents / 100}`) as Price;
          const bought = decimal(`${units / 1000}`) as Quantity;
          const rate = decimal(String(feeBps / 10_000));
          const feeOf = (quantity: Quantity): Decimal => multiply(quantity, rate);
          const buyFee = asset === 'DOGE' ? feeOf(bought) : multiply(multiply(at, bought), rate);
          foldPortfolio(state, fill({ price: text(at), quantity: text(bought), fee: text(buyFee), feeAsset: asset }));
          outflow = add(outflow, multiply(at, bought));
          if (asset === 'USDT') outflow = add(outflow, buyFee);
          let held = viewPortfolio(state).positions[0]?.quantity as Quantity;
          sells.forEach((share, index) => {
            const isLast = index === sells.length - 1;
            const quantity = isLast ? held : ((((held as bigint) * BigInt(share)) / 101n) as Quantity);
            if (quantity <= 0n) return;
            const exitPrice = decimal(`${(cents + share) / 100}`);
            const proceeds = multiply(exitPrice, quantity);
            const fee = multiply(proceeds, rate);
            const order = `s${index}`;
            foldPortfolio(
              state,
              fill({ side: 'sell', price: text(exitPrice), quantity: text(quantity), fee: text(fee), order }),
            );
            held = subtract(held, quantity);
            outflow = subtract(outflow, subtract(proceeds, fee));
            for (const fact of end(state, order)) {
              if (fact.kind === 'legClosed') pnl = add(pnl, fact.leg.pnlNet as Decimal);
            }
          });
        }
        const view = viewPortfolio(state);
        expect(view.positions).toEqual([]);
        expect(text(view.cash)).toBe(text(subtract(decimal('1000000000'), outflow)));
        expect(text(pnl), 'the legs add up to what cash gained').toBe(text(subtract(ZERO, outflow)));
        expect(text(summarizePnl(state.pnl).totalPnl)).toBe(text(pnl));
      }),
    );
  });
});
