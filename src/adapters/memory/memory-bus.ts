/**
 * Announcements inside one process. A subscriber that keeps up is called inside `publish`, with no promise in
 * between; only for one that is still busy do messages wait. No closed candle is ever dropped.
 */
import type { ClosedCandle } from '../../model/candle.ts';
import type { Bus, MarketMessage } from '../../ports/bus.ts';
import { createSubscriber, type Subscriber } from './bus-subscriber.ts';
import { createRecentIds } from './recent-ids.ts';

/**
 * `waitingMax`: closed and gap messages that may wait for one subscriber before `publish` waits too (policy *block*;
 * what stands beyond it is at most one message for each publisher that waits). `onError` hears what a handler threw.
 */
export type MemoryBusOptions = { readonly waitingMax: number; readonly onError: (thrown: unknown) => void };

/**
 * Ids of closed candles remembered to drop duplicates; policy beyond it: forget the oldest. At least half of it is
 * known at any time, which is about an hour of 400 instruments in ten timeframes (560 candles a minute).
 */
const RECENT_IDS_MAX = 65_536;

const DONE: Promise<void> = Promise.resolve();

/**
 * An in-process bus. A handler must not await a `publish` on the same bus: with a full line that would wait for
 * itself. `close` takes no more messages and resolves when what waits has been handed over; publishing afterwards
 * reaches nobody and resolves.
 */
export function createMemoryBus(options: MemoryBusOptions): Bus {
  const recent = createRecentIds(RECENT_IDS_MAX);
  /** Replaced, never changed in place: a handler may subscribe or close while messages are handed out. */
  let subscribers: readonly Subscriber[] = [];
  let state: 'open' | 'closed' = 'open';

  const remove = (gone: Subscriber): void => {
    subscribers = subscribers.filter((subscriber) => subscriber !== gone);
  };
  const publish = (message: MarketMessage): Promise<void> => {
    const audience = subscribers;
    if (audience.length === 0 || state === 'closed') return DONE;
    const fresh = message.kind === 'candlesClosed' ? withoutKnown(message) : message;
    if (fresh === null) return DONE;
    // Everyone has it in line before anyone is called: a handler that publishes can not get ahead of this message.
    for (const subscriber of audience) subscriber.enqueue(fresh);
    for (const subscriber of audience) subscriber.drain();
    return audience.some((subscriber) => subscriber.isFull()) ? whenAllHaveRoom(audience) : DONE;
  };
  const withoutKnown = (message: MarketMessage & { readonly kind: 'candlesClosed' }): MarketMessage | null => {
    const candles = message.candles.filter((candle) => recent.add(candleKey(candle)) === 'new');
    if (candles.length === message.candles.length) return message;
    return candles.length === 0 ? null : { ...message, candles };
  };
  return {
    publish,
    subscribe: (handler) => {
      const subscriber = createSubscriber({ ...options, handler, onClosed: () => remove(subscriber) });
      if (state === 'closed') subscriber.subscription.close();
      else subscribers = [...subscribers, subscriber];
      return subscriber.subscription;
    },
    close: async () => {
      state = 'closed';
      const last = subscribers;
      await Promise.all(last.map((subscriber) => subscriber.whenIdle()));
      for (const subscriber of last) subscriber.subscription.close();
    },
  };
}

async function whenAllHaveRoom(audience: readonly Subscriber[]): Promise<void> {
  const full = audience.filter((subscriber) => subscriber.isFull());
  await Promise.all(full.map((subscriber) => subscriber.whenRoom()));
}

/** The status is part of it: a repaired candle is announced before the store has counted its revision. */
function candleKey({ seriesId, openTime, certificate }: ClosedCandle): string {
  return `${seriesId} ${openTime} ${certificate.revision} ${certificate.status}`;
}
