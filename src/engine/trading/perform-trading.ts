/**
 * Carrying out what trading asks for, through its ports. Requests run beside the loop and every one of them, answered
 * or failed, comes back as an input; what is to be saved of orders was committed before any order gets here.
 */
import type { EpochMs } from '../../core/time.ts';
import type { PollJob } from '../../discovery/index.ts';
import type { BookFacts } from '../../model/book.ts';
import { type Failure, FailureError } from '../../model/failure.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { Account } from '../../ports/account.ts';
import type { CandidateStore } from '../../ports/candidate-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Feed } from '../../ports/feed.ts';
import type { MarketWatch } from '../../ports/market-watch.ts';
import type { Venue } from '../../ports/venue.ts';
import type { TradingEffect, TradingEvent, TradingInput } from './trading-events.ts';

/** The ports trading needs beside those of the engine. */
export type TradingPorts = {
  readonly clock: Clock;
  readonly feed: Pick<Feed, 'fetchHistory'>;
  readonly venue: Venue;
  readonly account: Account;
  readonly watch: MarketWatch;
  readonly candidates: CandidateStore;
  /** Lets an instrument's minutes come, certified and derived; asking twice is once. */
  readonly series: { readonly follow: (id: InstrumentId) => void; readonly unfollow: (id: InstrumentId) => void };
  readonly listedTimes: { readonly find: (id: InstrumentId) => Promise<EpochMs | null> };
  /** Takes what went wrong and is tried again by itself; must not throw. */
  readonly onFault: (failure: Failure) => void;
  /** Takes what people are told; must not throw. */
  readonly onEvents: (events: readonly TradingEvent[]) => void;
};

/** What trading asks for and the engine does not do itself. */
export type TradingRequest = Exclude<
  TradingEffect,
  { readonly kind: 'startTimer' | 'notify' | 'saveExecution' | 'saveLedger' }
>;

type RequestOf<Kind extends TradingRequest['kind']> = Extract<TradingRequest, { readonly kind: Kind }>;

type Actions = {
  readonly [Kind in TradingRequest['kind']]: (
    ports: TradingPorts,
    effect: RequestOf<Kind>,
  ) => Promise<readonly TradingInput[]> | undefined;
};

/** Whether an effect is carried out here. */
export function isTradingRequest(effect: { readonly kind: string }): effect is TradingRequest {
  return Object.hasOwn(ACTIONS, effect.kind);
}

/** Starts one request; the inputs it leads to are posted when they are there. */
export function startTradingRequest<Kind extends TradingRequest['kind']>(
  ports: TradingPorts,
  effect: RequestOf<Kind>,
): Promise<readonly TradingInput[]> | undefined {
  return ACTIONS[effect.kind as Kind](ports, effect);
}

const ACTIONS: Actions = {
  submitOrder: async ({ venue, clock }, { order }) => {
    const outcome = await venue.submit(order);
    const { clientOrderId } = order;
    return [{ kind: 'orderAnswered', receivedTime: clock.now(), clientOrderId, outcome }];
  },
  replaceOrder: async ({ venue, clock }, { cancel, order }) => {
    const outcome = await venue.replace({ cancel, order });
    const ids = { cancelId: cancel.clientOrderId, clientOrderId: order.clientOrderId };
    return [{ kind: 'orderReplaced', receivedTime: clock.now(), ...ids, outcome }];
  },
  cancelOrder: async ({ venue, clock }, { key }) => {
    const answer = await venue.cancel(key);
    return [{ kind: 'cancelAnswered', receivedTime: clock.now(), clientOrderId: key.clientOrderId, answer }];
  },
  queryOrder: async ({ venue, clock }, { key }) => {
    const answer = await venue.query(key);
    return [{ kind: 'orderQueried', receivedTime: clock.now(), clientOrderId: key.clientOrderId, answer }];
  },
  fetchOpenOrders: async ({ venue, clock }, { askedTime }) => {
    const answer = await venue.openOrders(null);
    return [{ kind: 'openOrdersFetched', receivedTime: clock.now(), askedTime, answer }];
  },
  fetchOrders: async ({ account, clock }, { instrumentId, since }) => {
    const answer = await account.fetchOrders(instrumentId, since);
    return [{ kind: 'ordersFetched', receivedTime: clock.now(), instrumentId, answer }];
  },
  fetchBalances: async ({ account, clock }) => {
    const answer = await account.fetchBalances();
    return [{ kind: 'balancesFetched', receivedTime: clock.now(), answer }];
  },
  fetchTradingRules: async ({ account, clock }) => {
    const answer = await account.fetchTradingRules();
    return [{ kind: 'tradingRulesFetched', receivedTime: clock.now(), answer }];
  },
  fetchSignalHistory: async ({ feed, clock }, { requestId, seriesId, from, to }) => {
    const answer = await feed.fetchHistory({ seriesId, from, to, purpose: 'history', source: 'rest' });
    const receivedTime = clock.now();
    return answer.ok
      ? [{ kind: 'signalHistoryFetched', receivedTime, requestId, candles: answer.value }]
      : [{ kind: 'signalHistoryFailed', receivedTime, requestId, failure: answer.error }];
  },
  // Its answer is ignored by number; the request itself is bounded by the feed.
  abandonSignalHistory: () => undefined,
  followSeries: ({ series }, { instrumentId }) => {
    series.follow(instrumentId);
    return undefined;
  },
  unfollowSeries: ({ series }, { instrumentId }) => {
    series.unfollow(instrumentId);
    return undefined;
  },
  followMinutes: ({ watch }, { instrumentIds }) => {
    watch.followMinutes(instrumentIds);
    return undefined;
  },
  pollDue: (ports, { job }) => poll(ports, job),
  // A batch that could not be stored leaves nothing removed: the next round asks for the same again (problem R8-2).
  saveCandidates: (ports, { batch }) =>
    contained(ports, async () => {
      await ports.candidates.saveBatch(batch);
      return [{ kind: 'candidatesStored', receivedTime: ports.clock.now(), removed: batch.removed }];
    }),
  saveListings: (ports, { memory }) =>
    contained(ports, async () => {
      await ports.candidates.saveListings(memory);
      return [];
    }),
  fetchListedTime: (ports, { instrumentId }) =>
    contained(ports, async () => {
      const listedTime = await ports.listedTimes.find(instrumentId);
      const receivedTime = ports.clock.now();
      return listedTime === null ? [] : [{ kind: 'listedTimeKnown', receivedTime, instrumentId, listedTime }];
    }),
  fetchBooks: async ({ watch, clock }, { instrumentIds }) => {
    const answers = await Promise.all(instrumentIds.map((instrumentId) => watch.fetchBook(instrumentId)));
    const books: Record<string, BookFacts> = {};
    for (const [index, answer] of answers.entries()) {
      if (answer.ok) books[instrumentIds[index] as InstrumentId] = answer.value;
    }
    return [{ kind: 'booksFetched', receivedTime: clock.now(), books }];
  },
  continueTrading: async ({ clock }) => [{ kind: 'tradingContinued', receivedTime: clock.now() }],
  tellTrading: ({ onEvents }, { events }) => {
    onEvents(events);
    return undefined;
  },
};

/** Candidates are worth less than positions: what fails about them is told and never ends the engine. */
async function contained(
  { onFault }: TradingPorts,
  work: () => Promise<readonly TradingInput[]>,
): Promise<readonly TradingInput[]> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    onFault(error.failure);
    return [];
  }
}

async function poll({ watch, clock }: TradingPorts, job: PollJob): Promise<readonly TradingInput[]> {
  if (job === 'announcements') {
    const answer = await watch.fetchAnnouncements();
    const receivedTime = clock.now();
    if (!answer.ok) return [pollFailed(job, answer.error, receivedTime)];
    return [
      { kind: 'announcementsReceived', receivedTime, announcements: answer.value },
      { kind: 'pollEnded', receivedTime, job, outcome: { kind: 'answered' } },
    ];
  }
  const answer = await watch.fetchInstruments();
  const receivedTime = clock.now();
  if (!answer.ok) return [pollFailed(job, answer.error, receivedTime)];
  return [
    { kind: 'instrumentsReceived', receivedTime, instruments: answer.value },
    { kind: 'pollEnded', receivedTime, job, outcome: { kind: 'answered' } },
  ];
}

function pollFailed(job: PollJob, failure: Failure, receivedTime: EpochMs): TradingInput {
  const { status } = failure.context;
  const outcome = { kind: 'failed', status: typeof status === 'number' ? status : null } as const;
  return { kind: 'pollEnded', receivedTime, job, outcome };
}
