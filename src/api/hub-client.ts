/**
 * One socket of the hub: what it subscribed to, and texts on their way to it. History goes out a page at a time, only
 * while the client keeps up and with turns for everyone else between pages. A client that is behind loses forming
 * candles first; before it would lose a closed one it is reported as too slow.
 */
import type { WebSocket } from 'ws';
import type { SeriesId } from '../model/series.ts';
import type { Clock } from '../ports/clock.ts';
import type { CandleReader } from './candle-reader.ts';
import { Subscription, type SubscriptionOptions } from './subscription.ts';

/** Bytes that may wait unsent for one client. */
export type BacklogLimits = {
  /** Above it forming candles are not sent (the next one replaces them) and history waits. */
  readonly formingBacklogBytes: number;
  /** Above it the client is too slow. */
  readonly closedBacklogBytes: number;
};

/** Surroundings of a client. */
export type HubClientOptions = {
  readonly socket: WebSocket;
  readonly limits: BacklogLimits;
  readonly reader: CandleReader;
  readonly clock: Clock;
  /** Told when the next text would exceed the backlog; expected to end the client. */
  readonly onSlow: () => void;
  /** Told when history can not be read; expected to end the client. */
  readonly onUnreadable: (thrown: unknown) => void;
};

/** Characters of history after which everyone else gets a turn: about a millisecond of work. */
const TURN_LENGTH = 64 * 1024;

/** A connected client. */
export class HubClient {
  readonly socket: WebSocket;
  readonly subscriptions = new Map<SeriesId, Subscription>();
  /** Pings since the last pong. */
  missedPongs = 0;
  readonly #options: HubClientOptions;
  /** Subscriptions that lack history, in the order of their turns; at most one entry for each subscription. */
  readonly #line = new Set<Subscription>();
  #lineState: 'idle' | 'running' = 'idle';
  #turnLength = 0;
  #resume: () => void = () => {};

  constructor(options: HubClientOptions) {
    this.#options = options;
    this.socket = options.socket;
  }

  /** Sends a text, or drops it (forming), or reports the client as too slow (anything else). */
  send(text: string, kind: 'forming' | 'closed'): void {
    const { socket } = this;
    const { limits, onSlow } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    if (kind === 'forming' && !this.#hasRoom()) return;
    if (socket.bufferedAmount > limits.closedBacklogBytes) {
      onSlow();
      return;
    }
    this.#turnLength += text.length;
    socket.send(text, this.#onWritten);
  }

  /** Starts a subscription, ending an earlier one of the same series. */
  subscribe(options: Omit<SubscriptionOptions, 'onRepaired'>): Subscription {
    this.unsubscribe(options.seriesId);
    const onRepaired = (subscription: Subscription): void => this.#queue(subscription);
    const subscription = new Subscription({ ...options, onRepaired }, (text, kind) => this.send(text, kind));
    this.subscriptions.set(options.seriesId, subscription);
    this.#queue(subscription);
    return subscription;
  }

  #queue(subscription: Subscription): void {
    this.#line.add(subscription);
    if (this.#lineState === 'idle') void this.#runLine();
  }

  /** Ends the subscription of a series; `null` when there was none. */
  unsubscribe(seriesId: SeriesId): Subscription | null {
    const subscription = this.subscriptions.get(seriesId) ?? null;
    if (subscription === null) return null;
    subscription.close();
    this.subscriptions.delete(seriesId);
    this.#line.delete(subscription);
    return subscription;
  }

  /** Lets go of what waits for a socket that is gone. */
  release(): void {
    this.#line.clear();
    this.#resume();
  }

  async #runLine(): Promise<void> {
    this.#lineState = 'running';
    // A set hands out what is added to it on the way: who has more goes to the end of the line.
    for (const subscription of this.#line) {
      await this.#giveWay();
      if (!this.#line.delete(subscription)) continue;
      try {
        const rest = await subscription.sendHistoryPage(this.#options.reader);
        if (rest === 'more') this.#line.add(subscription);
      } catch (thrown) {
        // Reported to the hub, which ends the client; a subscription that has ended meanwhile wants no history.
        if (this.subscriptions.get(subscription.options.seriesId) === subscription) this.#options.onUnreadable(thrown);
      }
    }
    this.#lineState = 'idle';
  }

  async #giveWay(): Promise<void> {
    if (!this.#hasRoom()) await new Promise<void>((resolve) => (this.#resume = resolve));
    if (this.#turnLength < TURN_LENGTH) return;
    this.#turnLength = 0;
    const { clock } = this.#options;
    await new Promise<void>((resolve) => clock.schedule(clock.now(), resolve));
  }

  #hasRoom(): boolean {
    return this.socket.bufferedAmount <= this.#options.limits.formingBacklogBytes;
  }

  readonly #onWritten = (): void => {
    if (this.#hasRoom()) this.#resume();
  };
}
