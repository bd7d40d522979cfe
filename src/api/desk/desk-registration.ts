/**
 * The one place where the desk's routes come to be: from the table, each with its handler and its schema. Whoever guards
 * them adds a hook to the scope this is called with, before the call, and covers all of them.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../../ports/clock.ts';
import type { RawQuery } from '../query-parser.ts';
import { DESK_ANSWERS } from './desk-answers.ts';
import type { DeskHandler } from './desk-call.ts';
import { DESK_COMMANDS } from './desk-commands.ts';
import type { Desk } from './desk-ports.ts';
import { DESK_ROUTES, type DeskRouteKey } from './desk-routes.ts';
import { schemaOf } from './desk-schemas.ts';

/** What the routes work with. */
export type DeskParts = {
  readonly desk: Desk;
  /** The clock of the market. */
  readonly clock: Clock;
  /** Whether whoever asks is logged in; everybody is where nobody guards. */
  readonly callerOf?: (request: FastifyRequest) => 'known' | 'unknown';
};

/** Largest body: all settings with their lists are some 50 KiB. */
const BODY_BYTES_MAX = 256 * 1024;

const HANDLERS: Readonly<Record<DeskRouteKey, DeskHandler>> = {
  ...DESK_ANSWERS,
  ...DESK_COMMANDS,
  'GET /ws/hotcoin': ({ reply }) =>
    reply.status(426).header('upgrade', 'websocket').send({ detail: 'upgrade_required' }),
};

/** Adds every route; takes over how bodies of `app` are read. */
export function registerDesk(app: FastifyInstance, { desk, clock, callerOf = () => 'known' }: DeskParts): void {
  app.removeAllContentTypeParsers();
  const takeBytes = { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX } as const;
  app.addContentTypeParser<Buffer>('*', takeBytes, (_request, body, done) => done(null, body));
  for (const { method, path, summary } of DESK_ROUTES) {
    const handle = HANDLERS[`${method} ${path}` as DeskRouteKey];
    app.route({
      method,
      url: path,
      exposeHeadRoute: false,
      schema: { tags: ['desk'], summary, ...schemaOf(`${method} ${path}` as DeskRouteKey) },
      handler: (request, reply) =>
        handle({
          desk,
          runner: desk.runner(),
          now: clock.now(),
          request,
          query: request.query as RawQuery,
          reply,
          caller: callerOf(request),
        }),
    });
  }
}
