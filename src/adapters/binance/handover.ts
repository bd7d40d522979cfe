/**
 * When a stream may move from an old connection to its successor without losing a candle. Both carry the same frames
 * for a while; the old one may go once everything that the new one came too late for has arrived on it.
 */
import type { EpochMs } from '../../core/time.ts';

/** The part of an update that tells where its stream stands: what it speaks of, and whether that is over. */
export type StreamUpdate = { readonly state: 'forming' | 'closed'; readonly openTime: EpochMs };

/** What one connection has delivered of one stream. */
export type StreamSeen = {
  /** Open time of the first candle it spoke of. */
  readonly firstOpen: EpochMs;
  /** Newest open time it spoke of. */
  readonly lastOpen: EpochMs;
  /** Newest open time it closed; `null` before the first close. */
  readonly lastClosedOpen: EpochMs | null;
};

/** `seen` after one more update. */
export function foldSeen(seen: StreamSeen | null, update: StreamUpdate): StreamSeen {
  const { openTime } = update;
  const closed = update.state === 'closed' ? openTime : null;
  if (seen === null) return { firstOpen: openTime, lastOpen: openTime, lastClosedOpen: closed };
  return {
    firstOpen: seen.firstOpen,
    lastOpen: laterOf(seen.lastOpen, openTime),
    lastClosedOpen: closed === null ? seen.lastClosedOpen : laterOf(seen.lastClosedOpen ?? closed, closed),
  };
}

function laterOf(a: EpochMs, b: EpochMs): EpochMs {
  return a > b ? a : b;
}

/**
 * Whether `next` will deliver every close that `old` has not delivered yet. `next` closes its first candle and all
 * later ones; a connection delivers a stream in order, so `old` owes nothing before that candle once it has spoken of
 * it, or closed the one before it.
 */
export function isHandedOver(streams: {
  readonly old: StreamSeen | null;
  readonly next: StreamSeen | null;
  readonly lengthMs: number;
}): boolean {
  const { old, next, lengthMs } = streams;
  if (old === null || next === null) return false;
  if (old.lastOpen >= next.firstOpen) return true;
  return old.lastClosedOpen !== null && old.lastClosedOpen + lengthMs >= next.firstOpen;
}
