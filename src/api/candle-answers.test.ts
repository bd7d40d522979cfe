import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candleAt, freshSeries } from '../../test/fixtures/api-server.ts';
import { closedCandle } from '../../test/fixtures/candles.ts';
import { createManualClock } from '../adapters/clock/manual-clock.ts';
import { createMemoryCandleStore } from '../adapters/memory/memory-candle-store.ts';
import { createSqliteCandleStore } from '../adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../adapters/sqlite/sqlite-database.ts';
import { fromEpochSec, toEpochSec } from '../core/time.ts';
import type { SeriesId } from '../model/series.ts';
import type { CandleStore } from '../ports/candle-store.ts';
import type { CandlesQuestion } from './candle-answers.ts';
import { CandleReader } from './candle-reader.ts';
import { candlesAnswer } from './contract.ts';
import { candleText } from './wire.ts';

const T = 1_700_000_040;
const [A, B] = [freshSeries('KEPT'), freshSeries('OTHER')];
const PREPARED = freshSeries('KEPT', '5m');
const PAUSE_MS = 20_000;

/** A store to read from, and another way into the same candles. */
type Storage = { readonly store: CandleStore; readonly other: CandleStore; readonly end: () => void };

function memoryStorage(): Storage {
  const store = createMemoryCandleStore();
  return { store, other: store, end: () => {} };
}

function sqliteStorage(): Storage {
  const dir = mkdtempSync(join(tmpdir(), 'hotwick-answers-'));
  const databases = [1, 2].map(() => openSqliteDatabase({ path: join(dir, 'candles.db') }));
  const [store, other] = databases.map(createSqliteCandleStore) as [CandleStore, CandleStore];
  const end = (): void => {
    for (const database of databases) database.close();
    rmSync(dir, { recursive: true });
  };
  return { store, other, end };
}

/** The answer by the longer way: candles read, judged by the clock and written out one by one. */
async function madeAnew(reader: CandleReader, question: CandlesQuestion): Promise<string> {
  const { head, candles } = await reader.read(question);
  const time = head === null ? null : toEpochSec(head);
  return `{"series_id":${JSON.stringify(question.id)},"server_head_time":${time},"candles":[${candles.map(candleText)}]}`;
}

const question = (seriesId: SeriesId, since: number | null, limit: number): CandlesQuestion => {
  return { id: seriesId, seriesId, since, limit };
};

const minute = fc.integer({ min: 0, max: 7 });
const anySeries = fc.constantFrom(A, B);
const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('save' as const),
      by: fc.constantFrom('store' as const, 'other' as const),
      seriesId: anySeries,
      minutes: fc.array(minute, { minLength: 1, maxLength: 3 }),
      price: fc.integer({ min: 3, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), turns: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('base' as const), minute }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      seriesId: fc.constantFrom(A, A, A, A, B, PREPARED),
      since: fc.constantFrom(null, null, T + 119),
      limit: fc.constantFrom(2, 500),
    }),
  },
);

describe.each([
  ['memory', memoryStorage, 100],
  ['sqlite', sqliteStorage, 20],
] as const)('kept answers over %s', (_name, open, numRuns) => {
  it('equal those made anew, whatever is saved, corrected and read in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 20, maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 8 }),
        async (actions, answersMax) => {
          const { store, other, end } = open();
          try {
            const clock = createManualClock(fromEpochSec(T + 120));
            // A derived series that nobody stored is made of what its base has by the time somebody asks.
            const base: number[] = [];
            const prepare = async (seriesId: SeriesId): Promise<void> => {
              const candles = base.map((each) => candleAt(seriesId, T + each * 60));
              if (seriesId === PREPARED) await store.save({ candles, gaps: [] });
            };
            const reader = new CandleReader({ store, clock, prepare, bounds: { answersMax, bytesMax: 4_000 } });
            for (const each of actions) {
              if (each.do === 'wait') await clock.advance(each.turns * PAUSE_MS);
              else if (each.do === 'base') base.push(each.minute);
              else if (each.do === 'save') {
                const candles = each.minutes.map((time) => candleAt(each.seriesId, T + time * 60, each.price));
                await { store, other }[each.by].save({ candles, gaps: [] });
              } else {
                const asked = question(each.seriesId, each.since, each.limit);
                const { bytes } = await reader.answer(asked);
                expect(bytes.toString()).toBe(await madeAnew(reader, asked));
              }
            }
          } finally {
            end();
          }
        },
      ),
      { numRuns },
    );
  });
});

/** Lets everything run that waits for nothing but its turn. */
async function hop(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

/** A memory store that counts its reads and runs `during` in the middle of each. */
function watched(during: () => Promise<void> = async () => {}) {
  const inner = createMemoryCandleStore();
  let reads = 0;
  const store: CandleStore = {
    ...inner,
    readTexts: async (range) => {
      reads++;
      const candles = await inner.readTexts(range);
      await during();
      return candles;
    },
  };
  const clock = createManualClock(fromEpochSec(T + 3_600));
  const reader = new CandleReader({ store, clock, prepare: async () => {} });
  return { store, clock, reader, reads: () => reads };
}

describe('the answer to a query', () => {
  const save = (store: CandleStore, time: number, open = 100) =>
    store.save({ candles: [candleAt(A, time, open)], gaps: [] });
  const newest = question(A, null, 500);

  it('is read once while the series and its newest closable candle stay the same', async () => {
    const { store, clock, reader, reads } = watched();
    await save(store, T);
    const first = await reader.answer(newest);
    await store.save({ candles: [candleAt(B, T)], gaps: [] });
    expect((await reader.answer(newest)).bytes).toBe(first.bytes);
    expect(reads()).toBe(1);
    await clock.advance(60_000);
    await reader.answer(newest);
    await save(store, T, 7);
    expect((await reader.answer(newest)).etag).not.toBe(first.etag);
    expect(reads()).toBe(3);
  });

  it('is read once for all who ask at the same time', async () => {
    const { store, reader, reads } = watched();
    await save(store, T);
    const answers = await Promise.all(
      [newest, newest, question(A, null, 1), newest].map((each) => reader.answer(each)),
    );
    expect(reads()).toBe(2);
    expect(answers[3]?.bytes).toBe(answers[0]?.bytes);
  });

  it('is not shared with who asks after something was stored meanwhile', async () => {
    const turns: (() => void)[] = [];
    const { store, reader } = watched(() => new Promise((resolve) => void turns.push(resolve)));
    await save(store, T);
    const before = reader.answer(newest);
    await hop();
    await save(store, T + 60);
    const after = reader.answer(newest);
    await hop();
    expect(turns).toHaveLength(2);
    for (const resolve of turns) resolve();
    expect([(await before).count, (await after).count]).toEqual([1, 2]);
  });

  it('is not kept when something was stored while it was read', async () => {
    const stored: (() => Promise<unknown>)[] = [];
    const { store, reader } = watched(async () => void (await stored.pop()?.()));
    await save(store, T);
    stored.push(() => save(store, T + 60));
    expect((await reader.answer(newest)).count).toBe(1);
    expect((await reader.answer(newest)).count).toBe(2);
  });

  it('that fails fails for all who share it and is asked for again by the next', async () => {
    const failures = [new Error('the disk is gone')];
    const { store, reader, reads } = watched(async () => {
      const failure = failures.pop();
      if (failure !== undefined) throw failure;
    });
    await save(store, T);
    const outcomes = await Promise.allSettled([reader.answer(newest), reader.answer(newest)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await reader.answer(newest)).count).toBe(1);
    expect(reads()).toBe(2);
  });

  it('repeats the series as the client wrote it, also when another client wrote it otherwise', async () => {
    const { store, reader } = watched();
    await save(store, T);
    const spaced = { ...newest, id: ` ${A} "é` };
    for (const each of [newest, spaced, newest, spaced]) {
      expect(JSON.parse((await reader.answer(each)).bytes.toString())).toMatchObject({ series_id: each.id });
    }
  });

  it('is byte for byte what the schema would have serialized, where doubles hold the numbers', async () => {
    const { store, reader } = watched();
    const prices = ['64210.5', '64300', '0.1', '64210.49'] as const;
    await store.save({
      candles: [
        closedCandle({ seriesId: A, openTime: T * 1000, prices, volume: '12.345678' }),
        closedCandle({ seriesId: A, openTime: (T + 60) * 1000, prices: ['1', '1', '1', '1'], volume: '0' }),
      ],
      gaps: [],
    });
    for (const each of [newest, question(A, T, 500), question(B, null, 1)]) {
      const text = (await reader.answer(each)).bytes.toString();
      expect(JSON.stringify(candlesAnswer.parse(JSON.parse(text)))).toBe(text);
    }
  });
});
