/**
 * A matching engine for our own orders against prices told from outside. In come orders, cancels and prices with
 * their times, out go reports; nothing is read from a clock, a random source or the network, so the same calls give
 * the same reports. Filled quantity always equals the sum of the fills and never exceeds the order.
 */
import { assert } from '../../core/assert.ts';
import { add, type Decimal, subtract, ZERO } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { type Instrument, type InstrumentId, parseInstrumentId } from '../../model/instrument.ts';
import type { Price, Quantity } from '../../model/money.ts';
import type { ApprovedOrder, ClientOrderId, Fill, OrderReport, OrderStatus, VenueOrderId } from '../../model/order.ts';
import { findOrderFault } from './matcher-checks.ts';
import { feeOf, isBeyond, type MatcherCosts, ratioOfBps, shareOf, takerPrice } from './matcher-pricing.ts';

/** Instruments that can be traded, and what trading costs. */
export type MatcherOptions = { readonly instruments: readonly Instrument[]; readonly costs: MatcherCosts };

/** The market at an instant: a price and the quantity that traded or stands there. */
export type MarketPrice = {
  readonly instrumentId: InstrumentId;
  readonly price: Price;
  readonly availableQuantity: Quantity;
  readonly time: EpochMs;
};

/**
 * - A market order takes what it may of the last price's quantity; the rest expires, as on Binance.
 * - A limit order at or beyond the market takes first and rests with what is left. A resting order is filled at its
 *   own price when the market reaches it; better prices go first, then earlier orders.
 * - Every price replaces the quantity left of the one before it, and all orders together take no more than the
 *   configured share of it.
 */
export type Matcher = {
  /** Takes an order; a client order id that was ever taken is refused. Failures are `order_refused`. */
  readonly submit: (order: ApprovedOrder, time: EpochMs) => Result<OrderReport, Failure>;
  /**
   * Moves the market and answers the reports of the orders it changed, in the order they were filled. A price of an
   * unknown instrument is ignored.
   */
  readonly onPrice: (market: MarketPrice) => readonly OrderReport[];
  /** The order in whatever state, `null` when there never was one. */
  readonly find: (instrumentId: InstrumentId, clientOrderId: ClientOrderId) => OrderReport | null;
  /** Ends an open order; `order_refused` when there is none. */
  readonly cancel: (instrumentId: InstrumentId, clientOrderId: ClientOrderId) => Result<OrderReport, Failure>;
  /** Open orders, oldest first. */
  readonly openOrders: (instrumentId: InstrumentId) => readonly OrderReport[];
};

/**
 * Orders remembered for ever, because forgetting one would make `find` deny it and a repeated id pass. Policy when
 * reached: new orders are refused.
 */
const ORDERS_MAX = 1_000_000;

type Book = {
  readonly instrument: Instrument;
  readonly quoteAsset: string;
  /** Open orders by client order id, oldest first. */
  readonly open: Map<ClientOrderId, Entry>;
  market: { readonly price: Price; left: Quantity } | null;
};
type Rates = { readonly maker: Decimal; readonly taker: Decimal; readonly slippage: Decimal; readonly share: Decimal };
type Execution = { readonly as: 'maker' | 'taker'; readonly time: EpochMs; readonly rates: Rates };
type Entry = { readonly order: ApprovedOrder; report: OrderReport };

/** A matcher without orders and prices. */
export function createMatcher(options: MatcherOptions): Matcher {
  const rates = toRates(options.costs);
  const books = new Map(options.instruments.map((instrument) => [instrument.instrumentId, createBook(instrument)]));
  const entries = new Map<ClientOrderId, Entry>();

  const submit = (order: ApprovedOrder, time: EpochMs): Result<OrderReport, Failure> => {
    const book = books.get(order.instrumentId);
    if (book === undefined) return refused(`there is no instrument ${order.instrumentId}`);
    if (entries.has(order.clientOrderId)) return refused(`client order id ${order.clientOrderId} was used before`);
    const fault = findOrderFault(order, book.instrument, book.market?.price ?? null);
    if (fault !== null) return refused(fault);
    if (entries.size >= ORDERS_MAX) return refused(`the simulator holds ${ORDERS_MAX} orders and takes no more`);
    const entry: Entry = { order, report: createReport(order, entries.size + 1) };
    entries.set(order.clientOrderId, entry);
    if (reaches(order, book.market?.price ?? null)) execute(book, entry, { as: 'taker', time, rates });
    if (order.type === 'market' && isOpen(entry.report.status)) entry.report = { ...entry.report, status: 'expired' };
    return ok(settle(book, entry));
  };
  const onPrice = (told: MarketPrice): readonly OrderReport[] => {
    assert(told.price > 0n && told.availableQuantity >= 0n, 'a market price is positive and its quantity not negative');
    const book = books.get(told.instrumentId);
    if (book === undefined) return [];
    book.market = { price: told.price, left: shareOf(told.availableQuantity, rates.share, book.instrument) };
    const reports: OrderReport[] = [];
    for (const entry of byPriority([...book.open.values()].filter(({ order }) => reaches(order, told.price)))) {
      const before = entry.report;
      execute(book, entry, { as: 'maker', time: told.time, rates });
      if (entry.report !== before) reports.push(settle(book, entry));
    }
    return reports;
  };
  const find = (instrumentId: InstrumentId, clientOrderId: ClientOrderId): OrderReport | null => {
    const entry = entries.get(clientOrderId);
    return entry?.order.instrumentId === instrumentId ? entry.report : null;
  };
  return {
    submit,
    onPrice,
    find,
    cancel: (instrumentId, clientOrderId) => {
      const book = books.get(instrumentId);
      const entry = book?.open.get(clientOrderId);
      if (book === undefined || entry === undefined) return refused(notOpenReason(find(instrumentId, clientOrderId)));
      entry.report = { ...entry.report, status: 'cancelled' };
      return ok(settle(book, entry));
    },
    openOrders: (instrumentId) => [...(books.get(instrumentId)?.open.values() ?? [])].map((entry) => entry.report),
  };
}

function createBook(instrument: Instrument): Book {
  const parts = parseInstrumentId(instrument.instrumentId);
  if (!parts.ok) throw new RangeError(parts.error.message);
  return { instrument, quoteAsset: parts.value.quote, open: new Map(), market: null };
}

function toRates(costs: MatcherCosts): Rates {
  return {
    maker: ratioOfBps(costs.makerFeeBps),
    taker: ratioOfBps(costs.takerFeeBps),
    slippage: ratioOfBps(costs.slippageBps),
    share: ratioOfBps(costs.volumeShareBps),
  };
}

/** Fills what can be filled of an order that the market reaches, and takes it from the quantity left. */
function execute(book: Book, entry: Entry, how: Execution): void {
  const { market, instrument } = book;
  if (market === null || market.left <= 0n) return;
  const { order, report } = entry;
  const quantity = smallerOf(subtract(order.quantity, report.filledQuantity), market.left);
  const rested = how.as === 'maker' ? order.price : null;
  const price = rested ?? takerPrice(order, { current: market.price, slippage: how.rates.slippage, instrument });
  market.left = subtract(market.left, quantity);
  const fee = feeOf(price, quantity, how.rates[how.as]);
  entry.report = withFill(entry, { price, quantity, fee, feeAsset: book.quoteAsset, eventTime: how.time });
}

/** Notes whether the order is still open and answers its report. */
function settle(book: Book, entry: Entry): OrderReport {
  const { clientOrderId } = entry.order;
  if (isOpen(entry.report.status)) book.open.set(clientOrderId, entry);
  else book.open.delete(clientOrderId);
  return entry.report;
}

function smallerOf(a: Quantity, b: Quantity): Quantity {
  if (b < a) return b;
  return a;
}

function createReport(order: ApprovedOrder, number: number): OrderReport {
  const venueOrderId = String(number) as VenueOrderId;
  return {
    clientOrderId: order.clientOrderId,
    venueOrderId,
    status: 'open',
    filledQuantity: ZERO as Quantity,
    fills: [],
  };
}

function withFill({ order, report }: Entry, fill: Fill): OrderReport {
  const filledQuantity = add(report.filledQuantity, fill.quantity);
  const status: OrderStatus = filledQuantity === order.quantity ? 'filled' : 'partiallyFilled';
  return { ...report, status, filledQuantity, fills: [...report.fills, fill] };
}

/** Whether the market at `price` can fill the order. */
function reaches(order: ApprovedOrder, price: Price | null): boolean {
  return price !== null && (order.price === null || !isBeyond(order.side, price, order.price));
}

/** Buys from the highest limit, sells from the lowest; a stable sort keeps earlier orders first at one price. */
function byPriority(open: readonly Entry[]): readonly Entry[] {
  const distance = ({ order }: Entry): bigint => (order.side === 'buy' ? -(order.price ?? 0n) : (order.price ?? 0n));
  return [...open].sort((a, b) => {
    const [first, second] = [distance(a), distance(b)];
    return first < second ? -1 : first > second ? 1 : 0;
  });
}

function isOpen(status: OrderStatus): boolean {
  return status === 'open' || status === 'partiallyFilled';
}

function notOpenReason(report: OrderReport | null): string {
  return report === null ? 'there is no such order' : `the order is ${report.status} already`;
}

function refused(reason: string): { readonly ok: false; readonly error: Failure } {
  return err(failure('order_refused', { reason }));
}
