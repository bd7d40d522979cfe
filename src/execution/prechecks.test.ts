import { describe, expect, it } from 'vitest';
import { instrumentOf, money, price, quantity, rulesFor } from '../../test/fixtures/execution-world.ts';
import { epochMs } from '../core/time.ts';
import type { OrderTerms } from '../model/order.ts';
import type { TradingRules } from '../model/trading-rules.ts';
import { countPrecheckFailure, createPrecheckStatistics, readPrecheckStatistics } from './precheck-statistics.ts';
import { precheck } from './prechecks.ts';

const spend = (amount: string): OrderTerms => ({ type: 'marketByQuote', side: 'buy', quoteAmount: money(amount) });
const sell = (text: string): OrderTerms => ({ type: 'market', side: 'sell', quantity: quantity(text) });
const buy = (text: string): OrderTerms => ({ type: 'market', side: 'buy', quantity: quantity(text) });
const bid = (text: string, at: string): OrderTerms => ({
  ...{ type: 'limit', side: 'buy', quantity: quantity(text), price: price(at), timeInForce: 'IOC' },
});
const stop = (text: string, at: string): OrderTerms => ({
  ...{ type: 'stop', side: 'sell', quantity: quantity(text), stopPrice: price(at), limitPrice: null },
});
const marketLot = { min: quantity('0.1'), max: quantity('50'), step: quantity('0') };

describe('a precheck', () => {
  it.each<[string, OrderTerms, Partial<TradingRules>]>([
    ['BUY_INVALID_QUOTE_QTY', spend('0'), {}],
    ['BUY_MIN_NOTIONAL', spend('4.99'), {}],
    ['BUY_MAX_NOTIONAL', spend('100'), { maxNotional: money('99') }],
    ['BUY_INVALID_QTY', buy('0'), {}],
    ['BUY_MIN_QTY', buy('0.05'), { marketLot }],
    ['BUY_MAX_QTY', buy('51'), { marketLot }],
    ['BUY_MIN_NOTIONAL', buy('0.04'), {}],
    ['SELL_INVALID_QTY', sell('0'), {}],
    ['SELL_MIN_QTY', sell('0.05'), { marketLot }],
    ['SELL_MAX_QTY', sell('51'), { marketLot }],
    ['SELL_MIN_NOTIONAL', sell('0.049'), {}],
    ['SELL_MIN_NOTIONAL', stop('0.06', '80'), {}],
    ['LIMIT_BUY_INVALID_QTY', bid('0', '100'), {}],
    ['LIMIT_BUY_INVALID_PRICE', bid('1', '0'), {}],
    ['LIMIT_BUY_INVALID_PRICE', bid('1', '501'), {}],
    ['LIMIT_BUY_INVALID_PRICE', bid('1', '100'), { priceMax: price('99') }],
    ['LIMIT_BUY_INVALID_PRICE', bid('1', '100'), { priceMin: price('101') }],
    ['LIMIT_BUY_MIN_QTY', bid('0.0005', '100'), {}],
    ['LIMIT_BUY_MAX_QTY', bid('9001', '100'), {}],
    ['LIMIT_BUY_MIN_NOTIONAL', bid('0.049', '100'), {}],
    ['LIMIT_BUY_MAX_NOTIONAL', bid('1', '100'), { maxNotional: money('99') }],
    ['SYMBOL_NOT_TRADING', spend('100'), { status: 'halted' }],
    ['SYMBOL_NOT_TRADING', bid('1', '100'), { isSpotAllowed: false }],
  ])('names %s', (code, terms, other) => {
    expect(precheck(terms, { rules: rulesFor('AAA', other), estimate: price('100') })).toBe(code);
  });

  it.each<[string, OrderTerms, Partial<TradingRules>]>([
    ['a purchase at the market', spend('5'), {}],
    ['a limit at the least value', bid('0.05', '100'), {}],
    ['a sale at the least value', sell('0.05'), {}],
    ['a small sale where the least value does not hold at the market', sell('0.01'), { appliesToMarket: false }],
    ['a sale of a halted instrument, which the venue may still take', sell('1'), { status: 'halted' }],
    [
      'a large order where nothing bounds it',
      sell('10000'),
      { lot: { ...marketLot, max: quantity('0') }, marketLot: { ...marketLot, max: quantity('0') } },
    ],
  ])('lets %s pass', (_, terms, other) => {
    expect(precheck(terms, { rules: rulesFor('AAA', other), estimate: price('100') })).toBeNull();
  });

  it('R4-7 values nothing where no price is known, and asks for none', () => {
    expect(precheck(sell('0.001'), { rules: rulesFor('AAA'), estimate: null })).toBeNull();
  });
});

describe('precheck statistics', () => {
  const at = (minutes: number) => epochMs(1_800_000_000_000 + minutes * 60_000);
  const fail = (name: string, minutes: number) => ({
    instrumentId: instrumentOf(name),
    code: 'SELL_MIN_QTY',
    time: at(minutes),
  });

  it('R8-4 begin again after an hour', () => {
    const statistics = createPrecheckStatistics(at(0));
    countPrecheckFailure(statistics, fail('AAA', 0));
    countPrecheckFailure(statistics, fail('AAA', 59));
    expect(readPrecheckStatistics(statistics, at(59)).total).toBe(2);
    expect(readPrecheckStatistics(statistics, at(120)).total).toBe(0);
    countPrecheckFailure(statistics, fail('BBB', 120));
    expect(statistics).toEqual({
      since: at(120),
      total: 1,
      byCode: { SELL_MIN_QTY: 1 },
      byInstrument: { [instrumentOf('BBB')]: { SELL_MIN_QTY: 1 } },
    });
  });

  it('R8-4 keep 500 of 600 instruments, and forget those whose failures are oldest', () => {
    const statistics = createPrecheckStatistics(at(0));
    for (let i = 0; i < 600; i++) {
      countPrecheckFailure(statistics, fail(`C${i}`, 0));
      countPrecheckFailure(statistics, fail('C0', 0));
    }
    const names = Object.keys(statistics.byInstrument);
    expect(names).toHaveLength(500);
    expect(names).toContain(instrumentOf('C0'));
    expect(names).toContain(instrumentOf('C599'));
    expect(names).not.toContain(instrumentOf('C100'));
    const often = Object.values(statistics.byInstrument[instrumentOf('C0')] ?? {});
    expect(often, 'the one that goes on failing was never forgotten').toEqual([601]);
    expect(statistics.total).toBe(1200);
  });
});
