/**
 * Charts after corrections: computed again from a checkpoint before the change, they are to the byte what computing them
 * from the first candle gives, in memory and in the file, at every moment of the past.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { BTC_1M, closedCandle } from '../../../test/fixtures/candles.ts';
import { ChartBench, readSeries, tellChart, tellFold } from '../../../test/fixtures/chart-bench.ts';
import { chartOf, planWith, walkMinutes } from '../../../test/fixtures/chart-candles.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { createSqliteStorage } from '../../adapters/sqlite/sqlite-storage.ts';
import { toDecimalText } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import { encode } from '../../journal/index.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { CandleStore } from '../../ports/candle-store.ts';

const plan = planWith({ majorWindow: 3, minorWindow: 1, lookbackCandles: 200, overlayCandles: 80 });
const { settings } = plan;
const start = epochMs(Date.UTC(2024, 0, 3));
const WALK = walkMinutes(8_000, 17);
const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0).toReversed()) stop();
});

function openFile() {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-checkpoints-'));
  const database = openSqliteDatabase({ path: join(folder, 'market.db') });
  stops.push(
    () => rmSync(folder, { recursive: true, force: true }),
    () => database.close(),
  );
  const { store, charts, journal, commit } = createSqliteStorage(database);
  return { database, storage: { store, charts, journal, commit } };
}

/** The candle with other prices, from a source that may correct it. */
function corrected(candle: ClosedCandle, more: number): ClosedCandle {
  const prices = ['open', 'high', 'low', 'close'].map((name) => {
    return (Number(toDecimalText(candle[name as 'open'])) + more).toFixed(2);
  });
  return closedCandle({ openTime: candle.openTime, prices: prices as never, source: 'ingest' });
}

/** That state and store are what folding everything stored from the first candle on gives, versions included. */
async function expectWhole(desk: ChartBench): Promise<void> {
  const { bench } = desk;
  await bench.settle();
  expect(bench.fatal).toEqual([]);
  const stored = await readSeries(bench.store, BTC_1M);
  const chart = bench.engine.state().charts.series[BTC_1M]?.current?.chart;
  if (chart === undefined) throw new Error('there is no chart');
  const before = chart.version - stored.length;
  const { chart: whole } = chartOf(stored, plan);
  const instructions = Object.entries(whole.overlay.instructions).map(([id, known]) => [
    id,
    { ...known, version: known.version + before },
  ]);
  const overlay = { ...whole.overlay, instructions: Object.fromEntries(instructions) };
  expect(encode(chart)).toBe(encode({ ...whole, version: chart.version, overlay }));
  expect(await tellChart(bench.charts, stored, 'with')).toBe(await tellFold(stored, settings, before));
  expect((await bench.charts.head(BTC_1M))?.coverage).toBe('all');
}

type Move =
  | { readonly kind: 'next'; readonly count: number }
  | { readonly kind: 'change'; readonly share: number; readonly more: number }
  | { readonly kind: 'restart'; readonly turns: number };

/** Candles that come, one at a place of the past that is another, or a new run in the middle of it. */
const moves: fc.Arbitrary<Move[]> = fc.array<Move>(
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('next' as const), count: fc.integer({ min: 1, max: 150 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('change' as const),
        share: fc.double({ min: 0, max: 0.999, noNaN: true }),
        more: fc.integer({ min: 1, max: 40 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), turns: fc.nat(30) }) },
  ),
  { minLength: 3, maxLength: 8 },
);

/**
 * Once a correction was forgotten by a run that was killed: it was stored in the commit that completed the chart of the
 * one before it, and so that chart counted as one of all candles.
 */
const FORGOTTEN: [Move[], number] = [
  [
    { kind: 'restart', turns: 10 },
    { kind: 'next', count: 105 },
    { kind: 'change', share: 0, more: 25 },
    { kind: 'next', count: 100 },
    { kind: 'change', share: 0, more: 22 },
    { kind: 'restart', turns: 3 },
    { kind: 'restart', turns: 18 },
    { kind: 'next', count: 55 },
  ],
  49,
];

describe('a chart whose past was corrected', () => {
  it.each(['file', 'memory'] as const)(
    'is what the whole fold gives, wherever and however often (%s)',
    async (where) => {
      await fc.assert(
        fc.asyncProperty(moves, fc.integer({ min: 1, max: 120 }), async (list, checkpointEvery) => {
          const storage = where === 'file' ? openFile().storage : {};
          let desk = await ChartBench.start({ ...storage, start, snapshotEvery: 5, checkpointEvery }, settings);
          let next = 240;
          for (let at = 0; at < next; at += 60) await desk.post(WALK.slice(at, at + 60));
          for (const move of list) {
            if (move.kind === 'next') {
              await desk.post(WALK.slice(next, next + move.count));
              next += move.count;
            }
            if (move.kind === 'change') {
              const place = Math.floor(move.share * next);
              await desk.post([corrected(WALK[place] as ClosedCandle, move.more)]);
            }
            if (move.kind === 'restart') {
              for (let turn = 0; turn < move.turns; turn++) await Promise.resolve();
              desk = await desk.restart();
              await desk.follow(BTC_1M);
            }
          }
          await desk.follow(BTC_1M);
          await expectWhole(desk);
        }),
        { numRuns: where === 'file' ? 5 : 4, examples: [FORGOTTEN] },
      );
    },
  );

  it('shares in the file what was before the change, and what nobody shows any more goes away', async () => {
    const { database, storage } = openFile();
    const rows = database.connect('NORMAL');
    const count = (table: string, where: string): number =>
      Number(rows.prepare(`SELECT count(*) FROM ${table} WHERE ${where}`).pluck().get());
    const desk = await ChartBench.start({ ...storage, start, checkpointEvery: 100 }, settings);
    for (let at = 0; at < 1_500; at += 50) await desk.post(WALK.slice(at, at + 50));
    for (const place of [1_420, 1_440, 900]) {
      const { openTime } = WALK[place] as ClosedCandle;
      await desk.post([corrected(WALK[place] as ClosedCandle, 3)]);
      await desk.bench.settle();
      expect(count('chart_events', `generation > 1 AND visible_time <= ${openTime - 60_000 * 201}`)).toBe(0);
    }
    for (let at = 1_500; at < 1_520; at++) await desk.post(WALK.slice(at, at + 1));
    await desk.bench.settle();
    expect(count('charts', '1')).toBe(2);
    const upTo = Number(rows.prepare('SELECT origin_time FROM charts WHERE generation = 4').pluck().get());
    for (const table of ['chart_events', 'chart_factor_heads', 'chart_instructions']) {
      expect(count(table, `generation = 1 AND visible_time <= ${upTo}`), table).toBeGreaterThan(0);
      expect(count(table, `generation = 1 AND visible_time > ${upTo} OR generation IN (2, 3)`), table).toBe(0);
    }
    await expectWhole(desk);
  });

  it('is computed from its first candle again after so many corrections that it goes on from too many', async () => {
    const { database, storage } = openFile();
    const rows = database.connect('NORMAL');
    const desk = await ChartBench.start({ ...storage, start, checkpointEvery: 20 }, settings);
    const wholeRounds: number[] = [];
    for (let round = 0; round < 36; round++) {
      await desk.post(WALK.slice(round * 20, round * 20 + 20));
      await desk.post([corrected(WALK[round * 20 + 15] as ClosedCandle, 1 + round)]);
      await desk.bench.settle();
      const origin = rows.prepare("SELECT origin FROM charts WHERE standing = 'current'").pluck().get();
      if (origin === null) wholeRounds.push(round);
    }
    // The first one has no checkpoint before it; each of the others goes on from one more than the one before.
    expect(wholeRounds).toEqual([0, 32]);
    await expectWhole(desk);
  });

  it('costs the candles from about the change on, whatever is before it', async () => {
    let read = 0;
    const inner = createMemoryCandleStore();
    const store: CandleStore = {
      ...inner,
      read: async (range) => {
        const candles = await inner.read(range);
        read += candles.length;
        return candles;
      },
    };
    const desk = await ChartBench.start({ store, start }, settings);
    for (let at = 0; at < WALK.length; at += 250) await desk.post(WALK.slice(at, at + 250));
    for (const distance of [1, 40, 700, 2_500]) {
      await desk.bench.settle();
      read = 0;
      await desk.post([corrected(WALK[WALK.length - distance] as ClosedCandle, 7)]);
      await desk.bench.settle();
      expect(read).toBeGreaterThanOrEqual(distance);
      // A checkpoint every thousand candles at first, then at doubling distances.
      expect(read).toBeLessThanOrEqual(2 * distance + 1_250);
    }
    await expectWhole(desk);
    // A run that remembers nothing of the chart goes on from the newest checkpoint as well.
    await desk.bench.settle();
    const { charts } = desk.bench;
    const next = await ChartBench.start({ store, charts, start }, settings);
    read = 0;
    await next.follow(BTC_1M);
    await next.bench.settle();
    expect(read).toBeLessThanOrEqual(1_250);
    await expectWhole(next);
  });
});
