/**
 * `/ws/market` in the OpenAPI page: what a plain HTTP request gets, and the schemas of the messages.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { errorAnswer, serverMessage, subscribeMessage, unsubscribeMessage } from './contract.ts';

const schema = {
  tags: ['market'],
  summary: 'WebSocket: history after `since`, then forming and closed candles',
  description:
    'Upgrade to a WebSocket and send `subscribe`. Closed times are strictly increasing per subscription; a hole is ' +
    'announced by `gap` before the candle behind it. Close code 4008 means: too slow, reconnect and resume with `since`.',
  response: {
    101: z
      .object({ client: z.union([subscribeMessage, unsubscribeMessage]), server: serverMessage })
      .describe('messages on the socket, one JSON object per text frame'),
    426: errorAnswer,
  },
};

/** Adds the answer for requests that do not upgrade. */
export function marketSocketRoute(app: FastifyInstance): void {
  app.get('/ws/market', { schema, exposeHeadRoute: false }, (_request, reply) => {
    return reply.status(426).header('upgrade', 'websocket').send({ detail: 'upgrade_required' });
  });
}
