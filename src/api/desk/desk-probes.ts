/**
 * The two questions of whoever watches over the process. `/health`: does the engine run; when not, a restart is in order.
 * `/ready`: does it know its market and itself, so that it can be relied on; a latch or a pause is the will of an
 * operator or of a rule and no lack, but is named. Exits go on in either case.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { EpochMs } from '../../core/time.ts';
import { toReason } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { type ProbeAnswer, probeAnswer } from '../contract.ts';
import { deriveHealth } from './desk-health.ts';
import type { Desk, DeskRunner } from './desk-ports.ts';
import { toStatus } from './desk-status.ts';

/** What the routes work with. */
export type ProbeParts = { readonly desk: Pick<Desk, 'runner'>; readonly clock: Clock };

const NOT_RUNNING: ProbeAnswer = { status: 'unavailable', reasons: ['engine_not_running'] };
/** Checks without which nothing here can be relied on. */
const NEEDED: ReadonlySet<string> = new Set(['runner', 'market_data', 'websocket']);

const response = { 200: probeAnswer, 503: probeAnswer };

/** Adds the routes. */
export function addProbes(app: FastifyInstance, { desk, clock }: ProbeParts): void {
  const schemaOf = (summary: string) => ({ tags: ['hotwick'], summary, response });
  const health = { schema: schemaOf('Whether the engine runs'), exposeHeadRoute: false };
  app.get('/health', health, (_request, reply) => send(reply as FastifyReply, judgeHealth(desk.runner())));
  const ready = { schema: schemaOf('Whether the engine knows its market'), exposeHeadRoute: false };
  app.get('/ready', ready, (_request, reply) =>
    send(reply as FastifyReply, judgeReadiness(desk.runner(), clock.now())),
  );
}

function send(reply: FastifyReply, answer: ProbeAnswer): FastifyReply {
  return reply.status(answer.status === 'ok' ? 200 : 503).send(answer);
}

function judgeHealth(runner: DeskRunner | null): ProbeAnswer {
  return runner === null ? NOT_RUNNING : { status: 'ok', reasons: [] };
}

function judgeReadiness(runner: DeskRunner | null, now: EpochMs): ProbeAnswer {
  if (runner === null) return NOT_RUNNING;
  try {
    const status = toStatus({ runner, file: null }, now);
    const { checks } = deriveHealth({ status, runner: 'attached', snapshot: 'fresh', snapshotAgeSec: null });
    const reasons = Object.entries(checks).flatMap(([name, severity]) => (severity === 'ok' ? [] : [name]));
    const isReady = status.engine_state !== 'unknown' && reasons.every((name) => !NEEDED.has(name));
    return { status: isReady ? 'ok' : 'unavailable', reasons };
  } catch (error) {
    // Trading that is still being opened has no state to judge; what else may be wrong is in the status.
    return { status: 'unavailable', reasons: [`not_open: ${toReason(error)}`.slice(0, 80)] };
  }
}
