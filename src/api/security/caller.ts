/**
 * Who asks: nobody we know, a browser with a session, a program with a token, or anybody at all where the desk is open
 * (a demo on loopback). Derived once for each request.
 */
import type { FastifyRequest } from 'fastify';
import type { TokenHolder } from './access-ports.ts';
import type { GrantedScope } from './scopes.ts';
import type { Session } from './sessions.ts';

/** Whoever asks. */
export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'anybody' }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'token'; readonly holder: TokenHolder };

/** A token is presented like this: a header that no page can send to another origin without being allowed to. */
export function bearerOf(authorization: string | undefined): string | null {
  const match = /^Bearer ([\x21-\x7e]{1,200})$/.exec(authorization ?? '');
  return match?.[1] ?? null;
}

/** What the caller may do; a session may do everything, money only a moment after the passphrase. */
export function scopeOf(caller: Caller): GrantedScope | 'public' {
  if (caller.kind === 'nobody') return 'public';
  return caller.kind === 'token' ? caller.holder.scope : 'money';
}

/** The caller as the audit log names them. */
export function actorOf(caller: Caller): string {
  if (caller.kind === 'token') return `token ${caller.holder.name}`;
  return caller.kind === 'session' ? 'operator' : caller.kind === 'anybody' ? 'open desk' : 'unknown';
}

const CALLERS = new WeakMap<FastifyRequest, Caller>();

/** Remembers who asks while the request lives. */
export function noteCaller(request: FastifyRequest, caller: Caller): void {
  CALLERS.set(request, caller);
}

/** Who asks, as the guard found; nobody before it looked. */
export function callerOf(request: FastifyRequest): Caller {
  return CALLERS.get(request) ?? { kind: 'nobody' };
}
