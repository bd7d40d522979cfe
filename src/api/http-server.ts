/**
 * The HTTP edge: routes of the wire contract, the OpenAPI page made from the same schemas, the web page and the
 * upgrades to `/ws/market` and `/ws/debug`. Binds to loopback unless told otherwise.
 */
import { existsSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import { err, ok, type Result } from '../core/result.ts';
import { type Failure, failure, toReason } from '../model/failure.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { ChartStore } from '../ports/chart-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { FetchTopMarkets } from '../ports/fetch-top-markets.ts';
import type { SignalReader } from '../ports/signal-reader.ts';
import { addDocs } from './api-docs.ts';
import { backtestRoutes } from './backtest-routes.ts';
import type { CandleReader } from './candle-reader.ts';
import { candlesRoute } from './candles-route.ts';
import { chartRoutes } from './chart-routes.ts';
import { refuseConnection } from './client-errors.ts';
import { type InfoAnswer, infoAnswer } from './contract.ts';
import { addCors } from './cors.ts';
import { DebugHub } from './debug-hub.ts';
import type { DebugLog } from './debug-log.ts';
import { type DeskMount, mountDesk, openDeskDoor } from './desk/desk-mount.ts';
import type { FactorLexicon } from './factor-lexicon.ts';
import { healthRoutes } from './health-routes.ts';
import { ingestRoutes } from './ingest-routes.ts';
import type { ApiGates, MarketControl } from './market-control.ts';
import type { MarketHub } from './market-hub.ts';
import { marketListRoutes } from './market-list-routes.ts';
import { measureRequests, metricsRoutes } from './metrics-routes.ts';
import { type PoolView, poolRoutes } from './pool-routes.ts';
import { addRefusals, refuseUnreadable } from './refusals.ts';
import { repairRoute } from './repair-route.ts';
import { ReplayDesk } from './replay-desk.ts';
import type { StartFold } from './replay-package.ts';
import { replayRoutes } from './replay-routes.ts';
import { type Shutdown, watchRequests } from './shutdown.ts';
import { signalRoutes } from './signal-routes.ts';
import type { SocketCompression } from './socket-compression.ts';
import { socketRoutes } from './socket-route.ts';
import { acceptSockets, isSocketRequest, type SocketDoor } from './socket-upgrade.ts';
import { structureRoutes } from './structure-routes.ts';

/** What the server serves and where. */
export type HttpServerOptions = {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly store: CandleStore;
  readonly reader: CandleReader;
  readonly hub: MarketHub;
  readonly control: MarketControl;
  readonly gates: ApiGates;
  readonly charts: ChartStore;
  readonly lexicon: FactorLexicon;
  readonly startFold: StartFold;
  /** `null` where nothing makes signals. */
  readonly signals: SignalReader | null;
  readonly debugLog: DebugLog;
  readonly fetchTopMarkets: FetchTopMarkets;
  /** Absent where discovery is off. */
  readonly readPool?: (() => PoolView) | undefined;
  /** How long the figures of the top markets are fresh. */
  readonly topMarketsTtlMs?: number;
  /** The clock of the market. */
  readonly clock: Clock;
  /** Real time. */
  readonly wallClock: Clock;
  readonly info: () => InfoAnswer;
  /** Folder of the built web page; the server explains itself where it is absent. */
  readonly webDir: string;
  /** A desk that is served here too; its pool and signals take the place of those above. */
  readonly desk?: DeskMount | undefined;
  readonly corsOrigins: readonly string[];
  /** `off` when absent. */
  readonly socketCompression?: SocketCompression;
  readonly onError: (reason: string) => void;
};

/** A listening server. */
export type HttpServer = { readonly port: number; readonly close: () => Promise<void> };

/** Starts listening; fails with `port_occupied`. */
export async function startHttpServer(options: HttpServerOptions): Promise<Result<HttpServer, Failure>> {
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    return503OnClosing: false, // answered in the words of the contract instead
    http: { shouldUpgradeCallback: isSocketRequest },
    frameworkErrors: refuseUnreadable,
    clientErrorHandler: refuseConnection,
  });
  const shutdown = await addEverything(app, options);
  const debugHub = new DebugHub(options.debugLog, options.onError);
  const desk = options.desk === undefined ? null : openDeskDoor(options.desk, options);
  const doors = new Map([
    ...createDoors(options, debugHub),
    ...(desk === null ? [] : [[desk.path, desk.door] as const]),
  ]);
  const sockets = acceptSockets(app.server, doors, options.socketCompression ?? 'off');
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    debugHub.close();
    desk?.close();
    await app.close();
    return err(listenFailure(error, options));
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return ok({
    port,
    close: async () => {
      options.hub.close();
      debugHub.close();
      desk?.close();
      sockets.close();
      await shutdown.begin();
      await app.close();
    },
  });
}

function createDoors({ hub, gates }: HttpServerOptions, debugHub: DebugHub): ReadonlyMap<string, SocketDoor> {
  const debug: SocketDoor =
    gates.debug === 'on' ? { accept: (socket) => debugHub.accept(socket) } : { refusal: 'debug_api_disabled' };
  return new Map([
    ['/ws/market', { accept: (socket) => hub.accept(socket) }],
    ['/ws/debug', debug],
  ]);
}

function listenFailure(error: unknown, options: HttpServerOptions): Failure {
  const isOccupied = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (isOccupied) return failure('port_occupied', { port: options.port, host: options.host });
  return failure('unexpected', { reason: toReason(error) });
}

/** In this order: what watches every request, what answers any, then the routes. */
async function addEverything(app: FastifyInstance, options: HttpServerOptions): Promise<Shutdown> {
  app.setValidatorCompiler(() => (data) => ({ value: data })); // routes check their input to the contract's letter
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  addCors(app, options.corsOrigins);
  const shutdown = watchRequests(app, options.wallClock);
  const timers = measureRequests(app, options.gates.metrics);
  addRefusals(app, options.onError);
  await addDocs(app, options.info().version);
  await app.register(async (scope) => {
    addRoutes(scope, options, shutdown);
    metricsRoutes(scope, options, timers);
  });
  if (options.desk !== undefined) await mountDesk(app, options.desk);
  await addPage(app, options.webDir);
  return shutdown;
}

function addRoutes(app: FastifyInstance, options: HttpServerOptions, shutdown: Shutdown): void {
  candlesRoute(app, options);
  ingestRoutes(app, options);
  marketListRoutes(app, { ...options, onShutdown: shutdown.onBegin });
  healthRoutes(app, options);
  chartRoutes(app, options);
  if (options.desk === undefined) poolRoutes(app, options);
  structureRoutes(app, options);
  const desk = new ReplayDesk({ ...options, ...options.control });
  shutdown.onBegin(() => desk.close());
  repairRoute(app, options);
  replayRoutes(app, { desk, gates: options.gates });
  backtestRoutes(app);
  if (options.desk === undefined) signalRoutes(app, options.signals);
  socketRoutes(app, options.gates.debug);
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  const schema = { tags: ['hotwick'], summary: 'What runs here', response: { 200: infoAnswer } };
  app.get('/api/hotwick/info', { schema }, () => options.info());
}

/** Addresses of the chart page besides the root (wire contract 9.1): the page itself tells them apart. */
const PAGE_PATHS = ['/live', '/replay', '/backtest', '/settings'];

async function addPage(app: FastifyInstance, webDir: string): Promise<void> {
  if (existsSync(webDir)) {
    await app.register(fastifyStatic, { root: webDir });
    for (const path of PAGE_PATHS) {
      app.get(path, { schema: { hide: true } }, (_request, reply) => reply.sendFile('index.html'));
    }
    return;
  }
  app.get('/', { schema: { hide: true } }, (_request, reply) => {
    return reply.type('text/plain').send('The web page is not built. Run: npm run build:web\n');
  });
}
