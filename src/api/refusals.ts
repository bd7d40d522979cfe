/**
 * Answers where no route has one: unknown paths, known paths with another method or a slash too many, gates that are
 * shut, and failures. Every refusal is `{"detail": ...}`; what went wrong inside is for the operator, not for the
 * client.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FailureError, toReason } from '../model/failure.ts';
import type { ValidationProblem } from './contract.ts';

/** Detail of answer 503: the server takes nothing more. */
export const SHUTTING_DOWN = 'server_shutting_down';

/** Adds the refusals; to be called before any route is added, so that their paths are known. */
export function addRefusals(app: FastifyInstance, onError: (reason: string) => void): void {
  const methodsByPath = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByPath.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    methodsByPath.set(url, methods);
  });
  const refuse = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    return refuseRequest(methodsByPath, request, reply);
  };
  // Before the body is looked at: what is wrong with it does not matter where nobody wants one.
  app.addHook('onRequest', async (request, reply) => (request.is404 ? refuse(request, reply) : undefined));
  app.setNotFoundHandler(refuse);
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof FailureError && error.failure.code === 'engine_stopped') return refuseShutDown(reply);
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 400 && status < 500) return reply.status(status).send({ detail: toReason(error) });
    onError(toReason(error));
    return reply.status(500).send({ detail: 'internal_error' });
  });
}

/** Answers a request whose path can not be read. */
export function refuseUnreadable(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  reply.status(400).send({ detail: error.message });
}

/** Longest echo of what was sent, in characters of text or in parts of a value, so that no client is sent its own flood. */
const ECHO_MAX = 1_000;

/** Answers 422 with what is wrong with the request; a long text is echoed by its beginning, a large value as `null`. */
export function refuseProblems(reply: FastifyReply, problems: readonly ValidationProblem[]): FastifyReply {
  return reply.status(422).send({ detail: problems.map((each) => ({ ...each, input: shorten(each.input) })) });
}

function shorten(input: unknown): unknown {
  if (typeof input === 'string') return input.slice(0, ECHO_MAX);
  return weigh(input, ECHO_MAX) > 0 ? input : null;
}

/** What is left of `budget` after `value`; looks no further when nothing is. */
function weigh(value: unknown, budget: number): number {
  if (typeof value === 'string') return budget - value.length;
  if (typeof value !== 'object' || value === null) return budget - 1;
  let left = budget - 1;
  for (const [key, part] of Object.entries(value)) {
    if (left <= 0) break;
    left = weigh(part, left - key.length);
  }
  return left;
}

/** Answers 503: the server is on its way down. */
export function refuseShutDown(reply: FastifyReply): FastifyReply {
  return reply.status(503).type('application/json; charset=utf-8').send({ detail: SHUTTING_DOWN });
}

/** A hook that lets requests through only while every one of `gates` is on; else the route does not exist. */
export function onlyWhen(...gates: readonly ('on' | 'off')[]) {
  return async (_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    return gates.includes('off') ? reply.status(404).send({ detail: 'not_found' }) : undefined;
  };
}

function refuseRequest(
  methodsByPath: ReadonlyMap<string, ReadonlySet<string>>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const [path = '', ...query] = request.url.split('?');
  const methods = methodsByPath.get(path);
  if (methods !== undefined) {
    return reply
      .status(405)
      .header('allow', [...methods].join(', '))
      .send({ detail: 'Method Not Allowed' });
  }
  const bare = path.replace(/\/$/, '');
  // Only to a path that exists here: a target made of the client's words could lead anywhere.
  if (methodsByPath.has(bare)) return reply.redirect([bare, ...query].join('?'), 307);
  return reply.status(404).send({ detail: 'Not Found' });
}
