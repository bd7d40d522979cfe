/**
 * The HTTP edge: routes of the wire contract, the OpenAPI page made from the same schemas, the web page and the
 * upgrade to `/ws/market`. Binds to loopback unless told otherwise.
 */
import { existsSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { err, ok, type Result } from '../core/result.ts';
import { type Failure, failure, toReason } from '../model/failure.ts';
import type { CandleReader } from './candle-reader.ts';
import { candlesRoute } from './candles-route.ts';
import { type InfoAnswer, infoAnswer } from './contract.ts';
import { addCors } from './cors.ts';
import type { MarketHub } from './market-hub.ts';
import { addRefusals, refuseUnreadable } from './refusals.ts';
import { marketSocketRoute } from './socket-route.ts';
import { acceptSockets, isSocketRequest } from './socket-upgrade.ts';

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

/** Starts listening; fails with `port_occupied`. */
export async function startHttpServer(options: HttpServerOptions): Promise<Result<HttpServer, Failure>> {
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    http: { shouldUpgradeCallback: isSocketRequest },
    frameworkErrors: refuseUnreadable,
  });
  app.setValidatorCompiler(() => (data) => ({ value: data })); // routes check their input to the contract's letter
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  addCors(app, options.corsOrigins);
  addRefusals(app, options.onError);
  await addDocs(app, options.info().version);
  await app.register((scope) => addRoutes(scope, options));
  await addPage(app, options.webDir);
  const sockets = acceptSockets(app.server, options.hub);
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

async function addDocs(app: FastifyInstance, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Hotwick',
        description: 'Certified candles: history over HTTP, forming and closed candles over `/ws/market`.',
        version,
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
