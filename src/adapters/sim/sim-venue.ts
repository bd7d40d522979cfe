/**
 * A venue inside the process: the matching engine behind the Venue port, with answers that can get lost. In come
 * orders and the prices told to it, out go outcomes and reports; what happened to an order never depends on whether
 * its answer arrived.
 */
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import type { AccountPermissions, Balance } from '../../model/balance.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Price, Quantity } from '../../model/money.ts';
import type { ApprovedOrder, ClientOrderId, OrderReport, ReplaceOutcome, SubmitOutcome } from '../../model/order.ts';
import type { TradingRules } from '../../model/trading-rules.ts';
import type { Account } from '../../ports/account.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { OrderKey, OrderReplacement, Venue } from '../../ports/venue.ts';
import { createMatcher, type Matcher, type MatcherOptions } from './matcher.ts';
import { createReportLine, type ReportListener } from './report-line.ts';

/** How often things go wrong by themselves, each from 0 (never) to 1 (always). */
export type VenueFaults = {
  /** A submitted order never arrives; its outcome is unknown and a query finds nothing. */
  readonly lostRequestRatio: number;
  /** A submitted order arrives and its answer is lost; its outcome is unknown and a query finds it. */
  readonly lostReplyRatio: number;
  /** A report is delivered twice. */
  readonly repeatedReportRatio: number;
};

/** What the venue is made of; without `faults` nothing goes wrong unless told to. */
export type SimVenueOptions = MatcherOptions & {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults?: VenueFaults;
};

/** The venue and its account, with the handles of its simulation. */
export type SimVenue = Venue &
  Account & {
    /** Tells the market's price and the quantity available there; what it fills is reported before this returns. */
    readonly onPrice: (instrumentId: InstrumentId, price: Price, availableQuantity: Quantity) => void;
    /** Changes the rules of instruments, or adds instruments; orders stay as they are. */
    readonly setRules: (rules: readonly TradingRules[]) => void;
    /** Adds to the wallet, as a deposit does. */
    readonly deposit: Matcher['deposit'];
    /** Cuts the venue off: nothing is sent and reports wait, the newest of each order, until it is `up` again. */
    readonly setConnection: (state: 'up' | 'down') => void;
    /** The next order submitted arrives, but its answer does not. Calls add up. */
    readonly loseNextReply: () => void;
    /** The next order submitted does not arrive. Calls add up; it goes before a lost reply. */
    readonly loseNextRequest: () => void;
  };

const NO_FAULTS: VenueFaults = { lostRequestRatio: 0, lostReplyRatio: 0, repeatedReportRatio: 0 };

/**
 * A simulated venue. Listeners are called at once, before the answer of the call that caused the report, and must
 * not throw; what they submit is reported after what they are hearing. After `close` nothing is sent or reported.
 */
export function createSimVenue(options: SimVenueOptions): SimVenue {
  return new PaperVenue(options);
}

/** What is asked of the matcher when a request arrives; reports of what it changed are told before its answer. */
type Arrival = () => ReplaceOutcome;

class PaperVenue implements SimVenue {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #faults: VenueFaults;
  readonly #matcher: Matcher;
  readonly #reporter = createReportLine();
  readonly #rules = new Map<InstrumentId, TradingRules>();
  readonly #missed = new Map<ClientOrderId, OrderReport>();
  #connectionListeners: readonly ((state: 'up' | 'down') => void)[] = [];
  #state: 'up' | 'down' | 'closed' = 'up';
  #repliesToLose = 0;
  #requestsToLose = 0;

  constructor(options: SimVenueOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#faults = options.faults ?? NO_FAULTS;
    this.#matcher = createMatcher(options);
    this.setRules(options.rules);
  }

  async submit(order: ApprovedOrder): Promise<SubmitOutcome> {
    return this.#send(order, () => ({ cancelled: null, outcome: this.#take(order) })).outcome;
  }

  async replace({ cancel, order }: OrderReplacement): Promise<ReplaceOutcome> {
    return this.#send(order, () => {
      const fault = this.#matcher.test(order);
      if (fault !== null) return { cancelled: null, outcome: refused(fault) };
      const cancelled = this.#cancel(cancel);
      return cancelled.ok
        ? { cancelled: cancelled.value, outcome: this.#take(order) }
        : { cancelled: null, outcome: refused(cancelled.error) };
    });
  }

  async query(key: OrderKey): Promise<Result<OrderReport | null, Failure>> {
    return this.#answer(() => this.#matcher.find(key));
  }

  async cancel(key: OrderKey): Promise<Result<OrderReport, Failure>> {
    return this.#state === 'up' ? this.#cancel(key) : err(unreachable(this.#state));
  }

  async openOrders(instrumentId: InstrumentId | null): Promise<Result<readonly OrderReport[], Failure>> {
    return this.#answer(() => this.#matcher.openOrders(instrumentId));
  }

  async fetchOrders(instrumentId: InstrumentId, since: EpochMs): Promise<Result<readonly OrderReport[], Failure>> {
    return this.#answer(() => this.#matcher.orders(instrumentId, since));
  }

  async fetchBalances(): Promise<Result<readonly Balance[], Failure>> {
    return this.#answer(() => this.#matcher.balances());
  }

  async fetchPermissions(): Promise<Result<AccountPermissions, Failure>> {
    return this.#answer(() => ({ canTrade: true, canWithdraw: false, isIpRestricted: null }));
  }

  async fetchTradingRules(): Promise<Result<readonly TradingRules[], Failure>> {
    return this.#answer(() => [...this.#rules.values()]);
  }

  onReport(listener: ReportListener): () => void {
    return this.#reporter.listen(listener);
  }

  onConnection(listener: (state: 'up' | 'down') => void): () => void {
    const own = (state: 'up' | 'down'): void => listener(state);
    this.#connectionListeners = [...this.#connectionListeners, own];
    return () => {
      this.#connectionListeners = this.#connectionListeners.filter((other) => other !== own);
    };
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#connectionListeners = [];
    this.#reporter.close();
  }

  onPrice(instrumentId: InstrumentId, price: Price, availableQuantity: Quantity): void {
    if (this.#state === 'closed') return;
    const time = this.#clock.now();
    for (const change of this.#matcher.onPrice({ instrumentId, price, availableQuantity, time })) this.#report(change);
  }

  deposit(fund: Parameters<Matcher['deposit']>[0]): void {
    this.#matcher.deposit(fund);
  }

  setRules(rules: readonly TradingRules[]): void {
    for (const one of rules) this.#rules.set(one.instrumentId, one);
    this.#matcher.setRules(rules);
  }

  setConnection(state: 'up' | 'down'): void {
    if (this.#state === 'closed' || this.#state === state) return;
    this.#state = state;
    if (state === 'up') {
      const missed = [...this.#missed.values()];
      this.#missed.clear();
      for (const change of missed) this.#report(change);
    }
    for (const listener of this.#connectionListeners) listener(state);
  }

  loseNextReply(): void {
    this.#repliesToLose++;
  }

  loseNextRequest(): void {
    this.#requestsToLose++;
  }

  #send(order: ApprovedOrder, arrive: Arrival): ReplaceOutcome {
    if (this.#state !== 'up') {
      const failure = unreachable(this.#state);
      return { cancelled: null, outcome: { phase: 'notSent', failure, transient: this.#state === 'down' } };
    }
    if (this.#losesRequest()) return { cancelled: null, outcome: unknownOutcome(order) };
    const isReplyLost = this.#losesReply();
    const done = arrive();
    return isReplyLost ? { cancelled: null, outcome: unknownOutcome(order) } : done;
  }

  #take(order: ApprovedOrder): SubmitOutcome {
    const taken = this.#matcher.submit(order, this.#clock.now());
    if (!taken.ok) return refused(taken.error);
    this.#report(taken.value);
    return { phase: 'accepted', report: taken.value };
  }

  #cancel(key: OrderKey): Result<OrderReport, Failure> {
    const cancelled = this.#matcher.cancel(key, this.#clock.now());
    if (cancelled.ok) this.#report(cancelled.value);
    return cancelled;
  }

  #answer<T>(read: () => T): Result<T, Failure> {
    return this.#state === 'up' ? ok(read()) : err(unreachable(this.#state));
  }

  #report(change: OrderReport): void {
    if (this.#state === 'down') {
      this.#missed.set(change.clientOrderId, change);
      return;
    }
    this.#reporter.report(change);
    if (happens(this.#random, this.#faults.repeatedReportRatio)) this.#reporter.report(change);
  }

  #losesRequest(): boolean {
    if (this.#requestsToLose === 0) return happens(this.#random, this.#faults.lostRequestRatio);
    this.#requestsToLose--;
    return true;
  }

  #losesReply(): boolean {
    if (this.#repliesToLose === 0) return happens(this.#random, this.#faults.lostReplyRatio);
    this.#repliesToLose--;
    return true;
  }
}

/** A ratio of 0 draws no number, so that switching one fault on does not move the others' draws. */
function happens(random: Random, ratio: number): boolean {
  return ratio > 0 && random.next() < ratio;
}

function unknownOutcome(order: ApprovedOrder): SubmitOutcome {
  const lost: Failure = failure('order_outcome_unknown', { clientOrderId: order.clientOrderId });
  return { phase: 'unknown', failure: lost, transient: true };
}

function refused(reason: Failure): SubmitOutcome {
  return { phase: 'refused', failure: reason, transient: false };
}

function unreachable(state: 'down' | 'closed'): Failure {
  return failure('venue_unreachable', { url: 'the simulated venue', reason: `it is ${state}` });
}
