/**
 * Power for nobody to lose: the program is killed (SIGKILL) at random moments during imports and during live ingest.
 * Afterwards no candle that was committed is missing, none is doubled, base and derived candles agree, and finishing
 * the work leads to the same store as never having been killed; no chart is ever ahead of its candles or behind them. The seed of the moments is printed.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSqliteCandleStore } from '../../src/adapters/sqlite/sqlite-candle-store.ts';
import { createSqliteChartStore } from '../../src/adapters/sqlite/sqlite-chart-store.ts';
import { openSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createSqliteJournal } from '../../src/adapters/sqlite/sqlite-journal.ts';
import { candleText } from '../../src/api/wire.ts';
import { loadConfig } from '../../src/app/config.ts';
import { startDemo } from '../../src/app/modes/demo.ts';
import { DATABASE_FILE } from '../../src/app/service/kline-service.ts';
import { createRng } from '../../src/core/rng.ts';
import { EPOCH_MS_MAX, epochMs } from '../../src/core/time.ts';
import { replay, step } from '../../src/engine/index.ts';
import { createFanout } from '../../src/market/derived-timeframe-fanout.ts';
import { foldStored } from '../../src/market/recompute.ts';
import type { ClosedCandle } from '../../src/model/candle.ts';
import { seriesParts, siblingSeries } from '../../src/model/series.ts';
import { timeframe } from '../../src/model/timeframe.ts';
import { BTC_1M, series } from '../fixtures/candles.ts';
import { readSeries, tellChart, tellFold } from '../fixtures/chart-bench.ts';
import { planWith } from '../fixtures/chart-candles.ts';
import { HotwickProcess, runHotwick } from '../fixtures/hotwick-process.ts';
import { MarketClient } from '../fixtures/market-client.ts';
import { dataFile, describeWithData } from '../fixtures/shared-data.ts';

const KILLS = 20;
/** Two days of history are enough to be torn apart, and ten would be fetched and folded at each of the starts. */
const ENVIRONMENT = { HOTWICK_HISTORY_DAYS: '2' };
const ALL = ['5m', '15m', '1h', '4h', '1d'].map(timeframe);
const seed = Number(process.env['HOTWICK_TEST_SEED'] ?? Date.now() % 1_000_000);
const folders: string[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-kill-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Contents = {
  readonly base: readonly ClosedCandle[];
  readonly derived: readonly ClosedCandle[];
};

/** Everything in a database, read as a restarted program reads it. */
async function readAll(dataDir: string, baseId = BTC_1M): Promise<Contents> {
  const database = openSqliteDatabase({ path: join(dataDir, DATABASE_FILE) });
  const store = createSqliteCandleStore(database);
  const range = {
    from: epochMs(0),
    to: epochMs(EPOCH_MS_MAX),
    limit: Number.MAX_SAFE_INTEGER,
    take: 'oldest',
  } as const;
  const base = await store.read({ ...range, seriesId: baseId });
  const derived: ClosedCandle[] = [];
  for (const wanted of ALL) derived.push(...(await store.read({ ...range, seriesId: siblingSeries(baseId, wanted) })));
  await store.close();
  database.close();
  return { base, derived };
}

/** The journal of all runs, replayed: what each input led to is what is written there. It grows, so this is done once. */
async function expectReplayed(dataDir: string): Promise<void> {
  const database = openSqliteDatabase({ path: join(dataDir, DATABASE_FILE) });
  const journal = createSqliteJournal(database);
  const replayed = await replay(journal, step);
  expect(replayed.ok && replayed.value.divergences).toEqual([]);
  expect(replayed.ok && replayed.value.state.sequence).toBeGreaterThan(0);
  await journal.close();
  database.close();
}

const shown = (candle: ClosedCandle): string =>
  `${candle.seriesId} ${candleText(candle)} ${candle.certificate.baseCount}`;

/** The series of the demo, base first. */
const DEMO_SERIES = [BTC_1M, ...ALL.map((wanted) => siblingSeries(BTC_1M, wanted))];

/** Every series has a chart that ends with its newest candle; `whole` ones are the fold over all that is stored. */
async function expectCharted(dataDir: string, compare: 'heads' | 'whole'): Promise<void> {
  const database = openSqliteDatabase({ path: join(dataDir, DATABASE_FILE) });
  const store = createSqliteCandleStore(database);
  const charts = createSqliteChartStore(database);
  for (const seriesId of DEMO_SERIES) {
    const { head } = await store.extent(seriesId);
    expect(`${seriesId} ${(await charts.head(seriesId))?.headTime ?? null}`).toBe(`${seriesId} ${head}`);
    if (compare === 'heads') continue;
    const candles = await readSeries(store, seriesId);
    expect(await tellChart(charts, candles)).toBe(await tellFold(candles, planWith().settings));
  }
  database.close();
}

/** Stored minutes are consecutive, and what is derived from them is exactly what is stored. */
function expectSound({ base, derived }: Contents): void {
  for (let i = 1; i < base.length; i++) {
    expect((base[i] as ClosedCandle).openTime - (base[i - 1] as ClosedCandle).openTime).toBe(60_000);
  }
  const [first, last] = [base[0], base[base.length - 1]];
  if (first === undefined || last === undefined) return;
  const fanout = createFanout(first.seriesId, ALL);
  const output = foldStored(fanout, {
    from: first.openTime,
    to: epochMs(last.openTime + 60_000),
    candles: base,
    gaps: [],
  });
  const order = (candles: readonly ClosedCandle[]): string[] => candles.map(shown).sort();
  expect(order(derived)).toEqual(order(output.closed));
}

describeWithData('kill -9 during an import', () => {
  /** Two weeks are thousands of commits to be torn apart; every kill reads them all. */
  const rows = 20_160;
  let file = '';
  beforeAll(() => {
    const recorded = gunzipSync(readFileSync(dataFile('klines/spot-vision/BTCUSDT-1m-20240301-20240430.csv.gz')));
    const lines = recorded.toString('utf8').split('\n');
    const head = /^\d/.test(lines[0] ?? '') ? 0 : 1;
    file = join(newFolder(), 'BTCUSDT-1m-2024-03.csv');
    writeFileSync(file, `${lines.slice(0, head + rows).join('\n')}\n`);
  });
  const baseId = series('binance:spot:BTC/USDT:1m');
  const importArgs = (dataDir: string): string[] => [
    'data',
    'import',
    file,
    '--market',
    'spot',
    '--data-dir',
    dataDir,
    '--json',
  ];

  it(`leaves a sound prefix each time, and the same store in the end (${KILLS} kills)`, async () => {
    process.stdout.write(`  kill seed ${seed} (HOTWICK_TEST_SEED repeats it)\n`);
    const random = createRng(seed, 'import');
    const clean = newFolder();
    const started = performance.now();
    expect((await runHotwick(importArgs(clean))).code).toBe(0);
    const wholeMs = performance.now() - started;
    const reference = await readAll(clean, baseId);
    expect(reference.base).toHaveLength(rows);

    const dataDir = newFolder();
    let committed = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const program = new HotwickProcess(importArgs(dataDir));
      await Promise.race([pause(random.next() * wholeMs), program.ended]);
      await program.end('SIGKILL');
      const contents = await readAll(dataDir, baseId);
      expectSound(contents);
      expect(contents.base.length).toBeGreaterThanOrEqual(committed);
      committed = contents.base.length;
    }
    expect((await runHotwick(importArgs(dataDir))).code).toBe(0);
    const finished = await readAll(dataDir, baseId);
    expect([...finished.base, ...finished.derived].map(shown)).toEqual(
      [...reference.base, ...reference.derived].map(shown),
    );
    expect(finished.base.every((candle) => candle.certificate.revision === 1)).toBe(true);
  }, 300_000);
});

describe('kill -9 during live ingest', () => {
  it(`keeps every candle a client was told of, doubles none, and agrees with the exchange in the end (${KILLS} kills)`, async () => {
    process.stdout.write(`  kill seed ${seed} (HOTWICK_TEST_SEED repeats it)\n`);
    const random = createRng(seed, 'live');
    const dataDir = newFolder();
    const args = ['demo', '--port', '0', '--data-dir', dataDir, '--speed', '600', '--seed', '11'];
    const told = new Map<string, string>();
    for (let kill = 0; kill < KILLS; kill++) {
      const program = new HotwickProcess(args, ENVIRONMENT);
      const client = new MarketClient(await program.port());
      await client.opened;
      const wanted = ['1m', ...ALL];
      for (const each of wanted) client.subscribe(`binance:futures:BTC/USDT:${each}`, { batch: 'no' });
      // Every other one dies after it told something, however slow the machine is.
      while (kill % 2 === 1 && client.closedCandles(BTC_1M).length === 0) await pause(5);
      await pause(random.next() * 800);
      await program.end('SIGKILL');
      await client.closed;
      for (const each of wanted) {
        const id = `binance:futures:BTC/USDT:${each}`;
        const candles = client.closedCandles(id);
        const times = candles.map((candle) => candle.candle_time);
        expect(new Set(times).size).toBe(times.length);
        for (const candle of candles) told.set(`${id} ${candle.candle_time}`, JSON.stringify(candle));
      }
      const contents = await readAll(dataDir);
      expectSound(contents);
      await expectCharted(dataDir, 'heads');
      const stored = new Map(
        [...contents.base, ...contents.derived].map((candle) => {
          return [`${candle.seriesId} ${candle.openTime / 1000}`, JSON.stringify(JSON.parse(candleText(candle)))];
        }),
      );
      for (const [key, text] of told) expect(`${key} ${stored.get(key)}`).toBe(`${key} ${text}`);
    }
    expect(told.size).toBeGreaterThan(100);
    await expectReplayed(dataDir);
    await expectEqualToExchange(dataDir);
    await expectReplayed(dataDir);
  }, 300_000);
});

/** One last, undisturbed run; then every stored candle of every timeframe is the one the exchange published. */
async function expectEqualToExchange(dataDir: string): Promise<void> {
  const config = loadConfig(ENVIRONMENT);
  if (!config.ok) throw new Error(config.error.message);
  const warnings: string[] = [];
  const demo = await startDemo({
    config: config.value,
    host: '127.0.0.1',
    port: 0,
    dataDir,
    seed: 11,
    speed: 600,
    symbol: 'BTC/USDT',
    market: 'futures',
    onWarning: (reason) => warnings.push(reason),
    onFatal: (failure) => warnings.push(failure.message),
  });
  if (!demo.ok) throw new Error(demo.error.message);
  const { service, source, clock } = demo.value;
  const start = clock.now();
  while (((await service.store.extent(BTC_1M)).head ?? 0) < start + 20 * 60_000) await pause(20);
  await demo.value.close();
  expect(warnings).toEqual([]);
  const contents = await readAll(dataDir);
  expectSound(contents);
  await expectCharted(dataDir, 'whole');
  for (const wanted of ['1m', ...ALL] as const) {
    const own = [...contents.base, ...contents.derived].filter((candle) => candle.seriesId.endsWith(`:${wanted}`));
    const [first, last] = [own[0], own[own.length - 1]];
    if (first === undefined || last === undefined) continue;
    const period = { from: first.openTime, to: epochMs(last.openTime + 1) };
    const truth = source.market.candles(seriesParts(BTC_1M).instrumentId, wanted as '1m', period);
    const columns = ({
      openTime,
      open,
      high,
      low,
      close,
      volume,
      quoteVolume,
      trades,
      takerBaseVolume,
      takerQuoteVolume,
    }: Omit<ClosedCandle, 'kind' | 'seriesId' | 'certificate'>) => {
      return [openTime, open, high, low, close, volume, quoteVolume, trades, takerBaseVolume, takerQuoteVolume].join(
        ' ',
      );
    };
    // A market that resumes after a midnight begins a day later: what is stored from before is no longer published.
    const published = own.filter(({ openTime }) => openTime >= (truth[0]?.openTime ?? Number.POSITIVE_INFINITY));
    expect(published.length).toBeGreaterThan(0);
    expect(published.map(columns)).toEqual(truth.map((row) => columns(row as never)));
  }
}
