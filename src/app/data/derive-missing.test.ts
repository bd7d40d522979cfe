import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, BTC_1M, closedCandle } from '../../../test/fixtures/candles.ts';
import { createMemoryCandleStore } from '../../adapters/memory/memory-candle-store.ts';
import { EPOCH_MS_MAX, epochMs } from '../../core/time.ts';
import { createFanout } from '../../market/derived-timeframe-fanout.ts';
import { foldStored } from '../../market/recompute.ts';
import type { CandleGap, ClosedCandle } from '../../model/candle.ts';
import { siblingSeries } from '../../model/series.ts';
import { type Timeframe, timeframe } from '../../model/timeframe.ts';
import type { CandleStore, SaveBatch } from '../../ports/candle-store.ts';
import { deriveMissing } from './derive-missing.ts';

const TIMEFRAMES = ['5m', '15m', '1h', '4h', '1d'].map(timeframe);
const DAY = at('2024-03-01T00:00:00Z');
const MINUTES_OF_DAY = 1_440;
const EVER = { from: epochMs(0), to: epochMs(EPOCH_MS_MAX), limit: 100_000, take: 'oldest' } as const;

const time = (minutes: number) => epochMs(DAY + minutes * 60_000);

function minutes(from: number, to: number): readonly ClosedCandle[] {
  return Array.from({ length: to - from }, (_, index) => {
    return closedCandle({ openTime: time(from + index), prices: ['1', '2', '1', '2'], volume: `${from + index + 1}` });
  });
}

function absent(from: number, to: number): CandleGap {
  return { kind: 'candleGap', seriesId: BTC_1M, from: time(from), to: time(to), reason: 'exchange_gap' };
}

/** What the fold makes of everything that a store has of the base before `end`. */
async function madeOf(store: CandleStore, end: number): Promise<readonly ClosedCandle[]> {
  const candles = await store.read({ ...EVER, seriesId: BTC_1M });
  const gaps = await store.readGaps(BTC_1M, EVER);
  const from = Math.min(candles[0]?.openTime ?? 0, gaps[0]?.from ?? Number.POSITIVE_INFINITY);
  const dayStart = epochMs(from - (from % 86_400_000));
  return foldStored(createFanout(BTC_1M, TIMEFRAMES), { from: dayStart, to: time(end), candles, gaps }).closed;
}

async function derivedIn(store: CandleStore): Promise<readonly ClosedCandle[]> {
  const all = TIMEFRAMES.map((each) => store.read({ ...EVER, seriesId: siblingSeries(BTC_1M, each) }));
  return (await Promise.all(all)).flat();
}

const shown = (candles: readonly ClosedCandle[]): readonly string[] =>
  candles
    .map(({ seriesId, openTime, volume, certificate: { source, baseCount, baseExpected } }) => {
      return [seriesId, openTime, volume, source, baseCount, baseExpected].join(' ');
    })
    .sort();

type Run = { readonly pieces: number; readonly saved: readonly ClosedCandle[] };

async function makeWhole(
  store: CandleStore,
  end: number,
  options: { readonly timeframes?: readonly Timeframe[]; readonly save?: (batch: SaveBatch) => Promise<unknown> } = {},
): Promise<Run> {
  const saved: ClosedCandle[] = [];
  const save = async (batch: SaveBatch): Promise<void> => {
    saved.push(...batch.candles);
    await (options.save ?? store.save)(batch);
  };
  let pieces = 0;
  const { timeframes = TIMEFRAMES } = options;
  for await (const _ of deriveMissing({ store, baseId: BTC_1M, timeframes, end: time(end), save })) pieces++;
  return { pieces, saved };
}

describe('derived candles that are missing', () => {
  it('are derived wherever they are, whatever was derived before, and again changes nothing', async () => {
    const end = 3 * MINUTES_OF_DAY;
    const stretches = fc.array(
      fc.record({ from: fc.integer({ min: 0, max: end }), length: fc.integer({ min: 1, max: 2_000 }) }),
      { maxLength: 4 },
    );
    const lacking = fc.array(fc.integer({ min: 0, max: end - 1 }), { maxLength: 6 });
    const shape = fc.record({
      first: fc.integer({ min: 0, max: 700 }),
      derived: stretches,
      unknown: lacking,
      none: lacking,
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ first, derived, unknown, none }) => {
        const store = createMemoryCandleStore();
        const left = new Set([...unknown, ...none]);
        const gaps = [...new Set(none)].filter((each) => !unknown.includes(each)).map((each) => absent(each, each + 1));
        const candles = minutes(first, end).filter((_, index) => !left.has(first + index));
        await store.save({ candles, gaps });
        const truth = await madeOf(store, end);
        const isDerived = ({ openTime }: ClosedCandle): boolean =>
          derived.some(({ from, length }) => openTime >= time(from) && openTime < time(from + length));
        await store.save({ candles: truth.filter(isDerived), gaps: [] });
        const { saved } = await makeWhole(store, end);
        expect(shown(await derivedIn(store))).toEqual(shown(truth));
        expect(shown(saved)).toEqual(shown(truth.filter((candle) => !isDerived(candle))));
        expect((await makeWhole(store, end)).saved).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('are looked for in no piece where nothing is missing, also with hours that the exchange does not have', async () => {
    const store = createMemoryCandleStore();
    const end = 2 * MINUTES_OF_DAY;
    await store.save({ candles: [...minutes(100, 500), ...minutes(900, end)], gaps: [absent(500, 900)] });
    expect((await makeWhole(store, end)).pieces).toBe(2);
    expect(await makeWhole(store, end)).toEqual({ pieces: 0, saved: [] });
  });

  it('are made from the newest piece to the oldest, a day of minutes each', async () => {
    const store = createMemoryCandleStore();
    await store.save({ candles: minutes(7, 3 * MINUTES_OF_DAY), gaps: [] });
    const { pieces, saved } = await makeWhole(store, 3 * MINUTES_OF_DAY);
    const days = saved.filter(({ seriesId }) => seriesId.endsWith(':1d')).map(({ openTime }) => openTime);
    expect([pieces, days]).toEqual([3, [time(2 * MINUTES_OF_DAY), time(MINUTES_OF_DAY)]]);
  });

  it('leave what is stored as it is, with its certificate and its revision', async () => {
    const store = createMemoryCandleStore();
    await store.save({ candles: minutes(0, MINUTES_OF_DAY), gaps: [] });
    const [five] = await madeOf(store, 5);
    if (five === undefined) throw new Error('no candle');
    const late = { ...five, certificate: { ...five.certificate, status: 'repaired' as const } };
    await store.save({ candles: [late], gaps: [] });
    await makeWhole(store, MINUTES_OF_DAY);
    const [stored] = await store.read({ ...EVER, seriesId: five.seriesId });
    expect(stored?.certificate).toMatchObject({ status: 'repaired', revision: 1 });
  });

  it('are those of the timeframes that are wanted, behind none of the end, and none where the base has none', async () => {
    const store = createMemoryCandleStore();
    expect(await makeWhole(store, 60)).toEqual({ pieces: 0, saved: [] });
    await store.save({ candles: minutes(0, 2 * MINUTES_OF_DAY), gaps: [] });
    const { saved } = await makeWhole(store, MINUTES_OF_DAY, { timeframes: [timeframe('4h')] });
    expect(saved.map(({ seriesId, openTime }) => [seriesId.split(':').at(-1), openTime])).toEqual(
      [0, 240, 480, 720, 960, 1200].map((each) => ['4h', time(each)]),
    );
  });

  it('are looked at again when a minute changed while they were saved', async () => {
    const store = createMemoryCandleStore();
    await store.save({ candles: minutes(0, MINUTES_OF_DAY), gaps: [] });
    const corrected = { ...(minutes(3, 4)[0] as ClosedCandle), volume: minutes(900, 901)[0]?.volume as never };
    let changes = [corrected];
    const save = async (batch: SaveBatch): Promise<void> => {
      await store.save({ candles: changes, gaps: [] });
      changes = [];
      await store.save(batch);
    };
    await makeWhole(store, MINUTES_OF_DAY, { save });
    expect(shown(await derivedIn(store))).toEqual(shown(await madeOf(store, MINUTES_OF_DAY)));
  });
});
