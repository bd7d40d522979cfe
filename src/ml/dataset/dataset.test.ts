import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkCandles } from '../../../test/fixtures/feature-candles.ts';
import { type EpochMs, epochMs } from '../../core/time.ts';
import {
  type CoinCandle,
  createDatasetBuilder,
  createRowTable,
  type Dataset,
  type DatasetCounts,
  type DatasetPlan,
  finishDataset,
  foldDataset,
  foldTrade,
  HOT_FEATURES,
  HOT_WARM_UP,
  HOTNESS_RULES,
  type MarketMoment,
  openTrade,
  putRow,
  rowOf,
  settleRow,
  TRADE_RULES,
  toDataset,
} from '../index.ts';

const QUARTER = 900_000;
const START = 1_700_000_100_000;
const PLAN: DatasetPlan = {
  task: 'trade',
  labels: { trade: { ...TRADE_RULES, horizonMinutes: 60 }, hotness: HOTNESS_RULES },
  universe: { candleMs: QUARTER, dayVolumeMin: 0, sectorOf: (symbol) => symbol, bitcoin: 'BTC', outside: new Set() },
  everyCandles: 1,
  from: epochMs(0),
  rowsMax: 100_000,
};
const HOT_PLAN: DatasetPlan = { ...PLAN, task: 'hotness' };

/** Moments of coins that each have candles from and to an index. */
function moments(
  coins: readonly {
    readonly symbol: string;
    readonly from?: number;
    readonly to?: number;
    readonly missing?: number;
    readonly scale?: number;
  }[],
  count: number,
): readonly MarketMoment[] {
  const series = coins.map((coin, at) => ({ ...coin, candles: walkCandles(at + 1, count) }));
  return Array.from({ length: count }, (_, index) => {
    const candles = series.flatMap(
      ({ symbol, from = 0, to = count, missing, scale = 1, candles: all }): readonly CoinCandle[] => {
        if (index < from || index >= to || index === missing) return [];
        const candle = all[index] as (typeof all)[number];
        return [{ ...candle, symbol, quoteVolume: (candle.quoteVolume as number) * scale }];
      },
    );
    return { openTime: epochMs(START + index * QUARTER), candles };
  });
}

const closeTime = (index: number): EpochMs => epochMs(START + (index + 1) * QUARTER);

function build(
  plan: DatasetPlan,
  all: readonly MarketMoment[],
): { readonly dataset: Dataset; readonly counts: DatasetCounts } {
  const builder = createDatasetBuilder(plan);
  for (const moment of all) {
    const folded = foldDataset(builder, moment);
    if (!folded.ok) throw new Error(folded.error.message);
  }
  return finishDataset(builder);
}

type Row = {
  readonly symbol: string;
  readonly time: number;
  readonly label: number;
  readonly end: number;
  readonly net: number;
  readonly values: readonly number[];
};

function rowsOf({ dataset }: { readonly dataset: Dataset }): readonly Row[] {
  return Array.from(dataset.times, (time, at) => ({
    symbol: dataset.symbols[dataset.coins[at] as number] as string,
    time,
    label: dataset.samples.labels[at] as number,
    end: dataset.ends[at] as number,
    net: dataset.nets[at] as number,
    values: [...rowOf(dataset.samples, at)],
  }));
}

const COUNT = HOT_WARM_UP + 40;
const COINS = Array.from({ length: 12 }, (_, at) => ({ symbol: at === 0 ? 'BTC' : `C${at}` }));

describe('a dataset', () => {
  it('has no duplicate (time, symbol), and each row the label of its own coin: the disaster of labels selected again by a time that coins share', () => {
    const [one, other] = [{ symbol: 'BTC' }, { symbol: 'ETH' }];
    const all = moments([one, other], COUNT);
    const rows = rowsOf(build(PLAN, all));
    expect(new Set(rows.map(({ symbol, time }) => `${symbol} ${time}`)).size).toBe(rows.length);
    for (const { symbol, time, label, net } of rows) {
      const candles = all.map(({ openTime, candles: each }) => {
        const found = each.find((candle) => candle.symbol === symbol) as CoinCandle;
        return { ...found, openTime, closeTime: epochMs(openTime + QUARTER) };
      });
      const entry = candles.find((candle) => candle.closeTime === time) as (typeof candles)[number];
      const trade = openTrade(entry.closeTime, entry.close);
      const outcome = candles
        .map((candle) => foldTrade(trade, candle, PLAN.labels.trade))
        .find((each) => each !== null);
      expect(outcome).toMatchObject({ label, net });
    }
    // As many labels as rows, and both coins have each time once.
    const times = (symbol: string) => rows.filter((row) => row.symbol === symbol).map(({ time }) => time);
    expect(times('BTC').length + times('ETH').length).toBe(rows.length);
    expect(times('BTC').length).toBeGreaterThan(20);
  });

  it('is refused with a coin twice at one time, at any of its doors', () => {
    const [moment] = moments([{ symbol: 'BTC' }], 1) as [MarketMoment];
    const twice = { ...moment, candles: [...moment.candles, ...moment.candles] };
    const refused = foldDataset(createDatasetBuilder(PLAN), twice);
    expect(refused).toMatchObject({ ok: false, error: { code: 'samples_unusable' } });
    const builder = createDatasetBuilder(PLAN);
    expect([foldDataset(builder, moment).ok, foldDataset(builder, moment).ok]).toEqual([true, false]);
    const table = createRowTable(1, 10);
    const put = (symbol: string, time: number) => putRow(table, { symbol, time: epochMs(time) }, [0]).ok;
    expect([put('A', 5), put('B', 5), put('A', 5), put('C', 4), put('A', 6)]).toEqual([true, true, false, false, true]);
  });

  it('does not grow beyond its bound', () => {
    const table = createRowTable(1, 2);
    const put = (time: number) => putRow(table, { symbol: 'A', time: epochMs(time) }, [0]);
    expect([put(1).ok, put(2).ok]).toEqual([true, true]);
    expect(put(3)).toMatchObject({ ok: false, error: { context: { reason: 'there are more than 2' } } });
  });

  it('keeps rows as they were put down and settled, however many, and leaves open ones out', () => {
    const table = createRowTable(2, 10_000);
    for (let at = 0; at < 5_000; at++) {
      const number = putRow(table, { symbol: `S${at % 3}`, time: epochMs(1_000 + at) }, [at, -at]);
      if (number.ok && at % 4 !== 0)
        settleRow(table, number.value, { label: at % 2 === 0 ? 0 : 1, endTime: epochMs(2_000 + at), net: at / 10 });
    }
    const { samples, times, ends, nets, coins } = toDataset(table);
    expect(times.length).toBe(3_750);
    const wrong = Array.from(times).findIndex((time, row) => {
      const at = time - 1_000;
      const [first, second] = rowOf(samples, row);
      return (
        first !== at ||
        second !== -at ||
        ends[row] !== 2_000 + at ||
        nets[row] !== at / 10 ||
        coins[row] !== at % 3 ||
        samples.labels[row] !== at % 2
      );
    });
    expect(wrong).toBe(-1);
  });

  it('has unknown values as NaN where nothing is read, and everything else from candles', () => {
    const [row] = rowsOf(build(PLAN, moments(COINS, COUNT))) as [Row];
    const unknown = HOT_FEATURES.names.filter((_, at) => Number.isNaN(row.values[at]));
    const unread = HOT_FEATURES.features
      .filter(({ group }) => group === 'social' || group === 'micro')
      .map(({ name }) => name);
    // Each coin is a sector of its own here.
    expect(unknown).toEqual(['sector_momentum', ...unread]);
  });

  it('begins when features are warm, and again so after a hole, whose labels are left out and told', () => {
    const whole = build(PLAN, moments([{ symbol: 'BTC' }, { symbol: 'ETH' }], COUNT));
    expect(rowsOf(whole)[0]?.time).toBe(closeTime(HOT_WARM_UP - 1));
    const missing = HOT_WARM_UP + 10;
    const holed = build(PLAN, moments([{ symbol: 'BTC' }, { symbol: 'ETH', missing }], COUNT));
    const last = rowsOf(holed)
      .filter(({ symbol }) => symbol === 'ETH')
      .at(-1) as Row;
    expect(last.end).toBeLessThanOrEqual(closeTime(missing - 1));
    expect(holed.counts.hole).toBeGreaterThan(0);
    expect(holed.counts.warmingUp).toBeGreaterThan(whole.counts.warmingUp);
  });

  it('takes who had volume in the day before each moment, never by the volume of another day', () => {
    const plan = { ...PLAN, universe: { ...PLAN.universe, dayVolumeMin: 12_000 * 96 } };
    const quiet = moments([{ symbol: 'BTC' }, { symbol: 'ETH' }], COUNT + 300);
    // Ether becomes a hundred times as busy late; that does not make it part of the universe before.
    const busy = COUNT + 100;
    const all = quiet.map((moment, index) => ({
      ...moment,
      candles: moment.candles.map((candle) =>
        candle.symbol === 'ETH'
          ? { ...candle, quoteVolume: (candle.quoteVolume as number) * (index < busy ? 0.01 : 100) }
          : candle,
      ),
    }));
    const ether = rowsOf(build(plan, all)).filter(({ symbol }) => symbol === 'ETH');
    expect(ether.length).toBeGreaterThan(50);
    expect(ether.every(({ time }) => time >= closeTime(busy))).toBe(true);
  });

  it('reads coins outside of the universe without making rows of them', () => {
    const plan = { ...PLAN, universe: { ...PLAN.universe, outside: new Set(['BTC']) } };
    const rows = rowsOf(build(plan, moments([{ symbol: 'BTC' }, { symbol: 'ETH' }], COUNT)));
    const correlation = HOT_FEATURES.names.indexOf('corr_btc_20');
    expect(new Set(rows.map(({ symbol }) => symbol))).toEqual(new Set(['ETH']));
    expect(rows.every(({ values }) => !Number.isNaN(values[correlation]))).toBe(true);
  });

  it('does not know how a coin moves with Bitcoin while Bitcoin has no candle', () => {
    const all = moments([{ symbol: 'BTC', missing: HOT_WARM_UP + 2 }, { symbol: 'ETH' }], COUNT);
    const correlation = HOT_FEATURES.names.indexOf('corr_btc_20');
    const rows = rowsOf(build(PLAN, all));
    const valueAt = (index: number) =>
      rows.find(({ symbol, time }) => symbol === 'ETH' && time === closeTime(index))?.values[correlation];
    expect(valueAt(HOT_WARM_UP)).toSatisfy(Number.isFinite);
    expect(valueAt(HOT_WARM_UP + 2)).toBeNaN();
    expect(valueAt(HOT_WARM_UP + 30)).toSatisfy(Number.isFinite);
  });

  it('of hotness compares the universe alone: a coin without volume is neither hot nor in the way', () => {
    const plan = { ...HOT_PLAN, universe: { ...PLAN.universe, dayVolumeMin: 1_000 } };
    const lives = [...COINS, ...Array.from({ length: 8 }, (_, at) => ({ symbol: `Q${at}`, scale: 1e-9 }))];
    const [alone, beside] = [build(plan, moments(COINS, COUNT)), build(plan, moments(lives, COUNT))];
    const labels = (rows: readonly Row[]) => rows.map(({ symbol, time, label }) => [symbol, time, label]);
    expect(labels(rowsOf(beside))).toEqual(labels(rowsOf(alone)));
  });

  it('of hotness labels at most a tenth of each moment, and measures by a trade of the same rules', () => {
    const rows = rowsOf(build(HOT_PLAN, moments(COINS, COUNT)));
    const byTime = Map.groupBy(rows, ({ time }) => time);
    expect([...byTime.values()].every((each) => each.filter(({ label }) => label === 1).length <= 1)).toBe(true);
    expect(rows.some(({ label }) => label === 1)).toBe(true);
    expect(rows.every(({ time, end, net }) => end === time + 3_600_000 && Number.isFinite(net))).toBe(true);
  });

  it('makes rows at moments of the clock alone when it is thinned, whatever it began with', () => {
    const all = moments(COINS, COUNT);
    const thin = { ...PLAN, everyCandles: 4 };
    const [whole, later] = [rowsOf(build(thin, all)), rowsOf(build(thin, all.slice(3)))];
    expect(whole.every(({ time }) => time % (4 * QUARTER) === 0)).toBe(true);
    expect(later.map(({ time }) => time)).toEqual(whole.map(({ time }) => time).slice(-later.length));
  });
});

describe('growth: cutting the future off', () => {
  const coins = fc.array(
    fc.record({
      from: fc.nat(30),
      to: fc.integer({ min: HOT_WARM_UP, max: COUNT }),
      missing: fc.integer({ min: 0, max: 4 * COUNT }),
    }),
    { minLength: 11, maxLength: 13 },
  );

  it.each([PLAN, HOT_PLAN])(
    'leaves features and labels of all earlier rows of %#, and only those that were known',
    (plan) => {
      fc.assert(
        fc.property(coins, fc.integer({ min: HOT_WARM_UP, max: COUNT }), (lives, cut) => {
          const all = moments(
            lives.map((life, at) => ({ symbol: at === 0 ? 'BTC' : `C${at}`, ...life })),
            COUNT,
          );
          const whole = new Map(rowsOf(build(plan, all)).map((row) => [`${row.symbol} ${row.time}`, row]));
          const early = rowsOf(build(plan, all.slice(0, cut)));
          const now = closeTime(cut - 1);
          for (const row of early) expect(row).toEqual(whole.get(`${row.symbol} ${row.time}`));
          const known = [...whole.values()].filter(({ end }) => end <= now);
          expect(early.length).toBe(known.length);
        }),
        { numRuns: 40 },
      );
    },
  );
});
