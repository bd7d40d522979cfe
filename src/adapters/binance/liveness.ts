/**
 * Judgement over connections from what they have proven: whether one is dead, and how an overlap that took its whole
 * time ends. Pure; the lane acts on it.
 */
import { addMs, type EpochMs } from '../../core/time.ts';
import type { SilenceLimits } from './cadence.ts';
import type { SocketLife } from './socket-life.ts';

/** Silences that a connection may keep, in milliseconds. */
export type LivenessLimits = SilenceLimits & { readonly firstFrameMs: number };

/** Doublings of the first-frame wait: 15 s become 2 min, in which even an idle 1m stream has closed a candle. */
const PATIENCE_DOUBLINGS_MAX = 3;

/** The wait for a first frame after `silentStarts` connections in a row that never sent one. */
export function patientFirstFrameMs(firstFrameMs: number, silentStarts: number): number {
  return firstFrameMs * 2 ** Math.min(silentStarts, PATIENCE_DOUBLINGS_MAX);
}

/** How long a dead connection has been silent, `null` while it may live. */
export function findDeath(life: SocketLife, now: EpochMs, limits: LivenessLimits): number | null {
  return life.findOverdueFirstFrame(now, limits.firstFrameMs) ?? life.findDeadSilence(now, limits);
}

/** How an overlap ends that could not hand over every stream. */
export type OverlapVerdict =
  | { readonly kind: 'cutOver'; readonly lost: readonly string[] }
  | { readonly kind: 'keepOld'; readonly missing: string };

/**
 * Judges `names`, the live streams that were not handed over. The old connection is kept when it delivered one in the
 * second half of the overlap that the successor never did: that successor is deaf. Otherwise a stream that only the
 * successor delivers has a hole, and one that neither delivers has lost nothing.
 */
export function judgeOverlap(overlap: {
  readonly old: SocketLife;
  readonly next: SocketLife;
  readonly names: readonly string[];
  readonly overlapMs: number;
}): OverlapVerdict {
  const { old, next, names } = overlap;
  const secondHalf = addMs(next.bornAt, Math.floor(overlap.overlapMs / 2));
  const missing = names.find((name) => next.seen(name) === null && old.heardSince(name, secondHalf));
  if (missing !== undefined) return { kind: 'keepOld', missing };
  if (next.firstFrameAt === null) return { kind: 'keepOld', missing: 'every stream' };
  return { kind: 'cutOver', lost: names.filter((name) => next.seen(name) !== null) };
}
