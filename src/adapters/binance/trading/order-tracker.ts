/**
 * What is known of each order, from whatever source told it. In: facts, doubled, late, in any order. Out: complete
 * reports, each when something new is known. Facts only add up: executed quantity grows, fills are a set by trade
 * number, an end is final; so the order in which answers, events and polls arrive does not matter.
 */
import { add, type Decimal, greater, ZERO } from '../../../core/decimal.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { InstrumentId } from '../../../model/instrument.ts';
import type { Quantity } from '../../../model/money.ts';
import type { ClientOrderId, Fill, OrderReport, OrderStatus, VenueOrderId } from '../../../model/order.ts';
import { isOpenStatus, mergeLegReports } from '../../../model/order-legs.ts';
import type { OrderFacts } from './order-messages.ts';

/** A venue order as far as it is known. */
export type KnownOrder = Omit<OrderFacts, 'fills'> & { readonly fills: ReadonlyMap<string, Fill> };

/** What a report still lacks: the trades of a venue order, or the other leg of a pair by its client order id. */
export type Lack =
  | { readonly kind: 'trades'; readonly order: KnownOrder }
  | { readonly kind: 'leg'; readonly symbol: string; readonly clientOrderId: string };

/** A character that no client order id of ours has: the take-profit leg of a pair is named after its stop. */
const TAKE_SUFFIX = ':t';
/** Ended orders remembered (policy: the one that ended first is forgotten; it can be asked for again). */
const ENDED_MAX = 10_000;

/** The client order id of the take-profit leg of the pair called `clientOrderId`. */
export function takeLegId(clientOrderId: string): string {
  return `${clientOrderId}${TAKE_SUFFIX}`;
}

/** The order that a leg belongs to: the name of its stop. */
export function baseId(clientOrderId: string): string {
  return clientOrderId.endsWith(TAKE_SUFFIX) ? clientOrderId.slice(0, -TAKE_SUFFIX.length) : clientOrderId;
}

function keyOf(symbol: string, clientOrderId: string): string {
  return `${symbol} ${clientOrderId}`;
}

/** The orders of one account. */
export class OrderTracker {
  readonly #known = new Map<string, KnownOrder>();
  readonly #ended = new Set<string>();
  readonly #told = new Map<string, OrderReport>();
  readonly #toInstrument: (symbol: string) => InstrumentId | null;

  constructor(toInstrument: (symbol: string) => InstrumentId | null) {
    this.#toInstrument = toInstrument;
  }

  /** Adds facts. */
  learn(facts: OrderFacts): void {
    const key = keyOf(facts.symbol, facts.clientOrderId);
    const known = this.#known.get(key);
    // Another order of the same name is a newer one: the venue takes a name again once its order has ended.
    const merged = known?.orderId === facts.orderId ? mergeFacts(known, facts) : toKnown(facts);
    if (known !== undefined && known.orderId > facts.orderId) return;
    this.#known.set(key, merged);
    if (!isOpenStatus(merged.status)) this.#noteEnd(key);
  }

  /** Adds the trades of an order. */
  learnTrades(order: KnownOrder, fills: readonly Fill[]): void {
    this.learn({ ...order, fills });
  }

  #noteEnd(key: string): void {
    this.#ended.add(key);
    if (this.#ended.size <= ENDED_MAX) return;
    const [oldest = ''] = this.#ended;
    this.#ended.delete(oldest);
    this.#known.delete(oldest);
    this.#told.delete(oldest);
  }

  /** Notes that a leg does not exist: the orders of its list are no pair of ours, each stands for itself. */
  forgetPair(symbol: string, clientOrderId: string): void {
    for (const name of [baseId(clientOrderId), takeLegId(baseId(clientOrderId))]) {
      const known = this.#known.get(keyOf(symbol, name));
      if (known !== undefined) this.#known.set(keyOf(symbol, name), { ...known, listId: -1 });
    }
  }

  /** The leg of an order that is open, by its client order id; `null` when none is known to be. */
  openLeg(symbol: string, clientOrderId: string): string | null {
    const legs = this.#legs(symbol, baseId(clientOrderId)).filter((leg) => typeof leg !== 'string');
    return legs.find((leg) => isOpenStatus(leg.status))?.clientOrderId ?? null;
  }

  /** What is missing before the order called `clientOrderId` can be reported. */
  lacks(symbol: string, clientOrderId: string): readonly Lack[] {
    const base = baseId(clientOrderId);
    const lacks: Lack[] = [];
    for (const leg of this.#legs(symbol, base)) {
      if (typeof leg === 'string') lacks.push({ kind: 'leg', symbol, clientOrderId: leg });
      else if (sumOf(leg.fills) !== leg.executed) lacks.push({ kind: 'trades', order: leg });
    }
    return lacks;
  }

  /** Known legs of an order, and the names of those that must exist and are not known. */
  #legs(symbol: string, base: string): readonly (KnownOrder | string)[] {
    const stop = this.#known.get(keyOf(symbol, base));
    const take = this.#known.get(keyOf(symbol, takeLegId(base)));
    if (stop === undefined && take === undefined) return [];
    if (take === undefined && (stop?.listId ?? -1) < 0) return stop === undefined ? [] : [stop];
    return [stop ?? base, take ?? takeLegId(base)];
  }

  /** The report of an order as far as it is known and complete; `null` otherwise. */
  report(symbol: string, clientOrderId: string): OrderReport | null {
    const base = baseId(clientOrderId);
    const instrumentId = this.#toInstrument(symbol);
    const legs = this.#legs(symbol, base);
    if (instrumentId === null || this.lacks(symbol, base).length > 0) return null;
    const [stop, take] = legs.filter((leg) => typeof leg !== 'string').map((leg) => toReport(leg, instrumentId));
    if (stop === undefined) return null;
    return take === undefined ? stop : mergeLegReports(stop, take);
  }

  /** The report of an order when it says more than the one before it; told only once. */
  takeNews(symbol: string, clientOrderId: string): OrderReport | null {
    const key = keyOf(symbol, baseId(clientOrderId));
    const report = this.report(symbol, clientOrderId);
    const told = this.#told.get(key);
    if (report === null || (told !== undefined && isSame(told, report))) return null;
    this.#told.set(key, report);
    return report;
  }

  /** Orders that may still be executed, as the venue calls them. */
  openOrders(): readonly KnownOrder[] {
    return [...this.#known.values()].filter(({ status }) => isOpenStatus(status));
  }
}

function toKnown(facts: OrderFacts): KnownOrder {
  return { ...facts, fills: new Map(facts.fills.map((fill) => [fill.tradeId, fill])) };
}

function mergeFacts(known: KnownOrder, facts: OrderFacts): KnownOrder {
  const fills = new Map(known.fills);
  for (const fill of facts.fills) if (!fills.has(fill.tradeId)) fills.set(fill.tradeId, fill);
  const executed = greater<Quantity>(known.executed, facts.executed);
  const status = laterStatus(known.status, facts.status, executed);
  const updateTime = Math.max(known.updateTime, facts.updateTime) as EpochMs;
  return { ...known, executed, status, fills, updateTime };
}

function laterStatus(known: OrderStatus, told: OrderStatus, executed: Quantity): OrderStatus {
  if (!isOpenStatus(known)) return known;
  if (!isOpenStatus(told)) return told;
  return executed > 0n ? 'partiallyFilled' : 'open';
}

function sumOf(fills: ReadonlyMap<string, Fill>): Decimal {
  let sum: Decimal = ZERO;
  for (const fill of fills.values()) sum = add<Decimal>(sum, fill.quantity);
  return sum;
}

function toReport(order: KnownOrder, instrumentId: InstrumentId): OrderReport {
  const fills = [...order.fills.values()].sort(
    (a, b) => a.eventTime - b.eventTime || Number(a.tradeId) - Number(b.tradeId),
  );
  return {
    clientOrderId: order.clientOrderId as ClientOrderId,
    instrumentId,
    venueOrderId: String(order.orderId) as VenueOrderId,
    side: order.side,
    status: order.status,
    orderedQuantity: order.ordered,
    filledQuantity: order.executed,
    fills,
    updateTime: order.updateTime,
  };
}

function isSame(a: OrderReport, b: OrderReport): boolean {
  return a.status === b.status && a.filledQuantity === b.filledQuantity && a.venueOrderId === b.venueOrderId;
}
