/**
 * The state of the socket in the word that the lamp shows.
 */

/** How the socket stands. */
export type DeskLink = {
  readonly openedAt: number | null;
  readonly failures: number;
  readonly retryAt: number | null;
  /** When the last message came, in this machine's milliseconds; `null` before the first. */
  readonly heardAt: number | null;
};

/** A socket that says nothing for this long is silent: the status changes several times a second. */
const SILENT_MS = 5_000;
/** Failed attempts after which the lamp says offline. */
const OFFLINE_AFTER = 6;

/** The word of the lamp. */
export type LinkWord = 'connecting' | 'live' | 'silent' | 'reconnecting' | 'offline';

/** The word for a link at `now`. */
export function linkWord({ openedAt, failures, heardAt }: DeskLink, now: number): LinkWord {
  if (openedAt !== null) return now - Math.max(openedAt, heardAt ?? 0) > SILENT_MS ? 'silent' : 'live';
  if (failures === 0) return 'connecting';
  return failures >= OFFLINE_AFTER ? 'offline' : 'reconnecting';
}
