import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, BTC_1M, closedCandle, minutesArbitrary } from '../../../test/fixtures/candles.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { EPOCH_MS_MAX, epochMs } from '../../core/time.ts';
import { acceptClosed, createFanout, emptyOutput } from '../../market/derived-timeframe-fanout.ts';
import { siblingSeries } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import { deriveBacklog, deriveHistory } from './derive-history.ts';

const TIMEFRAMES = ['5m', '15m', '1h'].map(timeframe);

describe('history of derived series', () => {
  it('is what the fold makes of the stored candles, and making it again changes nothing', async () => {
    const start = at('2024-03-01T10:07:00Z');
    await fc.assert(
      fc.asyncProperty(minutesArbitrary(start, { min: 1, max: 300 }), async (minutes) => {
        const store = createMemoryCandleStore();
        await store.save({ candles: minutes, gaps: [] });
        const written = await deriveHistory(store, BTC_1M, TIMEFRAMES);
        const fanout = createFanout(BTC_1M, TIMEFRAMES);
        const output = emptyOutput();
        for (const minute of minutes) acceptClosed(fanout, minute, output);
        expect(written).toBe(output.closed.length);
        const read = async (id: typeof BTC_1M) => {
          return store.read({
            seriesId: id,
            from: epochMs(0),
            to: epochMs(EPOCH_MS_MAX),
            limit: 10_000,
            take: 'oldest',
          });
        };
        const stored = (await Promise.all(TIMEFRAMES.map((each) => read(siblingSeries(BTC_1M, each))))).flat();
        const plain = ({ certificate: _, ...numbers }: (typeof stored)[number]) => numbers;
        const expected = output.closed.toSorted(
          (a, b) =>
            TIMEFRAMES.indexOf(a.seriesId.split(':')[3] as never) -
              TIMEFRAMES.indexOf(b.seriesId.split(':')[3] as never) || a.openTime - b.openTime,
        );
        expect(stored.map(plain)).toEqual(expected.map(plain));
        expect(await deriveHistory(store, BTC_1M, TIMEFRAMES)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('leaves out candles that lie beside the minutes', async () => {
    const store = createMemoryCandleStore();
    const [first, second] = fc.sample(minutesArbitrary(at('2024-03-01T10:00:00Z'), { min: 5, max: 5 }), 1)[0] ?? [];
    if (first === undefined || second === undefined) throw new Error('no minutes');
    await store.save({ candles: [first, { ...second, openTime: epochMs(second.openTime + 40_000) }], gaps: [] });
    expect(await deriveHistory(store, BTC_1M, TIMEFRAMES)).toBe(0);
  });
});

describe('history that came in while derivation was off', () => {
  const day = at('2024-03-01T00:00:00Z');
  const time = (minutes: number) => epochMs(day + minutes * 60_000);
  const candles = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => {
      return closedCandle({ openTime: time(from + index), prices: ['1', '2', '1', '2'], volume: `${index + 1}` });
    });

  async function derived(store: ReturnType<typeof createMemoryCandleStore>): Promise<unknown> {
    const range = { from: epochMs(0), to: epochMs(EPOCH_MS_MAX), limit: 10_000, take: 'oldest' } as const;
    const all = TIMEFRAMES.map((each) => store.read({ seriesId: siblingSeries(BTC_1M, each), ...range }));
    return (await Promise.all(all)).flat().map(({ seriesId, openTime, volume }) => [seriesId, openTime, volume]);
  }

  it.each([
    ['before and behind what was derived', [240, 600], [...TIMEFRAMES]],
    ['before it', [240, 1_440], [...TIMEFRAMES]],
    ['behind it', [7, 300], [...TIMEFRAMES]],
    ['where nothing was derived', [0, 0], []],
    ['where one timeframe of several was', [0, 1_440], [timeframe('15m')]],
  ] as const)('is derived %s, up to where the caller begins', async (_name, [from, to], known) => {
    const whole = createMemoryCandleStore();
    const store = createMemoryCandleStore();
    for (const each of [whole, store]) await each.save({ candles: candles(7, 1_440), gaps: [] });
    await deriveHistory(whole, BTC_1M, TIMEFRAMES);
    const fanout = createFanout(BTC_1M, known);
    const output = emptyOutput();
    for (const candle of candles(7, 1_440)) acceptClosed(fanout, candle, output);
    const earlier = output.closed.filter(({ openTime }) => openTime >= time(from) && openTime < time(to));
    await store.save({ candles: earlier, gaps: [] });
    await deriveBacklog(store, { seriesId: BTC_1M, end: time(1_440) }, TIMEFRAMES);
    expect(await derived(store)).toEqual(await derived(whole));
    expect(await deriveBacklog(store, { seriesId: BTC_1M, end: time(1_440) }, TIMEFRAMES)).toBe(0);
  });

  it('is none where the base has none, and none behind the end', async () => {
    const store = createMemoryCandleStore();
    expect(await deriveBacklog(store, { seriesId: BTC_1M, end: time(60) }, TIMEFRAMES)).toBe(0);
    await store.save({ candles: candles(60, 120), gaps: [] });
    expect(await deriveBacklog(store, { seriesId: BTC_1M, end: time(60) }, TIMEFRAMES)).toBe(0);
  });
});
