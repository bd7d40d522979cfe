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
import { Announcement } from './announcement.ts';
import type { CandleReader } from './candle-reader.ts';
import { type ClientMessage, parseClientMessage } from './client-messages.ts';
import { type BacklogLimits, HubClient } from './hub-client.ts';
import type { MarketControl } from './market-control.ts';
import type { Subscription } from './subscription.ts';
import { errorMessageText } from './wire.ts';

/** Bounds of the hub; each has its policy in the field's name or comment. */
export type HubLimits = BacklogLimits & {
  /** Most sockets; further ones are closed with 1013. */
  readonly clientsMax: number;
  /** Most series per socket; further ones get an error message. */
  readonly subscriptionsMax: number;
  /** Most candles in one page of history; with a cursor pages follow each other until the newest candle. */
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

/** Options of the hub. */
export type HubOptions = {
  readonly bus: Bus;
  /** Paces the pings and the turns between pages of history; real time even where the market runs faster. */
  readonly clock: Clock;
  readonly reader: CandleReader;
  /** Asked once for each subscription, told once when it ends. */
  readonly control: Pick<MarketControl, 'reserve' | 'release' | 'repairGap'>;
  readonly limits?: Partial<HubLimits>;
  readonly onError: (reason: string) => void;
};

/** Serves `/ws/market` sockets. */
export class MarketHub {
  readonly #options: HubOptions;
  readonly #limits: HubLimits;
  readonly #clients = new Set<HubClient>();
  readonly #bySeries = new Map<SeriesId, Map<Subscription, HubClient>>();
  readonly #busSubscription: BusSubscription;
  #cancelPing: Cancel = () => {};
  #state: 'open' | 'closed' = 'open';

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
    // Also for a socket that is refused: it can break as well, and an error nobody hears stops the process.
    socket.on('error', (error) => this.#options.onError(toReason(error)));
    if (this.#state === 'closed') socket.close(1001, 'server_shutdown');
    else if (this.#clients.size >= this.#limits.clientsMax) socket.close(1013, 'too many clients');
    else this.#add(socket);
  }

  #add(socket: WebSocket): void {
    const { reader, clock, onError } = this.#options;
    const client = new HubClient({
      socket,
      limits: this.#limits,
      reader,
      clock,
      onSlow: () => this.#end(client, { code: SLOW_CLIENT_CODE, reason: 'too slow: reconnect and resume with since' }),
      onUnreadable: (thrown) => {
        onError(toReason(thrown));
        this.#end(client, { code: 1011, reason: 'history can not be read' });
      },
    });
    this.#clients.add(client);
    socket.on('pong', () => {
      client.missedPongs = 0;
    });
    socket.on('message', (data, isBinary) => this.#receive(client, isBinary ? null : String(data)));
    socket.on('close', () => this.#drop(client));
  }

  #receive(client: HubClient, text: string | null): void {
    // A client that was sent away may go on talking until it has read so.
    if (!this.#clients.has(client)) return;
    const parsed = parseClientMessage(text);
    if (!parsed.ok) client.send(errorMessageText('bad_request', parsed.error), 'closed');
    else if (parsed.value.type === 'subscribe') this.#subscribe(client, parsed.value);
    else if (parsed.value.seriesId !== null) this.#unsubscribe(client, parsed.value.seriesId);
  }

  #subscribe(client: HubClient, wanted: ClientMessage & { readonly type: 'subscribe' }): void {
    const { seriesId, since, supportsBatch } = wanted;
    const refusal = this.#reserve(client, seriesId);
    if (refusal !== null) {
      client.send(errorMessageText('capacity', refusal, seriesId), 'closed');
      return;
    }
    this.#remove(client, seriesId);
    const subscription = client.subscribe({
      seriesId,
      since,
      supportsBatch,
      catchUpLimit: this.#limits.catchUpLimit,
      repairGap: this.#options.control.repairGap,
    });
    const listeners = this.#bySeries.get(seriesId) ?? new Map<Subscription, HubClient>();
    this.#bySeries.set(seriesId, listeners.set(subscription, client));
  }

  /** Why there is no place for one more subscription; one that replaces another takes over its place. */
  #reserve(client: HubClient, seriesId: SeriesId): string | null {
    if (client.subscriptions.has(seriesId)) return null;
    if (client.subscriptions.size >= this.#limits.subscriptionsMax) return 'too many subscriptions on this socket';
    return this.#options.control.reserve(seriesId) === 'refused' ? 'ondemand_ingest_capacity' : null;
  }

  #unsubscribe(client: HubClient, seriesId: SeriesId): void {
    if (this.#remove(client, seriesId) === 'removed') this.#options.control.release(seriesId);
  }

  #remove(client: HubClient, seriesId: SeriesId): 'removed' | 'unknown' {
    const subscription = client.unsubscribe(seriesId);
    if (subscription === null) return 'unknown';
    const listeners = this.#bySeries.get(seriesId);
    listeners?.delete(subscription);
    if (listeners?.size === 0) this.#bySeries.delete(seriesId);
    return 'removed';
  }

  #announce(message: MarketMessage): void {
    const listeners = this.#bySeries.get(message.seriesId);
    if (listeners === undefined || message.kind === 'candleGap') return;
    const announcement = new Announcement(message);
    for (const [subscription, client] of listeners) {
      if (subscription.deliver(announcement) === 'overrun') {
        this.#end(client, { code: SLOW_CLIENT_CODE, reason: 'too slow: reconnect and resume with since' });
      }
    }
  }

  #end(client: HubClient, { code, reason }: { readonly code: number; readonly reason: string }): void {
    client.socket.close(code, reason);
    this.#drop(client);
  }

  #drop(client: HubClient): void {
    for (const seriesId of [...client.subscriptions.keys()]) this.#unsubscribe(client, seriesId);
    client.release();
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
    this.#state = 'closed';
    this.#cancelPing();
    this.#busSubscription.close();
    for (const client of [...this.#clients]) this.#end(client, { code: 1001, reason: 'server_shutdown' });
  }
}
