/**
 * `GET /api/market/candles` (wire contract 2.1).
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { toEpochSec } from '../core/time.ts';
import { parseSeriesId } from '../model/series.ts';
import type { CandleReader, CandleReading } from './candle-reader.ts';
import { candlesAnswer, candlesQuery, errorAnswer } from './contract.ts';
import { parseCandlesQuery, queryProblem, type RawQuery } from './query-parser.ts';
import { candleText } from './wire.ts';

const queryRefusal = z.object({ detail: z.array(queryProblem) }).meta({ id: 'QueryProblems' });

const schema = {
  tags: ['market'],
  summary: 'Stored closed candles, ascending',
  description:
    'Without `since` the newest `limit` candles, with it the oldest `limit` candles after it. Never forming ones.',
  querystring: candlesQuery,
  response: { 200: candlesAnswer, 400: errorAnswer, 422: queryRefusal },
};

/** Adds the route. */
export function candlesRoute(app: FastifyInstance, reader: CandleReader): void {
  app.get('/api/market/candles', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const parameters = parseCandlesQuery(request.query as RawQuery);
    if (!parameters.ok) return reply.status(422).send({ detail: parameters.error });
    const { series_id: id, since, limit } = parameters.value;
    const seriesId = parseSeriesId(id);
    reply.type('application/json; charset=utf-8');
    if (!seriesId.ok) {
      // An unknown series is an empty one; only a cursor needs the timeframe to mean something.
      if (since === null) return Buffer.from(answerText(id, { head: null, candles: [], since: null }));
      return reply.status(400).send({ detail: seriesId.error.message });
    }
    return Buffer.from(answerText(id, await reader.read({ seriesId: seriesId.value, since, limit })));
  });
}

function answerText(id: string, reading: CandleReading): string {
  const head = reading.head === null ? 'null' : toEpochSec(reading.head);
  const candles = reading.candles.map(candleText).join(',');
  return `{"series_id":${JSON.stringify(id)},"server_head_time":${head},"candles":[${candles}]}`;
}
