/**
 * Whether a request may pass, as a pure function of what is known of it; the reason is a stable word of the wire.
 */

import type { DeskScope } from '../desk/desk-routes.ts';
import { type Caller, scopeOf } from './caller.ts';
import { allowsScope } from './scopes.ts';

/** Why a request is refused: `detail` of the answer. */
export type Refusal =
  | 'host_not_allowed'
  | 'login_required'
  | 'scope_too_small'
  | 'foreign_origin'
  | 'csrf_token_wrong'
  | 'step_up_required'
  | 'route_not_listed';

/** HTTP status of each refusal. */
export const REFUSAL_STATUS: Readonly<Record<Refusal, 401 | 403 | 421>> = {
  host_not_allowed: 421,
  login_required: 401,
  scope_too_small: 403,
  foreign_origin: 403,
  csrf_token_wrong: 403,
  step_up_required: 403,
  route_not_listed: 403,
};

/** What is known of a request. */
export type Known = {
  /** `null`: the table does not know the route, so nobody may. */
  readonly wanted: DeskScope | null;
  readonly effect: 'reads' | 'writes';
  readonly host: 'own' | 'other';
  /** Of the page that sends: ours, another, or not told, as by a program. */
  readonly origin: 'own' | 'other' | 'untold';
  readonly caller: Caller;
  readonly csrf: 'right' | 'wrong';
  readonly passphrase: 'fresh' | 'stale';
};

/** `null` lets it pass. The first thing that is wrong is told. */
export function judgeRequest(known: Known): Refusal | null {
  const { wanted, effect, host, origin, caller, csrf, passphrase } = known;
  if (host === 'other') return 'host_not_allowed';
  if (wanted === null) return 'route_not_listed';
  if (origin === 'other') return 'foreign_origin';
  if (!allowsScope(scopeOf(caller), wanted)) return caller.kind === 'nobody' ? 'login_required' : 'scope_too_small';
  // Logging in shows the passphrase, which is more than any session.
  if (effect === 'reads' || caller.kind === 'token' || wanted === 'public') return null;
  // A browser sends the operator's cookie by itself, so whatever changes something has to show more than that.
  if (caller.kind === 'session') {
    if (origin === 'untold') return 'foreign_origin';
    if (csrf === 'wrong') return 'csrf_token_wrong';
    if (wanted === 'money' && passphrase === 'stale') return 'step_up_required';
  }
  return null;
}
