/**
 * A venue inside the process: the matching engine behind the Venue port, with answers that can get lost. In come
 * orders and the prices told to it, out go outcomes and reports; what happened to an order never depends on whether
 * its answer arrived.
 */
import { err, ok } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { type Failure, failure } from '../../model/failure.ts';
import type { Instrument, InstrumentId } from '../../model/instrument.ts';
import type { Price, Quantity } from '../../model/money.ts';
import type { ApprovedOrder, OrderReport, SubmitOutcome } from '../../model/order.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Random } from '../../ports/random.ts';
import type { Venue } from '../../ports/venue.ts';
import { createMatcher } from './matcher.ts';
import type { MatcherCosts } from './matcher-pricing.ts';

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
export type SimVenueOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly instruments: readonly Instrument[];
  readonly costs: MatcherCosts;
  readonly faults?: VenueFaults;
};

/** The venue with the handles of its simulation. */
export type SimVenue = Venue & {
  /** Tells the market's price and the quantity available there; what it fills is reported before this returns. */
  readonly onPrice: (instrumentId: InstrumentId, price: Price, availableQuantity: Quantity) => void;
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
  const { clock, random } = options;
  const faults = options.faults ?? NO_FAULTS;
  const matcher = createMatcher(options);
  const reporter = createReporter();
  let state: 'open' | 'closed' = 'open';
  let repliesToLose = 0;
  let requestsToLose = 0;

  const report = (change: OrderReport): void => {
    reporter.report(change);
    if (happens(random, faults.repeatedReportRatio)) reporter.report(change);
  };
  const losesRequest = (): boolean => {
    if (requestsToLose === 0) return happens(random, faults.lostRequestRatio);
    requestsToLose--;
    return true;
  };
  const losesReply = (): boolean => {
    if (repliesToLose === 0) return happens(random, faults.lostReplyRatio);
    repliesToLose--;
    return true;
  };
  const submit = (order: ApprovedOrder): SubmitOutcome => {
    if (state === 'closed') return { phase: 'notSent', failure: closedFailure(), transient: false };
    if (losesRequest()) return unknownOutcome(order);
    const replyLost = losesReply();
    const taken = matcher.submit(order, clock.now());
    if (taken.ok) report(taken.value);
    if (replyLost) return unknownOutcome(order);
    return taken.ok
      ? { phase: 'accepted', report: taken.value }
      : { phase: 'refused', failure: taken.error, transient: false };
  };
  return {
    submit: async (order) => submit(order),
    query: async ({ instrumentId, clientOrderId }) =>
      state === 'closed' ? err(closedFailure()) : ok(matcher.find(instrumentId, clientOrderId)),
    cancel: async ({ instrumentId, clientOrderId }) => {
      if (state === 'closed') return err(closedFailure());
      const cancelled = matcher.cancel(instrumentId, clientOrderId, clock.now());
      if (cancelled.ok) report(cancelled.value);
      return cancelled;
    },
    openOrders: async (instrumentId) =>
      state === 'closed' ? err(closedFailure()) : ok(matcher.openOrders(instrumentId)),
    onReport: reporter.listen,
    close: async () => {
      state = 'closed';
      reporter.close();
    },
    onPrice: (instrumentId, price, availableQuantity) => {
      if (state === 'closed') return;
      const time: EpochMs = clock.now();
      for (const change of matcher.onPrice({ instrumentId, price, availableQuantity, time })) report(change);
    },
    loseNextReply: () => {
      repliesToLose++;
    },
    loseNextRequest: () => {
      requestsToLose++;
    },
  };
}

type Listener = (report: OrderReport) => void;

/** Reports to every listener in one order, also when a listener causes further reports. */
function createReporter(): {
  readonly report: Listener;
  readonly listen: (listener: Listener) => () => void;
  readonly close: () => void;
} {
  let listeners: readonly Listener[] = [];
  /** Bounded by what the listeners being called cause; it is empty again before the outermost report returns. */
  const waiting: OrderReport[] = [];
  let state: 'idle' | 'reporting' = 'idle';
  return {
    report: (change) => {
      waiting.push(change);
      if (state === 'reporting') return;
      state = 'reporting';
      try {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          for (const listener of listeners) listener(next);
        }
      } finally {
        state = 'idle';
      }
    },
    listen: (listener) => {
      // A wrapper of its own, so that one function that listens twice can stop once.
      const own: Listener = (change) => listener(change);
      listeners = [...listeners, own];
      return () => {
        listeners = listeners.filter((other) => other !== own);
      };
    },
    close: () => {
      listeners = [];
      waiting.length = 0;
    },
  };
}

/** A ratio of 0 draws no number, so that switching one fault on does not move the others' draws. */
function happens(random: Random, ratio: number): boolean {
  return ratio > 0 && random.next() < ratio;
}

function unknownOutcome(order: ApprovedOrder): SubmitOutcome {
  const lost: Failure = failure('order_outcome_unknown', { clientOrderId: order.clientOrderId });
  return { phase: 'unknown', failure: lost, transient: true };
}

function closedFailure(): Failure {
  return failure('venue_unreachable', { url: 'the simulated venue', reason: 'it is closed' });
}
