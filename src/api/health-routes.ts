/**
 * How the server and its series are doing (wire contract 2.8 and 2.9), what the candles of a day are worth, and
 * whether the process is alive. Debug routes exist behind their gates only.
 */
import type { FastifyInstance } from 'fastify';
import { EPOCH_MS_MAX, fromEpochSec } from '../core/time.ts';
import { parseSeriesId, type SeriesId } from '../model/series.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { Clock } from '../ports/clock.ts';
import {
  errorAnswer,
  healthAnswer,
  healthQuery,
  ingestStateAnswer,
  liveAnswer,
  qualityAnswer,
  qualityQuery,
  seriesHealthAnswer,
  seriesHealthQuery,
  validationAnswer,
} from './contract.ts';
import { readDayQuality } from './day-quality.ts';
import type { ApiGates, MarketControl } from './market-control.ts';
import { parseAll, parseDay, parseInteger, parseText, type RawQuery } from './query-parser.ts';
import { onlyWhen, refuseProblems } from './refusals.ts';
import { describeGaps } from './series-gaps.ts';
import { describeHealth } from './series-health.ts';

/** What the routes work with. */
export type HealthParts = {
  readonly store: CandleStore;
  /** The clock of the market. */
  readonly clock: Clock;
  readonly control: Pick<MarketControl, 'backfill' | 'ingestState'>;
  readonly gates: ApiGates;
};

const refusals = { 400: errorAnswer, 404: errorAnswer, 422: validationAnswer };
/** Asked for where only it counts that the storage answers, not what. */
const ANY_SERIES = 'none:none:NONE/NONE:1m' as SeriesId;
const SECONDS_MAX = Math.floor(EPOCH_MS_MAX / 1000);

/** Adds the routes. */
export function healthRoutes(app: FastifyInstance, parts: HealthParts): void {
  healthRoute(app, parts);
  seriesHealthRoute(app, parts);
  qualityRoute(app, parts);
  const stateSchema = {
    tags: ['debug'],
    summary: 'Upstream jobs and how they are decided on',
    response: { 200: ingestStateAnswer, 404: errorAnswer },
  };
  const state = { schema: stateSchema, exposeHeadRoute: false, onRequest: onlyWhen(parts.gates.debug) };
  app.get('/api/market/debug/ingest_state', state, () => parts.control.ingestState());
  const aliveSchema = {
    tags: ['hotwick'],
    summary: 'Whether the process serves',
    response: { 200: liveAnswer, 503: liveAnswer },
  };
  app.get('/healthz', { schema: aliveSchema, exposeHeadRoute: false }, async (_request, reply) => {
    try {
      await parts.store.extent(ANY_SERIES);
      return { status: 'ok' };
    } catch {
      // Why the storage fails is told where it is used; here only that it does.
      return reply.status(503).send({ status: 'unavailable' });
    }
  });
}

function healthRoute(app: FastifyInstance, { store, clock, control, gates }: HealthParts): void {
  const schema = {
    tags: ['market'],
    summary: 'How far a series is behind; health or debug routes',
    querystring: healthQuery,
    response: { 200: healthAnswer, ...refusals },
  };
  const gate = gates.health === 'on' || gates.debug === 'on' ? 'on' : 'off';
  const options = { schema, exposeHeadRoute: false, onRequest: onlyWhen(gate) };
  app.get('/api/market/health', options, async (request, reply) => {
    const query = request.query as RawQuery;
    const wanted = parseAll({
      series_id: parseText(query, 'series_id'),
      now_time: parseInteger(query, { name: 'now_time', min: 0, max: SECONDS_MAX, initial: null }),
    });
    if (!wanted.ok) return refuseProblems(reply, wanted.error);
    const { series_id, now_time } = wanted.value;
    const seriesId = parseSeriesId(series_id);
    if (!seriesId.ok) return reply.status(400).send({ detail: seriesId.error.message });
    const { head } = await store.extent(seriesId.value);
    const now = now_time === null ? clock.now() : fromEpochSec(now_time);
    const backfill = control.backfill(seriesId.value);
    const { backfillRecentMs: recentMs, freshCandles, staleCandles } = gates;
    return describeHealth({ seriesId: seriesId.value, now, head, backfill, recentMs, freshCandles, staleCandles });
  });
}

function seriesHealthRoute(app: FastifyInstance, { store, clock, gates }: HealthParts): void {
  const schema = {
    tags: ['debug'],
    summary: 'Holes of a stored series, and how complete its base is',
    querystring: seriesHealthQuery,
    response: { 200: seriesHealthAnswer, ...refusals },
  };
  const options = { schema, exposeHeadRoute: false, onRequest: onlyWhen(gates.debug) };
  app.get('/api/market/debug/series_health', options, async (request, reply) => {
    const query = request.query as RawQuery;
    const wanted = parseAll({
      series_id: parseText(query, 'series_id'),
      gaps: parseInteger(query, { name: 'max_recent_gaps', min: 1, max: 50, initial: 5 }),
      buckets: parseInteger(query, { name: 'recent_base_buckets', min: 1, max: 48, initial: 8 }),
    });
    if (!wanted.ok) return refuseProblems(reply, wanted.error);
    const { series_id, gaps: gapsMax, buckets: bucketsMax } = wanted.value;
    const seriesId = parseSeriesId(series_id);
    if (!seriesId.ok) return reply.status(400).send({ detail: seriesId.error.message });
    return describeGaps(store, { seriesId: seriesId.value, now: clock.now(), gapsMax, bucketsMax });
  });
}

function qualityRoute(app: FastifyInstance, { store, clock }: HealthParts): void {
  const schema = {
    tags: ['market'],
    summary: 'What the candles of a UTC day are worth, by their certificates',
    querystring: qualityQuery,
    response: { 200: qualityAnswer, 400: errorAnswer, 422: validationAnswer },
  };
  app.get('/api/market/quality', { schema, exposeHeadRoute: false }, async (request, reply) => {
    const query = request.query as RawQuery;
    const wanted = parseAll({ series_id: parseText(query, 'series_id'), day: parseDay(query, 'day') });
    if (!wanted.ok) return refuseProblems(reply, wanted.error);
    const seriesId = parseSeriesId(wanted.value.series_id);
    if (!seriesId.ok) return reply.status(400).send({ detail: seriesId.error.message });
    return readDayQuality(store, { seriesId: seriesId.value, day: wanted.value.day, now: clock.now() });
  });
}
