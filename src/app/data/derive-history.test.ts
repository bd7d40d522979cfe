import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, BTC_1M, minutesArbitrary } from '../../../test/fixtures/candles.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { EPOCH_MS_MAX, epochMs } from '../../core/time.ts';
import { acceptClosed, createFanout, emptyOutput } from '../../market/derived-timeframe-fanout.ts';
import { siblingSeries } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import { deriveHistory } from './derive-history.ts';

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
