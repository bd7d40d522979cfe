/**
 * One stream socket of the exchange. In: control messages and frames of the streams it subscribed. Out: replies, frames
 * (enveloped when combined), pings; the socket is closed when it breaks the exchange's limits, answers no ping or
 * becomes too old.
 */
import type { WebSocket } from 'ws';
import { assertNever } from '../../core/assert.ts';
import type { Clock } from '../../ports/clock.ts';
import { type ControlMessage, controlError, controlResult, parseControl } from './control-protocol.ts';
import { SocketLife } from './socket-life.ts';
import type { StreamHub, StreamListener } from './stream-hub.ts';
import type { SocketRoute } from './stream-names.ts';

/** What a socket works with; limits are those of its market. */
export type SimSocketOptions = {
  readonly ws: WebSocket;
  readonly route: SocketRoute;
  readonly hub: StreamHub;
  readonly clock: Clock;
  /** Market seconds per wall second: pings are about the transport, so they keep wall time. */
  readonly speed: number;
  readonly onFrame: () => void;
  readonly onControl: () => void;
  readonly onClose: (socket: SimSocket) => void;
};

/** Documented limits of a stream connection. */
const LIMITS = {
  spot: { streams: 1_024, controlsPerSecond: 5, pingMs: 20_000, pongMs: 60_000 },
  futures: { streams: 200, controlsPerSecond: 10, pingMs: 180_000, pongMs: 600_000 },
} as const;
/** Bytes waiting for one client; beyond it the client is too slow and is disconnected. */
const BUFFER_MAX = 16 * 1024 * 1024;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_POLICY = 1008;

/** A connected client. */
export class SimSocket implements StreamListener {
  readonly #options: SimSocketOptions;
  /** Subscriptions in order; bounded by the market's limit. */
  readonly #streams = new Set<string>();
  readonly #life: SocketLife;
  #form: 'raw' | 'combined';
  #second = 0;
  #controls = 0;

  constructor(options: SimSocketOptions) {
    this.#options = options;
    this.#form = options.route.form;
    const { ws, clock, speed } = options;
    const { pingMs, pongMs } = LIMITS[options.route.market];
    this.#life = new SocketLife({ ws, clock, speed, pingMs, pongMs, onOld: () => this.cut('24 hours') });
    ws.on('message', (data) => this.#onMessage(String(data)));
    ws.on('ping', () => this.#countControl());
    ws.on('pong', (data) => {
      if (this.#life.pong(String(data)) === 'ping') this.#countControl();
    });
    // The close event always follows an error and does the cleaning.
    ws.on('error', () => undefined);
    ws.on('close', () => this.#onClosed());
    if (this.#changeStreams('add', options.route.streams) === 'tooMany') ws.close(CLOSE_POLICY, 'too many streams');
  }

  /** Market and route the socket came in on. */
  get route(): SocketRoute {
    return this.#options.route;
  }

  deliver(stream: string, text: string): void {
    const { ws } = this.#options;
    if (ws.readyState !== ws.OPEN) return;
    if (ws.bufferedAmount > BUFFER_MAX) {
      ws.terminate();
      return;
    }
    ws.send(this.#form === 'combined' ? `{"stream":${JSON.stringify(stream)},"data":${text}}` : text);
    this.#options.onFrame();
  }

  /** Announces that the server is about to go; the client should move to another connection. */
  announceShutdown(): void {
    this.deliver('!serverShutdown', JSON.stringify({ e: 'serverShutdown', E: this.#options.clock.now() }));
  }

  /** Resolves when the client has received all that was sent before, or is gone. */
  delivered(): Promise<void> {
    return this.#life.delivered();
  }

  /** Closes with a closing handshake. */
  cut(reason: string): void {
    this.#options.ws.close(CLOSE_GOING_AWAY, reason);
  }

  /** Cuts without a closing handshake, as a lost network does. */
  drop(): void {
    this.#options.ws.terminate();
  }

  #onClosed(): void {
    this.#life.end();
    for (const stream of this.#streams) this.#options.hub.unsubscribe(stream, this);
    this.#streams.clear();
    this.#options.onClose(this);
  }

  /** Counts pings, pongs and messages alike; too many in one second end the connection. */
  #countControl(): 'fine' | 'tooMany' {
    this.#options.onControl();
    const second = Math.floor(this.#options.clock.now() / 1000);
    this.#controls = second === this.#second ? this.#controls + 1 : 1;
    this.#second = second;
    if (this.#controls <= LIMITS[this.route.market].controlsPerSecond) return 'fine';
    this.#options.ws.close(CLOSE_POLICY, 'Too many requests');
    return 'tooMany';
  }

  #onMessage(text: string): void {
    if (this.#countControl() === 'tooMany') return;
    const parsed = parseControl(text);
    this.#reply(parsed.ok ? this.#apply(parsed.message) : parsed.reply);
  }

  #reply(text: string): void {
    const { ws } = this.#options;
    if (ws.readyState === ws.OPEN) ws.send(text);
  }

  #apply(message: ControlMessage): string {
    switch (message.method) {
      case 'SUBSCRIBE':
        return this.#changeStreams('add', message.streams) === 'tooMany'
          ? controlError(2, 'Invalid request: too many subscriptions', message.id)
          : controlResult(null, message.id);
      case 'UNSUBSCRIBE':
        this.#changeStreams('remove', message.streams);
        return controlResult(null, message.id);
      case 'LIST_SUBSCRIPTIONS':
        return controlResult([...this.#streams], message.id);
      case 'GET_PROPERTY':
        return controlResult(this.#form === 'combined', message.id);
      case 'SET_PROPERTY':
        this.#form = message.form;
        return controlResult(null, message.id);
      default:
        return assertNever(message);
    }
  }

  #changeStreams(change: 'add' | 'remove', streams: readonly string[]): 'done' | 'tooMany' {
    const { hub, route } = this.#options;
    const added = change === 'add' ? streams.filter((stream) => !this.#streams.has(stream)) : [];
    if (this.#streams.size + new Set(added).size > LIMITS[route.market].streams) return 'tooMany';
    for (const stream of streams) {
      if (change === 'add') this.#streams.add(stream);
      else this.#streams.delete(stream);
      // A quiet route keeps books and acknowledges, but never pushes.
      if (route.route === 'quiet') continue;
      if (change === 'add') hub.subscribe(stream, this);
      else hub.unsubscribe(stream, this);
    }
    return 'done';
  }
}
