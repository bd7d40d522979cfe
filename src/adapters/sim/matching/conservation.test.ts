/**
 * Laws of the matching engine under any flow of orders: nothing is gained or lost, what is locked is what open orders
 * need, and the same flow gives the same trades.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTradingDesk, DESK_TIME, plainOrder, type TradingDesk } from '../../../../test/fixtures/trading-desk.ts';
import { type Decimal, decimal, toDecimalText } from '../../../core/decimal.ts';
import type { CommissionMode, EngineEvent } from './engine-state.ts';
import { type OrderDraft, SIM_ORDER_TYPES, type SimOrder } from './sim-order.ts';

const TICK = decimal('0.01');
const STEP = decimal('0.001');
const ticks = fc.integer({ min: 9_900, max: 10_100 });
const steps = fc.integer({ min: 1, max: 4_000 });
const account = fc.constantFrom('ann', 'bob');
const side = fc.constantFrom('BUY', 'SELL');

const order = fc.record({
  kind: fc.constant('order'),
  account,
  side,
  type: fc.constantFrom(...SIM_ORDER_TYPES),
  timeInForce: fc.constantFrom('GTC', 'GTC', 'IOC', 'FOK'),
  selfTrade: fc.constantFrom('NONE', 'EXPIRE_MAKER', 'EXPIRE_TAKER', 'EXPIRE_BOTH'),
  price: ticks,
  stop: ticks,
  quantity: steps,
  by: fc.constantFrom('quantity', 'quote'),
  again: fc.boolean(),
});
const list = fc.record({ kind: fc.constantFrom('OCO', 'OTOCO'), account, side, quantity: steps, at: ticks });
const levels = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), steps), { maxLength: 4 });
const move = fc.record({
  kind: fc.constant('move'),
  price: ticks,
  traded: steps,
  taker: fc.constantFrom('BUY', 'SELL', 'EITHER'),
  bids: levels,
  asks: levels,
});
const cancel = fc.record({ kind: fc.constant('cancel'), account, index: fc.nat(20) });
const fees = fc.record({ kind: fc.constant('fees'), account, mode: fc.constantFrom('received', 'quote', 'bnb') });
const flow = fc.array(fc.oneof({ weight: 5, arbitrary: order }, list, { weight: 4, arbitrary: move }, cancel, fees), {
  minLength: 5,
  maxLength: 60,
});
type Flow = ReturnType<typeof flow.generate>['value'];
type Step = Flow[number];

const times = (count: number, unit: Decimal): Decimal => (BigInt(count) * unit) as Decimal;

function toDraft(step: Extract<Step, { kind: 'order' }>, index: number): OrderDraft {
  const isMarket = ['MARKET', 'STOP_LOSS', 'TAKE_PROFIT'].includes(step.type);
  const isByQuote = step.type === 'MARKET' && step.by === 'quote';
  return {
    ...plainOrder(step.again ? 'again' : `o${index}`),
    account: step.account,
    side: step.side as OrderDraft['side'],
    type: step.type,
    timeInForce: (step.type.includes('LIMIT') && step.type !== 'LIMIT_MAKER'
      ? step.timeInForce
      : 'GTC') as OrderDraft['timeInForce'],
    selfTrade: step.selfTrade as OrderDraft['selfTrade'],
    quantity: isByQuote ? null : times(step.quantity, STEP),
    quoteQuantity: isByQuote ? times(step.quantity * 3, TICK) : null,
    price: isMarket ? null : times(step.price, TICK),
    stopPrice: /STOP|TAKE/.test(step.type) ? times(step.stop, TICK) : null,
  };
}

function placeList(desk: TradingDesk, step: Extract<Step, { kind: string; at: number }>, index: number): void {
  const other = step.side === 'BUY' ? 'SELL' : 'BUY';
  const leg = (name: string, draft: Partial<OrderDraft>): OrderDraft => {
    const quantity = times(step.quantity, STEP);
    return { ...plainOrder(`${name}${index}`), account: step.account, quantity, ...draft };
  };
  const pairSide = (step.kind === 'OCO' ? step.side : other) as OrderDraft['side'];
  const stop = times(step.at + (pairSide === 'SELL' ? -60 : 60), TICK);
  const profit = times(step.at + (pairSide === 'SELL' ? 60 : -60), TICK);
  const making = leg('p', { side: pairSide, type: 'LIMIT_MAKER', price: profit });
  const stopping = leg('s', { side: pairSide, type: 'STOP_LOSS_LIMIT', price: stop, stopPrice: stop });
  const pair = pairSide === 'SELL' ? [making, stopping] : [stopping, making];
  const first = leg('w', { side: step.side as OrderDraft['side'], price: times(step.at, TICK) });
  const legs = step.kind === 'OCO' ? pair : [first, ...pair];
  desk.engine.placeList({ kind: step.kind as 'OCO' | 'OTOCO', clientListId: `l${index}`, legs, time: DESK_TIME });
}

function applyStep(desk: TradingDesk, step: Step, index: number): void {
  if (step.kind === 'order') desk.engine.place(toDraft(step as never, index), DESK_TIME);
  else if (step.kind === 'cancel') {
    const { account: owner, index: at } = step as Extract<Step, { kind: string; index: number }>;
    const open = desk.engine.orders.open(owner, null);
    const target = open[at % Math.max(1, open.length)];
    if (target !== undefined) desk.engine.cancel({ order: target, time: DESK_TIME, cancelId: `c${index}` });
  } else if (step.kind === 'fees') {
    const { account: owner, mode } = step as { account: string; mode: CommissionMode };
    const found = desk.accounts.get(owner);
    if (found !== undefined) found.commission = { ...found.commission, mode };
  } else if (step.kind === 'move') applyMove(desk, step as never);
  else placeList(desk, step as never, index);
}

function applyMove(desk: TradingDesk, step: Extract<Step, { kind: string; traded: number }>): void {
  const text = (count: number, price: number): string =>
    `${toDecimalText(times(count, STEP))} @ ${toDecimalText(times(price, TICK))}`;
  const ladder = (rows: readonly (readonly [number, number])[], direction: number): readonly string[] => {
    let price = step.price;
    return rows.map(([gap, count]) => {
      price += direction * gap;
      return text(count, price);
    });
  };
  const prints = [`${text(step.traded, step.price)} ${step.taker}`.replace(' EITHER', '')];
  desk.move({ prints, bids: ladder(step.bids, -1), asks: ladder(step.asks, 1) });
}

/** What a fold over the told fills makes of the balances, apart from the engine's own books. */
function expectedTotal(events: readonly EngineEvent[], owner: string, asset: string): bigint {
  const start = asset === 'USDT' ? '1000000' : '100';
  let total: bigint = decimal(start);
  for (const event of events) {
    if (event.kind !== 'order' || event.fill === null || event.order.draft.account !== owner) continue;
    const { fill, order: filled } = event;
    const sign = filled.draft.side === 'BUY' ? 1n : -1n;
    if (asset === 'BTC') total += sign * fill.quantity;
    if (asset === 'USDT') total -= sign * fill.quote;
    if (asset === fill.commissionAsset) total -= fill.commission;
  }
  return total;
}

function lockedBy(desk: TradingDesk, owner: string, asset: string): bigint {
  const reservations = new Set(desk.engine.orders.open(owner, null).map((one) => one.reservation));
  return [...reservations].reduce((sum, held) => sum + (held?.asset === asset ? held.amount : 0n), 0n);
}

function checkLaws(desk: TradingDesk): void {
  for (const asset of ['BTC', 'USDT', 'BNB']) {
    const paidIn = asset === 'USDT' ? '2000000' : '200';
    expect(toDecimalText(desk.engine.totalOf(asset)), `${asset} is neither made nor lost`).toBe(paidIn);
    for (const [owner, { wallet }] of desk.accounts) {
      const expected = toDecimalText(expectedTotal(desk.events, owner, asset) as Decimal);
      expect(toDecimalText(wallet.total(asset)), `${asset} of ${owner} follows from the fills`).toBe(expected);
      expect(wallet.balance(asset).locked, `locked ${asset} is what open orders hold`).toBe(
        lockedBy(desk, owner, asset),
      );
    }
  }
}

function checkOrder(found: SimOrder): void {
  const sum = (pick: (fill: SimOrder['fills'][number]) => bigint): bigint =>
    found.fills.reduce((total, fill) => total + pick(fill), 0n);
  expect(found.executed).toBe(sum((fill) => fill.quantity));
  expect(found.executedQuote).toBe(sum((fill) => fill.quote));
  const { draft } = found;
  if (draft.quantity !== null) expect(found.executed <= draft.quantity).toBe(true);
  if (draft.quoteQuantity !== null) expect(found.executedQuote <= draft.quoteQuantity).toBe(true);
  for (const fill of found.fills) {
    if (draft.price === null) continue;
    expect(draft.side === 'BUY' ? fill.price <= draft.price : fill.price >= draft.price).toBe(true);
  }
}

function play(steps: Flow, check: (desk: TradingDesk) => void): TradingDesk {
  const desk = createTradingDesk();
  for (const [index, step] of steps.entries()) {
    applyStep(desk, step, index);
    check(desk);
  }
  return desk;
}

describe('any flow of orders', () => {
  it('conserves coins and quote to the last digit, fees included', () => {
    fc.assert(
      fc.property(flow, (steps) => {
        const desk = play(steps, checkLaws);
        for (const owner of ['ann', 'bob']) {
          for (const found of desk.engine.orders.all(owner, 'BTCUSDT')) checkOrder(found);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same events when it is played again', () => {
    const digest = (desk: TradingDesk): readonly string[] =>
      desk.events.map((event) =>
        JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
      );
    fc.assert(
      fc.property(flow, (steps) => {
        const nothing = (): void => undefined;
        expect(digest(play(steps, nothing))).toEqual(digest(play(steps, nothing)));
      }),
      { numRuns: 50 },
    );
  });
});
