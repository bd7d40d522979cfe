/**
 * What changed in the pool since the round before: who came in, became active, is held, cools or left, and why.
 */
import type { CandidatePool } from '../../discovery/index.ts';
import type { Candidate, CandidateSource } from '../../model/candidate.ts';
import type { InstrumentId } from '../../model/instrument.ts';

/** Where a candidate is; `left` is the end of its stay. */
export type PoolPlace = 'probation' | 'active' | 'trading' | 'cooling' | 'left';

/** One move; `from` is `null` for one that came in. */
export type PoolChange = {
  readonly instrumentId: InstrumentId;
  readonly from: PoolPlace | null;
  readonly to: PoolPlace;
  /** Why it left. */
  readonly reason: string | null;
  readonly heat: number | null;
  readonly source: CandidateSource | null;
};

/** Places as last seen, by candidate; bounded by the pool. */
export type SeenPlaces = Record<string, PoolPlace>;

/** Compares the pool with what was seen, and brings that up to date; in the order of the pool. */
export function findPoolChanges(pool: CandidatePool, seen: SeenPlaces): readonly PoolChange[] {
  const changes: PoolChange[] = [];
  for (const candidate of Object.values(pool.candidates)) {
    const { instrumentId, heat, source, leaving: reason } = candidate;
    const from = Object.hasOwn(seen, instrumentId) ? (seen[instrumentId] ?? null) : null;
    const to = placeOf(candidate);
    if (to === from || (from === null && to === 'left')) continue;
    changes.push({ instrumentId, from, to, reason, heat, source });
    if (to === 'left') delete seen[instrumentId];
    else seen[instrumentId] = to;
  }
  for (const [instrumentId, from] of Object.entries(seen)) {
    if (Object.hasOwn(pool.candidates, instrumentId)) continue;
    delete seen[instrumentId];
    const gone = { instrumentId: instrumentId as InstrumentId, from, to: 'left' } as const;
    changes.push({ ...gone, reason: null, heat: null, source: null });
  }
  return changes;
}

function placeOf({ leaving, status, tier }: Candidate): PoolPlace {
  if (leaving !== null) return 'left';
  return status === 'trading' || status === 'cooling' ? status : tier;
}
