/**
 * Keeps one connection to the WebSocket API that hears the account's events. In: connections that come and go. Out: the
 * one to send by, events, and whether events are coming. A connection that grows old or is about to be shut down is
 * replaced by a new one first; during the overlap events come twice.
 */
import { addMs } from '../../../core/time.ts';
import { type Failure, failure } from '../../../model/failure.ts';
import type { Cancel, Clock } from '../../../ports/clock.ts';
import type { Random } from '../../../ports/random.ts';
import { AttemptWindow } from '../attempt-window.ts';
import { ConnectPace } from '../connect-pace.ts';
import { ApiSocket } from './api-socket.ts';
import type { TradingTimings } from './trading-timings.ts';

/** What a link is made of. */
export type ApiLinkOptions = {
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly timings: TradingTimings;
  /** Subscribes a new connection to the account; a failure when it can not. */
  readonly subscribe: (socket: ApiSocket) => Promise<Failure | null>;
  readonly onEvent: (event: Readonly<Record<string, unknown>>) => void;
  /** Events are coming, by a new connection. */
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly onFault: (failure: Failure) => void;
};

/** The connection and its successors. */
export class ApiLink {
  readonly #options: ApiLinkOptions;
  readonly #pace: ConnectPace;
  #current: ApiSocket | null = null;
  #next: ApiSocket | null = null;
  readonly #retiring = new Set<ApiSocket>();
  /** Timers of the present connection's life, and one for each that retires. */
  #life: readonly Cancel[] = [];
  readonly #timers = new Set<Cancel>();
  #state: 'open' | 'closed' = 'open';

  constructor(options: ApiLinkOptions) {
    this.#options = options;
    const { clock, random, timings } = options;
    this.#pace = new ConnectPace({
      clock,
      random,
      backoff: timings.backoff,
      attempts: new AttemptWindow(timings.attemptsPer5Min),
      isNeeded: () => this.#state === 'open' && this.#next === null,
      begin: () => this.#begin(),
    });
  }

  /** The connection to send by; `null` while there is none that hears events. */
  get socket(): ApiSocket | null {
    return this.#current;
  }

  start(): void {
    this.#pace.first();
  }

  /** Replaces the connection, the new one first. */
  replace(): void {
    if (this.#state === 'open' && this.#next === null) this.#pace.besideWorking();
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#pace.close();
    for (const cancel of [...this.#life, ...this.#timers]) cancel();
    const sockets = [this.#current, this.#next, ...this.#retiring];
    this.#current = null;
    this.#next = null;
    await Promise.all(sockets.map((socket) => socket?.close()));
  }

  #begin(): void {
    const { url, clock, timings, onFault } = this.#options;
    const socket: ApiSocket = new ApiSocket({
      url,
      clock,
      timeoutMs: timings.requestTimeoutMs,
      silenceMs: timings.silenceMs,
      handlers: {
        onOpen: () => void this.#subscribe(socket),
        onEvent: (event) => this.#onEvent(event),
        onCorrupt: (reason) => onFault(failure('frame_corrupt', { source: 'the WebSocket API', reason })),
        onEnd: (reason) => this.#onEnd(socket, reason),
      },
    });
    this.#next = socket;
  }

  async #subscribe(socket: ApiSocket): Promise<void> {
    const refusal = await this.#options.subscribe(socket);
    if (this.#state === 'closed' || this.#next !== socket) return;
    if (refusal === null) {
      this.#adopt(socket);
      return;
    }
    this.#next = null;
    this.#options.onFault(refusal);
    void socket.close();
    this.#tryAgain();
  }

  #adopt(socket: ApiSocket): void {
    const old = this.#current;
    this.#current = socket;
    this.#next = null;
    if (old !== null) this.#retire(old);
    for (const cancel of this.#life) cancel();
    const { clock, timings } = this.#options;
    const after = (ms: number, action: () => void): Cancel => clock.schedule(addMs(clock.now(), ms), action);
    this.#life = [
      after(timings.stableMs, () => this.#current === socket && this.#pace.markStable()),
      after(timings.maxAgeMs, () => this.#current === socket && this.replace()),
    ];
    this.#options.onUp();
  }

  /** Requests under way on the old connection get their answers before it goes. */
  #retire(socket: ApiSocket): void {
    this.#retiring.add(socket);
    const { clock, timings } = this.#options;
    const cancel = clock.schedule(addMs(clock.now(), socket.isIdle ? 0 : timings.requestTimeoutMs), () => {
      this.#timers.delete(cancel);
      this.#retiring.delete(socket);
      void socket.close();
    });
    this.#timers.add(cancel);
  }

  #onEvent(event: Readonly<Record<string, unknown>>): void {
    const kind = event['e'];
    if (kind === 'serverShutdown' || kind === 'eventStreamTerminated') this.replace();
    else this.#options.onEvent(event);
  }

  #onEnd(socket: ApiSocket, reason: string): void {
    this.#retiring.delete(socket);
    if (socket !== this.#next && socket !== this.#current) return;
    this.#options.onFault(failure('venue_unreachable', { url: this.#options.url, reason }));
    if (socket === this.#next) this.#next = null;
    else {
      this.#current = null;
      this.#options.onDown();
    }
    this.#tryAgain();
  }

  #tryAgain(): void {
    if (this.#state === 'closed') return;
    if (this.#current === null) this.#pace.afterFailure();
    else this.#pace.besideWorking();
  }
}
