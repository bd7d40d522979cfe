/**
 * Backtests over HTTP (wire contract 8): requests are checked as the contract says and then told that none can be run
 * here. Nothing is started.
 */
import type { FastifyInstance } from 'fastify';
import { checkField, checkFieldOr, checkText } from './body-values.ts';
import {
  backtestBody,
  backtestRefusal,
  errorAnswer,
  pairTimeframesAnswer,
  pairTimeframesQuery,
  strategiesAnswer,
  validationAnswer,
} from './contract.ts';
import { parseFields, problemsOf, rawBodyOf, refuseBody } from './json-body.ts';
import { parseText, type RawQuery } from './query-parser.ts';
import { refuseProblems } from './refusals.ts';

/** Largest body: four short texts. */
const BODY_BYTES_MAX = 64 * 1024;
const STRATEGY_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const tags = ['backtest'];
const strategiesSchema = { tags, summary: 'Strategies to test: none', response: { 200: strategiesAnswer } };
const pairSchema = {
  tags,
  summary: 'Timeframes that a backtest of a pair could use: none',
  querystring: pairTimeframesQuery,
  response: { 200: pairTimeframesAnswer, 422: validationAnswer },
};
const runSchema = {
  tags,
  summary: 'Run a backtest: not available',
  body: backtestBody,
  response: { 400: errorAnswer, 413: errorAnswer, 422: validationAnswer, 501: backtestRefusal },
};

/** Adds the routes; bodies of `app` must be read as bytes already. */
export function backtestRoutes(app: FastifyInstance): void {
  app.get('/api/backtest/strategies', { schema: strategiesSchema, exposeHeadRoute: false }, () => {
    return { strategies: [] };
  });
  app.get('/api/backtest/pair_timeframes', { schema: pairSchema, exposeHeadRoute: false }, (request, reply) => {
    const pair = parseText(request.query as RawQuery, 'pair');
    if (!pair.ok) return refuseProblems(reply, [pair.error]);
    return reply.send({ pair: pair.value, trading_mode: 'not_available', datadir: '', available_timeframes: [] });
  });
  const run = { schema: runSchema, bodyLimit: BODY_BYTES_MAX };
  app.post('/api/backtest/run', run, (request, reply) => {
    const fields = parseFields(rawBodyOf(request));
    if (!fields.ok) return refuseBody(reply, fields.error);
    const text = (name: string) => checkField(fields.value, ['body', name], checkText);
    const [name, pair, timeframe] = [text('strategy_name'), text('pair'), text('timeframe')];
    const timerange = checkFieldOr(fields.value, { name: 'timerange', check: checkText, initial: null });
    const problems = [name, pair, timeframe, timerange].flatMap(problemsOf);
    if (!name.ok || problems.length > 0) return refuseProblems(reply, problems);
    if (!STRATEGY_NAME.test(name.value)) return reply.status(400).send({ detail: 'Invalid strategy_name' });
    return reply.status(501).send({ detail: 'not_available' });
  });
}
