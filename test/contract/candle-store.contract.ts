/**
 * What every CandleStore does, as one suite: a harness that makes stores enters, tests leave. Cases about durability
 * run where the harness can open the same storage again.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decimal, toDecimalText } from '../../src/core/decimal.ts';
import { epochMs } from '../../src/core/time.ts';
import {
  type CandleGap,
  type CandleSource,
  type CandleStatus,
  type ClosedCandle,
  type GapReason,
  SOURCE_RANK,
} from '../../src/model/candle.ts';
import type { Price, Quantity } from '../../src/model/money.ts';
import type { SeriesId } from '../../src/model/series.ts';
import type { CandleStore } from '../../src/ports/candle-store.ts';
import {
  at,
  BTC,
  candle,
  ETH,
  EVERYTHING,
  failureCode,
  gap,
  MINUTE,
  START,
  series,
  stored,
  textsOf,
} from '../fixtures/stored-candles.ts';
import { describeGaps, gapsIn } from './candle-store-gaps.contract.ts';

/** Storage of one test. `open` may be called again after the store was closed, where it is durable. */
export type CandleStoreStorage = { readonly open: () => CandleStore; readonly destroy: () => void };
/** How the suite gets at an adapter. */
export type CandleStoreHarness = {
  readonly name: string;
  readonly durability: 'durable' | 'volatile';
  readonly create: () => CandleStoreStorage;
};

/** Declares the suite for one adapter. */
export function describeCandleStore(harness: CandleStoreHarness): void {
  describe(`${harness.name} as a CandleStore`, () => {
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
    const save = (candles: readonly ClosedCandle[], gaps: readonly CandleGap[] = []) => store.save({ candles, gaps });
    const readAll = (seriesId = BTC) => store.read({ seriesId, ...EVERYTHING });
    const gapsOf = (from?: number, to?: number) => gapsIn(store, from, to);

    describe('saving', () => {
      it('gives back every number and the certificate as saved, with revision 1', async () => {
        const original = candle(0, { source: 'rest', status: 'repaired' });
        expect(await save([original])).toEqual({ inserted: 1, changed: 0, unchanged: 0 });
        expect(await readAll()).toEqual([stored(original)]);
      });

      it('changes nothing when the same is saved again', async () => {
        const batch = [candle(0), candle(1), candle(2)];
        await save(batch);
        expect(await save(batch)).toEqual({ inserted: 0, changed: 0, unchanged: 3 });
        expect(await readAll()).toEqual(batch.map((entry) => stored(entry)));
      });

      it('ignores the revision that is given', async () => {
        await save([stored(candle(0), 41)]);
        expect((await readAll())[0]?.certificate.revision).toBe(1);
      });

      it('keeps decimals of 18 digits exact', async () => {
        const exact = {
          ...candle(0),
          high: decimal('123456789012345678.123456789012345678') as Price,
          low: decimal('0.000000000000000001') as Price,
          volume: decimal('999999999999999999999999.999999999999999999') as Quantity,
        };
        await save([exact]);
        const [back] = await readAll();
        expect(back).toEqual(stored(exact));
        expect(toDecimalText((back as ClosedCandle).low)).toBe('0.000000000000000001');
      });

      it('keeps columns that are null apart from zero', async () => {
        const bare = { ...candle(0), quoteVolume: null, trades: null, takerBaseVolume: null, takerQuoteVolume: null };
        await save([bare]);
        expect(await readAll()).toEqual([stored(bare)]);
        expect(await save([bare])).toEqual({ inserted: 0, changed: 0, unchanged: 1 });
        expect(await save([{ ...bare, trades: 0 }])).toEqual({ inserted: 0, changed: 1, unchanged: 0 });
        expect((await readAll())[0]).toEqual(stored({ ...bare, trades: 0 }, 2));
      });

      it('counts a revision each time the numbers or the base count change', async () => {
        await save([candle(0)]);
        expect(await save([candle(0, { price: '101' })])).toEqual({ inserted: 0, changed: 1, unchanged: 0 });
        expect(await save([candle(0, { price: '101', baseCount: 2 })])).toMatchObject({ changed: 1 });
        expect(await readAll()).toEqual([stored(candle(0, { price: '101', baseCount: 2 }), 3)]);
      });

      it('takes a better certificate of the same numbers without a new revision', async () => {
        await save([candle(0)]);
        const better = candle(0, { source: 'archive', status: 'repaired' });
        expect(await save([better])).toEqual({ inserted: 0, changed: 0, unchanged: 1 });
        expect(await readAll()).toEqual([stored(better)]);
      });

      it('refuses a candle of a lower source rank and takes one of an equal or higher', async () => {
        await save([candle(0, { source: 'rest', price: '1' })]);
        expect(await save([candle(0, { source: 'ws', price: '2' })])).toMatchObject({ unchanged: 1 });
        expect(await readAll()).toEqual([stored(candle(0, { source: 'rest', price: '1' }))]);
        await save([candle(0, { source: 'derived', price: '3' })]);
        await save([candle(0, { source: 'ingest', price: '4' })]);
        await save([candle(0, { source: 'archive', price: '5' })]);
        expect(await readAll()).toEqual([stored(candle(0, { source: 'ingest', price: '4' }), 3)]);
      });

      it('takes a batch in its order, also when a candle stands in it twice', async () => {
        const batch = [candle(1), candle(0), candle(1, { price: '3' }), candle(1, { price: '3' })];
        expect(await save(batch)).toEqual({ inserted: 2, changed: 1, unchanged: 1 });
        expect(await readAll()).toEqual([stored(candle(0)), stored(candle(1, { price: '3' }), 2)]);
      });

      it('stores nothing of a batch that holds an impossible candle', async () => {
        const impossible = { ...candle(1), high: decimal('1') as Price, low: decimal('2') as Price };
        await expect(save([candle(0), impossible], [gap(5, 6)])).rejects.toThrow(/high is below low/);
        expect(await readAll()).toEqual([]);
        expect(await gapsOf()).toEqual([]);
        expect(await save([candle(0)])).toEqual({ inserted: 1, changed: 0, unchanged: 0 });
      });

      it('tells new, changed, refused and certified candles apart in a long batch', async () => {
        const minutes = Array.from({ length: 50 }, (_, minute) => minute);
        const first = minutes.filter((minute) => minute % 5 !== 0);
        await save(first.map((minute) => candle(minute, { source: minute % 5 === 1 ? 'archive' : 'ws' })));
        const second = minutes.map((minute) => {
          if (minute % 5 === 3) return candle(minute, { source: 'rest' });
          return candle(minute, { source: 'rest', price: minute % 5 === 4 ? '100.5' : '7' });
        });
        expect(await save(second)).toEqual({ inserted: 10, changed: 10, unchanged: 30 });
        const expected = second.map((entry, minute) => {
          if (minute % 5 === 1) return stored(candle(minute, { source: 'archive' }));
          return stored(entry, minute % 5 === 2 ? 2 : 1);
        });
        expect(await readAll()).toEqual(expected);
        expect(await store.extent(BTC)).toMatchObject({ count: 50, first: at(0), head: at(49) });
      });

      it('takes an empty batch', async () => {
        expect(await save([])).toEqual({ inserted: 0, changed: 0, unchanged: 0 });
      });
    });

    describe('reading', () => {
      beforeEach(async () => {
        await save([4, 0, 3, 1, 2].map((minute) => candle(minute)));
      });
      const minutes = async (range: { from: number; to: number; limit?: number; take?: 'oldest' | 'newest' }) => {
        const { from, to, limit = 1000, take = 'oldest' } = range;
        const candles = await store.read({ seriesId: BTC, from: at(from), to: at(to), limit, take });
        return candles.map(({ openTime }) => (openTime - START) / MINUTE);
      };

      it('is ascending whatever the order of saving', async () => {
        expect(await minutes({ from: -9, to: 9 })).toEqual([0, 1, 2, 3, 4]);
      });
      it('includes `from` and excludes `to`', async () => {
        expect(await minutes({ from: 1, to: 3 })).toEqual([1, 2]);
        expect(await minutes({ from: 3, to: 3 })).toEqual([]);
        expect(await minutes({ from: 4, to: 1 })).toEqual([]);
      });
      it('limits from the oldest or the newest end, ascending both times', async () => {
        expect(await minutes({ from: 0, to: 9, limit: 2 })).toEqual([0, 1]);
        expect(await minutes({ from: 0, to: 9, limit: 2, take: 'newest' })).toEqual([3, 4]);
        expect(await minutes({ from: 0, to: 3, limit: 2, take: 'newest' })).toEqual([1, 2]);
        expect(await minutes({ from: 0, to: 9, limit: 0, take: 'newest' })).toEqual([]);
        expect(await minutes({ from: 0, to: 9, limit: Number.POSITIVE_INFINITY })).toEqual([0, 1, 2, 3, 4]);
      });
      it('tells the extent of a series, and of one never seen', async () => {
        expect(await store.extent(BTC)).toMatchObject({ count: 5, first: at(0), head: at(4) });
        expect(await store.extent(ETH)).toEqual({ count: 0, first: null, head: null, version: 0 });
        expect(await store.read({ seriesId: ETH, ...EVERYTHING })).toEqual([]);
      });
      it('gives the same candles as texts, canonical and exact', async () => {
        const [price, volume] = [
          decimal('12345678901234567890.10') as Price,
          decimal('0.000000000000000001') as Quantity,
        ];
        const exact = { ...candle(7), open: price, high: price, low: price, close: price, volume };
        await save([exact]);
        for (const limit of [0, 2, 9]) {
          for (const take of ['oldest', 'newest'] as const) {
            const range = { seriesId: BTC, from: at(1), to: at(8), limit, take };
            expect(await store.readTexts(range)).toEqual((await store.read(range)).map(textsOf));
          }
        }
        const [last] = await store.readTexts({ seriesId: BTC, from: at(7), to: at(8), limit: 1, take: 'oldest' });
        expect(last).toMatchObject({ open: '12345678901234567890.1', volume: '0.000000000000000001' });
        expect(await store.readTexts({ seriesId: ETH, ...EVERYTHING })).toEqual([]);
      });
      it('lists the series with candles, ascending', async () => {
        const other = series('binance:futures:AAVE/USDT:1m');
        const gapOnly = series('binance:futures:GAP/USDT:1m');
        await save(
          [candle(0, { seriesId: ETH }), candle(0, { seriesId: other })],
          [{ ...gap(0, 1), seriesId: gapOnly }],
        );
        expect(await store.listSeries()).toEqual([other, BTC, ETH]);
        expect(await store.extent(gapOnly)).toMatchObject({ count: 0, first: null, head: null });
      });
    });

    describeGaps(() => store);

    it('equals a plain map after any interleaving of saves', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(batchArbitrary, { maxLength: 8 }), async (batches) => {
          const fresh = harness.create();
          const tested = fresh.open();
          const model = createModel();
          try {
            for (const batch of batches) expect(await tested.save(batch)).toEqual(model.save(batch));
            for (const id of [BTC, ETH]) {
              const range = { from: at(-1000), to: at(1000) };
              expect(await tested.read({ seriesId: id, ...EVERYTHING })).toEqual(model.candles(id));
              expect(await tested.readGaps(id, range)).toEqual(model.gaps(id));
              expect((await tested.extent(id)).count).toBe(model.candles(id).length);
              const all = { seriesId: id, ...EVERYTHING };
              expect(await tested.readTexts(all)).toEqual(model.candles(id).map(textsOf));
            }
          } finally {
            await tested.close();
            fresh.destroy();
          }
        }),
        { numRuns: 60 },
      );
    });

    describe('the version of a series', () => {
      const versionOf = async (seriesId = BTC, of = store): Promise<number> => (await of.extent(seriesId)).version;

      it('grows with every save of a candle or a gap of the series', async () => {
        const seen = [await versionOf()];
        const batches = [[candle(0)], [candle(0, { price: '101' })], [candle(0, { price: '101' }), candle(5)]];
        for (const batch of batches) {
          await save(batch);
          seen.push(await versionOf());
        }
        await save([], [gap(1, 3)]);
        seen.push(await versionOf());
        expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
      });

      it('stands still while nothing of the series is saved', async () => {
        await save([candle(0)], [gap(1, 3)]);
        const before = await versionOf();
        await readAll();
        await save([], []);
        await save([candle(0, { seriesId: ETH })], [{ ...gap(1, 3), seriesId: ETH }]);
        await expect(save([{ ...candle(1), low: decimal('-1') as Price }])).rejects.toThrow();
        expect(await versionOf()).toBe(before);
      });
    });

    it('rejects after it was closed, and closes twice', async () => {
      await store.close();
      await store.close();
      expect(await failureCode(save([candle(0)]))).toBe('store_unavailable');
      expect(await failureCode(readAll())).toBe('store_unavailable');
      expect(await failureCode(store.readTexts({ seriesId: BTC, ...EVERYTHING }))).toBe('store_unavailable');
      expect(await failureCode(store.extent(BTC))).toBe('store_unavailable');
      expect(await failureCode(store.listSeries())).toBe('store_unavailable');
    });

    if (harness.durability === 'volatile') return;

    it('holds candles, revisions and gaps after it is opened again', async () => {
      await save([candle(0), candle(1)], [gap(2, 5)]);
      await save([candle(1, { price: '7' })]);
      await store.close();
      store = storage.open();
      expect(await readAll()).toEqual([stored(candle(0)), stored(candle(1, { price: '7' }), 2)]);
      expect(await gapsOf()).toEqual([[2, 5, 'unknown']]);
      expect(await save([candle(1, { price: '7' }), candle(2)])).toEqual({ inserted: 1, changed: 0, unchanged: 1 });
      expect(await gapsOf()).toEqual([[3, 5, 'unknown']]);
    });

    it('grows the version of a series when another store of the same storage wrote', async () => {
      const second = storage.open();
      const before = (await second.extent(BTC)).version;
      await save([candle(0)]);
      const after = (await second.extent(BTC)).version;
      await save([candle(0, { price: '9' })]);
      expect([after > before, (await second.extent(BTC)).version > after]).toEqual([true, true]);
      await second.close();
    });

    it('shows two stores of one storage the same', async () => {
      const second = storage.open();
      await save([], [gap(0, 3)]);
      await second.save({ candles: [candle(1, { seriesId: ETH }), candle(1)], gaps: [] });
      expect(await gapsOf()).toEqual([
        [0, 1, 'unknown'],
        [2, 3, 'unknown'],
      ]);
      expect(await save([candle(1), candle(1, { seriesId: ETH })])).toMatchObject({ inserted: 0, unchanged: 2 });
      expect(await second.listSeries()).toEqual(await store.listSeries());
      await second.close();
    });
  });
}

type Batch = Parameters<CandleStore['save']>[0];

// Eighteen slots keep collisions frequent; slots of the 5m series are multiples of five minutes.
const candleArbitrary = fc
  .record({
    slot: fc.nat(17),
    seriesId: fc.constantFrom(BTC, ETH),
    price: fc.constantFrom('1', '2', '2.000000000000000001'),
    source: fc.constantFrom<CandleSource>('ws', 'derived', 'rest', 'archive', 'ingest'),
    status: fc.constantFrom<CandleStatus>('final', 'repaired', 'exchange_gap', 'no_trade'),
    baseCount: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ slot, ...shape }) => candle(shape.seriesId === ETH ? slot * 5 : slot, shape));
const gapArbitrary = fc
  .record({
    from: fc.nat(17),
    length: fc.integer({ min: 1, max: 9 }),
    seriesId: fc.constantFrom(BTC, ETH),
    reason: fc.constantFrom<GapReason>('unknown', 'exchange_gap'),
  })
  .map(({ from, length, seriesId, reason }) => ({ ...gap(from, from + length, reason), seriesId }));
/** Any batch of both series, in any order and with repeats. */
export const batchArbitrary: fc.Arbitrary<Batch> = fc.record({
  candles: fc.array(candleArbitrary, { maxLength: 12 }),
  gaps: fc.array(gapArbitrary, { maxLength: 3 }),
});

/** The contract said again in the plainest way: a map of candles, and one reason per minute without a candle. */
function createModel() {
  const shelves = new Map([BTC, ETH].map((id) => [id, new Map<number, ClosedCandle>()]));
  const reasons = new Map([BTC, ETH].map((id) => [id, new Map<number, GapReason>()]));
  const shelfOf = (id: SeriesId) => shelves.get(id) as Map<number, ClosedCandle>;
  const reasonsOf = (id: SeriesId) => reasons.get(id) as Map<number, GapReason>;
  const numbersOf = ({ certificate, ...rest }: ClosedCandle) =>
    JSON.stringify([certificate.baseCount, ...Object.values(rest).map(String)]);

  const saveOne = (next: ClosedCandle): 'inserted' | 'changed' | 'unchanged' => {
    const shelf = shelfOf(next.seriesId);
    const before = shelf.get(next.openTime);
    if (before === undefined) {
      shelf.set(next.openTime, stored(next));
      return 'inserted';
    }
    if (SOURCE_RANK[next.certificate.source] < SOURCE_RANK[before.certificate.source]) return 'unchanged';
    const outcome = numbersOf(before) === numbersOf(next) ? 'unchanged' : 'changed';
    shelf.set(next.openTime, stored(next, before.certificate.revision + (outcome === 'changed' ? 1 : 0)));
    return outcome;
  };
  const uncover = (id: SeriesId): void => {
    const minutes = id === ETH ? 5 : 1;
    for (const open of shelfOf(id).keys()) {
      for (let minute = 0; minute < minutes; minute++) reasonsOf(id).delete(open + minute * MINUTE);
    }
  };
  return {
    save: ({ candles, gaps }: Batch) => {
      const counts = { inserted: 0, changed: 0, unchanged: 0 };
      for (const next of candles) counts[saveOne(next)]++;
      for (const { seriesId, from, to, reason } of gaps) {
        for (let time = from as number; time < to; time += MINUTE) reasonsOf(seriesId).set(time, reason);
      }
      for (const id of shelves.keys()) uncover(id);
      return counts;
    },
    candles: (id: SeriesId) => [...shelfOf(id).values()].sort((a, b) => a.openTime - b.openTime),
    gaps: (id: SeriesId) => {
      const found: CandleGap[] = [];
      for (const [time, reason] of [...reasonsOf(id)].sort(([a], [b]) => a - b)) {
        const last = found.at(-1);
        const to = epochMs(time + MINUTE);
        if (last?.to === time && last.reason === reason) found[found.length - 1] = { ...last, to };
        else found.push({ kind: 'candleGap', seriesId: id, from: epochMs(time), to, reason });
      }
      return found;
    },
  };
}
