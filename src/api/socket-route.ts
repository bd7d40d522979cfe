/**
 * The sockets in the OpenAPI page: what a plain HTTP request gets, and the schemas of the messages.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  debugMessage,
  errorAnswer,
  serverMessage,
  subscribeMessage,
  systemMessage,
  unsubscribeMessage,
} from './contract.ts';
import { onlyWhen } from './refusals.ts';

const MESSAGES = 'messages on the socket, one JSON object per text frame';

const marketSchema = {
  tags: ['market'],
  summary: 'WebSocket: history after `since`, then forming and closed candles',
  description:
    'Upgrade to a WebSocket and send `subscribe`. Closed times are strictly increasing per subscription; a hole is ' +
    'announced by `gap` before the candle behind it. Close code 4008 means: too slow, reconnect and resume with `since`.',
  response: {
    101: z
      .object({
        client: z.union([subscribeMessage, unsubscribeMessage]),
        server: z.union([serverMessage, systemMessage]),
      })
      .describe(MESSAGES),
    426: errorAnswer,
  },
};

const debugSchema = {
  tags: ['debug'],
  summary: 'WebSocket: what happens inside the server; debug routes, else the upgrade is refused with 403',
  response: {
    101: z.object({ client: z.object({ type: z.literal('subscribe') }), server: debugMessage }).describe(MESSAGES),
    404: errorAnswer,
    426: errorAnswer,
  },
};

/** Adds the answers for requests that do not upgrade. */
export function socketRoutes(app: FastifyInstance, debug: 'on' | 'off'): void {
  const market = { schema: marketSchema, exposeHeadRoute: false };
  app.get('/ws/market', market, (_request, reply) => {
    return reply.status(426).header('upgrade', 'websocket').send({ detail: 'upgrade_required' });
  });
  const route = { schema: debugSchema, exposeHeadRoute: false, onRequest: onlyWhen(debug) };
  app.get('/ws/debug', route, (_request, reply) => {
    return reply.status(426).header('upgrade', 'websocket').send({ detail: 'upgrade_required' });
  });
}
