/**
 * Replay over HTTP (wire contract 8), behind its two switches.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Result } from '../core/result.ts';
import { fromEpochSec, toEpochSec } from '../core/time.ts';
import { parseSeriesId, type SeriesId } from '../model/series.ts';
import {
  errorAnswer,
  replayBuildAnswer,
  replayBuildBody,
  replayCoverageAnswer,
  replayCoverageBody,
  replayCoverageQuery,
  replayCoverageStatusAnswer,
  replayPrepareAnswer,
  replayPrepareBody,
  replayStatusAnswer,
  replayStatusQuery,
  replayWindowAnswer,
  replayWindowQuery,
  validationAnswer,
} from './contract.ts';
import { type BodyRefusal, type RawBody, rawBodyOf, refuseBody } from './json-body.ts';
import type { ApiGates } from './market-control.ts';
import { parseAll, parseChoice, parseInteger, parseIntegerGiven, parseText, type RawQuery } from './query-parser.ts';
import { onlyWhen, refuseProblems } from './refusals.ts';
import {
  coverageId,
  parseBuild,
  parseCoverage,
  parseCoverageId,
  parsePrepare,
  type ReplayWish,
} from './replay-bodies.ts';
import type { CoverageReading, ReplayAnswer, ReplayDesk } from './replay-desk.ts';
import type { StatusExtra } from './replay-text.ts';

/** What the routes work with. */
export type ReplayRouteParts = { readonly desk: ReplayDesk; readonly gates: ApiGates };

/** Largest body: a few short fields. */
const BODY_BYTES_MAX = 64 * 1024;

const FORM = { name: 'form', choices: ['whole', 'compact'], initial: 'whole' } as const;

const tags = ['replay'];
const refusals = { 400: errorAnswer, 404: errorAnswer, 413: errorAnswer, 422: validationAnswer };
const ledgerRefusals = { ...refusals, 409: errorAnswer };
const prepareSchema = {
  tags,
  summary: 'Whether factors and drawings are at a candle',
  body: replayPrepareBody,
  response: { 200: replayPrepareAnswer, ...ledgerRefusals },
};
const buildSchema = {
  tags,
  summary: 'Build a package of candles with their structure, or find it',
  description:
    '`known` decides which candles it is of: as they are stored now, corrections and late ones included, or as they ' +
    'were when the last candle of the package was the newest.',
  body: replayBuildBody,
  response: { 200: replayBuildAnswer, ...ledgerRefusals, 503: errorAnswer },
};
const statusSchema = {
  tags,
  summary: 'How far a package is',
  querystring: replayStatusQuery,
  response: { 200: replayStatusAnswer, 404: errorAnswer, 422: validationAnswer },
};
const windowSchema = {
  tags,
  summary: 'The window of a package that holds a candle',
  querystring: replayWindowQuery,
  response: { 200: replayWindowAnswer, 404: errorAnswer, 422: validationAnswer },
};
const ensureSchema = {
  tags,
  summary: 'Ask for missing candles before a build',
  body: replayCoverageBody,
  response: { 200: replayCoverageAnswer, ...refusals },
};
const coverageSchema = {
  tags,
  summary: 'How many candles are there',
  querystring: replayCoverageQuery,
  response: { 200: replayCoverageStatusAnswer, 404: errorAnswer, 422: validationAnswer },
};

/** Adds the routes; bodies of `app` must be read as bytes already. */
export function replayRoutes(app: FastifyInstance, { desk, gates }: ReplayRouteParts): void {
  const gate = { exposeHeadRoute: false, onRequest: onlyWhen(gates.replay) };
  const post = { ...gate, bodyLimit: BODY_BYTES_MAX };
  app.post('/api/replay/prepare', { ...post, schema: prepareSchema }, (request, reply) =>
    answerPost({ request, reply }, parsePrepare, (seriesId, wish) => desk.prepare(seriesId, wish)),
  );
  app.post('/api/replay/build', { ...post, schema: buildSchema }, (request, reply) =>
    answerPost({ request, reply }, parseBuild, (seriesId, wish) => desk.build(seriesId, wish)),
  );
  app.get('/api/replay/status', { ...gate, schema: statusSchema }, async (request, reply) => {
    const query = request.query as RawQuery;
    const preload = parseInteger(query, { name: 'include_preload', min: 0, max: 1, initial: 0 });
    const candles = parseInteger(query, { name: 'include_candles', min: 0, max: 1, initial: 0 });
    const asked = parseAll({ key: parseText(query, 'job_id'), preload, candles });
    if (!asked.ok) return refuseProblems(reply, asked.error);
    const extras = new Set<StatusExtra>();
    if (asked.value.preload === 1) extras.add('preload');
    if (asked.value.candles === 1) extras.add('candles');
    return send(reply, await desk.status(asked.value.key, extras));
  });
  app.get('/api/replay/window', { ...gate, schema: windowSchema }, async (request, reply) => {
    const query = request.query as RawQuery;
    const idx = parseIntegerGiven(query, { name: 'target_idx', min: 0, max: null });
    const form = parseChoice(query, FORM);
    const asked = parseAll({ key: parseText(query, 'job_id'), idx, form });
    if (!asked.ok) return refuseProblems(reply, asked.error);
    return send(reply, await desk.window(asked.value.key, { idx: asked.value.idx, form: asked.value.form }));
  });
  coverageRoutes(app, { desk, gates });
}

function coverageRoutes(app: FastifyInstance, { desk, gates }: ReplayRouteParts): void {
  const gate = { exposeHeadRoute: false, onRequest: onlyWhen(gates.replay, gates.replayCoverage) };
  const ensure = { ...gate, bodyLimit: BODY_BYTES_MAX, schema: ensureSchema };
  app.post('/api/replay/ensure_coverage', ensure, (request, reply) =>
    answerPost({ request, reply }, parseCoverage, async (seriesId, wish) => {
      const reading = await desk.coverage(seriesId, wish);
      const isDone = reading.status === 'done';
      if (!isDone) desk.ensure(seriesId, wish.candles);
      const toTime = wish.toTime ?? reading.head;
      return { body: { status: isDone ? 'done' : 'building', job_id: coverageId({ ...wish, toTime }), error: null } };
    }),
  );
  app.get('/api/replay/coverage_status', { ...gate, schema: coverageSchema }, async (request, reply) => {
    const text = parseText(request.query as RawQuery, 'job_id');
    if (!text.ok) return refuseProblems(reply, [text.error]);
    const about = parseCoverageId(text.value);
    const seriesId = about === null ? null : parseSeriesId(about.id);
    if (about === null || seriesId === null || !seriesId.ok) return reply.status(404).send({ detail: 'not_found' });
    const { id, toSec, candles } = about;
    const wish = { id, toTime: toSec === null ? null : fromEpochSec(toSec), candles };
    return reply.send(coverageBody(text.value, wish, await desk.coverage(seriesId.value, wish)));
  });
}

function coverageBody(jobId: string, { candles }: ReplayWish, { status, ready, head }: CoverageReading): object {
  return {
    status,
    job_id: jobId,
    candles_ready: ready,
    required_candles: candles,
    head_time: head === null ? null : toEpochSec(head),
    error: status === 'error' ? 'coverage_missing' : null,
  };
}

async function answerPost<W extends ReplayWish>(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  parse: (body: RawBody) => Result<W, BodyRefusal>,
  answer: (seriesId: SeriesId, wish: W) => Promise<ReplayAnswer>,
): Promise<FastifyReply> {
  const wish = parse(rawBodyOf(request));
  if (!wish.ok) return refuseBody(reply, wish.error);
  const seriesId = parseSeriesId(wish.value.id);
  if (!seriesId.ok) return reply.status(400).send({ detail: seriesId.error.message });
  return send(reply, await answer(seriesId.value, wish.value));
}

function send(reply: FastifyReply, answer: ReplayAnswer): FastifyReply {
  if ('refusal' in answer) return reply.status(answer.refusal.status).send({ detail: answer.refusal.detail });
  if ('body' in answer) return reply.send(answer.body);
  return reply.type('application/json; charset=utf-8').send(answer.bytes);
}
