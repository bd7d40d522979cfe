/**
 * The exchange's door for WebSockets: stream sockets and connections to the WebSocket API. In: upgrade requests. Out:
 * open sockets, or a refusal. What is open can be cut, dropped and told of a shutdown.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { MarketType } from '../../model/instrument.ts';
import type { SpotSide } from './exchange-parts.ts';
import type { FaultBoard } from './fault-board.ts';
import type { SocketChoice } from './sim-faults.ts';
import type { SimExchangeOptions } from './sim-options.ts';
import { SimSocket } from './sim-socket.ts';
import type { SimView } from './sim-view.ts';
import { ApiSocket } from './spot/api-socket.ts';
import { StreamHub } from './stream-hub.ts';
import { parseSocketRoute, type SocketRoute } from './stream-names.ts';

/** Counters since the start. */
export type SimCounters = { framesSent: number; controlMessages: number; requests: number; refusals: number };

/** What the door works with. */
export type SocketDoorParts = {
  readonly view: SimView;
  readonly faults: FaultBoard;
  readonly counters: SimCounters;
  readonly spot: SpotSide;
};

const MIN_FRAME_WALL_MS = 40;
/** Largest message a client may send; control messages are far smaller. */
const PAYLOAD_MAX = 256 * 1024;
const API_PATH = /^\/ws-api\/v3(?:\?|$)/;

/** Lets sockets in and keeps those that are open. */
export class SocketDoor {
  readonly sockets = new Set<SimSocket | ApiSocket>();
  readonly #options: SimExchangeOptions;
  readonly #parts: SocketDoorParts;
  readonly #hubs: Readonly<Record<MarketType, StreamHub>>;
  readonly #markets: ReadonlySet<MarketType>;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: PAYLOAD_MAX });

  constructor(options: SimExchangeOptions, parts: SocketDoorParts) {
    this.#options = options;
    this.#parts = parts;
    this.#markets = new Set(options.market.instruments.map((instrument) => instrument.market));
    const frameSpacingMs = Math.ceil((options.minFrameWallMs ?? MIN_FRAME_WALL_MS) * (options.speed ?? 1));
    const shared = { view: parts.view, clock: options.clock, faults: parts.faults, frameSpacingMs };
    this.#hubs = {
      spot: new StreamHub({ ...shared, market: 'spot', desk: parts.spot.desk }),
      futures: new StreamHub({ ...shared, market: 'futures', desk: null }),
    };
  }

  get subscriptions(): number {
    return this.#hubs.spot.subscriptions + this.#hubs.futures.subscriptions;
  }

  admit(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { url = '' } = request;
    const route = parseSocketRoute(url, this.#markets);
    const address = request.socket.remoteAddress ?? '';
    if (this.#parts.faults.sockets === 'refuse') refuse(socket, '503 Service Unavailable');
    else if (API_PATH.test(url)) this.#server.handleUpgrade(request, socket, head, (ws) => this.#keepApi(ws, address));
    else if (route === null) refuse(socket, '404 Not Found');
    else this.#server.handleUpgrade(request, socket, head, (ws) => this.#keep(ws, route));
  }

  #keepApi(ws: WebSocket, address: string): void {
    const { spot, faults, counters } = this.#parts;
    const socket = new ApiSocket({
      ws,
      address,
      clock: this.#options.clock,
      speed: this.#options.speed ?? 1,
      routes: spot.routes,
      dispatcher: spot.dispatcher,
      governor: spot.governor,
      users: spot.users,
      faults,
      onAnswer: (status) => {
        counters.requests++;
        if (status !== 200) counters.refusals++;
      },
      onClose: (closed) => this.sockets.delete(closed),
    });
    this.sockets.add(socket);
  }

  #keep(ws: WebSocket, route: SocketRoute): void {
    const { counters } = this.#parts;
    const socket = new SimSocket({
      ws,
      route,
      hub: this.#hubs[route.market],
      clock: this.#options.clock,
      speed: this.#options.speed ?? 1,
      onFrame: () => counters.framesSent++,
      onControl: () => counters.controlMessages++,
      onClose: (closed) => this.sockets.delete(closed),
    });
    this.sockets.add(socket);
  }

  /** Runs `action` on the chosen sockets; answers how many. */
  each(which: SocketChoice, action: (socket: SimSocket | ApiSocket) => void): number {
    const sockets = [...this.sockets].filter(
      (one) => which === 'all' || one instanceof ApiSocket === (which === 'api'),
    );
    for (const socket of sockets) action(socket);
    return sockets.length;
  }

  async delivered(): Promise<void> {
    await Promise.all([...this.sockets].map((socket) => socket.delivered()));
  }

  announceShutdown(market: MarketType): number {
    const sockets = [...this.sockets].filter((socket) => marketOf(socket) === market);
    for (const socket of sockets) socket.announceShutdown();
    return sockets.length;
  }

  close(): void {
    this.each('all', (socket) => socket.drop());
    this.#hubs.spot.close();
    this.#hubs.futures.close();
    this.#server.close();
  }
}

function marketOf(socket: SimSocket | ApiSocket): MarketType {
  return socket instanceof ApiSocket ? 'spot' : socket.route.market;
}

function refuse(socket: Duplex, status: string): void {
  // The client may be gone before it reads the refusal; nobody else listens to a socket that was never taken over.
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
