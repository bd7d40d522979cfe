/**
 * A playable exchange: one HTTP and WebSocket server that speaks Binance's protocol for spot and USD-M futures market
 * data. In: a market, a clock. Out: the market's candles, never ahead of the clock, with the exchange's limits,
 * refusals and traps. Third-party Binance clients can connect to it.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { FailureError, failure, toFailure } from '../../model/failure.ts';
import type { MarketType } from '../../model/instrument.ts';
import type { Clock } from '../../ports/clock.ts';
import { createRestRoutes } from './rest-api.ts';
import { createRestListener } from './rest-server.ts';
import { FaultBoard, type SimFaults } from './sim-faults.ts';
import type { SimMarket } from './sim-market.ts';
import { SimSocket } from './sim-socket.ts';
import { SimView } from './sim-view.ts';
import { StreamHub } from './stream-hub.ts';
import { parseSocketRoute, type SocketRoute } from './stream-names.ts';
import { WeightGovernor } from './weight-governor.ts';

/** How to run the exchange. */
export type SimExchangeOptions = {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly market: SimMarket;
  /** Seed of what faults do at random; by default the market's. */
  readonly seed?: number;
  /** Market milliseconds per wall millisecond of the clock, for limits that are meant in wall time; default 1. */
  readonly speed?: number;
  /** Least wall time between two forming frames of a stream; default 40. */
  readonly minFrameWallMs?: number;
  /** Request weight per minute and address; default 6000 on spot and 2400 on futures. */
  readonly weightLimit?: Partial<Readonly<Record<MarketType, number>>>;
};

/** Counters since the start, and what is open now. */
export type SimStats = {
  readonly sockets: number;
  readonly subscriptions: number;
  readonly framesSent: number;
  readonly controlMessages: number;
  readonly requests: number;
  /** Requests not answered with 200. */
  readonly refusals: number;
};

/** A running exchange. */
export type SimExchange = {
  readonly port: number;
  readonly httpUrl: string;
  readonly wsUrl: string;
  readonly faults: SimFaults;
  readonly stats: () => SimStats;
  /** Sends `serverShutdown` to the sockets of `market` (default spot; futures does not document it); answers how many. */
  readonly shutdownNotice: (market?: MarketType) => number;
  /** Closes every socket politely, as the 24 h limit does; answers how many. */
  readonly cutSockets: () => number;
  /** Ends every socket, request and timer. Safe to call twice. */
  readonly close: () => Promise<void>;
};

const MIN_FRAME_WALL_MS = 40;
const WEIGHT_LIMIT = { spot: 6_000, futures: 2_400 } as const;
/** Largest message a client may send; control messages are far smaller. */
const PAYLOAD_MAX = 256 * 1024;

type Counters = { framesSent: number; controlMessages: number; requests: number; refusals: number };

/** Starts the exchange; rejects with `port_occupied` when the port is taken. */
export async function startSimExchange(options: SimExchangeOptions): Promise<SimExchange> {
  const view = new SimView(options.market, options.clock);
  const faults = new FaultBoard(options.clock, options.seed ?? options.market.seed);
  const counters: Counters = { framesSent: 0, controlMessages: 0, requests: 0, refusals: 0 };
  const server = createServer(createListener(options, { view, faults, counters }));
  const door = new SocketDoor(options, { view, faults, counters });
  server.on('upgrade', (request, socket, head) => door.admit(request, socket, head));
  const port = await listen(server, options);
  return {
    port,
    httpUrl: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    faults: createFaults(faults, door),
    stats: () => ({ sockets: door.sockets.size, subscriptions: door.subscriptions, ...counters }),
    shutdownNotice: (market = 'spot') => door.announceShutdown(market),
    cutSockets: () => door.each((socket) => socket.cut('going away')),
    close: async () => {
      door.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Parts = { readonly view: SimView; readonly faults: FaultBoard; readonly counters: Counters };

function createListener(options: SimExchangeOptions, parts: Parts): ReturnType<typeof createRestListener> {
  const weightLimit = { ...WEIGHT_LIMIT, ...options.weightLimit };
  return createRestListener({
    routes: createRestRoutes({ view: parts.view, weightLimit }),
    governors: { spot: new WeightGovernor(weightLimit.spot), futures: new WeightGovernor(weightLimit.futures) },
    faults: parts.faults,
    now: () => parts.view.now(),
    onAnswer: (status) => {
      parts.counters.requests++;
      if (status !== 200) parts.counters.refusals++;
    },
  });
}

function createFaults(board: FaultBoard, door: SocketDoor): SimFaults {
  return {
    dropSockets: () => door.each((socket) => socket.drop()),
    refuseSockets: (mode) => {
      board.sockets = mode === 'on' ? 'refuse' : 'accept';
    },
    silence: (mode) => {
      board.streams = mode === 'on' ? 'silent' : 'push';
    },
    nextFrames: (fault) => board.orderFrames(fault),
    nextRequests: (fault) => board.orderRequests(fault),
    clear: () => board.clear(),
  };
}

function listen(server: Server, at: { readonly host: string; readonly port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const occupied = cause.code === 'EADDRINUSE';
      const reason = occupied ? failure('port_occupied', { port: at.port, host: at.host }) : toFailure(cause);
      reject(new FailureError(reason, { cause }));
    });
    server.listen(at.port, at.host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : at.port);
    });
  });
}

/** Lets sockets in and keeps those that are open. */
class SocketDoor {
  readonly sockets = new Set<SimSocket>();
  readonly #options: SimExchangeOptions;
  readonly #parts: Parts;
  readonly #hubs: Readonly<Record<MarketType, StreamHub>>;
  readonly #markets: ReadonlySet<MarketType>;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: PAYLOAD_MAX });

  constructor(options: SimExchangeOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#markets = new Set(options.market.instruments.map((instrument) => instrument.market));
    const frameSpacingMs = Math.ceil((options.minFrameWallMs ?? MIN_FRAME_WALL_MS) * (options.speed ?? 1));
    const shared = { view: parts.view, clock: options.clock, faults: parts.faults, frameSpacingMs };
    this.#hubs = {
      spot: new StreamHub({ ...shared, market: 'spot' }),
      futures: new StreamHub({ ...shared, market: 'futures' }),
    };
  }

  get subscriptions(): number {
    return this.#hubs.spot.subscriptions + this.#hubs.futures.subscriptions;
  }

  admit(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const route = parseSocketRoute(request.url ?? '', this.#markets);
    if (this.#parts.faults.sockets === 'refuse') refuse(socket, '503 Service Unavailable');
    else if (route === null) refuse(socket, '404 Not Found');
    else this.#server.handleUpgrade(request, socket, head, (ws) => this.#keep(ws, route));
  }

  #keep(ws: ConstructorParameters<typeof SimSocket>[0]['ws'], route: SocketRoute): void {
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

  /** Runs `action` on every socket; answers how many. */
  each(action: (socket: SimSocket) => void): number {
    const sockets = [...this.sockets];
    for (const socket of sockets) action(socket);
    return sockets.length;
  }

  announceShutdown(market: MarketType): number {
    const sockets = [...this.sockets].filter((socket) => socket.route.market === market);
    for (const socket of sockets) socket.announceShutdown();
    return sockets.length;
  }

  close(): void {
    this.each((socket) => socket.drop());
    this.#hubs.spot.close();
    this.#hubs.futures.close();
    this.#server.close();
  }
}

function refuse(socket: Duplex, status: string): void {
  // The client may be gone before it reads the refusal; nobody else listens to a socket that was never taken over.
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
