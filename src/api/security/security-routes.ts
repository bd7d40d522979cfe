/**
 * Paths of logging in, as data; they are guarded like the others.
 */
import type { DeskRoute } from '../desk/desk-routes.ts';

/** Routes of the guard. */
export const SECURITY_ROUTES = [
  { method: 'POST', path: '/hotcoin/api/login', scope: 'public', summary: 'Gives a session for the passphrase' },
  { method: 'GET', path: '/hotcoin/api/session', scope: 'public', summary: 'Whether one is logged in, and its token' },
  { method: 'POST', path: '/hotcoin/api/logout', scope: 'read', summary: 'Ends the session' },
  {
    method: 'POST',
    path: '/hotcoin/api/step_up',
    scope: 'read',
    summary: 'The passphrase once more, before money moves',
  },
] as const satisfies readonly DeskRoute[];
