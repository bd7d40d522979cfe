/**
 * What every ChartStore does, as one suite: a harness that makes stores enters, tests leave.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../../src/core/time.ts';
import { encode } from '../../src/journal/index.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import {
  addHead,
  type ChartChange,
  type FactorEvent,
  type Instruction,
  spanOf,
  type ToldHead,
} from '../../src/model/chart.ts';
import type { CandleStore } from '../../src/ports/candle-store.ts';
import type { ChartStore } from '../../src/ports/chart-store.ts';
import { BTC_1M, closedCandle, series } from '../fixtures/candles.ts';
import { planWith, walkMinutes } from '../fixtures/chart-candles.ts';
import { type ChangeOptions, changesOf } from '../fixtures/chart-changes.ts';

/** Storage of one test: charts, and the candles they are of. */
export type ChartStoreStorage = {
  readonly charts: ChartStore;
  readonly candles: CandleStore;
  readonly destroy: () => void;
};
/** How the suite gets at an adapter. */
export type ChartStoreHarness = { readonly name: string; readonly create: () => ChartStoreStorage };

const plan = planWith({ majorWindow: 4, minorWindow: 2, lookbackCandles: 300, overlayCandles: 60 });
const CANDLES = walkMinutes(700, 21);
const LAST = (CANDLES.at(-1) as ClosedCandle).openTime;
const MINUTE = 60_000;
const EVERYTHING = { seriesId: BTC_1M, from: epochMs(0), to: epochMs(LAST + 1), limit: 1e9 } as const;

/** What is known at a candle, told by the changes alone. */
type Known = { events: FactorEvent[]; heads: Map<string, ToldHead>; standing: Map<string, Instruction> };

/** The plain answer to every read: all of it, again, from the changes up to a candle. */
function knownAt(changes: readonly ChartChange[], at: EpochMs): Known {
  const known: Known = { events: [], heads: new Map(), standing: new Map() };
  for (const change of changes) {
    known.events.push(...change.events.filter(({ visibleTime }) => visibleTime <= at));
    for (const head of change.heads) {
      if (head.visibleTime <= at) known.heads.set(head.factor, addHead(known.heads.get(head.factor), head));
    }
  }
  const drawn = changes.flatMap((change) => change.drawn).filter(({ visibleTime }) => visibleTime <= at);
  const retired = changes.flatMap((change) => change.retired).filter(({ retiredTime }) => retiredTime <= at);
  for (const instruction of drawn) {
    const isGone = retired.some(({ id, version }) => id === instruction.id && version > instruction.version);
    if (isGone) known.standing.delete(instruction.id);
    else known.standing.set(instruction.id, instruction);
  }
  return known;
}

async function readAt(charts: ChartStore, at: EpochMs) {
  const range = { seriesId: BTC_1M, at } as const;
  return {
    events: await charts.readEvents({ ...EVERYTHING, to: epochMs(at + 1) }),
    heads: await charts.readHeads(BTC_1M, at),
    drawn: await charts.readDrawn({ ...range, after: 0 }),
    active: await charts.readActiveIds({ ...range, from: epochMs(at - 60 * MINUTE) }),
  };
}

function expectKnown(read: Awaited<ReturnType<typeof readAt>>, known: Known, at: EpochMs): void {
  const standing = [...known.standing.values()].sort((a, b) => a.version - b.version || (a.id < b.id ? -1 : 1));
  const byFactor = [...known.heads.values()].sort((a, b) => (a.factor < b.factor ? -1 : 1));
  expect(encode(read.events)).toBe(encode(known.events));
  expect(encode(read.heads.map(sorted))).toBe(encode(byFactor.map(sorted)));
  expect(encode(read.drawn.instructions.map(sorted))).toBe(encode(standing.map(sorted)));
  const reaching = standing.filter((instruction) => {
    const [first, last] = spanOf(instruction);
    return first <= at && (last === null || last >= at - 60 * MINUTE);
  });
  expect(read.active).toEqual(reaching.map(({ id }) => id).sort());
}

/** Fields in one order: stores may give them in another. */
function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const made = (cuts: readonly number[], options: Partial<ChangeOptions> = {}): readonly ChartChange[] =>
  changesOf(CANDLES, cuts, { plan, ...options });

/** Runs the suite on an adapter. */
export function describeChartStore(harness: ChartStoreHarness): void {
  describe(`chart store: ${harness.name}`, () => {
    let storage: ChartStoreStorage;
    beforeEach(() => {
      storage = harness.create();
    });
    afterEach(() => storage.destroy());
    describePast(() => storage);
    describeEdges(() => storage);
    describeGenerations(() => storage);
    describeCoverage(() => storage);
  });
}

function describePast(storage: () => ChartStoreStorage): void {
  it('answers at every candle what was known then, however the candles were cut into changes', async () => {
    const { charts } = storage();
    const changes = made([]);
    await charts.save(made([1, 90, 91, 400, 655]));
    for (let index = 0; index < CANDLES.length; index += 23) {
      const at = (CANDLES[index] as ClosedCandle).openTime;
      expectKnown(await readAt(charts, at), knownAt(changes, at), at);
    }
    expectKnown(await readAt(charts, LAST), knownAt(changes, LAST), LAST);
    expect(await charts.head(BTC_1M)).toMatchObject({ generation: 1, headTime: LAST, version: CANDLES.length });
  });

  it('does nothing when changes are saved again, also older ones', async () => {
    const { charts } = storage();
    const changes = made([200, 430]);
    await charts.save(changes);
    const before = encode([await readAt(charts, LAST), await readAt(charts, epochMs(LAST - 300 * MINUTE))]);
    await charts.save(changes.slice(0, 2));
    await charts.save(changes.slice(2));
    expect(encode([await readAt(charts, LAST), await readAt(charts, epochMs(LAST - 300 * MINUTE))])).toBe(before);
    expect((await charts.head(BTC_1M))?.version).toBe(CANDLES.length);
  });

  it('gives what came after a version, so that a reader who applies it has what stands', async () => {
    const { charts } = storage();
    await charts.save(made([]));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 699 }), fc.integer({ min: 1, max: 60 }), async (place, step) => {
        const then = (CANDLES[Math.max(0, place - step)] as ClosedCandle).openTime;
        const now = (CANDLES[place] as ClosedCandle).openTime;
        const before = await charts.readDrawn({ seriesId: BTC_1M, at: then, after: 0 });
        const delta = await charts.readDrawn({ seriesId: BTC_1M, at: now, after: before.version });
        const catalog = new Map([...before.instructions, ...delta.instructions].map((each) => [each.id, each]));
        const whole = await charts.readDrawn({ seriesId: BTC_1M, at: now, after: 0 });
        for (const { id, version } of whole.instructions) expect(catalog.get(id)?.version).toBe(version);
        expect(delta.version).toBe(whole.version);
        const again = await charts.readDrawn({ seriesId: BTC_1M, at: now, after: delta.version });
        expect(again).toEqual({ instructions: [], version: whole.version });
      }),
      { numRuns: 25 },
    );
  });
}

function describeEdges(storage: () => ChartStoreStorage): void {
  it('keeps the newest events where there are more than asked for, and can give one factor alone', async () => {
    const { charts } = storage();
    await charts.save(made([]));
    const all = await charts.readEvents(EVERYTHING);
    expect(await charts.readEvents({ ...EVERYTHING, limit: 7 })).toEqual(all.slice(-7));
    const pens = await charts.readEvents({ ...EVERYTHING, factor: 'pen' });
    expect(pens).toEqual(all.filter(({ factor }) => factor === 'pen'));
    expect(pens.length).toBeGreaterThan(10);
  });

  it('knows nothing of a series that was never saved', async () => {
    const { charts } = storage();
    const seriesId = series('binance:spot:ETH/USDT:5m');
    await charts.save(made([]));
    expect(await charts.head(seriesId)).toBeNull();
    expect(await charts.newestGeneration(seriesId)).toBe(0);
    expect(await charts.readDrawn({ seriesId, at: LAST, after: 0 })).toEqual({ instructions: [], version: 0 });
    expect(await charts.readHeads(seriesId, LAST)).toEqual([]);
  });

  it('refuses when it is closed', async () => {
    const { charts } = storage();
    await charts.close();
    await charts.close();
    await expect(charts.save(made([]))).rejects.toMatchObject({ failure: { code: 'store_unavailable' } });
    await expect(charts.head(BTC_1M)).rejects.toMatchObject({ failure: { code: 'store_unavailable' } });
  });
}

function describeGenerations(storage: () => ChartStoreStorage): void {
  const other = planWith({ majorWindow: 6, minorWindow: 2, lookbackCandles: 300, overlayCandles: 60 });
  const anew = (standing: ChartChange['standing'], cuts: readonly number[] = []): readonly ChartChange[] =>
    made(cuts, { plan: other, generation: 2, version: 1_000_000, standing });

  it('shows a chart that is computed again only when it is through, and then all of it', async () => {
    const { charts } = storage();
    await charts.save(made([]));
    const before = encode(await readAt(charts, LAST));
    const [first, second] = anew('building', [350]) as [ChartChange, ChartChange];
    await charts.save([first]);
    expect(encode(await readAt(charts, LAST))).toBe(before);
    expect((await charts.head(BTC_1M))?.generation).toBe(1);
    expect(await charts.newestGeneration(BTC_1M)).toBe(2);
    await charts.save([{ ...second, standing: 'current' }]);
    for (const at of [LAST, epochMs(LAST - 400 * MINUTE)]) {
      expectKnown(await readAt(charts, at), knownAt(anew('current'), at), at);
    }
    expect(await charts.head(BTC_1M)).toMatchObject({ generation: 2, version: 1_000_700 });
  });

  it('hears no more of a generation that was replaced', async () => {
    const { charts } = storage();
    const [early, late] = made([600]) as [ChartChange, ChartChange];
    await charts.save([early]);
    await charts.save(anew('current'));
    const before = encode(await readAt(charts, LAST));
    for (let turn = 0; turn < 10; turn++) await charts.save([late]);
    expect(encode(await readAt(charts, LAST))).toBe(before);
    expect((await charts.head(BTC_1M))?.generation).toBe(2);
  });

  it('lets a later attempt replace one that was not finished, and the current one goes on meanwhile', async () => {
    const { charts } = storage();
    const [early, late] = made([600]) as [ChartChange, ChartChange];
    await charts.save([early]);
    await charts.save(anew('building', [100]).slice(0, 1));
    await charts.save(made([50], { generation: 3, version: 2_000_000, standing: 'building' }).slice(0, 1));
    await charts.save([late]);
    expectKnown(await readAt(charts, LAST), knownAt(made([]), LAST), LAST);
    await charts.save(made([], { generation: 3, version: 2_000_000 }));
    const now = await charts.readDrawn({ seriesId: BTC_1M, at: LAST, after: 1_000_700 });
    expect(now.instructions).toHaveLength(knownAt(made([]), LAST).standing.size);
    expect(await charts.newestGeneration(BTC_1M)).toBe(3);
  });
}

function describeCoverage(storage: () => ChartStoreStorage): void {
  const late = closedCandle({ openTime: LAST + MINUTE, prices: ['1000', '1000', '1000', '1000'] });

  it('says that a chart knows every stored candle until one is saved without it', async () => {
    const { charts, candles } = storage();
    await candles.save({ candles: CANDLES, gaps: [] });
    await charts.save(made([]));
    expect((await charts.head(BTC_1M))?.coverage).toBe('all');
    await candles.save({ candles: [late], gaps: [] });
    expect((await charts.head(BTC_1M))?.coverage).toBe('some');
  });

  it('believes a chart that says it does not know all', async () => {
    const { charts, candles } = storage();
    await candles.save({ candles: CANDLES, gaps: [] });
    const [first, second] = made([300]) as [ChartChange, ChartChange];
    await charts.save([{ ...first, coverage: 'some' }]);
    expect((await charts.head(BTC_1M))?.coverage).toBe('some');
    await charts.save([second]);
    expect((await charts.head(BTC_1M))?.coverage).toBe('all');
  });
}
