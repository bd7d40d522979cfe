/**
 * One request of the desk on its way: the runner is taken once, at its beginning, and is the one it answers for.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EpochMs } from '../../core/time.ts';
import type { RawQuery } from '../query-parser.ts';
import type { Desk, DeskRunner } from './desk-ports.ts';

/** A request under way. */
export type DeskCall = {
  readonly desk: Desk;
  readonly runner: DeskRunner | null;
  readonly now: EpochMs;
  readonly request: FastifyRequest;
  readonly query: RawQuery;
  readonly reply: FastifyReply;
  /** Whether whoever asks is logged in. */
  readonly caller: 'known' | 'unknown';
};

/** Answers a request. */
export type DeskHandler = (call: DeskCall) => FastifyReply | Promise<FastifyReply>;

/** Detail of answer 503 where no engine runs. */
export const NOT_RUNNING = 'runner_not_attached';

/** A handler of what only a runner knows; 503 without one. */
export function ofRunner(answer: (runner: DeskRunner, call: DeskCall) => object | Promise<object>): DeskHandler {
  return async (call) => {
    if (call.runner === null) return call.reply.status(503).send({ detail: NOT_RUNNING });
    return call.reply.send(await answer(call.runner, call));
  };
}
