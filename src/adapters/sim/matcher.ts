/**
 * The matching engine as an order desk of one trader: orders of the model against prices told from outside. In come
 * orders, cancels and prices with their times, out go reports; nothing is read from a clock, a random source or the
 * network, so the same calls give the same reports. Filled quantity always equals the sum of the fills.
 */
import { assert } from '../../core/assert.ts';
import { type Decimal, decimal } from '../../core/decimal.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Balance } from '../../model/balance.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Price, Quantity } from '../../model/money.ts';
import type { ApprovedOrder, ClientOrderId, OrderReport } from '../../model/order.ts';
import { mergeLegReports } from '../../model/order-legs.ts';
import type { TradingRules } from '../../model/trading-rules.ts';
import { isTakeLeg, TRADER, toDrafts, toReport, toSymbolRules } from './matcher-orders.ts';
import { type MatcherCosts, ratioOfBps, shareOf, slipped } from './matcher-pricing.ts';
import { toRefusal } from './matcher-refusals.ts';
import type { EngineEvent } from './matching/engine-state.ts';
import type { MarketDepth, Pool } from './matching/market-depth.ts';
import { ORDERS_MAX } from './matching/order-archive.ts';
import type { OrderDraft, SimOrder, VenueRefusal } from './matching/sim-order.ts';
import { TradingEngine } from './matching/trading-engine.ts';

/** What can be traded, what trading costs, and what the trader owns: without limit, or these assets to begin with. */
export type MatcherOptions = {
  readonly rules: readonly TradingRules[];
  readonly costs: MatcherCosts;
  readonly funds: 'boundless' | readonly { readonly asset: string; readonly quantity: Decimal }[];
};

/** The market at an instant: a price and the quantity that traded or stands there. */
export type MarketPrice = {
  readonly instrumentId: InstrumentId;
  readonly price: Price;
  readonly availableQuantity: Quantity;
  readonly time: EpochMs;
};

/** Which order is meant. */
type Key = { readonly instrumentId: InstrumentId; readonly clientOrderId: ClientOrderId };

/**
 * - A market order takes what it may of the last price's quantity; the rest expires, as on Binance.
 * - A limit order at or beyond the market takes first and rests with what is left, unless its time in force ends it. A
 *   resting order is filled at its own price when the market reaches it; better prices go first, then earlier orders.
 * - A stop order sleeps until the price has fallen to it and then takes at the market, or becomes a limit order.
 * - Every price replaces the quantity left of the one before it, and all orders together take no more than the
 *   configured share of it.
 * - Fees are taken from what is received: the base asset of a buy, the quote asset of a sell.
 */
export type Matcher = {
  /** Takes an order; a client order id that was ever taken is refused with `order_duplicate`. */
  readonly submit: (order: ApprovedOrder, time: EpochMs) => Result<OrderReport, Failure>;
  /**
   * Moves the market and answers the reports of the orders it changed, in the order they were changed. A price of an
   * unknown instrument is ignored.
   */
  readonly onPrice: (market: MarketPrice) => readonly OrderReport[];
  /** The order in whatever state, `null` when there never was one. */
  readonly find: (key: Key) => OrderReport | null;
  /** Ends an open order; `order_not_open` when there is none. */
  readonly cancel: (key: Key, time: EpochMs) => Result<OrderReport, Failure>;
  /** Why the order would be refused, balances apart, or `null`. */
  readonly test: (order: ApprovedOrder) => Failure | null;
  /** Open orders, oldest first; `null` for all instruments. */
  readonly openOrders: (instrumentId: InstrumentId | null) => readonly OrderReport[];
  /** Every order of an instrument, oldest first. */
  readonly orders: (instrumentId: InstrumentId, since: EpochMs) => readonly OrderReport[];
  /** What the trader has something of. */
  readonly balances: () => readonly Balance[];
  /** Changes the rules of instruments, or adds them. */
  readonly setRules: (rules: readonly TradingRules[]) => void;
  /** Adds to the wallet, as a deposit does. */
  readonly deposit: (fund: { readonly asset: string; readonly quantity: Decimal }) => void;
};

/** Commissions are rounded down to this, as Binance does for assets of eight decimals. */
const FEE_UNIT = decimal('0.00000001');
const CLIENT_ID = /^[A-Za-z0-9_-]{1,34}$/;

/** A matcher without orders and prices. */
export function createMatcher(options: MatcherOptions): Matcher {
  return new OrderDesk(options);
}

class OrderDesk implements Matcher {
  readonly #engine: TradingEngine;
  readonly #rules = new Map<InstrumentId, TradingRules>();
  readonly #usedIds = new Set<ClientOrderId>();
  /** Orders the running call changed. */
  readonly #changed = new Set<SimOrder>();
  readonly #share: Decimal;
  readonly #slippage: Decimal;

  constructor({ rules, costs, funds }: MatcherOptions) {
    const onEvent = (event: EngineEvent): void => {
      if (event.kind === 'order') this.#changed.add(event.order);
    };
    this.#engine = new TradingEngine({ commissionUnit: FEE_UNIT, queue: 'none', meeting: 'market', onEvent });
    this.#share = ratioOfBps(costs.volumeShareBps);
    this.#slippage = ratioOfBps(costs.slippageBps);
    const [maker, taker] = [ratioOfBps(costs.makerFeeBps), ratioOfBps(costs.takerFeeBps)];
    const kind = funds === 'boundless' ? 'boundless' : 'funded';
    this.#engine.openAccount({ id: TRADER, kind, commission: { maker, taker, mode: 'received' } });
    if (funds !== 'boundless') for (const fund of funds) this.deposit(fund);
    this.setRules(rules);
  }

  setRules(rules: readonly TradingRules[]): void {
    for (const one of rules) {
      this.#rules.set(one.instrumentId, one);
      this.#engine.setRules(toSymbolRules(one));
      this.#engine.setStatus(one.instrumentId, one.status === 'trading' && one.isSpotAllowed ? 'TRADING' : 'HALT');
    }
  }

  deposit(fund: { readonly asset: string; readonly quantity: Decimal }): void {
    this.#engine.deposit(TRADER, fund);
  }

  submit(order: ApprovedOrder, time: EpochMs): Result<OrderReport, Failure> {
    const fault = this.test(order);
    if (fault !== null) return err(fault);
    if (this.#usedIds.size >= ORDERS_MAX) {
      return err(failure('order_refused', { reason: `the simulator holds ${ORDERS_MAX} orders and takes no more` }));
    }
    const refusal = this.#place(order, time);
    if (refusal !== null) return err(toRefusal(order, refusal));
    this.#usedIds.add(order.clientOrderId);
    return ok(this.find(order) as OrderReport);
  }

  #place(order: ApprovedOrder, time: EpochMs): VenueRefusal | null {
    const drafts = toDrafts(order);
    const placed =
      drafts.length === 1
        ? this.#engine.place(drafts[0] as OrderDraft, time)
        : this.#engine.placeList({ kind: 'OCO', clientListId: order.clientOrderId, legs: drafts, time });
    return placed.ok ? null : placed.error;
  }

  test(order: ApprovedOrder): Failure | null {
    const { instrumentId, clientOrderId, terms } = order;
    if (!CLIENT_ID.test(clientOrderId)) {
      return failure('order_refused', { clientOrderId, reason: 'the client order id is malformed' });
    }
    if (this.#usedIds.has(clientOrderId)) return failure('order_duplicate', { clientOrderId });
    const rules = this.#rules.get(instrumentId);
    if (rules === undefined) return failure('symbol_unknown', { symbol: instrumentId });
    if (terms.type.startsWith('market') && this.#engine.book(instrumentId)?.lastPrice === null) {
      return failure('instrument_not_trading', { instrumentId, reason: 'there is no market price yet' });
    }
    for (const draft of toDrafts(order)) {
      const refusal = this.#engine.test(draft);
      if (refusal !== null) return toRefusal(order, refusal);
    }
    return null;
  }

  onPrice(told: MarketPrice): readonly OrderReport[] {
    assert(told.price > 0n && told.availableQuantity >= 0n, 'a market price is positive and its quantity not negative');
    const rules = this.#rules.get(told.instrumentId);
    if (rules === undefined) return [];
    this.#changed.clear();
    const pool: Pool = { left: shareOf(told.availableQuantity, this.#share, rules.lot.step) };
    const depth = depthAt(told.price, { pool, slippage: this.#slippage, tick: rules.priceTick });
    const prints = [{ price: told.price, pool, taker: 'EITHER' }] as const;
    this.#engine.tick(told.instrumentId, { time: told.time, prints, depth, averagePrice: null });
    return this.#reportsOf(this.#changed);
  }

  find({ instrumentId, clientOrderId }: Key): OrderReport | null {
    const order = this.#engine.orders.byClientId(TRADER, instrumentId, clientOrderId);
    return order === null ? null : this.#reportOf(order);
  }

  cancel({ instrumentId, clientOrderId }: Key, time: EpochMs): Result<OrderReport, Failure> {
    const order = this.#engine.orders.byClientId(TRADER, instrumentId, clientOrderId);
    // Either leg of a pair may be the one still open.
    const legs = order === null ? [] : this.#legsOf(order);
    for (const leg of legs) {
      const cancelled = this.#engine.cancel({ order: leg, time, cancelId: clientOrderId });
      if (cancelled.ok) return ok(this.#reportOf(leg));
    }
    return err(failure('order_not_open', { clientOrderId }));
  }

  openOrders(instrumentId: InstrumentId | null): readonly OrderReport[] {
    return this.#reportsOf(this.#engine.orders.open(TRADER, instrumentId));
  }

  orders(instrumentId: InstrumentId, since: EpochMs): readonly OrderReport[] {
    const all = [...this.#engine.orders.all(TRADER, instrumentId)];
    return this.#reportsOf(all.filter((order) => order.createdTime >= since));
  }

  balances(): readonly Balance[] {
    const balances = this.#engine.account(TRADER)?.wallet.balances() ?? [];
    return balances.filter(({ free, locked }) => free !== 0n || locked !== 0n);
  }

  /** Reports in the order given, each order once. */
  #reportsOf(orders: Iterable<SimOrder>): readonly OrderReport[] {
    const reports = new Map<string, OrderReport>();
    for (const order of orders) {
      const report = this.#reportOf(order);
      reports.set(`${report.instrumentId} ${report.clientOrderId}`, report);
    }
    return [...reports.values()];
  }

  #reportOf(order: SimOrder): OrderReport {
    const [stop, take] = this.#legsOf(order);
    if (stop === undefined || take === undefined) return toReport(order);
    return mergeLegReports(toReport(stop), toReport(take));
  }

  /** The order itself, or the stop and the take-profit leg of the pair it belongs to. */
  #legsOf(order: SimOrder): readonly SimOrder[] {
    const members = this.#engine.list(order.listId)?.orders ?? [order];
    return [...members].sort((a, b) => Number(isTakeLeg(a)) - Number(isTakeLeg(b)));
  }
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
