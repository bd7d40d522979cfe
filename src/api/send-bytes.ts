/**
 * Prebuilt JSON answers on their way out, with their entity tags.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The bytes as they are, past the serializer, or 304 to a client that has the very same ones. */
export function sendBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  { bytes, etag }: { readonly bytes: Buffer; readonly etag: string },
): FastifyReply {
  reply.header('etag', etag).header('cache-control', 'no-cache');
  if (hasAlready(request.headers['if-none-match'], etag)) return reply.status(304).send();
  return reply.type('application/json; charset=utf-8').send(bytes);
}

/** Whether an `If-None-Match` names `etag`, compared as RFC 9110 (13.1.2) asks: weakly. */
function hasAlready(condition: string | undefined, etag: string): boolean {
  if (condition === undefined) return false;
  const tags = condition.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
