/**
 * Logging in and out, and giving the passphrase once more. A wrong one costs the same time as a right one and is
 * counted; while too many were wrong, nobody is even asked.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { passphraseBody, type SessionAnswer, sessionAnswer } from '../contract/security.ts';
import { callerOf, scopeOf } from './caller.ts';
import type { LoginDesk } from './guard-options.ts';
import type { Session } from './sessions.ts';

const BODY_BYTES_MAX = 4 * 1024;

/** Adds the routes of SECURITY_ROUTES. */
export function addLogin(app: FastifyInstance, guard: LoginDesk): void {
  app.removeAllContentTypeParsers();
  const limits = { parseAs: 'string', bodyLimit: BODY_BYTES_MAX } as const;
  app.addContentTypeParser<string>('application/json', limits, (_request, body, done) => done(null, body));
  const schema = { tags: ['access'], response: { 200: sessionAnswer } };
  app.post('/hotcoin/api/login', { schema: { ...schema, summary: 'Gives a session for the passphrase' } }, (...call) =>
    login(guard, ...call),
  );
  app.get('/hotcoin/api/session', { schema: { ...schema, summary: 'Whether one is logged in' } }, (request) =>
    describeCaller(guard, request),
  );
  app.post('/hotcoin/api/logout', { schema: { tags: ['access'], summary: 'Ends the session' } }, (...call) =>
    logout(guard, ...call),
  );
  const stepUpSchema = { ...schema, summary: 'The passphrase once more, before money moves' };
  app.post('/hotcoin/api/step_up', { schema: stepUpSchema }, (...call) => stepUp(guard, ...call));
}

async function login(guard: LoginDesk, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const refused = await refuseWrong(guard, request, reply);
  if (refused !== null) return refused;
  const old = callerOf(request);
  // Never the session that came with the request: somebody else may have planted it.
  if (old.kind === 'session') guard.sessions.close(old.session);
  const { name, session } = guard.sessions.open();
  reply.setCookie(guard.cookieName, name, {
    httpOnly: true,
    sameSite: 'strict',
    path: '/',
    secure: guard.options.scheme === 'https',
    expires: new Date(session.expiresTime),
  });
  return reply.send(describeSession(guard, session));
}

async function stepUp(guard: LoginDesk, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const caller = callerOf(request);
  if (caller.kind !== 'session') return reply.send(describeCaller(guard, request));
  const refused = await refuseWrong(guard, request, reply);
  if (refused !== null) return refused;
  guard.sessions.stepUp(caller.session);
  return reply.send(describeSession(guard, caller.session));
}

function logout(guard: LoginDesk, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const caller = callerOf(request);
  if (caller.kind === 'session') guard.sessions.close(caller.session);
  return reply.clearCookie(guard.cookieName, { path: '/' }).send({ ok: true });
}

/** `null` where the passphrase of the body is right. */
async function refuseWrong(
  guard: LoginDesk,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | null> {
  const { access } = guard.options;
  if (access === 'open') return null;
  const body = passphraseBody.safeParse(parse(request.body));
  if (!body.success) return reply.status(400).send({ detail: 'passphrase_missing' });
  const wait = await guard.attempts.countGuess(request.ip);
  if (wait > 0) return reply.status(429).header('retry-after', String(wait)).send({ detail: 'too_many_attempts' });
  if (!(await access.checkPassphrase(body.data.passphrase))) {
    return reply.status(401).send({ detail: 'passphrase_wrong' });
  }
  await guard.attempts.forgive(request.ip);
  return null;
}

function parse(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    return null; // refused as a body without a passphrase
  }
}

function describeSession(guard: LoginDesk, session: Session): SessionAnswer {
  return {
    access: 'guarded',
    caller: 'session',
    scope: 'money',
    csrf: session.csrf,
    expires_time: session.expiresTime,
    stepped_up_until: guard.sessions.isSteppedUp(session) ? session.steppedUpUntil : 0,
  };
}

function describeCaller(guard: LoginDesk, request: FastifyRequest): SessionAnswer {
  const caller = callerOf(request);
  if (caller.kind === 'session') return describeSession(guard, caller.session);
  return {
    access: guard.options.access === 'open' ? 'open' : 'guarded',
    caller: caller.kind,
    scope: scopeOf(caller),
    csrf: null,
    expires_time: null,
    stepped_up_until: 0,
  };
}
