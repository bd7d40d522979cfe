/**
 * What the desk answers to whoever looks. Answers that the seed's contract wants without a runner come from the status
 * file or are empty; the others say that nothing runs.
 */
import type { FastifyReply } from 'fastify';
import type { Result } from '../../core/result.ts';
import type { Failure } from '../../model/failure.ts';
import { EQUITY_HOURS_MAX, type WireExecutionMetrics, type WirePrecheckStats } from '../contract.ts';
import { toPoolAnswer } from '../pool-routes.ts';
import { sendSignals } from '../signal-routes.ts';
import { type DeskCall, type DeskHandler, ofRunner } from './desk-call.ts';
import { answerChart } from './desk-chart.ts';
import { EVENT_TYPES } from './desk-event-types.ts';
import { deriveHealth } from './desk-health.ts';
import { clampInteger, textOf, wordsOf } from './desk-query.ts';
import type { DeskRouteKey } from './desk-routes.ts';
import { isFresh, sourceOf, toStatus } from './desk-status.ts';
import { answerWhy } from './desk-why.ts';
import { parseTradePlace } from './trade-place.ts';

/** The routes that only look. */
export type LookKey = Extract<DeskRouteKey, `GET /hotcoin/${string}`>;

const EQUITY_HOURS = { name: 'hours', min: 1, max: EQUITY_HOURS_MAX, initial: 24 };
const EQUITY_POINTS = { name: 'points', min: 100, max: 2_000, initial: 600 };
const TRADES = { name: 'limit', min: 1, max: 100, initial: 50 };
const EVENTS = { name: 'limit', min: 1, max: 500, initial: 100 };
const NO_EVENT_BEFORE = { name: 'before', min: 0, max: Number.MAX_SAFE_INTEGER, initial: 0 };

/** A handler for each of them. */
export const DESK_ANSWERS: Readonly<Record<LookKey, DeskHandler>> = {
  'GET /hotcoin/health': sendHealth,
  'GET /hotcoin/status': sendStatus,
  'GET /hotcoin/api/status': sendStatus,
  'GET /hotcoin/config': async ({ desk, reply }) => {
    if (desk.config === null) return reply.status(404).send({ detail: 'config_not_edited_here' });
    const config = await desk.config.read();
    return config.ok ? reply.send(config.value) : reply.status(500).send({ detail: config.error.code });
  },
  'GET /hotcoin/api/risk': ofRunner(({ views }) => views.risk()),
  'GET /hotcoin/api/funnel': ofRunner(({ views }) => views.funnel()),
  'GET /hotcoin/api/ml': ofRunner(({ views }) => views.ml()),
  'GET /hotcoin/api/params': ofRunner(({ views }) => views.params()),
  'GET /hotcoin/api/positions': ofRunner(({ views }) => views.positions()),
  'GET /hotcoin/api/pool': ofRunner(({ views }, { now }) => toPoolAnswer(views.pool(), now)),
  'GET /hotcoin/api/signals': ({ runner, request, reply }) =>
    sendSignals(request, reply, runner === null ? null : runner.views.signals),
  'GET /hotcoin/api/balances': sendBalances,
  'GET /hotcoin/api/precheck_stats': sendPrechecks,
  'GET /hotcoin/api/execution_metrics': sendMetrics,
  'GET /hotcoin/api/equity': sendEquity,
  'GET /hotcoin/api/trades': sendTrades,
  'GET /hotcoin/api/events': ofRunner(({ queries }, { query, now }) => {
    const before = clampInteger(query, NO_EVENT_BEFORE);
    const { events, hasOlder } = queries.events({
      types: wordsOf(query, 'type'),
      symbol: textOf(query, 'symbol')?.toUpperCase() ?? null,
      traceId: textOf(query, 'trace_id'),
      positionId: textOf(query, 'position_id'),
      before: before === 0 ? null : before,
      limit: clampInteger(query, EVENTS),
    });
    const last = events.at(-1);
    const next_before = hasOlder && last !== undefined ? last.id : null;
    return { events, next_before, types: EVENT_TYPES, ts: now / 1_000 };
  }),
  'GET /hotcoin/api/chart': answerChart,
  'GET /hotcoin/api/why': answerWhy,
  'GET /hotcoin/api/hot_posts': async (call) => {
    const { runner, now, reply } = call;
    if (runner !== null) return reply.send(runner.views.posts());
    const file = await call.desk.readStatusFile();
    const { hot_posts: posts, monitors } = toStatus({ runner, file }, now);
    return reply.send({ posts, listings: [], ts: now / 1_000, source: sourceOf(file), monitors });
  },
};

async function sendStatus({ desk, runner, now, reply }: DeskCall): Promise<FastifyReply> {
  return reply.send(toStatus({ runner, file: await desk.readStatusFile() }, now));
}

async function sendHealth({ desk, runner, now, caller, reply }: DeskCall): Promise<FastifyReply> {
  const file = await desk.readStatusFile();
  const health = deriveHealth({
    status: { ...toStatus({ runner, file }, now), ts: now / 1_000 },
    runner: runner === null ? 'none' : 'attached',
    snapshot: isFresh(file) ? 'fresh' : 'stale',
    snapshotAgeSec: file === null ? null : file.ageMs / 1_000,
  });
  const { status, can_trade, ts } = health;
  return reply.send(caller === 'known' ? health : { status, can_trade, ts });
}

async function sendBalances({ runner, reply }: DeskCall): Promise<FastifyReply> {
  if (runner === null) return refuseWithout(reply);
  return sendResult(reply, await runner.queries.balances());
}

async function sendEquity({ runner, query, reply }: DeskCall): Promise<FastifyReply> {
  if (runner === null) return refuseWithout(reply);
  const wanted = { hours: clampInteger(query, EQUITY_HOURS), points: clampInteger(query, EQUITY_POINTS) };
  return sendResult(reply, await runner.queries.equity(wanted));
}

async function sendTrades({ desk, runner, query, reply }: DeskCall): Promise<FastifyReply> {
  const text = textOf(query, 'before');
  const before = text === null ? null : parseTradePlace(text);
  if (text !== null && before === null) {
    const message = 'before is not the next_before of an answer; leave it out for the newest trades';
    return reply.status(400).send({ ok: false, error: 'before_malformed', message });
  }
  const wanted = { limit: clampInteger(query, TRADES), before };
  return reply.send(await (runner === null ? desk.readTradeFiles(wanted) : runner.queries.trades(wanted)));
}

function sendResult<T>(reply: FastifyReply, result: Result<T, Failure>): FastifyReply {
  if (result.ok) return reply.send(result.value);
  const { code: error, message } = result.error;
  return reply.status(500).send({ ok: false, error, message });
}

/** Answers 503: nothing runs here that could do it. */
export function refuseWithout(reply: FastifyReply): FastifyReply {
  return reply.status(503).send({ ok: false, error: 'runner_not_attached', message: 'no engine runs in this process' });
}

async function sendPrechecks(call: DeskCall): Promise<FastifyReply> {
  const { runner, reply } = call;
  return reply.send(
    runner === null ? await ofFile<WirePrecheckStats>(call, 'precheck_stats') : runner.views.prechecks(),
  );
}

async function sendMetrics(call: DeskCall): Promise<FastifyReply> {
  const { runner, reply } = call;
  if (runner !== null) return reply.send(runner.views.metrics());
  return reply.send({ ...(await ofFile<WireExecutionMetrics>(call, 'execution_metrics')), requests: [] });
}

async function ofFile<T>({ desk, now }: DeskCall, name: 'precheck_stats' | 'execution_metrics') {
  const file = await desk.readStatusFile();
  const figures = toStatus({ runner: null, file }, now)[name] as T;
  return { ...figures, source: sourceOf(file), ts: now / 1_000 };
}
