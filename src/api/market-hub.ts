/**
 * The hub of `/ws/market`: one subscription to the bus, many sockets. Texts are made once per announcement whatever
 * the number of clients. A client that reads too slowly loses forming candles first (*coalesce latest*: the next one
 * replaces them); before it would lose a closed one it is disconnected with a code that says to resume with `since`.
 */
import type { WebSocket } from 'ws';
import { addMs } from '../core/time.ts';
import { toReason } from '../model/failure.ts';
import type { SeriesId } from '../model/series.ts';
import type { Bus, BusSubscription, MarketMessage } from '../ports/bus.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { CandleReader } from './candle-reader.ts';
import { parseClientMessage } from './client-messages.ts';
import { type Announcement, Subscription } from './subscription.ts';
import { batchMessageText, candleMessageText, errorMessageText } from './wire.ts';

/** Bounds of the hub; each has its policy in the field's name or comment. */
export type HubLimits = {
  /** Most sockets; further ones are closed with 1013. */
  readonly clientsMax: number;
  /** Most series per socket; further ones get an error message. */
  readonly subscriptionsMax: number;
  /** Unsent bytes above which forming candles are not sent to a socket. */
  readonly formingBacklogBytes: number;
  /** Unsent bytes above which a socket is closed with `SLOW_CLIENT_CODE`. */
  readonly closedBacklogBytes: number;
  readonly catchUpLimit: number;
  /** Time between protocol pings; a socket that answered none of two is dropped. */
  readonly pingEveryMs: number;
};

/** Limits that suit one machine. */
export const HUB_LIMITS: HubLimits = {
  clientsMax: 5_000,
  subscriptionsMax: 1_000,
  formingBacklogBytes: 256 * 1024,
  closedBacklogBytes: 8 * 1024 * 1024,
  catchUpLimit: 5_000,
  pingEveryMs: 20_000,
};

/** Close code for a client that can not keep up: reconnect and subscribe with `since`. */
export const SLOW_CLIENT_CODE = 4008;

type Client = {
  readonly socket: WebSocket;
  readonly subscriptions: Map<string, Subscription>;
  missedPongs: number;
};

/** Options of the hub. */
export type HubOptions = {
  readonly bus: Bus;
  /** Paces the pings; real time even where the market runs faster. */
  readonly clock: Clock;
  readonly reader: CandleReader;
  readonly limits?: Partial<HubLimits>;
  readonly onError: (reason: string) => void;
};

/** Serves `/ws/market` sockets. */
export class MarketHub {
  readonly #options: HubOptions;
  readonly #limits: HubLimits;
  readonly #clients = new Set<Client>();
  readonly #bySeries = new Map<SeriesId, Map<Subscription, Client>>();
  readonly #busSubscription: BusSubscription;
  #cancelPing: Cancel = () => {};
  #closed = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#limits = { ...HUB_LIMITS, ...options.limits };
    this.#busSubscription = options.bus.subscribe((message) => this.#announce(message));
    this.#schedulePing();
  }

  /** Numbers for metrics. */
  stats(): { readonly clients: number; readonly series: number } {
    return { clients: this.#clients.size, series: this.#bySeries.size };
  }

  /** Takes over an accepted socket. */
  accept(socket: WebSocket): void {
    if (this.#closed || this.#clients.size >= this.#limits.clientsMax) {
      socket.close(1013, 'too many clients');
      return;
    }
    const client: Client = { socket, subscriptions: new Map(), missedPongs: 0 };
    this.#clients.add(client);
    socket.on('pong', () => {
      client.missedPongs = 0;
    });
    socket.on('message', (data, isBinary) => {
      this.#receive(client, isBinary ? null : String(data));
    });
    socket.on('error', (error) => this.#options.onError(toReason(error)));
    socket.on('close', () => this.#drop(client));
  }

  #receive(client: Client, text: string | null): void {
    const parsed =
      text === null ? ({ ok: false, error: 'invalid message envelope' } as const) : parseClientMessage(text);
    if (!parsed.ok) client.socket.send(errorMessageText('bad_request', parsed.error));
    else if (parsed.value.type === 'unsubscribe') this.#unsubscribe(client, parsed.value.seriesId);
    else this.#subscribe(client, parsed.value);
  }

  #subscribe(
    client: Client,
    wanted: { readonly seriesId: SeriesId; readonly since: number | null; readonly supportsBatch: 'yes' | 'no' },
  ): void {
    this.#unsubscribe(client, wanted.seriesId);
    if (client.subscriptions.size >= this.#limits.subscriptionsMax) {
      client.socket.send(errorMessageText('capacity', 'too many subscriptions on this socket', wanted.seriesId));
      return;
    }
    const options = { ...wanted, catchUpLimit: this.#limits.catchUpLimit };
    const subscription = new Subscription(options, (text, kind) => this.#send(client, text, kind));
    client.subscriptions.set(wanted.seriesId, subscription);
    const listeners = this.#bySeries.get(wanted.seriesId) ?? new Map<Subscription, Client>();
    this.#bySeries.set(wanted.seriesId, listeners.set(subscription, client));
    subscription.catchUp(this.#options.reader).catch((error: unknown) => {
      this.#options.onError(toReason(error));
      client.socket.close(1011, 'history can not be read');
    });
  }

  #unsubscribe(client: Client, seriesId: string | null): void {
    const subscription = seriesId === null ? undefined : client.subscriptions.get(seriesId);
    if (subscription === undefined || seriesId === null) return;
    subscription.close();
    client.subscriptions.delete(seriesId);
    const listeners = this.#bySeries.get(subscription.options.seriesId);
    listeners?.delete(subscription);
    if (listeners?.size === 0) this.#bySeries.delete(subscription.options.seriesId);
  }

  #announce(message: MarketMessage): void {
    const listeners = this.#bySeries.get(message.seriesId);
    if (listeners === undefined) return;
    const announcement = announce(message);
    for (const [subscription, client] of listeners) {
      if (subscription.deliver(announcement) === 'overrun') this.#cutOff(client);
    }
  }

  #send(client: Client, text: string, kind: 'forming' | 'closed'): void {
    const { socket } = client;
    if (socket.readyState !== socket.OPEN) return;
    if (kind === 'forming' && socket.bufferedAmount > this.#limits.formingBacklogBytes) return;
    if (socket.bufferedAmount > this.#limits.closedBacklogBytes) this.#cutOff(client);
    else socket.send(text);
  }

  #cutOff(client: Client): void {
    client.socket.close(SLOW_CLIENT_CODE, 'too slow: reconnect and subscribe with since');
    this.#drop(client);
  }

  #drop(client: Client): void {
    for (const seriesId of [...client.subscriptions.keys()]) this.#unsubscribe(client, seriesId);
    this.#clients.delete(client);
  }

  #schedulePing(): void {
    const { clock } = this.#options;
    this.#cancelPing = clock.schedule(addMs(clock.now(), this.#limits.pingEveryMs), () => {
      for (const client of this.#clients) {
        if (++client.missedPongs > 2) client.socket.terminate();
        else client.socket.ping();
      }
      this.#schedulePing();
    });
  }

  /** Closes every socket with 1001 and stops listening to the bus. */
  close(): void {
    this.#closed = true;
    this.#cancelPing();
    this.#busSubscription.close();
    for (const client of [...this.#clients]) {
      client.socket.close(1001, 'server_shutdown');
      this.#drop(client);
    }
  }
}

function announce(message: MarketMessage): Announcement {
  let text: string | null = null;
  return {
    message,
    text: () => {
      text ??= makeText(message);
      return text;
    },
  };
}

function makeText(message: MarketMessage): string {
  if (message.kind === 'candleForming') return candleMessageText('candle_forming', message.candle);
  if (message.kind === 'candleGap') return '';
  const [first] = message.candles;
  if (message.candles.length === 1 && first !== undefined) return candleMessageText('candle_closed', first);
  return batchMessageText(message.seriesId, message.candles);
}
