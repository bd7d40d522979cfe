/**
 * Chart structure over HTTP (wire contract 2.10 to 2.12): the catalog, what the factors say of a candle, what is drawn
 * of it, and both together as frames and as what changed after a cursor.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Result } from '../core/result.ts';
import { EPOCH_MS_MAX } from '../core/time.ts';
import { parseSeriesId, type SeriesId } from '../model/series.ts';
import {
  deltaPollAnswer,
  deltaPollQuery,
  drawDeltaAnswer,
  drawDeltaQuery,
  errorAnswer,
  factorCatalogAnswer,
  factorHealthAnswer,
  factorHealthQuery,
  factorSlicesAnswer,
  factorSlicesQuery,
  frameAnswer,
  frameAtTimeQuery,
  frameLiveQuery,
  type ValidationProblem,
  validationAnswer,
} from './contract.ts';
import { describeCatalog } from './factor-lexicon.ts';
import { parseAll, parseInteger, parseIntegerGiven, parseText, type RawQuery } from './query-parser.ts';
import { refuseProblems } from './refusals.ts';
import { sendBytes } from './send-bytes.ts';
import { StructureAnswers, type StructureQuestion } from './structure-answers.ts';
import { describeLedgers } from './structure-health.ts';
import type { StructureSources } from './structure-reader.ts';

/** A checked question without its series, or what is wrong with it. */
type Wish = StructureQuestion extends infer Q ? (Q extends unknown ? Omit<Q, 'seriesId'> : never) : never;
type Asked = Result<Wish, readonly ValidationProblem[]>;
type Ask = (query: RawQuery) => Asked;

const tags = ['structure'];
const refusals = { 400: errorAnswer, 409: errorAnswer, 422: validationAnswer };
const frameRefusals = { ...refusals, 404: errorAnswer };
const SECONDS_MAX = Math.floor(EPOCH_MS_MAX / 1000);
const WINDOW = { name: 'window_candles', min: 1, max: 5000, initial: 2000 } as const;

const catalogSchema = {
  tags,
  summary: 'The factors, and what can be shown of each',
  response: { 200: factorCatalogAnswer },
};
const healthSchema = {
  tags,
  summary: 'How far factors and drawings are behind the stored candles',
  querystring: factorHealthQuery,
  response: { 200: factorHealthAnswer, 400: errorAnswer, 422: validationAnswer },
};

/** Routes that ask one question of one series, by path. */
const QUESTIONS = {
  '/api/factor/slices': {
    schema: {
      tags,
      summary: 'What the factors say of a candle',
      querystring: factorSlicesQuery,
      response: { 200: factorSlicesAnswer, ...refusals },
    },
    ask: askSlices,
  },
  '/api/draw/delta': {
    schema: {
      tags,
      summary: 'What is drawn at a candle, and what of it changed after a cursor',
      querystring: drawDeltaQuery,
      response: { 200: drawDeltaAnswer, ...refusals },
    },
    ask: askDelta,
  },
  '/api/frame/live': {
    schema: {
      tags,
      summary: 'Slices and drawings of the newest candle',
      querystring: frameLiveQuery,
      response: { 200: frameAnswer, ...frameRefusals },
    },
    ask: askFrameLive,
  },
  '/api/frame/at_time': {
    schema: {
      tags,
      summary: 'Slices and drawings as they were at a candle, computed from the candles as they are stored now',
      querystring: frameAtTimeQuery,
      response: { 200: frameAnswer, ...frameRefusals },
    },
    ask: askFrameAtTime,
  },
  '/api/delta/poll': {
    schema: {
      tags,
      summary: 'What changed after a cursor: nothing, or one record up to the newest candle',
      querystring: deltaPollQuery,
      response: { 200: deltaPollAnswer, ...refusals },
    },
    ask: askPoll,
  },
} as const;

/** Adds the routes. */
export function structureRoutes(app: FastifyInstance, sources: StructureSources): void {
  const catalog = describeCatalog(sources.lexicon);
  app.get('/api/factor/catalog', { schema: catalogSchema, exposeHeadRoute: false }, () => catalog);
  app.get('/api/factor/health', { schema: healthSchema, exposeHeadRoute: false }, (request, reply) => {
    return answerHealth(sources, request, reply);
  });
  const answers = new StructureAnswers(sources);
  for (const [path, { schema, ask }] of Object.entries(QUESTIONS)) {
    app.get(path, { schema, exposeHeadRoute: false }, (request, reply) =>
      answerStructure(answers, ask, { request, reply }),
    );
  }
}

async function answerHealth(
  { store, charts }: StructureSources,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const id = parseText(request.query as RawQuery, 'series_id');
  if (!id.ok) return refuseProblems(reply, [id.error]);
  const seriesId = parseSeriesId(id.value);
  if (!seriesId.ok) return reply.status(400).send({ detail: seriesId.error.message });
  const { head: stored } = await store.extent(seriesId.value);
  const chart = await charts.head(seriesId.value);
  const heads = { seriesId: seriesId.value, stored, chart: chart?.headTime ?? null };
  return reply.send(describeLedgers(id.value, heads));
}

async function answerStructure(
  answers: StructureAnswers,
  ask: Ask,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  const asked = ask(request.query as RawQuery);
  if (!asked.ok) return refuseProblems(reply, asked.error);
  const seriesId = parseSeriesId(asked.value.id);
  if (!seriesId.ok) return reply.status(400).send({ detail: seriesId.error.message });
  const answer = await answers.find(toQuestion(asked.value, seriesId.value));
  if (answer.kind === 'refused') return reply.status(answer.status).send({ detail: answer.detail });
  return sendBytes(request, reply, answer);
}

function toQuestion(wish: Wish, seriesId: SeriesId): StructureQuestion {
  return { ...wish, seriesId };
}

function askSlices(query: RawQuery): Asked {
  const asked = parseAll({
    ...common(query),
    atTime: parseIntegerGiven(query, { name: 'at_time', min: 0, max: SECONDS_MAX }),
  });
  return asked.ok ? { ok: true, value: { kind: 'slices', ...asked.value } } : asked;
}

function askDelta(query: RawQuery): Asked {
  const asked = parseAll({
    ...common(query),
    cursor: parseInteger(query, { name: 'cursor_version_id', min: 0, max: null, initial: 0 }),
    atTime: parseInteger(query, { name: 'at_time', min: 0, max: SECONDS_MAX, initial: null }),
  });
  return asked.ok ? { ok: true, value: { kind: 'delta', ...asked.value } } : asked;
}

function askFrameLive(query: RawQuery): Asked {
  const asked = parseAll(common(query));
  return asked.ok ? { ok: true, value: { kind: 'frame', atTime: null, ...asked.value } } : asked;
}

function askFrameAtTime(query: RawQuery): Asked {
  const asked = parseAll({
    ...common(query),
    atTime: parseIntegerGiven(query, { name: 'at_time', min: 0, max: SECONDS_MAX }),
  });
  return asked.ok ? { ok: true, value: { kind: 'frame', ...asked.value } } : asked;
}

function askPoll(query: RawQuery): Asked {
  const asked = parseAll({
    ...common(query),
    cursor: parseInteger(query, { name: 'after_id', min: 0, max: null, initial: 0 }),
    limit: parseInteger(query, { name: 'limit', min: 1, max: 5000, initial: 2000 }),
  });
  if (!asked.ok) return asked;
  const { limit: _, ...rest } = asked.value;
  return { ok: true, value: { kind: 'poll', ...rest } };
}

function common(query: RawQuery) {
  return { id: parseText(query, 'series_id'), windowCandles: parseInteger(query, WINDOW) };
}
