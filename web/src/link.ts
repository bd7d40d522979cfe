/**
 * The socket's state in the four words that the lamp shows.
 */
import type { Link } from './session-state.ts';

/** What the lamp says. */
export type LinkKind = 'connecting' | 'live' | 'reconnecting' | 'offline';

/** Failed attempts after which the lamp says offline: about half a minute of trying. */
const OFFLINE_AFTER = 6;

/** The word for `link`. */
export function linkKind(link: Link): LinkKind {
  if (link.openedAt !== null) return 'live';
  if (link.failures === 0) return 'connecting';
  return link.failures >= OFFLINE_AFTER ? 'offline' : 'reconnecting';
}

/** Whole seconds until the next attempt, at least 1; `null` while none is waiting. */
export function secondsToRetry(link: Link, at: number): number | null {
  return link.retryAt === null ? null : Math.max(1, Math.ceil((link.retryAt - at) / 1000));
}
