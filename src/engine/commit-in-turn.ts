/**
 * The commit of a burst over a journal and a store that know nothing of each other: first the one, then the other.
 */
import type { CandleStore } from '../ports/candle-store.ts';
import type { CommitBurst } from '../ports/commit-burst.ts';
import type { Journal } from '../ports/journal.ts';

/** Flushes `journal` against a killed process, then saves to `store`. */
export function commitInTurn(journal: Pick<Journal, 'flush'>, store: Pick<CandleStore, 'save'>): CommitBurst {
  return async (batch) => {
    await journal.flush('process');
    return store.save(batch);
  };
}
