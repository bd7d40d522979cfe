/**
 * The server of a trading process: the desk's routes and socket, its page, and its contract to read. It binds to
 * loopback. Everything that answers is registered in one scope, so that whoever guards it guards all of it.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { err, ok, type Result } from '../../core/result.ts';
import { type Failure, failure, toReason } from '../../model/failure.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import { refuseConnection } from '../client-errors.ts';
import { type InfoAnswer, infoAnswer } from '../contract.ts';
import { addRefusals, refuseUnreadable } from '../refusals.ts';
import { watchRequests } from '../shutdown.ts';
import { acceptSockets, isSocketRequest } from '../socket-upgrade.ts';
import { DeskHub, type DeskHubLimits } from './desk-hub.ts';
import type { Desk } from './desk-ports.ts';
import { addProbes } from './desk-probes.ts';
import { type DeskParts, registerDesk } from './desk-registration.ts';

/** Whoever watches the doors; without one everybody who reaches the socket is let in. */
export type DeskGuard = {
  /** Adds hooks to the scope of every route, before any of them exists. */
  readonly install: (app: FastifyInstance) => void;
  /** Why an upgrade to the socket is refused, `null` when it is not. */
  readonly refuseSocket: (request: IncomingMessage) => string | null;
  /** Calls `end` once whoever opened a socket may look no longer; stops watching when the returned function is called. */
  readonly watchSocket: (request: IncomingMessage, end: () => void) => Cancel;
  readonly callerOf: NonNullable<DeskParts['callerOf']>;
};

/** Figures as text, and the type of that text. */
export type MetricsText = { readonly contentType: string; readonly text: () => Promise<string> };

/** What the server serves and where. */
export type DeskServerOptions = {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly desk: Desk;
  /** Names this run of the server. */
  readonly run: string;
  readonly guard: DeskGuard | null;
  /** Certificate and key as PEM; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string } | null;
  /** Whether a proxy tells who asks and how. */
  readonly proxy?: 'trusted' | 'none';
  /** Time of the market. */
  readonly clock: Clock;
  /** Real time. */
  readonly wallClock: Clock;
  readonly info: () => InfoAnswer;
  /** Figures for Prometheus; the route is not there without. */
  readonly metrics?: MetricsText;
  /** Folder of the built page; the server explains itself where it is absent. */
  readonly webDir: string;
  readonly limits?: Partial<DeskHubLimits>;
  readonly onError: (reason: string) => void;
};

/** A listening server. */
export type DeskServer = { readonly port: number; readonly hub: DeskHub; readonly close: () => Promise<void> };

/** Starts listening; fails with `port_occupied`. */
export async function startDeskServer(options: DeskServerOptions): Promise<Result<DeskServer, Failure>> {
  const { host, port, guard, wallClock, onError } = options;
  const app = createApp(options);
  app.setValidatorCompiler(() => (data) => ({ value: data })); // routes check their input to the contract's letter
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  const shutdown = watchRequests(app, wallClock);
  addRefusals(app, onError);
  guard?.install(app);
  await addEverything(app, options);
  const hub = new DeskHub({ ...options, runner: options.desk.runner });
  const refuse = guard?.refuseSocket ?? (() => null);
  const doors = new Map([['/ws/hotcoin', { accept: admitTo(hub, guard), refuse }]]);
  const sockets = acceptSockets(app.server, doors, 'off');
  try {
    await app.listen({ host, port });
  } catch (error) {
    hub.close();
    await app.close();
    const isOccupied = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    return err(
      isOccupied ? failure('port_occupied', { port, host }) : failure('unexpected', { reason: toReason(error) }),
    );
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const close = async (): Promise<void> => {
    hub.close();
    sockets.close();
    await shutdown.begin();
    await app.close();
  };
  return ok({ port: bound, hub, close });
}

/** Where somebody who was let in may be shown out: logging out, a revoked token, the end of a session. */
const SHOWN_OUT = 4401;

function admitTo(hub: DeskHub, guard: DeskGuard | null): (socket: WebSocket, request: IncomingMessage) => void {
  return (socket, request) => {
    hub.accept(socket);
    if (guard === null) return;
    socket.once(
      'close',
      guard.watchSocket(request, () => socket.close(SHOWN_OUT, 'login_required')),
    );
  };
}

function createApp({ tls = null, proxy = 'none' }: DeskServerOptions): FastifyInstance {
  const options = {
    logger: false,
    forceCloseConnections: true,
    return503OnClosing: false, // answered in the words of the contract instead
    // One proxy: the address that it saw, not what a client wrote into the header before.
    trustProxy: proxy === 'trusted' ? (_address: string, hop: number) => hop === 0 : false,
    frameworkErrors: refuseUnreadable,
    clientErrorHandler: refuseConnection,
  } as const;
  const server = { shouldUpgradeCallback: isSocketRequest };
  if (tls === null) return Fastify({ ...options, http: server });
  return Fastify({ ...options, https: { ...server, ...tls } }) as unknown as FastifyInstance;
}

async function addEverything(app: FastifyInstance, options: DeskServerOptions): Promise<void> {
  const { desk, clock, guard, info, metrics } = options;
  await addDocs(app, info().version);
  await app.register(async (scope) => {
    registerDesk(scope, { desk, clock, ...(guard === null ? {} : { callerOf: guard.callerOf }) });
    scope.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
    const schema = { tags: ['hotwick'], summary: 'What runs here', response: { 200: infoAnswer } };
    scope.get('/api/hotwick/info', { schema }, () => info());
    addProbes(scope, { desk, clock });
    if (metrics !== undefined) addMetrics(scope, metrics);
    scope.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/hotcoin/', 302));
  });
  await addDeskPage(app, options.webDir);
}

function addMetrics(scope: FastifyInstance, metrics: MetricsText): void {
  const response = { 200: z.string().describe(metrics.contentType) };
  const schema = { tags: ['hotwick'], summary: 'Figures for Prometheus', response };
  scope.get('/metrics', { schema, exposeHeadRoute: false, serializerCompiler: () => String }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}

async function addDocs(app: FastifyInstance, version: string): Promise<void> {
  const info = { title: 'Hotwick desk', description: 'The hot-coin system: what it sees, holds and may do.', version };
  await app.register(fastifySwagger, {
    openapi: { openapi: '3.1.0', info },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(fastifySwaggerUi, { routePrefix: '/api/docs' });
}

/** Serves the page below `/hotcoin/`, or says how it is built. */
export async function addDeskPage(app: FastifyInstance, webDir: string): Promise<void> {
  // As people type it.
  app.get('/hotcoin', { schema: { hide: true } }, (_request, reply) => reply.redirect('/hotcoin/', 302));
  if (existsSync(webDir)) {
    // What assets are called changes with what they contain; the page that names them is asked for each time.
    const assets = { root: join(webDir, 'assets'), prefix: '/hotcoin/assets/', decorateReply: false };
    await app.register(fastifyStatic, { ...assets, immutable: true, maxAge: '365d', preCompressed: true });
    app.get('/hotcoin/', { schema: { hide: true } }, async (_request, reply) => {
      const page = await readFile(join(webDir, 'index.html'));
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page);
    });
    return;
  }
  app.get('/hotcoin/', { schema: { hide: true } }, (_request, reply) => {
    return reply.type('text/plain').send('The page of the desk is not built. Run: npm run build:web\n');
  });
}
