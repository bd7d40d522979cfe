/**
 * One subscriber of the memory bus: its line of waiting messages and whether its handler is running. Messages are
 * handed over one at a time, in order, and inside the caller's turn as long as the handler does not ask for time.
 */
import type { BusHandler, BusSubscription, MarketMessage } from '../../ports/bus.ts';
import { createWaitingMessages } from './waiting-messages.ts';

/** What a subscriber is made of; `onClosed` is told once when the subscription has ended for any reason. */
export type SubscriberOptions = {
  readonly handler: BusHandler;
  readonly waitingMax: number;
  readonly onError: (thrown: unknown) => void;
  readonly onClosed: () => void;
};

/** A subscriber as the bus drives it. A closed one takes nothing, is never full and always idle. */
export type Subscriber = {
  readonly subscription: BusSubscription;
  readonly enqueue: (message: MarketMessage) => void;
  /** Hands over what waits until the handler asks for time; does nothing while it runs. */
  readonly drain: () => void;
  /** Whether more closed and gap messages wait than may. */
  readonly isFull: () => boolean;
  readonly whenRoom: () => Promise<void>;
  /** Resolves when nothing waits and the handler does not run. */
  readonly whenIdle: () => Promise<void>;
};

/** A subscriber with nothing waiting. */
export function createSubscriber(options: SubscriberOptions): Subscriber {
  const line = createWaitingMessages();
  let state: 'idle' | 'busy' | 'closed' = 'idle';
  const roomWaiters: (() => void)[] = [];
  const idleWaiters: (() => void)[] = [];

  const isFull = (): boolean => line.durable() > options.waitingMax;
  const isIdle = (): boolean => state !== 'busy' && line.waiting() === 0;
  const release = (): void => {
    if (!isFull()) for (const resolve of roomWaiters.splice(0)) resolve();
    if (isIdle()) for (const resolve of idleWaiters.splice(0)) resolve();
  };
  const close = (): void => {
    if (state === 'closed') return;
    state = 'closed';
    line.clear();
    release();
    options.onClosed();
  };
  const fail = (thrown: unknown): void => {
    close();
    options.onError(thrown);
  };
  const handOver = (message: MarketMessage): void => {
    state = 'busy';
    try {
      const pending = options.handler(message);
      if (pending === undefined) settle();
      else void pending.then(settleAndDrain, fail);
    } catch (thrown) {
      // Reported to the bus's owner; the other subscribers are not concerned.
      fail(thrown);
    }
  };
  const settle = (): void => {
    if (state === 'busy') state = 'idle';
  };
  const drain = (): void => {
    for (let next = takeNext(); next !== null; next = takeNext()) handOver(next);
  };
  const takeNext = (): MarketMessage | null => {
    const next = state === 'idle' ? line.shift() : null;
    release();
    return next;
  };
  const settleAndDrain = (): void => {
    settle();
    drain();
  };
  return {
    subscription: {
      close,
      stats: () => ({ waiting: line.waiting(), coalesced: line.coalesced() }),
    },
    enqueue: (message) => {
      if (state !== 'closed') line.push(message);
    },
    drain,
    isFull,
    whenRoom: () => new Promise((resolve) => roomWaiters.push(resolve)),
    whenIdle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => idleWaiters.push(resolve))),
  };
}
