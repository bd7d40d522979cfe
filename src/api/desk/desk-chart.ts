/**
 * The chart's question: what is wanted, checked to the letter; which coin, interval and chain must be right, numbers are
 * taken as near as they can be.
 */
import type { FastifyReply } from 'fastify';
import { err, ok, type Result } from '../../core/result.ts';
import type { RawQuery } from '../query-parser.ts';
import { type DeskCall, NOT_RUNNING } from './desk-call.ts';
import type { ChartWanted } from './desk-ports.ts';
import { clampInteger, textOf } from './desk-query.ts';

type Problem = 'invalid_symbol' | 'invalid_interval' | 'invalid_trace_id';

const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'];
const DAYS = { name: 'days', min: 1, max: 30, initial: 3 };
const BARS = { name: 'bars_limit', min: 100, max: 2_000, initial: 800 };

/** What a query wants, or what is wrong with it. */
export function parseChartQuery(query: RawQuery): Result<ChartWanted, Problem> {
  const symbol = (textOf(query, 'symbol') ?? '').toUpperCase();
  if (!/^[A-Z0-9]{5,20}$/.test(symbol)) return err('invalid_symbol');
  const interval = textOf(query, 'interval') ?? '5m';
  if (!INTERVALS.includes(interval)) return err('invalid_interval');
  const traceId = textOf(query, 'trace_id');
  if (traceId !== null && !/^[A-Za-z0-9_-]{1,80}$/.test(traceId)) return err('invalid_trace_id');
  const scores = /^(1|true|yes|on)$/i.test(textOf(query, 'scores') ?? '') ? 'with' : 'without';
  return ok({
    symbol,
    interval,
    days: clampInteger(query, DAYS),
    barsMax: clampInteger(query, BARS),
    traceId,
    scores,
  });
}

/** Answers a chart. */
export async function answerChart({ runner, query, reply }: DeskCall): Promise<FastifyReply> {
  const wanted = parseChartQuery(query);
  if (!wanted.ok) return reply.status(400).send({ error: wanted.error });
  if (runner === null) return reply.status(503).send({ detail: NOT_RUNNING });
  const chart = await runner.queries.chart(wanted.value);
  return chart.ok ? reply.send(chart.value) : reply.status(502).send({ detail: chart.error.code });
}
