/**
 * Metrics behind their gate: how long requests take, measured here, and the numbers of the process. Without the gate
 * nothing is measured.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { errorAnswer, metricsAnswer } from './contract.ts';
import type { ApiGates, MarketControl } from './market-control.ts';
import { describeMetrics, type Timer, toPrometheusText } from './metrics-text.ts';
import { onlyWhen } from './refusals.ts';

/** What the routes work with. */
export type MetricsParts = {
  readonly control: Pick<MarketControl, 'metrics'>;
  readonly gates: ApiGates;
  /** Real time. */
  readonly wallClock: Clock;
};

const textSchema = {
  tags: ['debug'],
  summary: 'Metrics for Prometheus',
  response: { 200: z.string().describe('text/plain; version=0.0.4'), 404: errorAnswer },
};
const debugSchema = {
  tags: ['debug'],
  summary: 'Metrics for the debug page',
  response: { 200: metricsAnswer, 404: errorAnswer },
};

/** Measures the requests of `app`; to be called before routes are added. Bounded by its routes and their statuses. */
export function measureRequests(app: FastifyInstance, gate: 'on' | 'off'): ReadonlyMap<string, Timer> {
  const timers = new Map<string, Timer>();
  if (gate === 'off') return timers;
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const key = `http_request{method=${request.method},route=${route},status=${reply.statusCode}}`;
    const { count, totalMs, maxMs } = timers.get(key) ?? { count: 0, totalMs: 0, maxMs: 0 };
    const ms = reply.elapsedTime;
    timers.set(key, { count: count + 1, totalMs: totalMs + ms, maxMs: Math.max(maxMs, ms) });
  });
  return timers;
}

/** Adds the routes. */
export function metricsRoutes(app: FastifyInstance, parts: MetricsParts, timers: ReadonlyMap<string, Timer>): void {
  const { control, gates, wallClock } = parts;
  const text = { schema: textSchema, exposeHeadRoute: false, onRequest: onlyWhen(gates.metrics) };
  app.get('/metrics', text, (_request, reply) => {
    const body = toPrometheusText(control.metrics(), timers);
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(Buffer.from(body));
  });
  const debug = { schema: debugSchema, exposeHeadRoute: false, onRequest: onlyWhen(gates.debug, gates.metrics) };
  app.get('/api/market/debug/metrics', debug, () => describeMetrics(wallClock.now(), control.metrics(), timers));
}
