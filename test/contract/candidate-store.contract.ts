/**
 * What every CandidateStore must do. A subject opens the same storage again and again.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { epochMs } from '../../src/core/time.ts';
import type { CandidateBatch } from '../../src/model/candidate.ts';
import type { ListingMemory } from '../../src/model/listing-facts.ts';
import type { CandidateStore } from '../../src/ports/candidate-store.ts';
import { anyCandidate, coinId, heatOf, knownCandidate, T0 } from '../fixtures/candidates.ts';

/** One storage. */
export type CandidateStoreSubject = { readonly open: () => CandidateStore; readonly destroy: () => void };

/** An adapter under test. */
export type CandidateStoreCase = { readonly name: string; readonly create: () => CandidateStoreSubject };

const ALL = { from: epochMs(0), to: epochMs(9_000_000_000_000), limit: 1_000 };
const MEMORY: ListingMemory = {
  seen: [
    ['12', epochMs(T0 - 5)],
    ['__proto__', T0],
  ],
  instruments: {
    'binance:spot:ABC/USDT': { status: 'trading', isMarketByQuote: true, permissions: ['SPOT'], firstSeenTime: null },
    'binance:spot:NEW/USDT': { status: 'halted', isMarketByQuote: false, permissions: [], firstSeenTime: T0 },
  },
  pending: {
    'binance:spot:SOON/USDT': {
      base: 'SOON',
      announcementId: '12',
      title: 'Binance Will List Soon (SOON)',
      announcedTime: T0,
      openTime: null,
      confidence: 'guess',
      expiresTime: epochMs(T0 + 9),
    },
  },
  delistings: { 'binance:spot:OLD/USDT': null, 'binance:spot:GONE/USDT': epochMs(T0 + 5) },
};

/** A batch at `T0` that does nothing else than `more`. */
export function batch(more: Partial<CandidateBatch>): CandidateBatch {
  return { time: T0, saved: [], removed: [], heat: [], ...more };
}

/** Runs the suite. */
export function describeCandidateStore({ name, create }: CandidateStoreCase): void {
  describe(`candidate store: ${name}`, () => {
    const subjects: CandidateStoreSubject[] = [];
    const openAll: CandidateStore[] = [];
    const subject = (): { readonly open: () => CandidateStore } => {
      const made = create();
      subjects.push(made);
      const open = (): CandidateStore => {
        const store = made.open();
        openAll.push(store);
        return store;
      };
      return { open };
    };
    afterEach(async () => {
      for (const store of openAll.splice(0)) await store.close();
      for (const { destroy } of subjects.splice(0)) destroy();
    });

    it('is empty at first', async () => {
      const store = subject().open();
      expect(await store.loadCandidates()).toEqual({ value: [], skipped: [] });
      expect(await store.loadListings()).toEqual({ value: null, skipped: [] });
      expect((await store.loadListedTimes()).value.size).toBe(0);
    });

    it('gives back any candidate as it was saved, in the order they came, also after a restart', async () => {
      const { open } = subject();
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(anyCandidate, { selector: ({ instrumentId }) => instrumentId, maxLength: 6 }),
          async (saved) => {
            const store = open();
            const before = (await store.loadCandidates()).value.map(({ instrumentId }) => instrumentId);
            await store.saveBatch(batch({ removed: before }));
            await store.saveBatch(batch({ saved }));
            await store.close();
            expect(await open().loadCandidates()).toEqual({ value: saved, skipped: [] });
          },
        ),
        { numRuns: 25 },
      );
    });

    it('replaces a candidate that is saved again and removes one that is removed', async () => {
      const store = subject().open();
      await store.saveBatch(batch({ saved: [knownCandidate('ABC'), knownCandidate('XYZ')] }));
      const hotter = knownCandidate('ABC', { heat: 90, status: 'cooling' });
      await store.saveBatch(batch({ saved: [hotter], removed: [coinId('XYZ'), coinId('NONE')] }));
      expect((await store.loadCandidates()).value).toEqual([hotter]);
    });

    it('R5-1: of fifty records of one candidate within a second one is kept, and the next after a whole minute', async () => {
      const store = subject().open();
      const times = Array.from({ length: 50 }, (_, index) => T0 + index * 20);
      await Promise.all(
        times.map((time) => store.saveBatch(batch({ heat: [heatOf('ABC', time), heatOf('XYZ', time)] }))),
      );
      const first = (await store.loadHeat({ ...ALL, instrumentId: coinId('ABC') })).value;
      expect(first).toEqual([heatOf('ABC', T0)]);
      await store.saveBatch(batch({ heat: [heatOf('ABC', T0 + 59_999)] }));
      await store.saveBatch(batch({ heat: [heatOf('ABC', T0 + 60_000, 50)] }));
      const records = (await store.loadHeat({ ...ALL, instrumentId: coinId('ABC') })).value;
      expect(records.map(({ time, heat }) => [time - T0, heat])).toEqual([
        [0, 44.5],
        [60_000, 50],
      ]);
      expect((await store.loadHeat({ ...ALL, instrumentId: coinId('XYZ') })).value).toHaveLength(1);
    });

    it('gives heat of a stretch ascending and no more than was asked for', async () => {
      const store = subject().open();
      const at = (minute: number): number => T0 + minute * 60_000 + 123;
      await store.saveBatch(batch({ heat: [3, 1, 2, 0].map((minute) => heatOf('ABC', at(minute))) }));
      const query = { instrumentId: coinId('ABC'), from: epochMs(at(1)), to: epochMs(at(3)), limit: 5 };
      expect((await store.loadHeat(query)).value.map(({ time }) => time)).toEqual([at(1), at(2)]);
      expect((await store.loadHeat({ ...query, limit: 1 })).value.map(({ time }) => time)).toEqual([at(1)]);
    });

    it('forgets heat that is older than its retention', async () => {
      const store = subject().open();
      await store.saveBatch(batch({ heat: [heatOf('ABC', T0)] }));
      const later = epochMs(T0 + 30 * 86_400_000 + 1);
      await store.saveBatch(batch({ time: later, heat: [heatOf('ABC', later)] }));
      const left = (await store.loadHeat({ ...ALL, instrumentId: coinId('ABC') })).value;
      expect(left.map(({ time }) => time)).toEqual([later]);
    });

    it('gives back what is known of lists, and what the newest memory lacks is gone', async () => {
      const { open } = subject();
      const store = open();
      await store.saveListings(MEMORY);
      await store.saveListings(MEMORY);
      await store.close();
      const again = open();
      expect(await again.loadListings()).toEqual({ value: MEMORY, skipped: [] });
      const less: ListingMemory = { seen: [['13', T0]], instruments: {}, pending: {}, delistings: {} };
      await again.saveListings(less);
      expect((await again.loadListings()).value).toEqual(less);
    });

    it('A-1: the first day of a coin is the same after a restart', async () => {
      const { open } = subject();
      const store = open();
      await store.saveListedTime(coinId('ABC'), epochMs(T0 - 5));
      await store.saveListedTime(coinId('ABC'), epochMs(T0 - 7));
      await store.close();
      expect([...(await open().loadListedTimes()).value]).toEqual([[coinId('ABC'), T0 - 7]]);
    });

    it('rejects after it was closed, and closes twice', async () => {
      const store = subject().open();
      await store.close();
      await store.close();
      await expect(store.saveBatch(batch({}))).rejects.toMatchObject({ failure: { code: 'store_unavailable' } });
      await expect(store.loadCandidates()).rejects.toMatchObject({ failure: { code: 'store_unavailable' } });
    });
  });
}
