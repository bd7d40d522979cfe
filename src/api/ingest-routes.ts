/**
 * Candles handed in over HTTP (wire contract 2.2 to 2.4). A posted closed candle is stored and announced before its
 * answer; it never derives anything. Debug and development routes exist behind their gates only.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ok, type Result } from '../core/result.ts';
import { type EpochMs, toEpochSec } from '../core/time.ts';
import type { ClosedCandle } from '../model/candle.ts';
import type { Failure } from '../model/failure.ts';
import { parseSeriesId, type SeriesId } from '../model/series.ts';
import {
  errorAnswer,
  ingestAnswer,
  ingestBatchAnswer,
  ingestBatchBody,
  ingestBody,
  validationAnswer,
} from './contract.ts';
import type { DebugLog } from './debug-log.ts';
import {
  type PostedBatch,
  type PostedBody,
  parseBatchBody,
  parseCandleBody,
  sortOnce,
  toClosedCandle,
} from './ingest-body.ts';
import { type BodyRefusal, type RawBody, rawBodyOf, refuseBody } from './json-body.ts';
import type { ApiGates, MarketControl } from './market-control.ts';
import { onlyWhen, SHUTTING_DOWN } from './refusals.ts';

/** What the routes work with. */
export type IngestParts = { readonly control: MarketControl; readonly gates: ApiGates; readonly debugLog: DebugLog };

/** Largest body: a batch of 20,000 candles with long numbers is about 3 MiB. */
const BODY_BYTES_MAX = 8 * 1024 * 1024;

const refusals = { 400: errorAnswer, 404: errorAnswer, 413: errorAnswer, 422: validationAnswer, 500: errorAnswer };
const candleSchema = { tags: ['market'], body: ingestBody, response: { 200: ingestAnswer, ...refusals } };
const closedSchema = { ...candleSchema, summary: 'Store and announce one closed candle' };
const formingSchema = { ...candleSchema, summary: 'Announce one forming candle; debug routes' };
const batchSchema = {
  tags: ['market'],
  summary: 'Store closed candles of one series; development routes',
  body: ingestBatchBody,
  response: { 200: ingestBatchAnswer, ...refusals },
};

/** Adds the routes; takes over how bodies of `app` are read. */
export function ingestRoutes(app: FastifyInstance, parts: IngestParts): void {
  const { gates } = parts;
  const takeBytes = { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX } as const;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('*', takeBytes, (_request, body, done) => done(null, body));
  const closed = { schema: closedSchema, bodyLimit: BODY_BYTES_MAX };
  app.post('/api/market/ingest/candle_closed', closed, (request, reply) => postClosed(parts, request, reply));
  const forming = { ...closed, schema: formingSchema, onRequest: onlyWhen(gates.debug) };
  app.post('/api/market/ingest/candle_forming', forming, (request, reply) => postForming(parts, request, reply));
  const batch = { ...closed, schema: batchSchema, onRequest: onlyWhen(gates.dev) };
  app.post('/api/dev/market/ingest/candles_closed_batch', batch, (request, reply) => postBatch(parts, request, reply));
}

async function postClosed(parts: IngestParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const posted = readPost(request, parseCandleBody);
  if (!posted.ok) return refuseBody(reply, posted.error);
  const { body, seriesId } = posted.value;
  const note = noteOf(parts.debugLog, { code: 'write.http.ingest_candle_closed', seriesId });
  const candles = body.candles.map((candle) => toClosedCandle(seriesId, candle));
  const times = toTimes(candles);
  note('start', { candle_time: times.first });
  const stored = await parts.control.postClosed(candles, 'publish');
  note(stored.ok ? 'done' : 'error', { candle_time: times.first });
  if (!stored.ok) return refuseFailed(reply, body.seriesText, stored.error);
  return reply.send({ ok: true, series_id: body.seriesText, candle_time: times.first });
}

async function postForming(parts: IngestParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const posted = readPost(request, parseCandleBody);
  if (!posted.ok) return refuseBody(reply, posted.error);
  const { body, seriesId } = posted.value;
  for (const candle of body.candles) await parts.control.postForming({ kind: 'candleForming', seriesId, ...candle });
  const { first } = toTimes(body.candles);
  return reply.send({ ok: true, series_id: body.seriesText, candle_time: first });
}

async function postBatch(parts: IngestParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const posted = readPost<PostedBatch>(request, parseBatchBody);
  if (!posted.ok) return refuseBody(reply, posted.error);
  const { body, seriesId } = posted.value;
  const note = noteOf(parts.debugLog, { code: 'write.http.ingest_candles_closed_batch', seriesId });
  const candles = sortOnce(body.candles).map((candle) => toClosedCandle(seriesId, candle));
  const { first, last } = toTimes(candles);
  const facts = { count: body.candles.length, first_candle_time: first, last_candle_time: last };
  note('start', facts);
  const stored = await parts.control.postClosed(candles, body.announce);
  note(stored.ok ? 'done' : 'error', facts);
  if (!stored.ok) return refuseFailed(reply, body.seriesText, stored.error);
  return reply.send({ ok: true, series_id: body.seriesText, ...facts });
}

type Post<T extends PostedBody> = { readonly body: T; readonly seriesId: SeriesId };

/** The checked body, its series checked as well: nothing of a malformed series is stored. */
function readPost<T extends PostedBody>(
  request: FastifyRequest,
  parse: (body: RawBody) => Result<T, BodyRefusal>,
): Result<Post<T>, BodyRefusal> {
  const body = parse(rawBodyOf(request));
  if (!body.ok) return body;
  const seriesId = parseSeriesId(body.value.seriesText);
  if (!seriesId.ok) return { ok: false, error: { status: 400, detail: seriesId.error.message } };
  return ok({ body: body.value, seriesId: seriesId.value });
}

function toTimes(candles: readonly Pick<ClosedCandle, 'openTime'>[]): {
  readonly first: number | null;
  readonly last: number | null;
} {
  const seconds = (time: EpochMs | undefined): number | null => (time === undefined ? null : toEpochSec(time));
  return { first: seconds(candles[0]?.openTime), last: seconds(candles.at(-1)?.openTime) };
}

type Note = (stage: 'start' | 'done' | 'error', data: Readonly<Record<string, unknown>>) => void;

function noteOf(log: DebugLog, of: { readonly code: string; readonly seriesId: SeriesId }): Note {
  return (stage, data) => {
    log.write({
      pipe: 'write',
      event: `${of.code}_${stage}`,
      series_id: of.seriesId,
      level: stage === 'error' ? 'error' : 'info',
      message: `ingest ${stage}`,
      data,
    });
  };
}

function refuseFailed(reply: FastifyReply, seriesText: string, failed: Failure): FastifyReply {
  if (failed.code === 'engine_stopped') return reply.status(503).send({ detail: SHUTTING_DOWN });
  return reply.status(500).send({ detail: `ingest_pipeline_failed:store.upsert_many_closed:${seriesText}` });
}
