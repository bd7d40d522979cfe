/**
 * Cross-origin requests: pages of the allowed origins may read every answer, with credentials; nobody else may. Pre-
 * flight requests are answered here and reach no route.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT';
/** Seconds for which a browser may remember a preflight answer. */
const PREFLIGHT_MAX_AGE = '600';

/** Adds the headers to every answer of `app`, refusals included; to be called before anything that answers. */
export function addCors(app: FastifyInstance, origins: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined) return undefined;
    const verdict = origins.includes(origin) ? 'allowed' : 'refused';
    reply.header('access-control-allow-credentials', 'true');
    if (verdict === 'allowed') reply.header('access-control-allow-origin', origin).header('vary', 'Origin');
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
      return undefined;
    return answerPreflight(request, reply, verdict);
  });
}

function answerPreflight(request: FastifyRequest, reply: FastifyReply, verdict: 'allowed' | 'refused'): FastifyReply {
  const headers = request.headers['access-control-request-headers'];
  reply.header('access-control-allow-methods', METHODS).header('vary', 'Origin').type('text/plain; charset=utf-8');
  reply.header('access-control-max-age', PREFLIGHT_MAX_AGE);
  if (headers !== undefined) reply.header('access-control-allow-headers', headers);
  return verdict === 'allowed' ? reply.status(200).send('OK') : reply.status(400).send('Disallowed CORS origin');
}
