import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  HOUR_RECIPE,
  QUARTER_MS,
  quarter,
  ShadowWorld,
  spotOf,
  walkQuarters,
} from '../../../test/fixtures/shadow-world.ts';
import { addMs, epochMs } from '../../core/time.ts';
import { createDatasetBuilder, type Dataset, finishDataset, foldDataset, HOT_WARM_UP } from '../../ml/index.ts';
import type { LoggedPrediction } from '../../model/prediction.ts';
import { BITCOIN, sectorOf } from './training-plan.ts';

const worlds: ShadowWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const COUNT = HOT_WARM_UP + 30;
const ALTS = ['AAA/USDT', 'BBB/USDT', 'CCC/USDT', 'DDD/USDT'];

type Walk = { readonly missing?: readonly number[]; readonly count?: number };

function worldOf(seed: number, walks: Readonly<Record<string, Walk>>): ShadowWorld {
  const candles = Object.entries(walks).map(([pair, walk], at) => {
    return [pair, walkQuarters(pair, seed * 10 + at, { count: COUNT, ...walk })] as const;
  });
  const world = new ShadowWorld(Object.fromEntries(candles));
  worlds.push(world);
  return world;
}

/** Rows, labels and results that training makes of the same candles. */
function trainedRows(world: ShadowWorld): { readonly dataset: Dataset; readonly holes: number } {
  const builder = createDatasetBuilder({
    task: 'trade',
    labels: HOUR_RECIPE.labels,
    universe: { candleMs: QUARTER_MS, dayVolumeMin: 0, sectorOf, bitcoin: BITCOIN, outside: new Set() },
    everyCandles: 1,
    from: epochMs(0),
    rowsMax: 100_000,
  });
  for (const moment of world.moments()) expect(foldDataset(builder, moment).ok).toBe(true);
  const { dataset, counts } = finishDataset(builder);
  return { dataset, holes: counts.hole };
}

type Row = readonly [key: string, row: readonly (number | null)[], label: number, net: number, end: number];

function rowsOfTraining({ samples, times, coins, symbols, nets, ends }: Dataset): readonly Row[] {
  return Array.from(times, (time, at): Row => {
    const values = samples.values.subarray(at * samples.width, (at + 1) * samples.width);
    const row = Array.from(values, (value) => (Number.isNaN(value) ? null : value));
    const key = `${symbols[coins[at] as number]} ${time}`;
    return [key, row, samples.labels[at] as number, nets[at] as number, ends[at] as number];
  }).filter(([key]) => !key.startsWith('BTC'));
}

function rowsOfShadow(logged: readonly LoggedPrediction[]): readonly Row[] {
  return logged.flatMap(({ prediction, resolution }): readonly Row[] => {
    if (resolution?.outcome.kind !== 'resolved') return [];
    const { label, net } = resolution.outcome;
    const key = `${prediction.instrumentId.split(':')[2]} ${prediction.time}`;
    return [[key, prediction.row, label, net, resolution.time]];
  });
}

function byKey(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('rows and labels of a model in shadow', () => {
  const index = fc.integer({ min: HOT_WARM_UP + 1, max: COUNT - 2 });
  const story = fc.record({
    seed: fc.integer({ min: 1, max: 10_000 }),
    coins: fc.integer({ min: 1, max: ALTS.length }),
    bitcoin: fc.constantFrom('heard', 'asked for'),
    /** A candle that the exchange does not have, of the first coin. */
    hole: fc.option(index),
    restarts: fc.uniqueArray(index, { maxLength: 2 }),
    shuffle: fc.integer({ min: 1, max: 1_000_000 }),
  });

  it('are those that training makes of the same candles, bit by bit: in any order of arrival, over restarts and holes', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ seed, coins, bitcoin, hole, restarts, shuffle }) => {
        const pairs = ALTS.slice(0, coins);
        const first = hole === null ? {} : { missing: [hole] };
        const walks = pairs.map((pair, at) => [pair, at === 0 ? first : {}] as const);
        const world = worldOf(seed, { ...Object.fromEntries(walks), [BITCOIN]: {} });
        const model = await world.train();
        await world.open(model);
        await world.tellMinutes(pairs);
        const heard = bitcoin === 'heard' ? [...pairs, BITCOIN] : pairs;
        // The warm-up comes from history, as at a start.
        for (let at = HOT_WARM_UP - 2; at < COUNT; at++) {
          if (restarts.includes(at)) {
            await world.stop();
            await world.open(model);
            await world.tellMinutes(pairs);
          }
          const delay = (place: number): number => 500 + ((shuffle * (place + 1) * (at + 7)) % 8_000);
          await world.closeQuarter(
            at,
            heard.map((pair, place) => [pair, delay(place)] as const),
          );
        }
        const { dataset, holes } = trainedRows(world);
        const logged = await world.log.loadNewest(10_000);
        expect(byKey(rowsOfShadow(logged))).toEqual(byKey(rowsOfTraining(dataset)));
        const lost = logged.filter(({ resolution }) => resolution?.outcome.kind === 'unresolvable');
        expect(lost.map(({ resolution }) => resolution?.outcome)).toEqual(
          lost.map(() => ({ kind: 'unresolvable', reason: 'hole' })),
        );
        expect(lost.length).toBe(holes);
        expect(world.errors).toEqual([]);
        await world.close();
      }),
      { numRuns: 12 },
    );
  });
});

/** A watch of one coin and Bitcoin, warm at the index `HOT_WARM_UP + 1`. */
async function warmWorld(walk: Walk = {}): Promise<ShadowWorld> {
  const world = worldOf(7, { 'AAA/USDT': walk, [BITCOIN]: {} });
  const model = await world.train();
  await world.passTo(addMs(quarter(HOT_WARM_UP), 20_000));
  await world.open(model);
  await world.tellMinutes(['AAA/USDT']);
  for (const at of [HOT_WARM_UP, HOT_WARM_UP + 1]) await world.closeQuarter(at, [['AAA/USDT', 800]]);
  return world;
}

const NEXT = HOT_WARM_UP + 2;

async function outcomesOf(world: ShadowWorld): Promise<readonly unknown[]> {
  return (await world.log.loadNewest(1_000)).toReversed().map(({ resolution }) => resolution?.outcome ?? null);
}

describe('a model in shadow', () => {
  it('judges a coin from its second candle on that is heard, and Bitcoin never, which is not in the pool', async () => {
    const world = await warmWorld();
    const logged = await world.log.loadNewest(10);
    // The first candle that is heard joins its moment with the history before it.
    expect(logged.map(({ prediction }) => [prediction.instrumentId, prediction.time])).toEqual([
      [spotOf('AAA/USDT'), quarter(NEXT)],
      [spotOf('AAA/USDT'), quarter(NEXT - 1)],
    ]);
    expect(world.errors).toEqual([]);
  });

  it('judges no candle that comes after its moment, and judges the next one again', async () => {
    const world = await warmWorld();
    await world.closeQuarter(NEXT, [['AAA/USDT', 61_000]]);
    expect(await world.log.loadNewest(10)).toHaveLength(2);
    await world.closeQuarter(NEXT + 1, [['AAA/USDT', 800]]);
    expect((await world.log.loadNewest(10)).map(({ prediction }) => prediction.time)[0]).toBe(quarter(NEXT + 2));
  });

  it('settles what is due of a coin that left and is heard no more, by its history', async () => {
    const world = await warmWorld();
    const [id] = world.pool;
    world.pool.clear();
    const watch = await world.stop().then(async () => {
      return (await world.open(await world.train())).watch;
    });
    await world.passTo(addMs(quarter(NEXT + 5), 60_000));
    watch.look();
    await world.passTo(addMs(quarter(NEXT + 5), 61_000));
    expect(await outcomesOf(world)).toEqual([
      expect.objectContaining({ kind: 'resolved' }),
      expect.objectContaining({ kind: 'resolved' }),
    ]);
    expect(id).toBe(spotOf('AAA/USDT'));
  });

  it('says of what a hole leaves open that it can not be resolved, and begins anew after it', async () => {
    const world = await warmWorld({ missing: [NEXT] });
    await world.closeQuarter(NEXT, []);
    await world.closeQuarter(NEXT + 1, [['AAA/USDT', 800]]);
    const hole = { kind: 'unresolvable', reason: 'hole' };
    expect(await outcomesOf(world)).toEqual([hole, hole]);
    await world.closeQuarter(NEXT + 2, [['AAA/USDT', 800]]);
    expect(await world.log.loadNewest(10)).toHaveLength(2);
  });

  it('gives up what never comes, a day after it was due, and only when the exchange said so', async () => {
    const world = await warmWorld({ count: NEXT });
    const { watch } = await world.stop().then(async () => world.open(await world.train()));
    world.history = 'fails';
    const late = addMs(quarter(NEXT + 4), 86_400_000 + 60_000);
    await world.passTo(late);
    watch.look();
    await world.passTo(addMs(late, 1_000));
    expect(await outcomesOf(world)).toEqual([null, null]);
    expect(world.errors.length).toBeGreaterThan(0);
    world.history = 'answers';
    watch.look();
    await world.passTo(addMs(late, 2_000));
    const gone = { kind: 'unresolvable', reason: 'noCandles' };
    expect(await outcomesOf(world)).toEqual([gone, gone]);
  });

  it('gives up what another model said before, and counts its own alone', async () => {
    const world = await warmWorld();
    await world.stop();
    const watching = await world.open(await world.train(HOUR_RECIPE, 2));
    const gone = { kind: 'unresolvable', reason: 'modelGone' };
    expect(await outcomesOf(world)).toEqual([gone, gone]);
    expect(watching.record.counts()).toEqual({ predictions: 0, resolved: 0, unresolvable: 0 });
  });

  it('asks for the history of a coin once, and for nothing while nothing is missing', async () => {
    const world = await warmWorld();
    const ofCoin = world.requests.filter(({ seriesId }) => seriesId.includes('AAA'));
    expect(ofCoin).toHaveLength(1);
    expect(ofCoin[0]).toMatchObject({ purpose: 'history', to: quarter(HOT_WARM_UP) });
    expect(ofCoin[0]?.from).toBeLessThan(quarter(HOT_WARM_UP - 400));
    // Bitcoin is no candidate, so trading does not bring it: it is asked for at the start and for each moment.
    expect(world.requests.length - ofCoin.length).toBe(3);
  });
});
