/**
 * Carrying out what trading asks for, through its ports. Requests run beside the loop and every one of them, answered
 * or failed, comes back as an input; what is to be saved of orders was committed before any order gets here.
 */
import type { InstrumentId } from '../../model/instrument.ts';
import type { Account } from '../../ports/account.ts';
import type { Feed } from '../../ports/feed.ts';
import type { Venue } from '../../ports/venue.ts';
import {
  type DiscoveryPorts,
  type DiscoveryRequest,
  fetchBooks,
  isDiscoveryRequest,
  startDiscoveryRequest,
} from './perform-discovery.ts';
import type { TradingEffect, TradingEvent, TradingInput } from './trading-events.ts';

/** The ports trading needs beside those of the engine. */
export type TradingPorts = DiscoveryPorts & {
  readonly feed: Pick<Feed, 'fetchHistory'>;
  readonly venue: Venue;
  readonly account: Account;
  /** Lets an instrument's minutes come, certified and derived; asking twice is once. */
  readonly series: { readonly follow: (id: InstrumentId) => void; readonly unfollow: (id: InstrumentId) => void };
  /** Takes what people are told; must not throw. */
  readonly onEvents: (events: readonly TradingEvent[]) => void;
};

/** What trading asks for and the engine does not do itself. */
export type TradingRequest = Exclude<
  TradingEffect,
  { readonly kind: 'startTimer' | 'notify' | 'saveExecution' | 'saveLedger' }
>;

type RequestOf<Kind extends TradingRequest['kind']> = Extract<TradingRequest, { readonly kind: Kind }>;

/** What trading adds to the requests of discovery. */
type OwnKind = Exclude<TradingRequest, DiscoveryRequest>['kind'];

type Actions = {
  readonly [Kind in OwnKind]: (
    ports: TradingPorts,
    effect: RequestOf<Kind>,
  ) => Promise<readonly TradingInput[]> | undefined;
};

/** Whether an effect is carried out here. */
export function isTradingRequest(effect: { readonly kind: string }): effect is TradingRequest {
  return isDiscoveryRequest(effect) || Object.hasOwn(ACTIONS, effect.kind);
}

/** Starts one request; the inputs it leads to are posted when they are there. */
export function startTradingRequest<Kind extends TradingRequest['kind']>(
  ports: TradingPorts,
  effect: RequestOf<Kind>,
): Promise<readonly TradingInput[]> | undefined {
  return isDiscoveryRequest(effect)
    ? startDiscoveryRequest(ports, effect)
    : ACTIONS[effect.kind as OwnKind](ports, effect as never);
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
  fetchBooks: async ({ watch, clock }, { instrumentIds }) => {
    const books = await fetchBooks(watch, instrumentIds);
    return [{ kind: 'booksFetched', receivedTime: clock.now(), books }];
  },
  continueTrading: async ({ clock }) => [{ kind: 'tradingContinued', receivedTime: clock.now() }],
  tellTrading: ({ onEvents }, { events }) => {
    onEvents(events);
    return undefined;
  },
};
