import { describe, expect, it } from 'vitest';
import { at, closedCandle, series } from '../../../test/fixtures/candles.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { epochMs } from '../../core/time.ts';
import type { CandleSource, ClosedCandle } from '../../model/candle.ts';
import { siblingSeries } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { type ImportOptions, importCandles } from './import-candles.ts';

const seriesId = series('binance:spot:BTC/USDT:1m');
const START = at('2024-03-01T00:00:00Z');
const minute = (index: number) => epochMs(START + index * 60_000);
const candle = (index: number, source: CandleSource = 'archive'): ClosedCandle => {
  return closedCandle({ seriesId, openTime: minute(index), prices: ['1', '3', '1', '2'], source });
};
const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, at) => from + at);

async function* once(candles: readonly ClosedCandle[]): AsyncGenerator<readonly ClosedCandle[]> {
  if (candles.length > 0) yield candles;
}

async function run(
  store: CandleStore,
  candles: readonly ClosedCandle[],
  covers?: ImportOptions['covers'],
): Promise<readonly (readonly [number, number])[]> {
  const options = { chunks: once(candles), seriesId, timeframes: [timeframe('5m')], store };
  const imported = await importCandles(covers === undefined ? options : { ...options, covers });
  if (!imported.ok) throw new Error(imported.error.failure.message);
  return imported.value.gaps.map(({ from, to }) => [(from - START) / 60_000, (to - START) / 60_000] as const);
}

async function baseCounts(store: CandleStore): Promise<readonly string[]> {
  const wanted = siblingSeries(seriesId, timeframe('5m'));
  const derived = await store.read({ seriesId: wanted, from: START, to: minute(60), limit: 99, take: 'oldest' });
  return derived.map(({ openTime, certificate }) => `${(openTime - START) / 60_000}:${certificate.baseCount}`);
}

describe('an import that is the whole truth about a stretch', () => {
  it('knows what it lacks at both edges as holes of the exchange, and derives across them', async () => {
    const store = createMemoryCandleStore();
    const gaps = await run(
      store,
      range(2, 13).map((index) => candle(index)),
      { from: minute(0), to: minute(15) },
    );
    expect(gaps).toEqual([
      [0, 2],
      [13, 15],
    ]);
    expect(await baseCounts(store)).toEqual(['0:3', '5:5', '10:3']);
  });

  it('says nothing about what lies outside the candles without such a stretch', async () => {
    const store = createMemoryCandleStore();
    expect(
      await run(
        store,
        range(2, 13).map((index) => candle(index)),
      ),
    ).toEqual([]);
    expect(await baseCounts(store)).toEqual(['5:5']);
  });

  it('leaves an open end open', async () => {
    const store = createMemoryCandleStore();
    const gaps = await run(
      store,
      range(2, 13).map((index) => candle(index)),
      { from: minute(0), to: null },
    );
    expect(gaps).toEqual([[0, 2]]);
    expect(await baseCounts(store)).toEqual(['0:3', '5:5']);
  });

  it('records a stretch without any candle, and nothing where the store has them', async () => {
    const store = createMemoryCandleStore();
    await store.save({ candles: range(3, 7).map((index) => candle(index, 'ws')), gaps: [] });
    expect(await run(store, [], { from: minute(0), to: minute(10) })).toEqual([
      [0, 3],
      [7, 10],
    ]);
    expect(await baseCounts(store)).toEqual(['0:2', '5:2']);
    expect(
      await run(
        store,
        range(0, 10).map((index) => candle(index)),
        { from: minute(0), to: minute(10) },
      ),
    ).toEqual([]);
    expect(await baseCounts(store)).toEqual(['0:5', '5:5']);
    expect(await store.readGaps(seriesId, { from: minute(0), to: minute(10) })).toEqual([]);
  });
});
