/**
 * Which ids were seen: at most a fixed number for a fixed time. An id that is seen again stays young, and the oldest
 * give way one by one, so that nothing known is ever told again as new in one stroke (problems R3-8, R3-9).
 */
import type { EpochMs } from '../core/time.ts';

/** Ids with the time they were last seen, the one unseen for longest first; plain data. */
export type SeenIds = { times: Record<string, EpochMs>; count: number };

/** Limits of a memory. */
export type SeenLimits = { readonly max: number; readonly ttlMs: number };

/** Nothing seen. */
export function createSeenIds(): SeenIds {
  return { times: {}, count: 0 };
}

/** Notes `id` and answers whether it is new. */
export function noteSeen(
  seen: SeenIds,
  id: string,
  { now, max, ttlMs }: SeenLimits & { readonly now: EpochMs },
): 'new' | 'known' {
  // A letter in front keeps ids of digits in the order of their arrival, and names like `__proto__` harmless.
  const key = `#${id}`;
  const time = seen.times[key];
  if (time === undefined) seen.count++;
  delete seen.times[key];
  seen.times[key] = now;
  for (const oldest in seen.times) {
    const isOver = now - (seen.times[oldest] as EpochMs) >= ttlMs;
    if (!isOver && seen.count <= max) break;
    delete seen.times[oldest];
    seen.count--;
  }
  return time !== undefined && now - time < ttlMs ? 'known' : 'new';
}

/** Every id with the time it was last seen, the one unseen for longest first. */
export function listSeen(seen: SeenIds): readonly (readonly [id: string, time: EpochMs])[] {
  return Object.entries(seen.times).map(([key, time]) => [key.slice(1), time]);
}

/** The memory that `listSeen` told of; times must not fall. */
export function restoreSeen(entries: readonly (readonly [id: string, time: EpochMs])[]): SeenIds {
  const times = Object.fromEntries(entries.map(([id, time]) => [`#${id}`, time]));
  return { times, count: Object.keys(times).length };
}
