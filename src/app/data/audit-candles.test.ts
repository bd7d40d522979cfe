import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, minutesArbitrary, series } from '../../../test/fixtures/candles.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { epochMs } from '../../core/time.ts';
import type { ClosedCandle } from '../../model/candle.ts';
import { siblingSeries } from '../../model/series.ts';
import { timeframe } from '../../model/timeframe.ts';
import type { CandleStore } from '../../ports/candle-store.ts';
import { auditCandles } from './audit-candles.ts';
import { importCandles } from './import-candles.ts';

const seriesId = series('binance:spot:BTC/USDT:1m');
const START = at('2024-03-01T23:00:00Z');
const minute = (index: number) => epochMs(START + index * 60_000);
const TIMEFRAMES = ['5m', '15m', '1h'].map(timeframe);

async function* once(candles: readonly ClosedCandle[]): AsyncGenerator<readonly ClosedCandle[]> {
  yield candles;
}

/** A store with minutes from somewhere in an hour on, some of them missing at the exchange, and what they derive to. */
async function filled(minutes: readonly ClosedCandle[], missing: readonly number[]): Promise<CandleStore> {
  const store = createMemoryCandleStore();
  const candles = minutes.map((candle) => ({ ...candle, seriesId })).filter((_, index) => !missing.includes(index));
  await importCandles({ chunks: once(candles), seriesId, timeframes: TIMEFRAMES, store });
  return store;
}

const minutes = minutesArbitrary(minute(7), { min: 150, max: 220 });
const stretchOf = (from: number, to: number) => ({ seriesId, from: minute(from), to: minute(to) });

describe('an audit of derived candles', () => {
  it('finds nothing in what was derived, whichever stretch is looked at', async () => {
    const holes = fc.array(fc.integer({ min: 1, max: 140 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(minutes, holes, fc.nat(100), async (candles, missing, from) => {
        const store = await filled(candles, missing);
        const { derived } = await auditCandles(store, stretchOf(from, from + 60), () => {});
        expect(derived.map(({ mismatches }) => mismatches)).toEqual([[], [], []]);
        const whole = await auditCandles(store, stretchOf(7, 7 + candles.length), () => {});
        expect(whole.derived.flatMap(({ mismatches }) => mismatches)).toEqual([]);
        expect(whole.derived.every(({ compared }) => compared > 0)).toBe(true);
        expect(whole.days.reduce((sum, { unexplained }) => sum + unexplained, 0)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('finds the one derived candle that was changed, and one that no base makes', async () => {
    const [candles = []] = fc.sample(minutes, 1);
    const store = await filled(candles, []);
    const fiveId = siblingSeries(seriesId, timeframe('5m'));
    const [five] = await store.read({ seriesId: fiveId, from: minute(60), to: minute(65), limit: 1, take: 'oldest' });
    if (five === undefined) throw new Error('nothing was derived');
    const changed = { ...five, volume: (five.volume + 1n) as typeof five.volume };
    const invented = { ...five, openTime: minute(0) };
    await store.save({ candles: [changed, invented], gaps: [] });
    const { derived } = await auditCandles(store, stretchOf(0, 120), () => {});
    expect(derived[0]?.mismatches).toMatchObject([
      { openTime: minute(0), kind: 'extra' },
      { openTime: minute(60), kind: 'different', values: [{ column: 'volume' }] },
    ]);
    expect(derived.slice(1).flatMap(({ mismatches }) => mismatches)).toEqual([]);
  });

  it('does not judge a published candle of a higher timeframe where the base is not stored', async () => {
    const [candles = []] = fc.sample(minutes, 1);
    const store = await filled(candles, []);
    const hourId = siblingSeries(seriesId, timeframe('1h'));
    const [hour] = await store.read({ seriesId: hourId, from: minute(60), to: minute(120), limit: 1, take: 'oldest' });
    if (hour === undefined) throw new Error('nothing was derived');
    const certificate = { ...hour.certificate, source: 'archive', baseCount: 1, baseExpected: 1 } as const;
    await store.save({
      candles: [
        { ...hour, certificate },
        { ...hour, openTime: minute(0), certificate },
      ],
      gaps: [],
    });
    const { derived } = await auditCandles(store, stretchOf(0, 120), () => {});
    expect(derived.flatMap(({ mismatches }) => mismatches)).toEqual([]);
  });
});
