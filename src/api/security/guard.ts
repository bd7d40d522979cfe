/**
 * The guard of a server: one hook before every route. It finds out who asks and from where, asks the table what the route
 * wants, lets the request pass or refuses it, and writes down everything that changes something. Fail closed: a route
 * that the table does not list is nobody's.
 */

import type { IncomingMessage } from 'node:http';
import { fastifyCookie } from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addMs } from '../../core/time.ts';
import type { Cancel } from '../../ports/clock.ts';
import type { DeskScope } from '../desk/desk-routes.ts';
import { Attempts } from './attempts.ts';
import { actorOf, bearerOf, type Caller, callerOf, noteCaller, scopeOf } from './caller.ts';
import type { GuardOptions } from './guard-options.ts';
import { addLogin } from './login.ts';
import { isForeignPage, isOwnHost, isOwnOrigin } from './origins.ts';
import { allowsScope } from './scopes.ts';
import { SECURITY_ROUTES } from './security-routes.ts';
import { isSameText, Sessions } from './sessions.ts';
import { judgeRequest, type Known, REFUSAL_STATUS, type Refusal } from './verdict.ts';

/** Header in which a page shows that it could read its session's token. */
export const CSRF_HEADER = 'x-hotwick-csrf';

/** How long somebody who may look no longer can go on looking at a socket. */
const SOCKET_LOOK_MS = 5_000;

/** Watches the doors of one server. */
export class Guard {
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  readonly options: GuardOptions;
  readonly cookieName: string;
  readonly #scopes: ReadonlyMap<string, DeskScope>;
  readonly #prefixes: readonly { readonly prefix: string; readonly scope: DeskScope }[];

  constructor(options: GuardOptions) {
    this.options = options;
    this.sessions = new Sessions(options, options.sessionLimits);
    this.attempts = new Attempts(options.rates);
    this.cookieName = `hotwick_session_${options.cookieSuffix}`;
    const all = [...options.routes, ...SECURITY_ROUTES];
    this.#scopes = new Map(all.map(({ method, path, scope }) => [`${method} ${path}`, scope]));
    this.#prefixes = all
      .filter(({ path }) => path.endsWith('*'))
      .map(({ path, scope }) => ({ prefix: path.slice(0, -1), scope }));
  }

  /** Adds the hooks and the routes of logging in to `app`, before anything that it guards. */
  readonly install = (app: FastifyInstance): void => {
    void app.register(fastifyCookie);
    void app.register(fastifyHelmet, headersOf(this.options.scheme));
    app.addHook('onRequest', (request, reply) => this.#admit(request, reply));
    app.addHook('onResponse', async (request, reply) => this.#note(request, reply));
    void app.register(async (scope) => addLogin(scope, this));
  };

  /** Why an upgrade is refused; browsers send the cookie with it from any page, so it has to come from ours. */
  readonly refuseSocket = (request: IncomingMessage): string | null => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const caller = this.#recognise(request.headers.authorization, cookieOf(request.headers.cookie, this.cookieName));
    const { origin } = request.headers;
    const refusal = judgeRequest({
      wanted: this.#wantedBy(`GET ${path}`, path),
      effect: 'reads',
      host: isOwnHost(request.headers, this.options.names) ? 'own' : 'other',
      origin: origin === undefined ? 'untold' : isOwnOrigin(request.headers) ? 'own' : 'other',
      caller,
      csrf: 'wrong',
      passphrase: 'stale',
    });
    // A cookie without the word of a browser where it comes from is not enough for a socket.
    if (refusal === null && origin === undefined && caller.kind === 'session') return 'foreign_origin';
    return refusal;
  };

  /** A socket outlives the request that opened it, so whoever it is for is looked after until it closes. */
  readonly watchSocket = (request: IncomingMessage, end: () => void): Cancel => {
    const { clock } = this.options;
    const caller = this.#recognise(request.headers.authorization, cookieOf(request.headers.cookie, this.cookieName));
    let cancel: Cancel = () => {};
    const look = (): void => {
      if (this.#isKnownStill(caller)) cancel = clock.schedule(addMs(clock.now(), SOCKET_LOOK_MS), look);
      else end();
    };
    look();
    return () => cancel();
  };

  /** Whether whoever asks may look. */
  readonly callerOf = (request: FastifyRequest): 'known' | 'unknown' =>
    allowsScope(scopeOf(callerOf(request)), 'read') ? 'known' : 'unknown';

  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (request.is404) return undefined; // answered as such, and there is nothing to guard
    const { headers, ip } = request;
    const effect = request.method === 'GET' || request.method === 'HEAD' ? 'reads' : 'writes';
    const wait = await this.attempts.count(effect, ip);
    if (wait > 0) return refuseFor(reply, wait);
    const caller = this.#recognise(headers.authorization, request.cookies[this.cookieName]);
    if (caller.kind === 'nobody' && headers.authorization !== undefined) {
      const guessWait = await this.attempts.countGuess(ip);
      if (guessWait > 0) return refuseFor(reply, guessWait);
    }
    noteCaller(request, caller);
    const refusal = judgeRequest({ ...this.#look(request, caller), effect });
    if (refusal === null) return undefined;
    refusalWords.set(reply, refusal);
    if (refusal === 'login_required') reply.header('www-authenticate', 'Bearer');
    return reply.status(REFUSAL_STATUS[refusal]).send({ detail: refusal });
  }

  #look(request: FastifyRequest, caller: Caller): Omit<Known, 'effect'> {
    const { headers } = request;
    const path = request.routeOptions.url ?? '';
    const isForeign = headers.origin === undefined ? isForeignPage(headers) : !isOwnOrigin(headers);
    const csrf = headers[CSRF_HEADER];
    const { session } = caller.kind === 'session' ? caller : { session: null };
    return {
      wanted: this.#wantedBy(`${request.method === 'HEAD' ? 'GET' : request.method} ${path}`, path),
      host: isOwnHost(headers, this.options.names) ? 'own' : 'other',
      origin: isForeign ? 'other' : headers.origin === undefined ? 'untold' : 'own',
      caller,
      csrf: session !== null && typeof csrf === 'string' && isSameText(csrf, session.csrf) ? 'right' : 'wrong',
      passphrase: session !== null && this.sessions.isSteppedUp(session) ? 'fresh' : 'stale',
    };
  }

  #recognise(authorization: string | undefined, cookie: string | undefined): Caller {
    const { access } = this.options;
    if (access === 'open') return { kind: 'anybody' };
    if (authorization !== undefined) {
      const holder = access.findToken(bearerOf(authorization) ?? '');
      return holder === null ? { kind: 'nobody' } : { kind: 'token', holder };
    }
    const session = this.sessions.find(cookie);
    return session === null ? { kind: 'nobody' } : { kind: 'session', session };
  }

  #isKnownStill(caller: Caller): boolean {
    const { access } = this.options;
    if (caller.kind === 'session') return this.sessions.isAlive(caller.session);
    if (caller.kind === 'token') return access !== 'open' && access.hasToken(caller.holder.id);
    return caller.kind === 'anybody';
  }

  #wantedBy(key: string, path: string): DeskScope | null {
    const exact = this.#scopes.get(key);
    if (exact !== undefined) return exact;
    return this.#prefixes.find(({ prefix }) => path.startsWith(prefix) || `${path}/` === prefix)?.scope ?? null;
  }

  /** Everything that changes something, and everything that was refused it. */
  #note(request: FastifyRequest, reply: FastifyReply): void {
    const { access } = this.options;
    if (access === 'open' || request.method === 'GET' || request.method === 'HEAD' || request.is404) return;
    access.audit({
      actor: actorOf(callerOf(request)),
      action: `${request.method} ${request.routeOptions.url ?? ''}`,
      status: reply.statusCode,
      refusal: reply.statusCode < 400 ? null : (refusalWords.get(reply) ?? String(reply.statusCode)),
      address: request.ip,
    });
  }
}

const refusalWords = new WeakMap<FastifyReply, Refusal>();

function refuseFor(reply: FastifyReply, seconds: number): FastifyReply {
  return reply.status(429).header('retry-after', String(seconds)).send({ detail: 'too_many_requests' });
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  return fastifyCookie.parse(header ?? '')[name];
}

/** Nothing but what is served here; no frames around us; styles of the swagger page and charts are set by script. */
function headersOf(scheme: 'http' | 'https') {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: scheme === 'https',
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'no-referrer' as const },
    xFrameOptions: { action: 'deny' as const },
  };
}
