/**
 * `GET /api/market/candles` (wire contract 2.1).
 */
import type { FastifyInstance } from 'fastify';
import { parseSeriesId } from '../model/series.ts';
import { nothingStored } from './candle-answers.ts';
import type { CandleReader } from './candle-reader.ts';
import { candlesAnswer, candlesQuery, errorAnswer, validationAnswer } from './contract.ts';
import type { DebugLog } from './debug-log.ts';
import type { MarketControl } from './market-control.ts';
import { parseAll, parseInteger, parseText, type RawQuery } from './query-parser.ts';
import { refuseProblems } from './refusals.ts';
import { sendBytes } from './send-bytes.ts';

const schema = {
  tags: ['market'],
  summary: 'Stored closed candles, ascending',
  description:
    'Without `since` the newest `limit` candles, with it the oldest `limit` candles after it. Never forming ones. The ' +
    'answer carries an ETag; asked again with If-None-Match it is 304 without a body while it would be the same bytes.',
  querystring: candlesQuery,
  response: { 200: candlesAnswer, 400: errorAnswer, 422: validationAnswer },
};

/** What the route works with. */
export type CandlesParts = {
  readonly reader: CandleReader;
  readonly control: Pick<MarketControl, 'coverTail'>;
  readonly debugLog: DebugLog;
};

/** Adds the route. */
export function candlesRoute(app: FastifyInstance, { reader, control, debugLog }: CandlesParts): void {
  app.get('/api/market/candles', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const parameters = parseCandlesQuery(request.query as RawQuery);
    if (!parameters.ok) return refuseProblems(reply, parameters.error);
    const { series_id: id, since, limit } = parameters.value;
    const seriesId = parseSeriesId(id);
    if (!seriesId.ok) {
      // An unknown series is an empty one; only a cursor needs the timeframe to mean something.
      if (since === null) return sendBytes(request, reply, nothingStored(id));
      return reply.status(400).send({ detail: seriesId.error.message });
    }
    const answer = await reader.answer({ id, seriesId: seriesId.value, since, limit });
    if (since === null) control.coverTail(seriesId.value, limit);
    const data = { since, limit, count: answer.count };
    const event = { pipe: 'read', event: 'read.http.market_candles', series_id: seriesId.value } as const;
    debugLog.write({ ...event, message: 'candles read', data });
    return sendBytes(request, reply, answer);
  });
}

function parseCandlesQuery(query: RawQuery) {
  return parseAll({
    series_id: parseText(query, 'series_id'),
    since: parseInteger(query, { name: 'since', min: 0, max: null, initial: null }),
    limit: parseInteger(query, { name: 'limit', min: 1, max: 5000, initial: 500 }),
  });
}
