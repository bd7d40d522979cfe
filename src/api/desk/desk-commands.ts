/**
 * What the desk lets an operator do. Everything that sells must be confirmed in the request itself; a page asks twice
 * before it sends that (R9-1). Nothing is said to be done before it is.
 */
import type { FastifyReply } from 'fastify';
import { toReason } from '../../model/failure.ts';
import { refuseWithout } from './desk-answers.ts';
import type { DeskCall, DeskHandler } from './desk-call.ts';
import type { DeskRunner } from './desk-ports.ts';
import type { DeskRouteKey } from './desk-routes.ts';

type Fields = Readonly<Record<string, unknown>>;
type CommandKey = Extract<DeskRouteKey, `POST ${string}`>;

const REASON_MAX = 200;
const ID_FORM = /^[A-Za-z0-9_-]{1,80}$/;

/** A handler for each command. */
export const DESK_COMMANDS: Readonly<Record<CommandKey, DeskHandler>> = {
  'POST /hotcoin/config': (call) => changeConfig(call, 'save'),
  'POST /hotcoin/config/preview': (call) => changeConfig(call, 'preview'),
  'POST /hotcoin/api/emergency_close': ofBody(closeEverything),
  'POST /hotcoin/api/close_position': ofBody(closePosition),
  'POST /hotcoin/api/acknowledge': ofBody(async ({ control }, { what }, { reply, now }) => {
    if (what !== 'halt' && what !== 'emergency') return refuse(reply, 'what_unknown', 'what must be halt or emergency');
    const isDone = await control.acknowledge(what);
    return reply.send({ ok: true, message: isDone ? `${what} acknowledged` : `there is no ${what}`, ts: now / 1_000 });
  }),
  'POST /hotcoin/api/entries': ofBody(async ({ control }, { action, reason }, { reply, now }) => {
    if (action !== 'pause' && action !== 'resume') {
      return refuse(reply, 'action_unknown', 'action must be pause or resume');
    }
    if (action === 'pause') await control.pauseEntries(reasonOf(reason));
    else await control.resumeEntries();
    return reply.send({ ok: true, message: `entries: ${action}`, ts: now / 1_000 });
  }),
};

/** The JSON object that came with a request; `null` for anything else. */
function fieldsOf({ body }: DeskCall['request']): Fields | null {
  try {
    const value: unknown = body instanceof Buffer && body.length > 0 ? JSON.parse(body.toString('utf8')) : {};
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    // Not JSON is one more way of not being an object; the caller answers 400.
    return null;
  }
}

type Command = (runner: DeskRunner, fields: Fields, call: DeskCall) => Promise<FastifyReply>;

/** A command with its body; 503 without a runner, 400 for what is no object, 500 for what went wrong. */
function ofBody(command: Command): DeskHandler {
  return async (call) => {
    const { runner, reply, request } = call;
    if (runner === null) return refuseWithout(reply);
    const fields = fieldsOf(request);
    if (fields === null) return refuse(reply, 'body_malformed', 'the body is not a JSON object');
    try {
      return await command(runner, fields, call);
    } catch (error) {
      return reply.status(500).send({ ok: false, error: 'command_failed', message: toReason(error) });
    }
  };
}

function refuse(reply: FastifyReply, error: string, message: string): FastifyReply {
  return reply.status(400).send({ ok: false, error, message });
}

async function closeEverything({ control }: DeskRunner, fields: Fields, call: DeskCall): Promise<FastifyReply> {
  const { reply, now } = call;
  if (fields['confirm'] !== 'yes') return refuse(reply, 'confirm_required', 'send {"confirm":"yes"}');
  const sent = fields['request_id'];
  if (sent !== undefined && !(typeof sent === 'string' && ID_FORM.test(sent))) {
    return refuse(reply, 'request_id_malformed', 'request_id is up to 80 of A-Z a-z 0-9 _ -');
  }
  const requestId = typeof sent === 'string' ? sent : `web-${now.toString(36)}`;
  return reply.send(await control.emergencyClose({ requestId, reason: reasonOf(fields['reason']) }));
}

async function closePosition({ control }: DeskRunner, fields: Fields, call: DeskCall): Promise<FastifyReply> {
  const { reply, now } = call;
  if (fields['confirm'] !== 'yes') return refuse(reply, 'confirm_required', 'send {"confirm":"yes"}');
  const id = fields['position_id'];
  if (typeof id !== 'string' || !ID_FORM.test(id)) return refuse(reply, 'position_id_malformed', 'name a position');
  if (await control.closePosition(id)) return reply.send({ ok: true, message: 'it is being sold', ts: now / 1_000 });
  return reply.status(404).send({ ok: false, error: 'position_unknown', message: 'there is no such position' });
}

function reasonOf(reason: unknown): string {
  return typeof reason === 'string' && reason.trim() !== '' ? reason.trim().slice(0, REASON_MAX) : 'by an operator';
}

async function changeConfig({ desk, request, reply }: DeskCall, how: 'save' | 'preview'): Promise<FastifyReply> {
  if (desk.config === null) return reply.status(404).send({ detail: 'config_not_edited_here' });
  const fields = fieldsOf(request);
  const saved = fields === null ? null : await desk.config[how](fields);
  if (saved?.ok === true) return reply.send(saved.value);
  const problems = saved === null ? ['the body is not a JSON object'] : saved.error.problems.slice(0, 8);
  return reply.status(400).send({ success: false, message: problems.join('; '), problems });
}
