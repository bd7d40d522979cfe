/**
 * What a server is guarded by.
 */
import type { Clock } from '../../ports/clock.ts';
import type { DeskRoute } from '../desk/desk-routes.ts';
import type { Access } from './access-ports.ts';
import type { Attempts, Rates } from './attempts.ts';
import type { OwnNames } from './origins.ts';
import type { MakeSecret, SessionLimits, Sessions } from './sessions.ts';

/** What guarding needs. */
export type GuardOptions = {
  /** `open`: nobody is asked for a passphrase; only for a demo on loopback. */
  readonly access: Access | 'open';
  /** The table of every route that is guarded, apart from the guard's own. */
  readonly routes: readonly DeskRoute[];
  readonly names: OwnNames;
  /** `https` marks the cookie so that it never travels in the open. */
  readonly scheme: 'http' | 'https';
  /** Tells servers on one host apart, because cookies do not. */
  readonly cookieSuffix: string;
  /** Real time. */
  readonly clock: Clock;
  readonly secret: MakeSecret;
  readonly rates?: Rates;
  readonly sessionLimits?: SessionLimits;
};

/** Where logging in leaves its marks. */
export type LoginDesk = {
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  readonly options: GuardOptions;
  readonly cookieName: string;
};
