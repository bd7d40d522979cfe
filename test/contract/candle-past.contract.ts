/**
 * What every CandleStore knows of the past of a series, as one suite beside that of the present.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toDecimalText } from '../../src/core/decimal.ts';
import type { EpochMs } from '../../src/core/time.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import type { SeriesId } from '../../src/model/series.ts';
import type { CandleStore, SaveBatch } from '../../src/ports/candle-store.ts';
import { at, BTC, candle, ETH, EVERYTHING, MINUTE, START } from '../fixtures/stored-candles.ts';
import { batchArbitrary, type CandleStoreHarness, type CandleStoreStorage } from './candle-store.contract.ts';

/** What a series held when each of its candles was first seen as the newest. */
type Moments = Map<EpochMs, readonly ClosedCandle[]>;

async function watchMoments(store: CandleStore, batches: readonly SaveBatch[]): Promise<Map<SeriesId, Moments>> {
  const seen = new Map<SeriesId, Moments>([
    [BTC, new Map()],
    [ETH, new Map()],
  ]);
  for (const batch of batches) {
    await store.save(batch);
    for (const [id, moments] of seen) {
      const candles = await store.read({ seriesId: id, ...EVERYTHING });
      const newest = candles.at(-1)?.openTime;
      if (newest !== undefined && !moments.has(newest)) moments.set(newest, candles);
    }
  }
  return seen;
}

/** Numbers and revisions; a better certificate of the same numbers is not kept apart. */
function numbersOf(candles: readonly ClosedCandle[]) {
  return candles.map((each) => ({ ...each, certificate: each.certificate.revision }));
}

async function expectKnown(store: CandleStore, seriesId: SeriesId, moments: Moments): Promise<void> {
  for (const [head, candles] of moments) {
    const then = await store.readKnown({ seriesId, ...EVERYTHING, head });
    expect(numbersOf(then)).toEqual(numbersOf(candles));
  }
}

/** Declares the suite for one adapter. */
export function describeCandlePast(harness: CandleStoreHarness): void {
  describe(`${harness.name} as a CandleStore with a past`, () => {
    let storage: CandleStoreStorage;
    let store: CandleStore;
    beforeEach(() => {
      storage = harness.create();
      store = storage.open();
    });
    afterEach(async () => {
      await store.close();
      storage.destroy();
    });
    const save = (candles: readonly ClosedCandle[]) => store.save({ candles, gaps: [] });

    const known = async (head: number, limit = 1000) =>
      (await store.readKnown({ seriesId: BTC, ...EVERYTHING, head: at(head), limit, take: 'newest' })).map(
        ({ openTime, close, certificate }) => [(openTime - START) / MINUTE, toDecimalText(close), certificate.revision],
      );

    it('is the candles up to then, as many as are wanted', async () => {
      await save([candle(0), candle(1), candle(2)]);
      expect(await known(1)).toEqual([
        [0, '100.5', 1],
        [1, '100.5', 1],
      ]);
      expect(await known(2, 2)).toEqual([
        [1, '100.5', 1],
        [2, '100.5', 1],
      ]);
      expect(await known(2, 0)).toEqual([]);
      expect(await store.readKnown({ seriesId: ETH, ...EVERYTHING, head: at(1) })).toEqual([]);
    });

    it('is read in ranges like the present, and never after the head', async () => {
      await save([0, 1, 2, 3, 4].map((minute) => candle(minute)));
      const minutes = async (range: { from: number; to: number; limit: number; take: 'oldest' | 'newest' }) => {
        const wanted = { ...range, from: at(range.from), to: at(range.to), seriesId: BTC, head: at(3) };
        return (await store.readKnown(wanted)).map(({ openTime }) => (openTime - START) / MINUTE);
      };
      expect(await minutes({ from: 1, to: 9, limit: 9, take: 'oldest' })).toEqual([1, 2, 3]);
      expect(await minutes({ from: 0, to: 3, limit: 2, take: 'oldest' })).toEqual([0, 1]);
      expect(await minutes({ from: 0, to: 3, limit: 2, take: 'newest' })).toEqual([1, 2]);
    });

    it('has the state before each correction, and the correction from the next candle on', async () => {
      for (const minute of [0, 1, 2]) await save([candle(minute)]);
      await save([candle(1, { price: '7' })]);
      await save([candle(3)]);
      await save([candle(1, { price: '8' }), candle(4)]);
      const closeOf = async (head: number) => (await known(head)).find(([minute]) => minute === 1);
      expect(await closeOf(1)).toEqual([1, '100.5', 1]);
      expect(await closeOf(2)).toEqual([1, '100.5', 1]);
      expect(await closeOf(3)).toEqual([1, '7', 2]);
      expect(await closeOf(4)).toEqual([1, '8', 3]);
    });

    it('lacks what came later, and has it from the next candle on', async () => {
      await save([candle(0), candle(4)]);
      await save([candle(2), candle(1)]);
      await save([candle(5)]);
      await save([candle(3), candle(6)]);
      const minutesAt = async (head: number) => (await known(head)).map(([minute]) => minute);
      expect(await minutesAt(4)).toEqual([0, 4]);
      expect(await minutesAt(5)).toEqual([0, 1, 2, 4, 5]);
      expect(await minutesAt(6)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    });

    it('has what came in time beside a late candle that overlaps it', async () => {
      await save([candle(0), candle(2.5), candle(10)]);
      await save([candle(2)]);
      expect((await known(10)).map(([minute]) => minute)).toEqual([0, 2.5, 10]);
    });

    it('is nothing at a candle that was never the newest, or is none', async () => {
      await save([candle(10)]);
      await save([candle(4), candle(5), candle(6)]);
      expect(await known(5)).toEqual([]);
      expect(await known(8)).toEqual([]);
      expect(await known(10)).toEqual([[10, '100.5', 1]]);
    });

    it('is not changed by a refused or an equal candle, nor by a better certificate', async () => {
      await save([candle(0, { source: 'rest' }), candle(1)]);
      await save([candle(0, { source: 'ws', price: '1' }), candle(1), candle(0, { source: 'archive' })]);
      expect(await known(1)).toEqual([
        [0, '100.5', 1],
        [1, '100.5', 1],
      ]);
    });

    it('equals what a reader saw after each save, whatever came late or twice', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(batchArbitrary, { minLength: 2, maxLength: 10 }), async (batches) => {
          const fresh = harness.create();
          const tested = fresh.open();
          try {
            for (const [id, moments] of await watchMoments(tested, batches)) await expectKnown(tested, id, moments);
          } finally {
            await tested.close();
            fresh.destroy();
          }
        }),
        { numRuns: 25 },
      );
    });
  });
}
