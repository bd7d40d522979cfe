/**
 * The HTTP edge: routes of the wire contract, the OpenAPI page made from the same schemas, the web page and the
 * upgrade to `/ws/market`. Binds to loopback unless told otherwise.
 */
import { existsSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { WebSocketServer } from 'ws';
import { err, ok, type Result } from '../core/result.ts';
import { type Failure, failure, toReason } from '../model/failure.ts';
import type { CandleReader } from './candle-reader.ts';
import { candlesRoute } from './candles-route.ts';
import { type InfoAnswer, infoAnswer } from './contract.ts';
import type { MarketHub } from './market-hub.ts';
import { marketSocketRoute } from './socket-route.ts';

/** What the server serves and where. */
export type HttpServerOptions = {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly reader: CandleReader;
  readonly hub: MarketHub;
  readonly info: () => InfoAnswer;
  /** Folder of the built web page; the server explains itself where it is absent. */
  readonly webDir: string;
  readonly corsOrigins: readonly string[];
  readonly onError: (reason: string) => void;
};

/** A listening server. */
export type HttpServer = { readonly port: number; readonly close: () => Promise<void> };

/** Largest client message on `/ws/market`; larger ones end the connection with 1009. */
const MESSAGE_BYTES_MAX = 64 * 1024;

/** Starts listening; fails with `port_occupied`. */
export async function startHttpServer(options: HttpServerOptions): Promise<Result<HttpServer, Failure>> {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  app.setValidatorCompiler(() => (data) => ({ value: data })); // routes check their input to the contract's letter
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  addErrors(app, options);
  addCors(app, options.corsOrigins);
  await addDocs(app);
  await app.register((scope) => addRoutes(scope, options));
  await addPage(app, options.webDir);
  const sockets = acceptSockets(app, options.hub);
  try {
    await app.listen({ host: options.host, port: options.port });
  } catch (error) {
    await app.close();
    return err(listenFailure(error, options));
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return ok({
    port,
    close: async () => {
      options.hub.close();
      sockets.close();
      await app.close();
    },
  });
}

function listenFailure(error: unknown, options: HttpServerOptions): Failure {
  const isOccupied = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  if (isOccupied) return failure('port_occupied', { port: options.port, host: options.host });
  return failure('unexpected', { reason: toReason(error) });
}

function addErrors(app: FastifyInstance, options: HttpServerOptions): void {
  app.setNotFoundHandler((_request, reply) => reply.status(404).send({ detail: 'Not Found' }));
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status < 500) return reply.status(status).send({ detail: toReason(error) });
    options.onError(toReason(error));
    return reply.status(500).send({ detail: 'internal_error' });
  });
}

function addCors(app: FastifyInstance, origins: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined || !origins.includes(origin)) return;
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-allow-credentials', 'true');
    reply.header('vary', 'Origin');
  });
}

async function addDocs(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Hotwick',
        description: 'Certified candles: history over HTTP, forming and closed candles over `/ws/market`.',
        version: '0.1.0',
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(fastifySwaggerUi, { routePrefix: '/docs' });
}

async function addRoutes(app: FastifyInstance, options: HttpServerOptions): Promise<void> {
  candlesRoute(app, options.reader);
  marketSocketRoute(app);
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  const schema = { tags: ['hotwick'], summary: 'What runs here', response: { 200: infoAnswer } };
  app.get('/api/hotwick/info', { schema }, () => options.info());
}

async function addPage(app: FastifyInstance, webDir: string): Promise<void> {
  if (existsSync(webDir)) {
    await app.register(fastifyStatic, { root: webDir });
    return;
  }
  app.get('/', { schema: { hide: true } }, (_request, reply) => {
    return reply.type('text/plain').send('The web page is not built. Run: npm run build:web\n');
  });
}

/** Upgrades `/ws/market` only; anything else is refused before a socket exists. */
function acceptSockets(app: FastifyInstance, hub: MarketHub): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX, perMessageDeflate: false });
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = (request.url ?? '').split('?')[0];
    if (path === '/ws/market') {
      sockets.handleUpgrade(request, socket, head, (client) => hub.accept(client));
      return;
    }
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return sockets;
}
