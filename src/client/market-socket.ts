/**
 * The client's one socket. Members join for a series; the first of a series subscribes it, the last one to leave closes
 * it. A lost socket is opened again after a jittered wait, and every series resumes after the last closed candle that
 * all its members have, so that no member misses one.
 */
import type { ServerMessage } from '../api/contract.ts';
import { retryDelayMs } from './backoff.ts';
import { HotwickClientError } from './client-error.ts';
import type { Cancel, Platform, Socket } from './platform.ts';
import { parseServerMessage } from './wire.ts';

/** A message that belongs to one series. */
export type SeriesMessage = Exclude<ServerMessage, { type: 'error' }>;

/** Who wants a series. */
export type Member = {
  /** Open time of the last closed candle it has, 0 before any; `null` while it reads over HTTP and needs no stream. */
  readonly position: () => number | null;
  /** From here on every message of the series reaches it. */
  readonly attached: () => void;
  /** The socket is gone; the next attempt comes after `retryInMs`. */
  readonly detached: (retryInMs: number) => void;
  /** An attempt to connect begins. */
  readonly connecting: () => void;
  readonly received: (message: SeriesMessage) => void;
  /** The server refuses the series for good. */
  readonly failed: (error: HotwickClientError) => void;
};

/** The server's close code for a client that read too slowly; the server itself is well. */
const SLOW_CLIENT_CODE = 4008;
/** An attempt that has not opened after this long counts as lost. */
const OPENING_MAX_MS = 10_000;
/** A followed market is never silent for a minute; a socket that is has probably died without saying so. */
const SILENCE_MAX_MS = 60_000;
/** A socket that was open for this long ends a row of failures; a server that accepts and drops is not hammered. */
const STEADY_MS = 5000;

/** One socket shared by every stream of a client. */
export class MarketSocket {
  readonly #platform: Platform;
  readonly #members = new Map<string, Set<Member>>();
  readonly #subscribed = new Set<string>();
  #socket: Socket | null = null;
  #openedAt: number | null = null;
  #failures = 0;
  // One timer: proof of life while there is a socket, the next attempt while there is none.
  #cancelTimer: Cancel = () => {};

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Adds a member of a series; the first member of all opens the socket. */
  join(seriesId: string, member: Member): void {
    const isFirst = this.#members.size === 0;
    this.#members.set(seriesId, (this.#members.get(seriesId) ?? new Set()).add(member));
    if (isFirst) this.#connect();
  }

  /** Removes a member; the last one of a series ends its delivery, the last one of all closes the socket. */
  leave(seriesId: string, member: Member): void {
    const members = this.#members.get(seriesId);
    if (members?.delete(member) !== true || members.size > 0) return;
    this.#members.delete(seriesId);
    if (this.#subscribed.delete(seriesId)) this.#send({ type: 'unsubscribe', series_id: seriesId });
    if (this.#members.size === 0) this.#shut();
  }

  /** Delivers a series from the position of its hindmost member that has one; later, when no socket is open. */
  resume(seriesId: string): void {
    const members = [...(this.#members.get(seriesId) ?? [])].filter((member) => member.position() !== null);
    if (this.#openedAt === null || members.length === 0) return;
    const since = Math.min(...members.map((member) => member.position() ?? 0));
    this.#subscribed.add(seriesId);
    this.#send({ type: 'subscribe', series_id: seriesId, since, supports_batch: true });
    for (const member of members) member.attached();
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #connect(): void {
    for (const member of this.#everyone()) member.connecting();
    this.#startTimer(OPENING_MAX_MS, () => this.#lose());
    this.#socket = this.#platform.openSocket({
      opened: () => {
        this.#openedAt = this.#platform.clock.now();
        this.#proveLife();
        for (const seriesId of this.#members.keys()) this.resume(seriesId);
      },
      received: (text) => {
        this.#proveLife();
        this.#receive(text);
      },
      lost: (code) => this.#lose(code),
    });
  }

  #everyone(): Member[] {
    return [...this.#members.values()].flatMap((members) => [...members]);
  }

  #startTimer(delayMs: number, action: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#platform.clock.after(delayMs, action);
  }

  #proveLife(): void {
    this.#startTimer(SILENCE_MAX_MS, () => this.#lose());
  }

  #receive(text: string): void {
    const message = parseServerMessage(text);
    if (message === null) return;
    if (message.type !== 'error') {
      for (const member of [...(this.#members.get(message.series_id) ?? [])]) member.received(message);
      return;
    }
    const { code, message: reason, series_id: seriesId } = message;
    const error = new HotwickClientError(code === 'capacity' ? 'capacity' : 'refused', `${code}: ${reason}`);
    // What the server does not understand may have been any subscription: none of them can be relied on.
    const concerned = seriesId === undefined ? this.#everyone() : [...(this.#members.get(seriesId) ?? [])];
    for (const member of concerned) member.failed(error);
  }

  #lose(code?: number): void {
    const wasSteady = this.#openedAt !== null && this.#platform.clock.now() - this.#openedAt >= STEADY_MS;
    this.#shut();
    this.#failures = wasSteady || code === SLOW_CLIENT_CODE ? 1 : this.#failures + 1;
    const delayMs = retryDelayMs(this.#failures, this.#platform.random());
    this.#startTimer(delayMs, () => this.#connect());
    for (const member of this.#everyone()) member.detached(delayMs);
  }

  #shut(): void {
    this.#cancelTimer();
    this.#subscribed.clear();
    this.#openedAt = null;
    this.#socket?.close();
    this.#socket = null;
  }
}
