/**
 * Since when a coin has been traded: asked of the venue once and kept, because it never changes (problem A-1).
 */
import type { EpochMs } from '../../core/time.ts';
import type { InstrumentId } from '../../model/instrument.ts';
import type { CandidateStore } from '../../ports/candidate-store.ts';
import type { MarketWatch } from '../../ports/market-watch.ts';

/** Answers the first traded day, `null` while it is not known. */
export type ListedTimes = { readonly find: (instrumentId: InstrumentId) => Promise<EpochMs | null> };

/** The times with what is stored of them. */
export async function createListedTimes(parts: {
  readonly candidates: Pick<CandidateStore, 'loadListedTimes' | 'saveListedTime'>;
  readonly watch: Pick<MarketWatch, 'fetchListedTime'>;
}): Promise<ListedTimes> {
  const known = new Map((await parts.candidates.loadListedTimes()).value);
  return {
    find: async (instrumentId) => {
      const stored = known.get(instrumentId);
      if (stored !== undefined) return stored;
      const answer = await parts.watch.fetchListedTime(instrumentId);
      if (!answer.ok || answer.value === null) return null;
      known.set(instrumentId, answer.value);
      await parts.candidates.saveListedTime(instrumentId, answer.value);
      return answer.value;
    },
  };
}
