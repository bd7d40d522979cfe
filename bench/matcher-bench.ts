/**
 * How many orders the simulated exchange's matching engine takes on one core: limit orders of two accounts around one
 * price, of which half meet each other, a market order now and then, and cancels of the oldest that rest. Beside it the
 * barest book of the same flow: prices and quantities as doubles in sorted arrays, no accounts, no checks, no events.
 */
import type { SimOrder, SimSide } from '../src/adapters/sim/matching/sim-order.ts';
import type { SymbolRules } from '../src/adapters/sim/matching/symbol-rules.ts';
import { TradingEngine } from '../src/adapters/sim/matching/trading-engine.ts';
import { type Decimal, decimal } from '../src/core/decimal.ts';
import { createRng } from '../src/core/rng.ts';
import { epochMs } from '../src/core/time.ts';
import { type BenchContext, type BenchResult, figureOf } from './bench-result.ts';
import { alternate } from './rounds.ts';

/** One order of the flow; ticks are cents around the middle, steps thousandths. */
type Order = {
  readonly side: SimSide;
  readonly type: 'LIMIT' | 'MARKET';
  readonly ticks: number;
  readonly steps: number;
};

const ORDERS = { full: 40_000, quick: 10_000 } as const;
/** Orders of the bare side in one round, so that both take some tenths of a second. */
const BARE_PASSES = 8;
const MIDDLE_TICKS = 10_000_000;
/** Half of the orders cross the middle. */
const REACH_TICKS = 40;
const MARKET_EVERY = 20;
/** Open orders of both accounts together, beyond which the oldest is cancelled. */
const RESTING_MAX = 400;
const TIME = epochMs(1_780_000_000_000);

const RULES: SymbolRules = {
  symbol: 'BTCUSDT',
  base: 'BTC',
  quote: 'USDT',
  price: { min: decimal('0.01'), max: decimal('10000000'), step: decimal('0.01') },
  lot: { min: decimal('0.001'), max: decimal('9000'), step: decimal('0.001') },
  marketLot: { min: decimal('0.001'), max: decimal('100'), step: decimal('0.001') },
  minNotional: decimal('5'),
  appliesToMarket: true,
  maxNotional: decimal('9000000'),
  percentPrice: { bidUp: decimal('5'), bidDown: decimal('0.2'), askUp: decimal('5'), askDown: decimal('0.2') },
  ordersMax: 1_000,
  algoOrdersMax: 5,
  icebergPartsMax: 10,
  listsMax: 20,
};

/** Measures. */
export async function runMatcherBench(context: BenchContext): Promise<BenchResult> {
  const orders = makeFlow(ORDERS[context.mode]);
  const facts = playEngine(orders);
  context.note(`${orders.length} orders, ${facts.fills} fills, ${facts.cancels} cancels a round`);
  const rates = await alternate(
    { ours: () => playEngine(orders).orders, bare: () => playBare(orders, BARE_PASSES) },
    { warmUps: 2, measured: context.mode === 'full' ? 9 : 3 },
  );
  const aim = { of: 'ours', direction: 'at least', value: 20_000 } as const;
  return {
    title: 'Matcher: orders taken by the simulated exchange in process',
    notes: [
      `A round is ${orders.length} orders of two funded accounts: ${facts.fills} fills, ${facts.cancels} cancels. Each ` +
        'order passes the filters and the balance, and each event of it is made; cancels are not counted as orders.',
      'Bare: the same flow through sorted arrays of doubles. It knows no accounts, filters, fees or events, so the ratio ' +
        'shows what an exchange is beside its book, not what a better engine could reach.',
    ],
    figures: [
      figureOf(rates.wall, { name: 'orders', unit: 'orders/s' }, aim),
      figureOf(rates.cpu, { name: 'orders, per processor second', unit: 'orders/s' }),
    ],
  };
}

function makeFlow(count: number): readonly Order[] {
  const rng = createRng(7, 'order flow');
  return Array.from({ length: count }, (_, index) => ({
    side: rng.next() < 0.5 ? 'BUY' : 'SELL',
    type: index % MARKET_EVERY === MARKET_EVERY - 1 ? 'MARKET' : 'LIMIT',
    ticks: MIDDLE_TICKS + rng.integer(2 * REACH_TICKS + 1) - REACH_TICKS,
    steps: 1 + rng.integer(50),
  }));
}

type Facts = { readonly orders: number; readonly fills: number; readonly cancels: number };

function playEngine(flow: readonly Order[]): Facts {
  let fills = 0;
  const engine = new TradingEngine({
    commissionUnit: decimal('0.00000001'),
    queue: 'none',
    meeting: 'accounts',
    onEvent: (event) => {
      if (event.kind === 'order' && event.fill !== null) fills++;
    },
  });
  engine.addSymbol(RULES);
  const commission = { maker: decimal('0.001'), taker: decimal('0.001'), mode: 'received' } as const;
  for (const id of ['ann', 'bob']) {
    engine.openAccount({ id, kind: 'funded', commission });
    engine.deposit(id, { asset: 'BTC', quantity: decimal('1000000') });
    engine.deposit(id, { asset: 'USDT', quantity: decimal('100000000000') });
  }
  const resting: SimOrder[] = [];
  let cancels = 0;
  for (const [index, order] of flow.entries()) {
    const placed = engine.place(toDraft(order, index), TIME);
    if (placed.ok) resting.push(placed.value);
    // A market order may meet an empty book; nothing else of this flow is refused.
    else if (order.type === 'LIMIT') throw new Error(`order ${index} was refused: ${placed.error.msg}`);
    if (resting.length <= RESTING_MAX) continue;
    const oldest = resting.shift() as SimOrder;
    if (engine.cancel({ order: oldest, time: TIME, cancelId: `c${index}` }).ok) cancels++;
  }
  if (fills < flow.length / 4) throw new Error(`only ${fills} fills of ${flow.length} orders`);
  return { orders: flow.length, fills, cancels };
}

function toDraft({ side, type, ticks, steps }: Order, index: number) {
  const isLimit = type === 'LIMIT';
  return {
    account: index % 2 === 0 ? 'ann' : 'bob',
    symbol: RULES.symbol,
    side,
    type,
    timeInForce: 'GTC',
    quantity: (BigInt(steps) * RULES.lot.step) as Decimal,
    quoteQuantity: null,
    price: isLimit ? ((BigInt(ticks) * RULES.price.step) as Decimal) : null,
    stopPrice: null,
    icebergQuantity: null,
    clientOrderId: `o${index}`,
    selfTrade: 'NONE',
  } as const;
}

type BareOrder = { readonly price: number; left: number };

function playBare(flow: readonly Order[], passes: number): number {
  let traded = 0;
  for (let pass = 0; pass < passes; pass++) {
    const book: Record<SimSide, BareOrder[]> = { BUY: [], SELL: [] };
    const resting: { readonly side: SimSide; readonly order: BareOrder }[] = [];
    for (const { side, type, ticks, steps } of flow) {
      const order = { price: type === 'LIMIT' ? ticks : side === 'BUY' ? Infinity : 0, left: steps };
      traded += takeBare(book, side, order);
      if (order.left > 0 && type === 'LIMIT') insertBare(book[side], order, side === 'BUY' ? -1 : 1);
      resting.push({ side, order });
      if (resting.length > RESTING_MAX) removeBare(book, resting.shift());
    }
  }
  if (traded === 0) throw new Error('nothing was traded');
  return flow.length * passes;
}

function takeBare(book: Record<SimSide, BareOrder[]>, side: SimSide, order: BareOrder): number {
  const others = book[side === 'BUY' ? 'SELL' : 'BUY'];
  let traded = 0;
  for (let best = others[0]; best !== undefined && order.left > 0; best = others[0]) {
    if (side === 'BUY' ? best.price > order.price : best.price < order.price) break;
    const quantity = Math.min(best.left, order.left);
    best.left -= quantity;
    order.left -= quantity;
    traded += quantity;
    if (best.left === 0) others.shift();
  }
  return traded;
}

function insertBare(orders: BareOrder[], order: BareOrder, direction: 1 | -1): void {
  let place = orders.length;
  while (place > 0 && (orders[place - 1] as BareOrder).price * direction > order.price * direction) place--;
  orders.splice(place, 0, order);
}

function removeBare(
  book: Record<SimSide, BareOrder[]>,
  oldest: { readonly side: SimSide; readonly order: BareOrder } | undefined,
): void {
  if (oldest === undefined || oldest.order.left === 0) return;
  const orders = book[oldest.side];
  const index = orders.indexOf(oldest.order);
  if (index >= 0) orders.splice(index, 1);
}
