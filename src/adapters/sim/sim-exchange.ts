/**
 * A playable exchange: one HTTP and WebSocket server that speaks Binance's protocol for spot trading and for spot and
 * USD-M futures market data. In: a market, a clock, accounts. Out: candles, books and fills, never ahead of the clock,
 * with the exchange's limits, refusals and traps. Third-party Binance clients can connect to it.
 */
import { createServer, type Server } from 'node:http';
import type { Result } from '../../core/result.ts';
import { FailureError, failure, toFailure } from '../../model/failure.ts';
import type { MarketType } from '../../model/instrument.ts';
import { type AnnouncementBoard, createAnnouncementBoard } from './announcement-board.ts';
import { createControl } from './control-routes.ts';
import { createSpotSide, type SpotSide } from './exchange-parts.ts';
import { FaultBoard } from './fault-board.ts';
import type { FaultOrder } from './fault-order.ts';
import { type AppliedFault, applyFault, createSwitches } from './fault-switches.ts';
import { createRestRoutes } from './rest-api.ts';
import { createRestListener } from './rest-server.ts';
import type { SimFaults } from './sim-faults.ts';
import type { SimExchangeOptions, SimStats } from './sim-options.ts';
import { SimView } from './sim-view.ts';
import { type SimCounters, SocketDoor } from './socket-door.ts';
import type { SpotDesk } from './spot/spot-desk.ts';
import { WeightGovernor } from './weight-governor.ts';

/** A running exchange. */
export type SimExchange = {
  readonly port: number;
  readonly httpUrl: string;
  readonly wsUrl: string;
  readonly faults: SimFaults;
  /** Carries out a fault as it is ordered over HTTP; the error says what can not be done. */
  readonly orderFault: (order: FaultOrder) => Result<AppliedFault, string>;
  /** Accounts, orders and books, for tests and drills. */
  readonly desk: SpotDesk;
  /** Puts an announcement on the exchange's website. */
  readonly announce: AnnouncementBoard['publish'];
  readonly stats: () => SimStats;
  /** Sends `serverShutdown` to the sockets of `market` (default spot; futures does not document it); answers how many. */
  readonly shutdownNotice: (market?: MarketType) => number;
  /** Closes every socket politely, as the 24 h limit does; answers how many. */
  readonly cutSockets: () => number;
  /** Resolves when every socket's client has received all that was sent to it so far, or is gone. */
  readonly delivered: () => Promise<void>;
  /** Ends every socket, request and timer. Safe to call twice. */
  readonly close: () => Promise<void>;
};

const WEIGHT_LIMIT = { spot: 6_000, futures: 2_400 } as const;

/** Starts the exchange; rejects with `port_occupied` when the port is taken. */
export async function startSimExchange(options: SimExchangeOptions): Promise<SimExchange> {
  const parts = createParts(options);
  const { faults, counters, spot, view, governors } = parts;
  const door = new SocketDoor(options, parts);
  const switches = createSwitches({ board: faults, door, view, desk: spot.desk, governors });
  const stats = (): SimStats => ({
    sockets: door.sockets.size,
    subscriptions: door.subscriptions,
    userStreams: spot.users.count,
    ...counters,
  });
  const announce = (): number => door.announceShutdown('spot');
  const server = createServer(createListener(options, parts, { switches, stats, announce }));
  server.on('upgrade', (request, socket, head) => door.admit(request, socket, head));
  const port = await listen(server, options);
  return {
    port,
    httpUrl: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    faults: switches,
    orderFault: (order) => applyFault({ switches, announce }, order),
    desk: spot.desk,
    announce: parts.board.publish,
    stats,
    shutdownNotice: (market = 'spot') => door.announceShutdown(market),
    cutSockets: () => switches.cutSockets(),
    delivered: () => door.delivered(),
    close: async () => {
      faults.clear();
      door.close();
      spot.desk.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Parts = {
  readonly view: SimView;
  readonly faults: FaultBoard;
  readonly counters: SimCounters;
  readonly governors: Readonly<Record<MarketType, WeightGovernor>>;
  readonly spot: SpotSide;
  readonly board: AnnouncementBoard;
};

function createParts(options: SimExchangeOptions): Parts {
  const { market, clock } = options;
  const view = new SimView(market, clock);
  const seed = options.seed ?? market.seed;
  const faults = new FaultBoard(clock, seed);
  const weightLimit = { ...WEIGHT_LIMIT, ...options.weightLimit };
  const governors = { spot: new WeightGovernor(weightLimit.spot), futures: new WeightGovernor(weightLimit.futures) };
  const { accounts, speed = 1, wall = null } = options;
  const spot = createSpotSide({ view, clock, seed, speed, wall, faults, governor: governors.spot, accounts });
  const counters = { framesSent: 0, controlMessages: 0, requests: 0, refusals: 0 };
  const serverTime = (): number => view.now() + faults.skewMs;
  for (const [key, route] of createRestRoutes({ view, weightLimit, serverTime })) spot.routes.set(key, route);
  const board = createAnnouncementBoard();
  spot.routes.set(...board.route);
  return { view, faults, counters, governors, spot, board };
}

type Controls = {
  readonly switches: SimFaults;
  readonly stats: () => SimStats;
  readonly announce: () => number;
};

function createListener(
  options: SimExchangeOptions,
  parts: Parts,
  controls: Controls,
): ReturnType<typeof createRestListener> {
  const { view, faults, spot, governors, counters, board } = parts;
  return createRestListener({
    routes: spot.routes,
    governors,
    faults,
    clock: options.clock,
    serverTime: () => view.now() + faults.skewMs,
    dispatcher: spot.dispatcher,
    control: createControl({ ...controls, desk: spot.desk, board }),
    now: () => view.now(),
    onAnswer: (status) => {
      counters.requests++;
      if (status !== 200) counters.refusals++;
    },
  });
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
