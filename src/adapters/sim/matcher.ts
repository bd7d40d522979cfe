/**
 * The matching engine as an order desk of one trader: orders of the model against prices told from outside. In come
 * orders, cancels and prices with their times, out go reports; nothing is read from a clock, a random source or the
 * network, so the same calls give the same reports. Filled quantity always equals the sum of the fills.
 */
import { assert } from '../../core/assert.ts';
import { type Decimal, decimal, ZERO } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import { type Instrument, type InstrumentId, parseInstrumentId } from '../../model/instrument.ts';
import type { Money, Price, Quantity } from '../../model/money.ts';
import type { ApprovedOrder, ClientOrderId, OrderReport, OrderStatus, VenueOrderId } from '../../model/order.ts';
import { findOrderFault } from './matcher-checks.ts';
import { type MatcherCosts, ratioOfBps, shareOf, slipped } from './matcher-pricing.ts';
import type { EngineEvent } from './matching/engine-state.ts';
import type { MarketDepth, Pool } from './matching/market-depth.ts';
import { ORDERS_MAX } from './matching/order-archive.ts';
import type { OrderDraft, SimOrder, SimOrderStatus } from './matching/sim-order.ts';
import type { LotRule, SymbolRules } from './matching/symbol-rules.ts';
import { TradingEngine } from './matching/trading-engine.ts';

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
  readonly cancel: (
    instrumentId: InstrumentId,
    clientOrderId: ClientOrderId,
    time: EpochMs,
  ) => Result<OrderReport, Failure>;
  /** Open orders, oldest first. */
  readonly openOrders: (instrumentId: InstrumentId) => readonly OrderReport[];
};

const TRADER = 'trader';
/** Fees are kept to the last digit a decimal has. */
const FEE_UNIT = 1n as Decimal;
const LARGEST = decimal('1000000000000000000');

/** A matcher without orders and prices. */
export function createMatcher(options: MatcherOptions): Matcher {
  const { costs } = options;
  const share = ratioOfBps(costs.volumeShareBps);
  const slippage = ratioOfBps(costs.slippageBps);
  const changed = new Map<number, SimOrder>();
  const onEvent = (event: EngineEvent): void => {
    if (event.kind === 'order') changed.set(event.order.orderId, event.order);
  };
  const engine = new TradingEngine({ commissionUnit: FEE_UNIT, queue: 'none', meeting: 'market', onEvent });
  const commission = {
    maker: ratioOfBps(costs.makerFeeBps),
    taker: ratioOfBps(costs.takerFeeBps),
    mode: 'quote',
  } as const;
  engine.openAccount({ id: TRADER, kind: 'boundless', commission });
  const instruments = new Map(options.instruments.map((instrument) => [instrument.instrumentId, instrument]));
  for (const instrument of options.instruments) engine.addSymbol(toRules(instrument));
  const usedIds = new Set<ClientOrderId>();

  const find = (instrumentId: InstrumentId, clientOrderId: ClientOrderId): SimOrder | null =>
    engine.orders.byClientId(TRADER, instrumentId, clientOrderId);
  const submit = (order: ApprovedOrder, time: EpochMs): Result<OrderReport, Failure> => {
    const instrument = instruments.get(order.instrumentId);
    if (instrument === undefined) return refused(`there is no instrument ${order.instrumentId}`);
    if (usedIds.has(order.clientOrderId)) return refused(`client order id ${order.clientOrderId} was used before`);
    const current = engine.book(order.instrumentId)?.lastPrice ?? null;
    const fault = findOrderFault(order, instrument, current as Price | null);
    if (fault !== null) return refused(fault);
    if (usedIds.size >= ORDERS_MAX) return refused(`the simulator holds ${ORDERS_MAX} orders and takes no more`);
    const placed = engine.place(toDraft(order), time);
    if (!placed.ok) return refused(placed.error.msg);
    usedIds.add(order.clientOrderId);
    return ok(toReport(placed.value));
  };
  const onPrice = (told: MarketPrice): readonly OrderReport[] => {
    assert(told.price > 0n && told.availableQuantity >= 0n, 'a market price is positive and its quantity not negative');
    const instrument = instruments.get(told.instrumentId);
    if (instrument === undefined) return [];
    changed.clear();
    const pool: Pool = { left: shareOf(told.availableQuantity, share, instrument) };
    const depth = depthAt(told.price, { pool, slippage, tick: instrument.priceTick });
    const prints = [{ price: told.price, pool, taker: 'EITHER' }] as const;
    engine.tick(told.instrumentId, { time: told.time, prints, depth, averagePrice: null });
    return [...changed.values()].map(toReport);
  };
  return {
    submit,
    onPrice,
    find: (instrumentId, clientOrderId) => toReportOrNull(find(instrumentId, clientOrderId)),
    cancel: (instrumentId, clientOrderId, time) => {
      const order = find(instrumentId, clientOrderId);
      if (order === null) return refused('there is no such order');
      const cancelled = engine.cancel({ order, time, cancelId: clientOrderId });
      return cancelled.ok ? ok(toReport(order)) : refused(`the order is ${toStatus(order.status)} already`);
    },
    openOrders: (instrumentId) => engine.orders.open(TRADER, instrumentId).map(toReport),
  };
}

/** One level a side over the same pool; what it costs more to take than the price told is slippage. */
function depthAt(
  price: Price,
  how: { readonly pool: Pool; readonly slippage: Decimal; readonly tick: Price },
): MarketDepth {
  const level = { touch: price, pool: how.pool };
  return {
    asks: [{ ...level, price: slipped(price, { side: 'buy', ...how }) }],
    bids: [{ ...level, price: slipped(price, { side: 'sell', ...how }) }],
  };
}

/** Rules that hold the grid; everything else is checked before the engine sees an order. */
function toRules(instrument: Instrument): SymbolRules {
  const parts = parseInstrumentId(instrument.instrumentId);
  if (!parts.ok) throw new RangeError(parts.error.message);
  const grid = (step: Decimal): LotRule => ({ min: ZERO, max: LARGEST, step });
  return {
    symbol: instrument.instrumentId,
    base: parts.value.base,
    quote: parts.value.quote,
    price: grid(instrument.priceTick),
    lot: grid(instrument.quantityStep),
    marketLot: grid(ZERO),
    minNotional: ZERO,
    maxNotional: LARGEST,
    percentPrice: null,
    ordersMax: ORDERS_MAX,
    algoOrdersMax: ORDERS_MAX,
    icebergPartsMax: 1,
    listsMax: ORDERS_MAX,
  };
}

function toDraft(order: ApprovedOrder): OrderDraft {
  return {
    account: TRADER,
    symbol: order.instrumentId,
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    type: order.type === 'limit' ? 'LIMIT' : 'MARKET',
    timeInForce: 'GTC',
    quantity: order.quantity,
    quoteQuantity: null,
    price: order.price,
    stopPrice: null,
    icebergQuantity: null,
    clientOrderId: order.clientOrderId,
    selfTrade: 'EXPIRE_MAKER',
  };
}

function toReport(order: SimOrder): OrderReport {
  return {
    clientOrderId: order.draft.clientOrderId as ClientOrderId,
    venueOrderId: String(order.orderId) as VenueOrderId,
    status: toStatus(order.status),
    filledQuantity: order.executed as Quantity,
    fills: order.fills.map((fill) => ({
      price: fill.price as Price,
      quantity: fill.quantity as Quantity,
      fee: fill.commission as Money,
      feeAsset: fill.commissionAsset,
      eventTime: fill.time,
    })),
  };
}

function toReportOrNull(order: SimOrder | null): OrderReport | null {
  return order === null ? null : toReport(order);
}

const STATUS: Readonly<Record<SimOrderStatus, OrderStatus>> = {
  PENDING_NEW: 'open',
  NEW: 'open',
  PARTIALLY_FILLED: 'partiallyFilled',
  FILLED: 'filled',
  CANCELED: 'cancelled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
};

function toStatus(status: SimOrderStatus): OrderStatus {
  return STATUS[status];
}

function refused(reason: string): { readonly ok: false; readonly error: Failure } {
  return err(failure('order_refused', { reason }));
}
