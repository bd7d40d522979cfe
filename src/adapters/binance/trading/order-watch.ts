/**
 * The second leg under the user stream: looks at the open orders by itself, more often while the stream is down, and
 * asks for orders whose outcome is unknown until the venue has spoken. In: what is known. Out: nothing but facts for the
 * ledger; an order that is not found when no request can make it any more is forgotten.
 */
import { err, ok, type Result } from '../../../core/result.ts';
import { addMs, type EpochMs } from '../../../core/time.ts';
import type { Failure } from '../../../model/failure.ts';
import type { Cancel, Clock } from '../../../ports/clock.ts';
import { malformed, type OrderLedger, type OrderName } from './order-ledger.ts';
import { parseOrderArray } from './order-messages.ts';
import type { OrderTracker } from './order-tracker.ts';
import type { SignedTransport } from './signed-transport.ts';
import type { TradingTimings } from './trading-timings.ts';
import type { VenueTime } from './venue-time.ts';

/** What a watch is made of. */
export type OrderWatchOptions = {
  readonly clock: Clock;
  readonly time: VenueTime;
  readonly timings: TradingTimings;
  readonly transport: SignedTransport;
  readonly tracker: OrderTracker;
  readonly ledger: OrderLedger;
  readonly onFault: (failure: Failure) => void;
};

type Doubt = OrderName & { readonly deadline: EpochMs };

/** Orders whose outcome is unknown (policy: the oldest is forgotten here; whoever sent it still asks for it). */
const DOUBTS_MAX = 1_000;
const ALL_SYMBOLS_WEIGHT = 80;
const SYMBOL_WEIGHT = 6;
const OPEN_ORDERS = '/api/v3/openOrders';

/** The watch over the orders of one account. */
export class OrderWatch {
  readonly #options: OrderWatchOptions;
  readonly #doubts = new Map<string, Doubt>();
  #reconciling: Promise<Result<null, Failure>> | null = null;
  #stream: 'up' | 'down' = 'down';
  #cancel: Cancel = () => {};
  #state: 'open' | 'closed' = 'open';

  constructor(options: OrderWatchOptions) {
    this.#options = options;
  }

  /** Tells whether reports come by the stream. */
  set stream(state: 'up' | 'down') {
    this.#stream = state;
    this.#arm();
  }

  /** Notes an order that may exist, or may come to exist until `deadline`. */
  doubt(name: OrderName, deadline: EpochMs): void {
    this.#doubts.set(`${name.symbol} ${name.clientOrderId}`, { ...name, deadline });
    if (this.#doubts.size > DOUBTS_MAX) this.#doubts.delete(this.#doubts.keys().next().value ?? '');
    this.#arm();
  }

  /** The time after which a request for this order is certainly not carried out any more; `null` when none is open. */
  deadlineOf({ symbol, clientOrderId }: OrderName): EpochMs | null {
    return this.#doubts.get(`${symbol} ${clientOrderId}`)?.deadline ?? null;
  }

  /** Notes that the venue has spoken. */
  resolve({ symbol, clientOrderId }: OrderName): void {
    this.#doubts.delete(`${symbol} ${clientOrderId}`);
  }

  /** Brings everything that is known up to date; calls while one is under way share it. */
  reconcile(): Promise<Result<null, Failure>> {
    this.#reconciling ??= this.#reconcile().finally(() => {
      this.#reconciling = null;
    });
    return this.#reconciling;
  }

  close(): void {
    this.#state = 'closed';
    this.#cancel();
  }

  #arm(): void {
    this.#cancel();
    if (this.#state === 'closed') return;
    const { clock, timings } = this.#options;
    const isUrgent = this.#stream === 'down' || this.#doubts.size > 0;
    const ms = isUrgent ? timings.pollMs.down : timings.pollMs.up;
    this.#cancel = clock.schedule(addMs(clock.now(), ms), () => void this.#look());
  }

  async #look(): Promise<void> {
    const looked = await this.reconcile();
    if (!looked.ok && this.#state === 'open') this.#options.onFault(looked.error);
    this.#arm();
  }

  async #reconcile(): Promise<Result<null, Failure>> {
    const { ledger } = this.#options;
    const open = await this.#checkOpen();
    if (!open.ok) return open;
    for (const doubt of [...this.#doubts.values()]) {
      const settled = await this.#settle(doubt);
      if (!settled.ok) return settled;
    }
    if (ledger.hasIncomplete) await ledger.retryIncomplete();
    return ok(null);
  }

  /** Orders that were open and are not among the venue's open ones have ended: each is asked for. */
  async #checkOpen(): Promise<Result<null, Failure>> {
    const { tracker, ledger } = this.#options;
    const before = tracker.openOrders();
    if (before.length === 0) return ok(null);
    const symbols = [...new Set(before.map((order) => order.symbol))];
    const isFew = symbols.length * SYMBOL_WEIGHT < ALL_SYMBOLS_WEIGHT;
    const found = new Set<number>();
    for (const symbol of isFew ? symbols : [null]) {
      const listed = await this.list(symbol);
      if (!listed.ok) return listed;
      for (const name of listed.value) found.add(name.orderId);
    }
    for (const order of before) {
      if (found.has(order.orderId)) continue;
      const ended = await ledger.find(order);
      if (!ended.ok) return ended;
    }
    return ok(null);
  }

  /** The venue's open orders, of one symbol or all; the ledger has taken what was learned from them. */
  async list(symbol: string | null): Promise<Result<readonly (OrderName & { readonly orderId: number })[], Failure>> {
    const params = symbol === null ? {} : { symbol };
    const weight = symbol === null ? ALL_SYMBOLS_WEIGHT : SYMBOL_WEIGHT;
    const answer = await this.#options.transport.ask({ path: OPEN_ORDERS, params, weight, purpose: 'reconcile' });
    if (!answer.ok) return answer;
    const orders = parseOrderArray(answer.value);
    if (!orders.ok) return err(malformed(OPEN_ORDERS, orders.error));
    for (const facts of orders.value) this.#options.ledger.take(facts);
    return ok(orders.value);
  }

  async #settle(doubt: Doubt): Promise<Result<null, Failure>> {
    const isPast = this.#options.time.now() > doubt.deadline;
    const found = await this.#options.ledger.find(doubt);
    if (!found.ok) return found;
    if (found.value !== null || isPast) this.resolve(doubt);
    return ok(null);
  }
}
