/**
 * Derived series of the whole service are whole whatever happened before: derivation switched off and on, holes of the
 * base filled meanwhile, restarts, and kills in the middle of deriving. What is missing over many days is derived beside
 * the live series, unannounced, and ends in its charts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createSqliteCandleStore } from '../../src/adapters/sqlite/sqlite-candle-store.ts';
import { createSqliteChartStore } from '../../src/adapters/sqlite/sqlite-chart-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { DATABASE_FILE } from '../../src/app/service/kline-service.ts';
import { createRng } from '../../src/core/rng.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import { siblingSeries } from '../../src/model/series.ts';
import { timeframe } from '../../src/model/timeframe.ts';
import type { CandleStore } from '../../src/ports/candle-store.ts';
import type { ChartStore } from '../../src/ports/chart-store.ts';
import { freshSeries, settle } from '../fixtures/api-server.ts';
import { readSeries, tellChart, tellFold } from '../fixtures/chart-bench.ts';
import { planWith } from '../fixtures/chart-candles.ts';
import { DERIVED_TIMEFRAMES, foldAll, showDerived, showFold, unlikeMinutes } from '../fixtures/derived-series.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { MarketService } from '../fixtures/market-service.ts';
import { SWITCHES } from '../fixtures/switches.ts';

const START = 1_700_006_400; // the beginning of a UTC day, 2023-11-15
const BASE = freshSeries('WHOLE');
const FIVE = siblingSeries(BASE, timeframe('5m'));
const FOLLOW = { TRADE_CANVAS_ENABLE_WHITELIST_INGEST: '1', HOTWICK_HISTORY_DAYS: '1' };
const DAY = 1_440;
/** What is stored where many days are lacking: some minutes more than these days. */
const DAYS = 45;
const MINUTES = DAYS * DAY + 4;
const KILLS = 12;
const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-whole-'));
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The file of a data directory while no service is on it. */
async function withFile<T>(
  dataDir: string,
  use: (file: { readonly store: CandleStore; readonly charts: ChartStore }) => Promise<T>,
): Promise<T> {
  const database = openSqliteDatabase({ path: join(dataDir, DATABASE_FILE) });
  try {
    return await use({ store: createSqliteCandleStore(database), charts: createSqliteChartStore(database) });
  } finally {
    database.close();
  }
}

/** Resolves when derived candles were added to a file so many times, or none are any more. */
async function waitForGrowth(store: CandleStore, times: number): Promise<void> {
  let { count } = await store.extent(FIVE);
  for (let left = times; left > 0 && count < Math.floor(MINUTES / 5); ) {
    await nextTurn();
    const now = (await store.extent(FIVE)).count;
    if (now > count) left--;
    count = now;
  }
}

/** Resolves when so many derived candles are stored. */
async function untilDerived(store: CandleStore, count: number): Promise<void> {
  const extents = () => Promise.all(DERIVED_TIMEFRAMES.map((each) => store.extent(siblingSeries(BASE, each))));
  while ((await extents()).reduce((sum, extent) => sum + extent.count, 0) < count) await nextTurn();
}

/** A run of the service: so many minutes pass; at its end the stream goes on behind a hole that nobody can fill then. */
type Run = {
  readonly derivation: 'on' | 'off';
  readonly minutes: number;
  readonly hole: number;
  /** Whether history can be had; where it can not, nothing is waited for. */
  readonly history?: 'fails';
};

async function play(truth: readonly ClosedCandle[], runs: readonly Run[]): Promise<readonly string[]> {
  const dataDir = newFolder();
  let passed = 0;
  for (const [index, { derivation, minutes, hole, history = 'answers' }] of runs.entries()) {
    passed += minutes;
    const nowSec = START + passed * 60;
    const environment = { ...SWITCHES[derivation], ...FOLLOW };
    const service = await MarketService.start({ environment, series: [BASE], truth, nowSec, dataDir, history });
    const known = truth.filter(({ openTime }) => openTime < nowSec * 1_000);
    const isLast = index === runs.length - 1;
    const has = (): Promise<{ readonly count: number; readonly head: number | null }> =>
      service.service.store.extent(BASE);
    const isThere = async (): Promise<boolean> => {
      const { head, count } = await has();
      return head === known.at(-1)?.openTime && (!isLast || count >= known.length);
    };
    while (history === 'answers' && !(await isThere())) await nextTurn();
    await service.drain();
    if (hole > 0 && !isLast) passed += await tearHole(service, truth, hole);
    if (isLast) {
      const shown = await showDerived(service.service.store, BASE);
      expect(shown).toEqual(await showFold(service.service.store, BASE));
      await service.stop();
      return shown;
    }
    await service.stop();
  }
  return [];
}

/** A minute comes behind `hole` others while history fails, until it is let through; answers how many minutes passed. */
async function tearHole(service: MarketService, truth: readonly ClosedCandle[], hole: number): Promise<number> {
  const { head } = await service.service.store.extent(BASE);
  const behind = truth.find(({ openTime }) => openTime > (head ?? 0) + hole * 60_000);
  if (behind === undefined) return 0;
  const before = service.clock.now();
  service.playFeed('feedUp', BASE);
  service.feed.history = 'fails';
  await service.clock.advanceTo((behind.openTime + 60_000) as typeof before);
  service.playClosed(behind);
  while ((await service.service.store.extent(BASE)).head !== behind.openTime) {
    await service.clock.advance(5_000);
    await service.drain();
    await nextTurn();
  }
  return Math.ceil((service.clock.now() - before) / 60_000);
}

describe('derived series', () => {
  it('are the same after any sequence of on, off, holes and restarts as with derivation always on', {
    timeout: 240_000,
  }, async () => {
    const run = fc.record({
      derivation: fc.constantFrom('on' as const, 'off' as const),
      minutes: fc.integer({ min: 1, max: 900 }),
      hole: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
    });
    const lacking = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(run, { minLength: 2, maxLength: 4 }), lacking, async (runs, none) => {
        const truth = unlikeMinutes(BASE, START, 5_000).filter((_, index) => !none.includes(index));
        const all = [...runs, { derivation: 'on', minutes: 10, hole: 0 } as const];
        const mixed = await play(truth, all);
        const always = await play(
          truth,
          all.map((each) => ({ ...each, derivation: 'on' as const })),
        );
        expect(mixed).toEqual(always);
      }),
      { numRuns: 8 },
    );
  });

  it('bug: a hole that was filled while derivation was off is derived when it is on again', async () => {
    await play(unlikeMinutes(BASE, START, 3_000), [
      { derivation: 'on', minutes: 50, hole: 0 },
      { derivation: 'off', minutes: 50, hole: 20 },
      { derivation: 'on', minutes: 0, hole: 0, history: 'fails' },
      { derivation: 'off', minutes: 1_500, hole: 0 },
      { derivation: 'on', minutes: 50, hole: 0 },
    ]);
  });
});

describe('derived series that lack many days', () => {
  const nowSec = START + MINUTES * 60;
  const environment = { ...SWITCHES.on, ...FOLLOW };

  /** Everything of the base, and of what is derived only the 8th to 11th day. */
  async function lackingFolder(): Promise<string> {
    const dataDir = newFolder();
    await withFile(dataDir, async ({ store }) => {
      await store.save({ candles: unlikeMinutes(BASE, START, MINUTES), gaps: [] });
      const inside = (sec: number): boolean => sec >= START + 7 * DAY * 60 && sec < START + 11 * DAY * 60;
      const candles = (await foldAll(store, BASE)).filter(({ openTime }) => inside(openTime / 1_000));
      await store.save({ candles, gaps: [] });
    });
    return dataDir;
  }

  async function expectCharted({
    store,
    charts,
  }: {
    readonly store: CandleStore;
    readonly charts: ChartStore;
  }): Promise<void> {
    for (const each of DERIVED_TIMEFRAMES.slice(2)) {
      const candles = await readSeries(store, siblingSeries(BASE, each));
      expect(await tellChart(charts, candles), each).toBe(await tellFold(candles, planWith().settings));
    }
  }

  it('are derived beside the live series, without a word to its subscribers, and charted', {
    timeout: 120_000,
  }, async () => {
    const dataDir = await lackingFolder();
    const truth = unlikeMinutes(BASE, START + (MINUTES - 4) * 60, 10);
    const service = await MarketService.start({ environment, series: [BASE], truth, nowSec, dataDir });
    const client = new MarketClient(service.port);
    await client.opened;
    client.subscribe(FIVE, { since: nowSec });
    await settle(client);
    const { store } = service.service;
    await service.clock.advance(60_000);
    service.playFeed('feedUp', BASE);
    service.playClosed(truth[4] as ClosedCandle);
    await client.until(() => client.closedCandles(FIVE).length > 0);
    const whole = await showFold(store, BASE);
    await untilDerived(store, whole.length);
    expect(await showDerived(store, BASE)).toEqual(whole);
    const isCharting = (): boolean =>
      Object.values(service.service.engine.state().charts.series).some(
        ({ building, reviews }) => building !== null || reviews > 0,
      );
    while (isCharting()) await nextTurn();
    await service.drain();
    await settle(client);
    expect(client.closedCandles(FIVE).map(({ candle_time }) => candle_time)).toEqual([START + DAYS * DAY * 60]);
    expect(service.warnings.filter((text) => !text.includes('"info"'))).toEqual([]);
    expect(service.warnings.some((text) => text.includes('pieces of stored minutes are left'))).toBe(true);
    await client.close();
    await service.stop();
    await withFile(dataDir, expectCharted);
  });

  it('bug: everybody else has a turn between the pieces of a chart that is computed', async () => {
    const dataDir = newFolder();
    const candles = unlikeMinutes(BASE, START, 5_000);
    await withFile(dataDir, ({ store }) => store.save({ candles, gaps: [] }));
    const environment = { ...SWITCHES.off, ...FOLLOW };
    const service = await MarketService.start({ environment, series: [BASE], nowSec: START + 5_000 * 60, dataDir });
    const headTime = (): number => service.service.engine.state().charts.series[BASE]?.building?.chart.headTime ?? 0;
    const heads = new Set([headTime()]);
    while (service.service.engine.state().charts.series[BASE]?.building !== null) {
      await nextTurn();
      heads.add(headTime());
    }
    expect(heads.size).toBeGreaterThanOrEqual(5_000 / 250 / 2);
    await service.stop();
  });

  it('are whole in the end wherever the program is killed while it derives', { timeout: 240_000 }, async () => {
    const seed = Number(process.env['HOTWICK_TEST_SEED'] ?? Date.now() % 1_000_000);
    process.stdout.write(`  kill seed ${seed} (HOTWICK_TEST_SEED repeats it)\n`);
    const rng = createRng(seed, 'derivation');
    const dataDir = await lackingFolder();
    const child = fileURLToPath(new URL('../fixtures/derive-child.ts', import.meta.url));
    let before = await withFile(dataDir, ({ store }) => showDerived(store, BASE));
    const whole = await withFile(dataDir, ({ store }) => showFold(store, BASE));
    let torn = 0;
    for (let kill = 0; kill < KILLS && before.length < whole.length; kill++) {
      const program = spawn(process.execPath, [child, dataDir, BASE, String(nowSec)]);
      const growths = 1 + rng.integer(6);
      await withFile(dataDir, ({ store }) => waitForGrowth(store, growths));
      program.kill('SIGKILL');
      await once(program, 'close');
      const after = await withFile(dataDir, ({ store }) => showDerived(store, BASE));
      const [now, right] = [new Set(after), new Set(whole)];
      expect(before.filter((text) => !now.has(text))).toEqual([]);
      expect(after.filter((text) => !right.has(text))).toEqual([]);
      if (after.length < whole.length) torn++;
      before = after;
    }
    expect(torn).toBeGreaterThan(0);
    const service = await MarketService.start({ environment, series: [BASE], nowSec, dataDir });
    await untilDerived(service.service.store, whole.length);
    expect(await showDerived(service.service.store, BASE)).toEqual(whole);
    await service.stop();
  });
});
