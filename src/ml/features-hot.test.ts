import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driveFeatures, walkCandles } from '../../test/fixtures/feature-candles.ts';
import { cloneState, numberAt } from '../indicators/index.ts';
import { createCandleFeatures } from './candle-features.ts';
import { describePeers } from './cross-section.ts';
import { assembleRow, nameRow } from './feature-row.ts';
import { createFeatureSchema, HOT_FEATURES, warmUpOf } from './feature-schema.ts';
import { HOT_WARM_UP, type NamedValues, pushCandleFeatures } from './features-hot.ts';

const FROM_CANDLES = HOT_FEATURES.features.filter(({ group }) => ['base', 'hot', 'scanner'].includes(group));
const OTHERS = Object.fromEntries(
  HOT_FEATURES.features.filter((feature) => !FROM_CANDLES.includes(feature)).map(({ name }) => [name, null]),
);

function lastOf(rows: readonly (NamedValues | null)[]): NamedValues {
  const last = rows.at(-1);
  if (last === null || last === undefined) throw new Error('no row at the end of these candles');
  return last;
}

/** A complete set of numbers, each of them different. */
const NUMBERS = Object.fromEntries(HOT_FEATURES.names.map((name, at) => [name, at + 0.5]));

describe('the feature schema', () => {
  it('names no feature twice, no absolute price, and leaves out what ret_* already say', () => {
    expect(new Set(HOT_FEATURES.names).size).toBe(HOT_FEATURES.names.length);
    expect(HOT_FEATURES.names.filter((name) => /^(mom_|atr_14$|close$|price)/.test(name))).toEqual([]);
    expect(HOT_FEATURES.names.length).toBe(48);
    expect(warmUpOf(HOT_FEATURES)).toBe(HOT_WARM_UP);
  });

  it('has another hash for another order, name, meaning or version', () => {
    const { features } = HOT_FEATURES;
    const [first, second, ...rest] = features;
    if (first === undefined || second === undefined) throw new Error('a schema of two features at least');
    const others = [
      createFeatureSchema(1, [second, first, ...rest]),
      createFeatureSchema(2, features),
      createFeatureSchema(1, rest),
      createFeatureSchema(1, [{ ...first, meaning: 'something else' }, second, ...rest]),
    ];
    expect(new Set([HOT_FEATURES, ...others].map(({ hash }) => hash)).size).toBe(5);
    expect(createFeatureSchema(1, features).hash).toBe(HOT_FEATURES.hash);
    expect(HOT_FEATURES.hash).toMatch(/^[0-9a-f]{16}$/);
  });

  it('refuses two features that answer to one spelling', () => {
    const [first] = HOT_FEATURES.features;
    if (first === undefined) throw new Error('a schema of one feature at least');
    const twin = { ...first, name: 'twin', aliases: [first.name] };
    expect(() => createFeatureSchema(1, [first, twin])).toThrow('names both');
  });
});

describe('a row put together by name', () => {
  const expected = Float64Array.from(HOT_FEATURES.names, (name) => NUMBERS[name] as number);

  it('P0-3: is the same under every spelling of every feature', () => {
    const named = assembleRow(HOT_FEATURES, NUMBERS);
    expect(named).toMatchObject({ ok: true, value: { schemaHash: HOT_FEATURES.hash, values: expected } });
    for (const { name, aliases } of HOT_FEATURES.features) {
      for (const alias of aliases) {
        const { [name]: value, ...rest } = NUMBERS;
        expect(assembleRow(HOT_FEATURES, { ...rest, [alias]: value as number }), alias).toEqual(named);
      }
    }
    const capitals = ['MACD_BAR', 'RSI6', 'RSI12', 'K', 'D', 'J'];
    const known = new Set(HOT_FEATURES.features.flatMap(({ aliases }) => aliases));
    expect(
      capitals.filter((each) => !known.has(each)),
      'spellings of the specification',
    ).toEqual([]);
  });

  it('P0-3: does not depend on the order of the columns, whatever spellings they have', () => {
    const spelled = fc.tuple(
      ...HOT_FEATURES.features.map(({ name, aliases }) =>
        fc.constantFrom(name, ...aliases).map((spelling): [string, number] => [spelling, NUMBERS[name] as number]),
      ),
    );
    const shuffled = spelled.chain((columns) => fc.shuffledSubarray(columns, { minLength: columns.length }));
    fc.assert(
      fc.property(shuffled, (columns) => {
        const row = assembleRow(HOT_FEATURES, Object.fromEntries(columns));
        expect(row.ok && row.value.values).toEqual(expected);
      }),
    );
  });

  it('P0-3: names everything that is missing, there twice, unknown that must be known, or no number', () => {
    const { ret_1: _, ...rest } = NUMBERS;
    const answer = assembleRow(HOT_FEATURES, { ...rest, MACD_BAR: 1, rsi_6: null, k: Number.POSITIVE_INFINITY });
    expect(answer).toMatchObject({ ok: false, error: { code: 'features_unusable', context: { count: 4 } } });
    const said = answer.ok ? '' : answer.error.message;
    for (const part of ['ret_1 is missing', 'macd_hist is there as macd_hist and MACD_BAR', 'rsi_6 must be known']) {
      expect(said).toContain(part);
    }
    expect(said).toContain('k is Infinity');
    expect(assembleRow(HOT_FEATURES, {})).toMatchObject({ ok: false, error: { context: { count: 48 } } });
    expect(assembleRow(HOT_FEATURES, { ...NUMBERS, ret_5: Number.NaN }).ok).toBe(false);
  });

  it('tells what is not known apart from 0, there and back', () => {
    const row = assembleRow(HOT_FEATURES, { ...NUMBERS, mention_velocity: null, kol_count: 0 });
    if (!row.ok) throw new Error(row.error.message);
    const back = nameRow(HOT_FEATURES, row.value);
    expect(back).toMatchObject({ ok: true, value: { ...NUMBERS, mention_velocity: null, kol_count: 0 } });
  });

  it('is refused by a reader of another schema', () => {
    const row = assembleRow(HOT_FEATURES, NUMBERS);
    if (!row.ok) throw new Error(row.error.message);
    const other = createFeatureSchema(2, HOT_FEATURES.features);
    expect(nameRow(other, row.value)).toMatchObject({ ok: false, error: { code: 'feature_schema_mismatch' } });
  });
});

describe('features of candles', () => {
  it('are there, all of them, from the last candle of the warm-up on and never before', () => {
    const rows = driveFeatures(walkCandles(7, HOT_WARM_UP + 30));
    expect(rows.findIndex((row) => row !== null)).toBe(HOT_WARM_UP - 1);
    for (const row of rows.slice(HOT_WARM_UP - 1)) {
      expect(Object.keys(row ?? {}).sort()).toEqual(FROM_CANDLES.map(({ name }) => name).sort());
      expect(assembleRow(HOT_FEATURES, { ...row, ...OTHERS }).ok).toBe(true);
    }
  });

  it('of a candle are what their formulas say', () => {
    const candles = walkCandles(11, 200);
    const row = lastOf(driveFeatures(candles));
    const close = (lag: number): number => candles.at(-1 - lag)?.close as number;
    const volume = (lag: number): number => candles.at(-1 - lag)?.volume as number;
    const mean = (length: number): number =>
      Array.from({ length }, (_, lag) => volume(lag)).reduce((a, b) => a + b) / length;
    const highest = (length: number): number => Math.max(...candles.slice(-1 - length, -1).map(({ high }) => high));
    expect(row['ret_20']).toBeCloseTo(close(0) / close(20) - 1, 12);
    expect(row['acceleration_5']).toBeCloseTo(close(0) / close(5) - close(5) / close(10), 12);
    expect(row['vol_ratio_5_20']).toBeCloseTo(mean(5) / mean(20), 12);
    expect(row['vol_surge_3_20']).toBeCloseTo(mean(3) / mean(20), 12);
    expect(row['breakout_50']).toBeCloseTo(close(0) / highest(50) - 1, 12);
    const returns = Array.from({ length: 5 }, (_, lag) => close(lag) / close(lag + 1) - 1);
    const center = returns.reduce((a, b) => a + b) / 5;
    const variance = returns.reduce((sum, each) => sum + (each - center) ** 2, 0) / 4;
    expect(row['hvol_5']).toBeCloseTo(Math.sqrt(variance), 12);
    const roots = Array.from({ length: 100 }, (_, lag) => volume(lag) ** 0.25);
    const rootMean = roots.reduce((a, b) => a + b) / 100;
    const rootVariance = roots.reduce((sum, each) => sum + (each - rootMean) ** 2, 0) / 100;
    expect(row['vol_z_100']).toBeCloseTo(((roots[0] as number) - rootMean) / Math.sqrt(rootVariance), 9);
  });

  it('of one hand-made candle describe its shape', () => {
    const candles = walkCandles(3, 150);
    candles.push({ open: 10, high: 14, low: 9, close: 13, volume: 4, quoteVolume: 48, takerVolume: 3 });
    expect(lastOf(driveFeatures(candles))).toMatchObject({
      body_range_ratio: 0.6,
      close_position: 0.8,
      upper_wick: 0.2,
      range_pct: 5 / 13,
      taker_share: 0.75,
      consecutive_red: 0,
    });
  });

  it('of a coin that stands still are numbers, and unknown where there is nothing to divide by', () => {
    const still = { open: 2, high: 2, low: 2, close: 2, volume: 0, quoteVolume: 0, takerVolume: 0 };
    const row = lastOf(driveFeatures(Array.from({ length: HOT_WARM_UP }, () => still)));
    expect(row).toMatchObject({
      ret_1: 0,
      hvol_20: 0,
      atr_pct: 0,
      rsi_12: 50,
      body_range_ratio: 0,
      close_position: 0.5,
    });
    const unknown = Object.keys(row).filter((name) => row[name] === null);
    expect(unknown.sort()).toEqual(
      ['bb_pct', 'taker_share', 'taker_share_5', 'vol_change', 'vol_ratio_5_20', 'vol_surge_3_20', 'vol_z_100'].sort(),
    );
    expect(assembleRow(HOT_FEATURES, { ...row, ...OTHERS }).ok).toBe(true);
  });

  it('say nothing of takers where the source does not, and five candles after it does again', () => {
    const candles = walkCandles(5, HOT_WARM_UP + 6).map((candle, at) =>
      at < HOT_WARM_UP ? { ...candle, takerVolume: null } : candle,
    );
    const rows = driveFeatures(candles);
    expect(rows[HOT_WARM_UP - 1]).toMatchObject({ taker_share: null, taker_share_5: null, taker_run: null });
    expect(rows[HOT_WARM_UP + 3]).toMatchObject({ taker_share_5: null });
    expect(rows[HOT_WARM_UP + 4]?.['taker_share_5']).toBeGreaterThan(0);
  });

  it('do not change when the future is cut or another one comes, nor when a copy goes on', () => {
    const seeds = fc.tuple(fc.integer(), fc.integer());
    fc.assert(
      fc.property(seeds, fc.integer({ min: HOT_WARM_UP, max: 160 }), ([seed, other], cut) => {
        const candles = walkCandles(seed, 170);
        const whole = driveFeatures(candles);
        expect(driveFeatures(candles.slice(0, cut))).toEqual(whole.slice(0, cut));
        const future = [...candles.slice(0, cut), ...walkCandles(other, 10)];
        expect(driveFeatures(future).slice(0, cut)).toEqual(whole.slice(0, cut));
        const state = createCandleFeatures(96);
        for (const candle of candles.slice(0, cut)) pushCandleFeatures(state, candle);
        const copy = cloneState(state);
        for (const candle of walkCandles(other, 3)) pushCandleFeatures(state, candle);
        const rest = candles.slice(cut).map((candle) => pushCandleFeatures(copy, candle));
        expect(rest).toEqual(whole.slice(cut));
      }),
      { numRuns: 15 },
    );
  });

  it('are the same to the last bit for a coin at a price of another power of two', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -12, max: 12 }), (seed, power) => {
        const factor = 2 ** power;
        const candles = walkCandles(seed, HOT_WARM_UP + 5);
        const moved = candles.map((candle) => ({
          ...candle,
          open: candle.open * factor,
          high: candle.high * factor,
          low: candle.low * factor,
          close: candle.close * factor,
        }));
        expect(driveFeatures(moved)).toEqual(driveFeatures(candles));
      }),
      { numRuns: 25 },
    );
  });
});

describe('features among peers', () => {
  const stateOf = (seed: number) => {
    const state = createCandleFeatures(96);
    for (const candle of walkCandles(seed, 40)) pushCandleFeatures(state, candle);
    return state;
  };

  it('rank by share of the others below, know the sector without the coin itself, and Bitcoin', () => {
    const peers = [1, 2, 3, 4, 5].map((seed) => ({
      symbol: `C${seed}`,
      sector: seed < 4 ? 'meme' : `own ${seed}`,
      state: stateOf(seed),
    }));
    const change = (at: number): number => {
      const closes = (peers[at] as (typeof peers)[number]).state.closes;
      return numberAt(closes, 0) / numberAt(closes, 5) - 1;
    };
    const described = describePeers(peers, (peers[0] as (typeof peers)[number]).state);
    const changes = peers.map((_, at) => change(at));
    peers.forEach(({ symbol }, at) => {
      const below = changes.filter((each) => each < change(at)).length;
      expect(described.get(symbol)?.['return_rank_pct'], symbol).toBe(below / 4);
      expect(described.get(symbol)?.['breadth']).toBe(changes.filter((each) => each > 0).length / 5);
    });
    expect(described.get('C1')?.['corr_btc_20']).toBeCloseTo(1, 12);
    expect(described.get('C1')?.['sector_momentum']).toBeCloseTo((change(1) + change(2)) / 2, 12);
    expect(described.get('C4')?.['sector_momentum']).toBeNull();
  });

  it('are unknown for a coin alone, and equal for equal coins', () => {
    const alone = describePeers([{ symbol: 'A', sector: 'a', state: stateOf(9) }], null);
    expect(alone.get('A')).toEqual({
      volume_rank_pct: null,
      return_rank_pct: null,
      corr_btc_20: null,
      sector_momentum: null,
      breadth: null,
    });
    const twins = ['A', 'B'].map((symbol) => ({ symbol, sector: 's', state: stateOf(9) }));
    const both = describePeers(twins, null);
    expect(both.get('A')).toMatchObject({ volume_rank_pct: 0.5, return_rank_pct: 0.5 });
    expect(both.get('A')).toEqual(both.get('B'));
  });
});
