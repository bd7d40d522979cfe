/**
 * The tracker with its sources: asks the venue for what a report lacks, tells listeners what is new, and knows which
 * requests may still be carried out. In: facts from answers and events. Out: complete reports, to whoever asked and to
 * the listeners.
 */
import { err, ok, type Result } from '../../../core/result.ts';
import { addMs, type EpochMs } from '../../../core/time.ts';
import { type Failure, failure } from '../../../model/failure.ts';
import type { OrderReport } from '../../../model/order.ts';
import type { Clock } from '../../../ports/clock.ts';
import { type OrderFacts, parseOrder, parseTrades } from './order-messages.ts';
import type { Lack, OrderTracker } from './order-tracker.ts';
import type { Question, SignedTransport } from './signed-transport.ts';

/** What a ledger is made of. */
export type LedgerOptions = {
  readonly clock: Clock;
  readonly transport: SignedTransport;
  readonly tracker: OrderTracker;
  /** Hears each report that says something new. Must not throw. */
  readonly tell: (report: OrderReport) => void;
};

/** An order by the venue's name of its instrument. */
export type OrderName = { readonly symbol: string; readonly clientOrderId: string };

/** Looks for what is missing; trades may trail their order by moments. */
const ROUNDS_MAX = 5;
const FIRST_WAIT_MS = 50;
const NO_SUCH_ORDER = -2013;

/** What is known of orders, made complete. */
export class OrderLedger {
  readonly #options: LedgerOptions;
  /** Completions under way; one an order. */
  readonly #completing = new Map<string, Promise<Result<OrderReport, Failure>>>();
  /** Orders that were changed and could not be reported yet; no more than are known. */
  readonly #incomplete = new Map<string, OrderName>();

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Takes facts and reports what they complete; what they lack is asked for aside. */
  take(facts: OrderFacts): void {
    const { tracker } = this.#options;
    tracker.learn(facts);
    if (this.#tell(facts)) return;
    if (tracker.lacks(facts.symbol, facts.clientOrderId).length > 0) void this.complete(facts);
  }

  /** Takes facts that belong to one answer, without asking or telling yet. */
  learn(facts: readonly OrderFacts[]): void {
    for (const one of facts) this.#options.tracker.learn(one);
  }

  /** Asks again for every leg of an order that is not known to have ended, and answers its complete report. */
  async renew(name: OrderName): Promise<Result<OrderReport, Failure>> {
    const { tracker } = this.#options;
    for (let leg = tracker.openLeg(name.symbol, name.clientOrderId), asked = 0; leg !== null && asked < 2; asked++) {
      const facts = await this.#ask({ symbol: name.symbol, clientOrderId: leg });
      if (!facts.ok) return facts;
      if (facts.value !== null) tracker.learn(facts.value);
      leg = tracker.openLeg(name.symbol, name.clientOrderId);
    }
    return this.complete(name);
  }

  /** The complete report of an order that is known; asks the venue for what is missing. */
  complete(name: OrderName): Promise<Result<OrderReport, Failure>> {
    const key = `${name.symbol} ${name.clientOrderId}`;
    const underWay = this.#completing.get(key);
    if (underWay !== undefined) return underWay;
    const completing = this.#complete(name).finally(() => this.#completing.delete(key));
    this.#completing.set(key, completing);
    return completing;
  }

  /** Tries again to complete what could not be reported. */
  async retryIncomplete(): Promise<void> {
    for (const name of [...this.#incomplete.values()]) await this.complete(name);
  }

  get hasIncomplete(): boolean {
    return this.#incomplete.size > 0;
  }

  /** Asks for an order by name; `null` when the venue knows none. */
  async find(name: OrderName): Promise<Result<OrderReport | null, Failure>> {
    const found = await this.#ask(name);
    if (!found.ok) return found;
    if (found.value === null) return ok(null);
    this.#options.tracker.learn(found.value);
    return this.complete(name);
  }

  async #ask({ symbol, clientOrderId }: OrderName): Promise<Result<OrderFacts | null, Failure>> {
    const params = { symbol, origClientOrderId: clientOrderId };
    const answer = await this.#question({ path: '/api/v3/order', params, weight: 4, purpose: 'protect' });
    if (!answer.ok) return answer.error.context['venueCode'] === NO_SUCH_ORDER ? ok(null) : answer;
    const facts = parseOrder(answer.value);
    return facts.ok ? facts : err(malformed('/api/v3/order', facts.error));
  }

  #question(question: Question): Promise<Result<unknown, Failure>> {
    return this.#options.transport.ask(question);
  }

  async #complete(name: OrderName): Promise<Result<OrderReport, Failure>> {
    const { tracker, clock } = this.#options;
    const { symbol, clientOrderId } = name;
    let last: Failure = malformed('/api/v3/myTrades', `the fills of ${clientOrderId} do not add up`);
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const report = tracker.report(symbol, clientOrderId);
      if (report !== null) {
        this.#tell(name);
        return ok(report);
      }
      if (round > 1) await wait(clock, FIRST_WAIT_MS * 2 ** round);
      for (const lack of tracker.lacks(symbol, clientOrderId)) last = (await this.#fill(lack)) ?? last;
    }
    this.#incomplete.set(`${symbol} ${clientOrderId}`, name);
    return err(last);
  }

  async #fill(lack: Lack): Promise<Failure | null> {
    const { tracker } = this.#options;
    if (lack.kind === 'leg') {
      const leg = await this.#ask(lack);
      if (!leg.ok) return leg.error;
      if (leg.value === null) tracker.forgetPair(lack.symbol, lack.clientOrderId);
      else tracker.learn(leg.value);
      return null;
    }
    const { symbol, orderId } = lack.order;
    const path = '/api/v3/myTrades';
    const params = { symbol, orderId, limit: 1_000 };
    const answer = await this.#question({ path, params, weight: 5, purpose: 'protect' });
    if (!answer.ok) return answer.error;
    const fills = parseTrades(answer.value);
    if (!fills.ok) return malformed(path, fills.error);
    tracker.learnTrades(lack.order, fills.value);
    return null;
  }

  #tell({ symbol, clientOrderId }: OrderName): boolean {
    const { tracker, tell } = this.#options;
    const news = tracker.takeNews(symbol, clientOrderId);
    if (tracker.report(symbol, clientOrderId) !== null) this.#incomplete.delete(`${symbol} ${clientOrderId}`);
    if (news === null) return false;
    tell(news);
    return true;
  }
}

/** An answer of the venue that is not usable. */
export function malformed(url: string, reason: string): Failure {
  return failure('venue_answer_malformed', { url, reason });
}

function wait(clock: Clock, ms: number): Promise<void> {
  const at: EpochMs = addMs(clock.now(), ms);
  return new Promise((resolve) => {
    clock.schedule(at, resolve);
  });
}
