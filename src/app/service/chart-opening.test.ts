import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BTC_1M, closedCandle } from '../../../test/fixtures/candles.ts';
import { ChartBench, readSeries, tellChart, tellFold } from '../../../test/fixtures/chart-bench.ts';
import { planWith, walkMinutes } from '../../../test/fixtures/chart-candles.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { toDecimalText } from '../../core/decimal.ts';
import { epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import type { SeriesId } from '../../model/series.ts';

const { settings } = planWith({ majorWindow: 3, minorWindow: 1, lookbackCandles: 200, overlayCandles: 80 });
const start = epochMs(Date.UTC(2024, 0, 3));
const WALK = walkMinutes(700, 17);

/** The candle with other prices, from a source that may correct it. */
function corrected(candle: ClosedCandle, more: number): ClosedCandle {
  const prices = ['open', 'high', 'low', 'close'].map((name) => {
    return (Number(toDecimalText(candle[name as 'open'])) + more).toFixed(2);
  });
  return closedCandle({ openTime: candle.openTime, prices: prices as never, source: 'ingest' });
}

async function expectInStep(desk: ChartBench): Promise<void> {
  const { bench } = desk;
  await bench.settle();
  expect(bench.fatal).toEqual([]);
  const stored = await readSeries(bench.store, BTC_1M);
  expect(await tellChart(bench.charts, stored)).toBe(await tellFold(stored, settings));
  if (stored.length > 0) expect((await bench.charts.head(BTC_1M))?.coverage).toBe('all');
}

/** What happens to a series: how many candles come next, or one of the past that changes, or a new run. */
type Move =
  | { readonly kind: 'next'; readonly count: number }
  | { readonly kind: 'late'; readonly share: number; readonly more: number }
  | { readonly kind: 'skip'; readonly count: number }
  | { readonly kind: 'again'; readonly share: number }
  | { readonly kind: 'restart'; readonly turns: number };

const moves = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('next' as const), count: fc.integer({ min: 1, max: 60 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('late' as const),
        share: fc.double({ min: 0, max: 0.999, noNaN: true }),
        more: fc.integer({ min: -40, max: 40 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('skip' as const), count: fc.integer({ min: 1, max: 9 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('again' as const),
        share: fc.double({ min: 0, max: 0.999, noNaN: true }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const), turns: fc.nat(40) }) },
  ),
  { minLength: 4, maxLength: 14 },
);

describe('charts in the step', () => {
  it('are the fold over what is stored, however candles come and wherever the process ends', async () => {
    await fc.assert(
      fc.asyncProperty(moves, fc.integer({ min: 1, max: 90 }), async (list, checkpointEvery) => {
        let desk = await ChartBench.start({ start, snapshotEvery: 5, checkpointEvery }, settings);
        let next = 0;
        const missed: ClosedCandle[] = [];
        const at = (share: number): ClosedCandle => WALK[Math.floor(share * Math.max(1, next))] as ClosedCandle;
        const play = async (move: Move): Promise<void> => {
          if (move.kind === 'restart') {
            // What is posted last may be anywhere on its way when the run ends.
            const cut = WALK.slice(next, next + 3);
            void desk.post(cut);
            for (let turn = 0; turn < move.turns; turn++) await Promise.resolve();
            desk = await desk.restart();
            await desk.post(cut);
            next += cut.length;
          }
          if (move.kind === 'late') await desk.post([corrected(at(move.share), move.more)]);
          if (move.kind === 'again') await desk.post([at(move.share)]);
          if (move.kind === 'next' || move.kind === 'skip') {
            const candles = WALK.slice(next, next + move.count);
            next += candles.length;
            if (move.kind === 'skip') missed.push(...candles);
            else await desk.post(candles);
          }
        };
        for (const move of list) await play(move);
        // A new run sees what the last one did not get to; then what was left out comes after all.
        desk = await desk.restart();
        await desk.follow(BTC_1M);
        await expectInStep(desk);
        if (missed.length > 0) await desk.post(missed);
        await expectInStep(desk);
      }),
      { numRuns: 12 },
    );
  });

  it('reach the store in the commit of their candles, before these are announced', async () => {
    const desk = await ChartBench.start({ start }, settings);
    const seen: (number | undefined)[] = [];
    const { bench } = desk;
    const { charts } = bench;
    const publish = bench.published.push.bind(bench.published);
    bench.published.push = (...messages) => {
      void charts.head(BTC_1M).then((head) => seen.push(head?.headTime));
      return publish(...messages);
    };
    for (const candle of WALK.slice(0, 5)) await desk.post([candle]);
    await bench.settle();
    expect(seen).toEqual(WALK.slice(0, 5).map(({ openTime }) => openTime));
  });

  it('of a store that was filled before are computed in pieces, the newest candles among them', async () => {
    const store = createMemoryCandleStore();
    await store.save({ candles: WALK.slice(0, 600), gaps: [] });
    const desk = await ChartBench.start({ start, store }, settings);
    await desk.follow(BTC_1M);
    for (const candle of WALK.slice(600, 610)) await desk.post([candle]);
    await expectInStep(desk);
    const reads = desk.bench.engine.stats().sequence;
    expect(reads).toBeGreaterThan(10 + 600 / 250);
  });

  it('go on while they are computed again after a correction, and versions never go back', async () => {
    const desk = await ChartBench.start({ start }, settings);
    await desk.post(WALK.slice(0, 600));
    await desk.bench.settle();
    const before = await desk.bench.charts.head(BTC_1M);
    await desk.post([corrected(WALK[100] as ClosedCandle, 300)]);
    await desk.post(WALK.slice(600, 601));
    const meanwhile = await desk.bench.charts.head(BTC_1M);
    expect(meanwhile).toMatchObject({ generation: before?.generation, headTime: WALK[600]?.openTime });
    await expectInStep(desk);
    const after = await desk.bench.charts.head(BTC_1M);
    expect(after?.generation).toBe((before?.generation ?? 0) + 1);
    expect(after?.version).toBeGreaterThan(meanwhile?.version ?? 0);
    const { instructions } = await desk.bench.charts.readDrawn({
      seriesId: BTC_1M,
      at: WALK[600]?.openTime ?? start,
      after: meanwhile?.version ?? 0,
    });
    expect(instructions.length).toBeGreaterThan(20);
  });

  it('are not computed again for a candle that comes a second time', async () => {
    const desk = await ChartBench.start({ start }, settings);
    await desk.post(WALK.slice(0, 300));
    await desk.post(WALK.slice(100, 200));
    await expectInStep(desk);
    expect((await desk.bench.charts.head(BTC_1M))?.generation).toBe(1);
  });

  it('of other settings are computed again in the background, and no candle is touched', async () => {
    const first = await ChartBench.start({ start }, { ...settings, majorWindow: 6 });
    await first.post(WALK.slice(0, 500));
    const fingerprint = (await first.bench.charts.head(BTC_1M))?.fingerprint;
    const desk = await first.restart(settings);
    await desk.follow(BTC_1M);
    await expectInStep(desk);
    expect((await desk.bench.charts.head(BTC_1M))?.fingerprint).not.toBe(fingerprint);
    expect(await readSeries(desk.bench.store, BTC_1M)).toHaveLength(500);
  });

  it('notice candles that somebody else saved while nobody looked', async () => {
    const desk = await ChartBench.start({ start }, settings);
    await desk.post(WALK.slice(0, 300));
    await desk.bench.store.save({ candles: [corrected(WALK[50] as ClosedCandle, 99)], gaps: [] });
    const next = await desk.restart();
    await next.follow(BTC_1M);
    await expectInStep(next);
  });

  it('of stored series that are only read are computed when they are, some at a time, and the most recent are kept', async () => {
    const store = createMemoryCandleStore();
    const ids = Array.from({ length: 80 }, (_, index) => `binance:futures:C${index}/USDT:1m` as SeriesId);
    for (const seriesId of ids) {
      await store.save({ candles: WALK.slice(0, 40).map((candle) => ({ ...candle, seriesId })), gaps: [] });
    }
    const desk = await ChartBench.start({ start, store }, settings);
    const { bench } = desk;
    const open = () => Object.values(bench.engine.state().charts.series);
    let working = 0;
    let unready = 0;
    const readAll = async (): Promise<readonly SeriesId[]> => {
      const missing: SeriesId[] = [];
      for (const seriesId of ids) if ((await bench.charts.head(seriesId)) === null) missing.push(seriesId);
      await Promise.all(
        missing.map(async (seriesId) => {
          expect(await desk.prepare(seriesId)).toBe('working');
          working = Math.max(working, open().filter(({ building }) => building !== null).length);
          if ((await bench.charts.head(seriesId)) === null) unready++;
        }),
      );
      await bench.settle();
      return missing;
    };
    let rounds = 0;
    while ((await readAll()).length > 0) rounds++;
    expect(unready).toBeGreaterThan(0);
    expect(working).toBeLessThanOrEqual(8);
    expect(rounds).toBeLessThanOrEqual(80);
    expect(open()).toHaveLength(64);
    for (const seriesId of ids) {
      const stored = await readSeries(store, seriesId);
      expect(await tellChart(bench.charts, stored)).toBe(await tellFold(stored, settings));
    }
  });

  it('are no work at all where they are switched off', async () => {
    const desk = await ChartBench.start({ start }, null);
    await desk.post(WALK.slice(0, 300));
    await desk.bench.settle();
    expect(await desk.bench.charts.head(BTC_1M)).toBeNull();
    expect(desk.bench.engine.state().charts).toEqual({ series: {}, reading: null });
    expect(desk.bench.engine.stats().sequence).toBe(2);
  });
});
