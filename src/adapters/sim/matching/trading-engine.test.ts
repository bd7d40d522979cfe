import { describe, expect, it } from 'vitest';
import { createTradingDesk, DESK_TIME, plainOrder, type TradingDesk } from '../../../../test/fixtures/trading-desk.ts';
import { decimal, toDecimalText } from '../../../core/decimal.ts';
import type { OrderList } from './order-list.ts';
import type { OrderDraft, SimOrder } from './sim-order.ts';

function fillTexts(order: SimOrder): readonly string[] {
  return order.fills.map((fill) => `${toDecimalText(fill.quantity)} @ ${toDecimalText(fill.price)}`);
}

function balanceOf(desk: TradingDesk, account: string, asset: string): string {
  const balance = desk.accounts.get(account)?.wallet.balance(asset);
  return balance === undefined ? '' : `${toDecimalText(balance.free)} + ${toDecimalText(balance.locked)}`;
}

function placeList(desk: TradingDesk, kind: OrderList['kind'], legs: readonly Partial<OrderDraft>[]): OrderList {
  const drafts = legs.map((leg, index) => ({ ...plainOrder(`leg${index}`), ...leg }));
  const placed = desk.engine.placeList({ kind, clientListId: 'list', legs: drafts, time: DESK_TIME });
  if (!placed.ok) throw new Error(`${placed.error.code} ${placed.error.msg}`);
  return placed.value;
}

const PROFIT = { side: 'SELL', type: 'LIMIT_MAKER', price: decimal('110') } as const;
const STOP = { side: 'SELL', type: 'STOP_LOSS_LIMIT', price: decimal('94'), stopPrice: decimal('95') } as const;

describe('an order that takes', () => {
  it('walks the book and pays more with every level', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], asks: ['0.5 @ 100', '0.7 @ 100.5', '5 @ 102'] });
    const order = desk.place({ type: 'MARKET', price: null, quantity: decimal('2') });
    expect(fillTexts(order)).toEqual(['0.5 @ 100', '0.7 @ 100.5', '0.8 @ 102']);
    expect(order.status).toBe('FILLED');
    // 50 + 70.35 + 81.6 paid; 0.1 % of the 2 BTC received is the commission.
    expect(balanceOf(desk, 'ann', 'USDT')).toBe('999798.05 + 0');
    expect(balanceOf(desk, 'ann', 'BTC')).toBe('101.998 + 0');
  });

  it('spends a quote amount in whole steps and leaves the rest', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], asks: ['0.5 @ 100', '5 @ 103'] });
    const order = desk.place({ type: 'MARKET', price: null, quantity: null, quoteQuantity: decimal('100') });
    // 50 at 100, then 50 / 103 = 0.485 whole steps.
    expect(fillTexts(order)).toEqual(['0.5 @ 100', '0.485 @ 103']);
    expect(order.status).toBe('FILLED');
    expect(balanceOf(desk, 'ann', 'USDT')).toBe('999900.045 + 0');
  });

  it('expires with what the book does not have', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], asks: ['0.5 @ 100'] });
    const order = desk.place({ type: 'MARKET', price: null });
    expect([order.status, toDecimalText(order.executed)]).toEqual(['EXPIRED', '0.5']);
    expect(balanceOf(desk, 'ann', 'USDT')).toBe('999950 + 0');
  });

  it('keeps its time in force: IOC ends with a part, FOK without any', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], asks: ['0.5 @ 100', '5 @ 101'] });
    const fok = desk.place({ timeInForce: 'FOK' });
    expect([fok.status, fok.fills.length]).toEqual(['EXPIRED', 0]);
    const ioc = desk.place({ timeInForce: 'IOC' });
    expect([ioc.status, ...fillTexts(ioc)]).toEqual(['EXPIRED', '0.5 @ 100']);
  });

  it('meets another account at its price, both with the same trade', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], bids: ['1 @ 99'], asks: ['1 @ 101'] });
    const maker = desk.place({ account: 'bob', side: 'SELL', price: decimal('100.5') });
    const taker = desk.place({ price: decimal('100.7') });
    expect([maker.status, taker.status]).toEqual(['FILLED', 'FILLED']);
    expect(maker.fills[0]?.tradeId).toBe(taker.fills[0]?.tradeId);
    expect(maker.fills[0]).toMatchObject({ role: 'maker', commissionAsset: 'USDT', commission: decimal('0.1005') });
    expect(taker.fills[0]).toMatchObject({ role: 'taker', commissionAsset: 'BTC', commission: decimal('0.001') });
  });

  it('does not trade with its own account', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], bids: ['1 @ 99'], asks: ['1 @ 102'] });
    const maker = desk.place({ side: 'SELL', price: decimal('101') });
    const taker = desk.place({ price: decimal('101') });
    expect([maker.status, taker.status]).toEqual(['EXPIRED_IN_MATCH', 'NEW']);
  });

  it('pays its commission in the quote asset where the account wants that, whatever it bought', () => {
    const desk = createTradingDesk();
    const ann = desk.accounts.get('ann');
    if (ann !== undefined) ann.commission = { ...ann.commission, mode: 'quote' };
    desk.move({ prints: ['1 @ 100'], asks: ['5 @ 100'] });
    const order = desk.place({ type: 'MARKET', price: null });
    expect(order.fills[0]).toMatchObject({ commissionAsset: 'USDT', commission: decimal('0.1') });
    expect(balanceOf(desk, 'ann', 'BTC')).toBe('101 + 0');
    expect(balanceOf(desk, 'ann', 'USDT')).toBe('999899.9 + 0');
  });

  it('pays its commission in BNB at the discount where the account wants that', () => {
    const desk = createTradingDesk();
    const ann = desk.accounts.get('ann');
    if (ann !== undefined) ann.commission = { ...ann.commission, mode: 'bnb' };
    const print = { price: decimal('500'), pool: { left: decimal('0') }, taker: 'EITHER' } as const;
    const depth = { bids: [], asks: [] };
    desk.engine.tick('BNBUSDT', { time: DESK_TIME, prints: [print], depth, averagePrice: null });
    desk.move({ prints: ['1 @ 100'], asks: ['5 @ 100'] });
    const order = desk.place({ type: 'MARKET', price: null });
    // 100 * 0.1 % * 0.75 / 500 = 0.00015 BNB.
    expect(order.fills[0]).toMatchObject({ commissionAsset: 'BNB', commission: decimal('0.00015') });
    expect(balanceOf(desk, 'ann', 'BNB')).toBe('99.99985 + 0');
  });
});

describe('an order that rests', () => {
  it('waits until what stood before it was traded', () => {
    const desk = createTradingDesk();
    const book = { bids: ['3 @ 100', '5 @ 99'], asks: ['1 @ 101'] };
    desk.move({ prints: ['1 @ 100.5'], ...book });
    const order = desk.place({ price: decimal('100') });
    desk.move({ prints: ['2 @ 100 SELL'], bids: ['3 @ 100'], asks: ['1 @ 101'] });
    expect(order.fills).toEqual([]);
    desk.move({ prints: ['1.4 @ 100 SELL'], bids: ['3 @ 100'], asks: ['1 @ 101'] });
    expect(fillTexts(order)).toEqual(['0.4 @ 100']);
    desk.move({ prints: ['0.2 @ 99.5 SELL'], bids: ['3 @ 99'], asks: ['1 @ 101'] });
    expect(fillTexts(order)).toEqual(['0.4 @ 100', '0.2 @ 100']);
  });

  it('moves up when those before it go away', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100.5'], bids: ['3 @ 100'], asks: ['1 @ 101'] });
    const order = desk.place({ price: decimal('100') });
    desk.move({ bids: ['0.5 @ 100'], asks: ['1 @ 101'] });
    desk.move({ prints: ['0.8 @ 100 SELL'], bids: ['3 @ 100'], asks: ['1 @ 101'] });
    expect(fillTexts(order)).toEqual(['0.3 @ 100']);
  });

  it('is not filled by a buyer when it buys', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 101'], bids: ['1 @ 99'], asks: ['1 @ 101'] });
    const order = desk.place({ price: decimal('100') });
    desk.move({ prints: ['5 @ 100 BUY'], bids: ['1 @ 99'], asks: ['1 @ 100.5'] });
    expect(order.fills).toEqual([]);
  });

  it('locks what it may cost and gives back what it did not', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 101'], asks: ['0.4 @ 101'] });
    const order = desk.place({ price: decimal('110') });
    expect(fillTexts(order)).toEqual(['0.4 @ 101']);
    expect(balanceOf(desk, 'ann', 'USDT')).toBe('999893.6 + 66');
    desk.engine.cancel({ order, time: DESK_TIME, cancelId: 'c' });
    expect(balanceOf(desk, 'ann', 'USDT')).toBe('999959.6 + 0');
  });
});

describe('refusals leave nothing behind', () => {
  it.each<[string, Partial<OrderDraft>]>([
    ['-1013 Filter failure: PRICE_FILTER', { price: decimal('100.005') }],
    ['-1013 Filter failure: PERCENT_PRICE_BY_SIDE', { price: decimal('501') }],
    ['-1013 Filter failure: LOT_SIZE', { quantity: decimal('1.0005') }],
    ['-1013 Filter failure: MARKET_LOT_SIZE', { type: 'MARKET', price: null, quantity: decimal('101') }],
    ['-1013 Filter failure: NOTIONAL', { quantity: decimal('0.049') }],
    ['-1013 Filter failure: ICEBERG_PARTS', { icebergQuantity: decimal('0.05') }],
    [
      '-2010 Account has insufficient balance for requested action.',
      { quantity: decimal('9000'), price: decimal('120'), type: 'LIMIT', timeInForce: 'FOK' },
    ],
    ['-2010 Stop price would trigger immediately.', { type: 'STOP_LOSS_LIMIT', stopPrice: decimal('99') }],
    ['-2010 Order would immediately match and take.', { type: 'LIMIT_MAKER', price: decimal('101') }],
    ['-2010 Duplicate order sent.', { clientOrderId: 'resting' }],
  ])('%s', (reason, draft) => {
    const desk = createTradingDesk();
    desk.engine.tick('BTCUSDT', {
      time: DESK_TIME,
      prints: [{ price: decimal('100'), pool: { left: decimal('0') }, taker: 'EITHER' }],
      depth: { bids: [], asks: [{ price: decimal('101'), touch: decimal('101'), pool: { left: decimal('9') } }] },
      averagePrice: decimal('100'),
    });
    desk.place({ clientOrderId: 'resting' });
    const before = desk.events.length;
    const balance = balanceOf(desk, 'ann', 'USDT');
    expect(() => desk.place(draft)).toThrow(reason);
    expect(desk.events.length).toBe(before);
    expect(balanceOf(desk, 'ann', 'USDT')).toBe(balance);
  });

  it('a halted symbol takes no order and lets one be cancelled', () => {
    const desk = createTradingDesk();
    const order = desk.place({});
    desk.engine.setStatus('BTCUSDT', 'HALT');
    expect(() => desk.place({})).toThrow('-1013 Market is closed.');
    expect(desk.engine.cancel({ order, time: DESK_TIME, cancelId: 'c' }).ok).toBe(true);
  });

  it('a client order id is free again when its order has ended, and names the newest', () => {
    const desk = createTradingDesk();
    const first = desk.place({ clientOrderId: 'same' });
    desk.engine.cancel({ order: first, time: DESK_TIME, cancelId: 'c' });
    const second = desk.place({ clientOrderId: 'same' });
    expect(desk.engine.orders.byClientId('ann', 'BTCUSDT', 'same')).toBe(second);
  });
});

describe('stop orders', () => {
  it('wait for their price and then take', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], bids: ['5 @ 99'], asks: ['5 @ 101'] });
    const stop = desk.place({ side: 'SELL', type: 'STOP_LOSS', price: null, stopPrice: decimal('95') });
    desk.move({ prints: ['1 @ 95.01'], bids: ['5 @ 95'], asks: ['5 @ 96'] });
    expect([stop.status, stop.workingTime]).toEqual(['NEW', null]);
    desk.move({ prints: ['1 @ 94.8'], bids: ['5 @ 94.7'], asks: ['5 @ 95'] });
    expect([stop.status, ...fillTexts(stop)]).toEqual(['FILLED', '1 @ 94.7']);
  });

  it('expire where a buy at any price has become too dear', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], bids: ['5 @ 99'], asks: ['5 @ 101'] });
    const stop = desk.place({ type: 'STOP_LOSS', price: null, quantity: decimal('99'), stopPrice: decimal('10000') });
    desk.move({ prints: ['1 @ 10000'], asks: ['99 @ 20000'] });
    expect(stop.status).toBe('EXPIRED');
    expect(balanceOf(desk, 'ann', 'USDT')).toBe('1000000 + 0');
  });
});

describe('order lists', () => {
  it('OCO: a fill of one leg ends the other, over one reservation', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], bids: ['5 @ 99'], asks: ['5 @ 101'] });
    const list = placeList(desk, 'OCO', [PROFIT, STOP]);
    expect(balanceOf(desk, 'ann', 'BTC')).toBe('99 + 1');
    desk.move({ prints: ['5 @ 111 BUY'], bids: ['5 @ 110.5'], asks: ['5 @ 111'] });
    expect(list.orders.map((order) => order.status)).toEqual(['FILLED', 'EXPIRED']);
    expect(list.status).toBe('ALL_DONE');
    expect(balanceOf(desk, 'ann', 'BTC')).toBe('99 + 0');
  });

  it('OCO: the stop ends the profit and sells', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], bids: ['5 @ 99'], asks: ['5 @ 101'] });
    const list = placeList(desk, 'OCO', [PROFIT, STOP]);
    desk.move({ prints: ['1 @ 94.9'], bids: ['5 @ 94.5'], asks: ['5 @ 95'] });
    expect(list.orders.map((order) => order.status)).toEqual(['EXPIRED', 'FILLED']);
    expect(desk.events.filter((event) => event.kind === 'list').length).toBe(2);
  });

  it('OCO: cancelling one leg cancels both', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], bids: ['5 @ 99'], asks: ['5 @ 101'] });
    const list = placeList(desk, 'OCO', [PROFIT, STOP]);
    desk.engine.cancel({ order: list.orders[0] as SimOrder, time: DESK_TIME, cancelId: 'c' });
    expect(list.orders.map((order) => order.status)).toEqual(['CANCELED', 'CANCELED']);
    expect(balanceOf(desk, 'ann', 'BTC')).toBe('100 + 0');
  });

  it('OCO: prices on the wrong sides of the market are refused whole', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], bids: ['5 @ 99'], asks: ['5 @ 101'] });
    expect(() => placeList(desk, 'OCO', [{ ...PROFIT, price: decimal('99.5') }, STOP])).toThrow('relationship');
    expect(desk.engine.orders.open('ann', null)).toEqual([]);
  });

  it('OTOCO: the pair waits for the first order and protects what it bought', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], bids: ['5 @ 99'], asks: ['5 @ 101'] });
    const list = placeList(desk, 'OTOCO', [{ price: decimal('98') }, PROFIT, STOP]);
    expect(list.orders.map((order) => order.status)).toEqual(['NEW', 'PENDING_NEW', 'PENDING_NEW']);
    desk.move({ prints: ['5 @ 97 SELL'], bids: ['5 @ 96.5'], asks: ['5 @ 97.5'] });
    expect(list.orders.map((order) => order.status)).toEqual(['FILLED', 'NEW', 'NEW']);
    desk.move({ prints: ['1 @ 94.9'], bids: ['5 @ 94.5'], asks: ['5 @ 95'] });
    expect(list.orders.map((order) => order.status)).toEqual(['FILLED', 'EXPIRED', 'FILLED']);
    expect(list.status).toBe('ALL_DONE');
  });

  it('OTOCO: the pair ends with a first order that is cancelled', () => {
    const desk = createTradingDesk();
    desk.move({ prints: ['1 @ 100'], bids: ['5 @ 99'], asks: ['5 @ 101'] });
    const list = placeList(desk, 'OTOCO', [{ price: decimal('98') }, PROFIT, STOP]);
    desk.engine.cancel({ order: list.orders[0] as SimOrder, time: DESK_TIME, cancelId: 'c' });
    expect(list.orders.map((order) => order.status)).toEqual(['CANCELED', 'CANCELED', 'CANCELED']);
    expect(list.status).toBe('ALL_DONE');
  });
});
