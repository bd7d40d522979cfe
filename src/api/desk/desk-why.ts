/**
 * The question why: about a coin at a moment, about a position, or about everything since a while ago.
 */
import type { FastifyReply } from 'fastify';
import { type EpochMs, isEpochMs } from '../../core/time.ts';
import type { RawQuery } from '../query-parser.ts';
import { type DeskCall, NOT_RUNNING } from './desk-call.ts';
import type { WhyWanted } from './desk-ports.ts';
import { textOf } from './desk-query.ts';

const WEEK_MS = 7 * 86_400_000;
const ID_FORM = /^[A-Za-z0-9_-]{1,80}$/;

/** Answers it; a time that is none counts as not given. */
export async function answerWhy({ runner, query, now, reply }: DeskCall): Promise<FastifyReply> {
  const wanted = parseWhy(query, now);
  if (wanted === null) return reply.status(400).send({ detail: 'symbol or trade is malformed' });
  if (runner === null) return reply.status(503).send({ detail: NOT_RUNNING });
  const answer = await runner.queries.why(wanted, textOf(query, 'lang') === 'zh' ? 'zh' : 'en');
  return answer === null ? reply.status(404).send({ detail: 'nothing is known of it' }) : reply.send(answer);
}

function parseWhy(query: RawQuery, now: EpochMs): WhyWanted | null {
  const trade = textOf(query, 'trade');
  if (trade !== null) return ID_FORM.test(trade) ? { about: 'position', positionId: trade } : null;
  const symbol = textOf(query, 'symbol')?.toUpperCase().replace('/', '') ?? null;
  if (symbol !== null) {
    return /^[A-Z0-9]{5,20}$/.test(symbol) ? { about: 'coin', symbol, at: timeOf(query, 'time') } : null;
  }
  return { about: 'everything', from: timeOf(query, 'from') ?? ((now - WEEK_MS) as EpochMs) };
}

function timeOf(query: RawQuery, name: string): EpochMs | null {
  const ms = Math.round(Number(textOf(query, name) ?? Number.NaN) * 1_000);
  return isEpochMs(ms) ? ms : null;
}
