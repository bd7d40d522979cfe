/**
 * How a poll ended, in the words of discovery: only a venue that wants to be left alone and one that gives no answer
 * make the next question wait longer (problem A-2).
 */
import type { PollOutcome } from '../../discovery/index.ts';
import type { Failure } from '../../model/failure.ts';

/** The outcome of a poll that ended with `failed`, or well where it is `null`. */
export function toPollOutcome(failed: Failure | null): PollOutcome {
  if (failed === null) return { kind: 'answered' };
  const { status } = failed.context;
  if (typeof status === 'number') return { kind: 'failed', status };
  // Not sent because the venue's pause is not over: as if it had said so again.
  return { kind: 'failed', status: failed.code === 'venue_rate_limited' ? 429 : null };
}
