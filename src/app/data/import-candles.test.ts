import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { at, BTC_1M, closedCandle, minutesArbitrary, series } from '../../../test/fixtures/candles.ts';
import { dataFile, describeWithData } from '../../../test/fixtures/shared-data.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { createSqliteCandleStore } from '../../adapters/sqlite/sqlite-candle-store.ts';
import { openSqliteDatabase } from '../../adapters/sqlite/sqlite-database.ts';
import { EPOCH_MS_MAX, epochMs } from '../../core/time.ts';
import { createFanout } from '../../market/derived-timeframe-fanout.ts';
import { foldStored } from '../../market/recompute.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { type SeriesId, siblingSeries } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { openCandleFile } from './candle-files.ts';
import { importCandles } from './import-candles.ts';

const FRAMES = ['5m', '15m', '1h', '4h', '1d'].map(timeframe);
const START = at('2024-03-01T00:00:00Z');

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-import-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function openSqlite(): CandleStore {
  const database = openSqliteDatabase({ path: join(temporaryFolder(), 'market.db') });
  onTestFinished(() => database.close());
  return createSqliteCandleStore(database);
}

async function* inChunks(candles: readonly ClosedCandle[], size = 1_000): AsyncGenerator<readonly ClosedCandle[]> {
  for (let start = 0; start < candles.length; start += size) yield candles.slice(start, start + size);
}

/** Imports and answers the summary; a stop is an error of the test. */
async function load(store: CandleStore, candles: readonly ClosedCandle[], size?: number) {
  const seriesId = candles[0]?.seriesId ?? BTC_1M;
  const done = await importCandles({ chunks: inChunks(candles, size), seriesId, timeframes: FRAMES, store });
  if (!done.ok) throw new Error(done.error.failure.message);
  return done.value;
}

/** Everything a store has of an instrument: candles of every timeframe and gaps. */
async function contents(store: CandleStore, base: SeriesId = BTC_1M) {
  const period = { from: epochMs(0), to: epochMs(EPOCH_MS_MAX) };
  const found: unknown[] = [];
  for (const id of [base, ...FRAMES.map((frame) => siblingSeries(base, frame))]) {
    found.push(...(await store.read({ seriesId: id, ...period, limit: 1_000_000, take: 'oldest' })));
    found.push(...(await store.readGaps(id, period)));
  }
  return found;
}

async function readAll(path: string, seriesId?: SeriesId): Promise<ClosedCandle[]> {
  const file = openCandleFile(path, seriesId === undefined ? {} : { series: seriesId });
  if (!file.ok) throw new Error(file.error.message);
  const candles: ClosedCandle[] = [];
  for await (const chunk of file.value.chunks) candles.push(...chunk);
  return candles;
}

const minutes = (count: number, from = 0, price = '100'): ClosedCandle[] =>
  Array.from({ length: count }, (_, index) => {
    const openTime = START + (from + index) * 60_000;
    return closedCandle({ openTime, prices: [price, price, price, price], trades: 1, source: 'archive' });
  });

describe.each([
  ['memory', createMemoryCandleStore, 40],
  ['SQLite', openSqlite, 6],
] as const)('an import into %s', (_name, openStore, numRuns) => {
  it('stores the rows and every derived candle that the fold makes of them', async () => {
    await fc.assert(
      fc.asyncProperty(minutesArbitrary(START + 17 * 60_000, { min: 1, max: 400 }), async (rows) => {
        const store = openStore();
        const summary = await load(store, rows, 37);
        const end = epochMs((rows.at(-1)?.openTime ?? 0) + 60_000);
        const wanted = foldStored(createFanout(BTC_1M, FRAMES), { from: START, to: end, candles: rows, gaps: [] });
        for (const frame of FRAMES) {
          const id = siblingSeries(BTC_1M, frame);
          const read = await store.read({ seriesId: id, from: START, to: end, limit: 1_000, take: 'oldest' });
          const folded = wanted.closed.filter((candle) => candle.seriesId === id);
          expect(read.map((candle) => ({ ...candle, certificate: { ...candle.certificate, revision: 0 } }))).toEqual(
            folded,
          );
          expect(summary.derived[frame] ?? 0).toBe(folded.length);
        }
        expect(summary).toMatchObject({ rows: rows.length, first: rows[0]?.openTime, last: rows.at(-1)?.openTime });
      }),
      { numRuns },
    );
  });

  it('changes nothing when it is done again', async () => {
    const store = openStore();
    const rows = minutes(1_500);
    const first = await load(store, rows);
    const before = await contents(store);
    const second = await load(store, rows, 77);
    expect(first).toMatchObject({ inserted: 1_500 + 300 + 100 + 25 + 6 + 1, changed: 0, unchanged: 0 });
    expect(second).toMatchObject({ inserted: 0, changed: 0, unchanged: first.inserted });
    expect(await contents(store)).toEqual(before);
  });

  it('gives the same of pieces, adjacent, overlapping and in any order, as of the whole', async () => {
    const whole = minutes(2_900).map((candle, index) => ({ ...candle, trades: index }));
    const reference = openStore();
    await load(reference, whole);
    const orders = [
      [
        [0, 700],
        [700, 2_900],
      ],
      [
        [0, 700],
        [650, 1_441],
        [1_441, 2_900],
      ],
      [
        [2_000, 2_900],
        [0, 700],
        [700, 2_000],
      ],
    ] as const;
    for (const pieces of orders) {
      const store = openStore();
      for (const [from, to] of pieces) await load(store, whole.slice(from, to), 333);
      expect(await contents(store)).toEqual(await contents(reference));
    }
  });

  it('fills a hole of the file from the store', async () => {
    const whole = minutes(1_440);
    const reference = openStore();
    await load(reference, whole);
    const store = openStore();
    await load(store, whole.slice(600, 660));
    const summary = await load(store, [...whole.slice(0, 610), ...whole.slice(650)]);
    expect(summary.gaps).toEqual([]);
    expect(await contents(store)).toEqual(await contents(reference));
  });

  it("certifies a hole that nobody can fill as the exchange's own, and heals it when the minutes turn up", async () => {
    const whole = minutes(120);
    const store = openStore();
    const summary = await load(store, [...whole.slice(0, 8), ...whole.slice(21)]);
    const hole = { from: START + 8 * 60_000, to: START + 21 * 60_000 };
    expect(summary.gaps).toEqual([{ kind: 'candleGap', seriesId: BTC_1M, ...hole, reason: 'exchange_gap' }]);
    const five = await store.read({
      seriesId: series('binance:futures:BTC/USDT:5m'),
      from: START,
      to: epochMs(START + 30 * 60_000),
      limit: 10,
      take: 'oldest',
    });
    const shown = five.map(({ openTime, certificate: { status, baseCount, baseExpected } }) => {
      return `${(openTime - START) / 60_000} ${status} ${baseCount}/${baseExpected}`;
    });
    expect(shown).toEqual(['0 final 5/5', '5 exchange_gap 3/5', '20 exchange_gap 4/5', '25 final 5/5']);
    await load(store, whole);
    const reference = openStore();
    await load(reference, whole);
    const withoutHistory = (found: readonly unknown[]) =>
      JSON.parse(
        JSON.stringify(found, (key, value) =>
          key === 'revision' ? 0 : typeof value === 'bigint' ? `${value}` : value,
        ),
      );
    expect(withoutHistory(await contents(store))).toEqual(withoutHistory(await contents(reference)));
  });

  it('derives from what stays stored where an operator posted a candle', async () => {
    const store = openStore();
    const [posted] = minutes(1, 2, '150').map((candle): ClosedCandle => {
      return { ...candle, certificate: { ...candle.certificate, source: 'ingest' } };
    });
    await store.save({ candles: [posted as ClosedCandle], gaps: [] });
    await load(store, minutes(10));
    const read = (id: string) => {
      return store.read({ seriesId: series(id), from: START, to: epochMs(START + 600_000), limit: 10, take: 'oldest' });
    };
    expect((await read('binance:futures:BTC/USDT:1m'))[2]?.high).toBe(posted?.high);
    expect((await read('binance:futures:BTC/USDT:5m')).map(({ high }) => high)).toEqual([
      posted?.high,
      minutes(1)[0]?.high,
    ]);
  });

  it('keeps what it stored when the file breaks off, and finishes when it is done again', async () => {
    const store = openStore();
    const rows = minutes(300);
    async function* broken(): AsyncGenerator<readonly ClosedCandle[]> {
      yield rows.slice(0, 200);
      const file = openCandleFile(join(tmpdir(), 'no-such-folder', 'BTCUSDT-1m.csv'), { market: 'spot' });
      if (file.ok) yield* file.value.chunks;
    }
    const stopped = await importCandles({ chunks: broken(), seriesId: BTC_1M, timeframes: FRAMES, store });
    expect(stopped).toMatchObject({
      ok: false,
      error: { failure: { code: 'file_unreadable' }, summary: { rows: 200 } },
    });
    expect((await store.extent(BTC_1M)).count).toBe(200);
    await load(store, rows);
    const reference = openStore();
    await load(reference, rows);
    expect(await contents(store)).toEqual(await contents(reference));
  });
});

describeWithData('an import of recorded files', () => {
  const OUTAGE = dataFile('klines/spot-vision-outage-20230324/BTCUSDT-1m-20230323-20230325.csv.gz');
  const BTC_SPOT = series('binance:spot:BTC/USDT:1m');

  it('certifies the outage of 2023-03-24 as the exchange published it', async () => {
    const store = createMemoryCandleStore();
    const summary = await load(store, await readAll(OUTAGE, BTC_SPOT));
    const [from, to] = [at('2023-03-24T12:40:00Z'), at('2023-03-24T14:00:00Z')];
    expect(summary.rows).toBe(4_240);
    expect(summary.gaps).toEqual([{ kind: 'candleGap', seriesId: BTC_SPOT, from, to, reason: 'exchange_gap' }]);
    const around = async (frame: string) => {
      const id = siblingSeries(BTC_SPOT, timeframe(frame));
      const candles = await store.read({
        seriesId: id,
        from: at('2023-03-24T11:00:00Z'),
        to: epochMs(to + 3_600_000),
        limit: 50,
        take: 'oldest',
      });
      const gaps = await store.readGaps(id, { from, to });
      return {
        certificates: candles.map(({ openTime, certificate: { status, baseCount, baseExpected } }) => {
          return `${new Date(openTime).toISOString().slice(11, 16)} ${status} ${baseCount}/${baseExpected}`;
        }),
        gaps: gaps.map((gap) => [gap.from, gap.to, gap.reason]),
      };
    };
    const hours = await around('1h');
    expect(hours.certificates).toEqual(['11:00 final 60/60', '12:00 exchange_gap 40/60', '14:00 final 60/60']);
    expect(hours.gaps).toEqual([[at('2023-03-24T13:00:00Z'), to, 'exchange_gap']]);
    const quarters = await around('15m');
    expect(quarters.certificates.slice(3, 9)).toEqual([
      '11:45 no_trade 15/15',
      '12:00 no_trade 15/15',
      '12:15 no_trade 15/15',
      '12:30 exchange_gap 10/15',
      '14:00 final 15/15',
      '14:15 final 15/15',
    ]);
    expect(quarters.gaps).toEqual([[at('2023-03-24T12:45:00Z'), to, 'exchange_gap']]);
  });

  it('keeps the complete rows of a file that ends in the middle', async () => {
    const path = join(temporaryFolder(), 'BTCUSDT-1m.csv.gz');
    const bytes = readFileSync(OUTAGE);
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length / 2)));
    const file = openCandleFile(path, { series: BTC_SPOT });
    if (!file.ok) throw new Error(file.error.message);
    const store = createMemoryCandleStore();
    const { chunks } = file.value;
    const stopped = await importCandles({ chunks, seriesId: BTC_SPOT, timeframes: FRAMES, store });
    if (stopped.ok) throw new Error('a cut file is not whole');
    expect(stopped.error.failure).toMatchObject({ code: 'file_truncated' });
    const { rows } = stopped.error.summary;
    expect(rows).toBeGreaterThan(1_000);
    expect(stopped.error.failure.context['rows']).toBe(rows);
    const kept = await store.read({
      seriesId: BTC_SPOT,
      from: epochMs(0),
      to: epochMs(EPOCH_MS_MAX),
      limit: 9_999,
      take: 'oldest',
    });
    const whole = await readAll(OUTAGE, BTC_SPOT);
    expect(kept.map(({ openTime, close }) => [openTime, close])).toEqual(
      whole.slice(0, rows).map(({ openTime, close }) => [openTime, close]),
    );
  });
});
