import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closedCandle } from '../../../test/fixtures/candles.ts';
import { planWith } from '../../../test/fixtures/chart-candles.ts';
import { toDecimalText } from '../../core/decimal.ts';
import { encode, parseEncoded } from '../../journal/index.ts';
import type { ChartPayload } from '../../model/chart.ts';
import type { Price } from '../../model/money.ts';
import { addToWindow, createWindow, highAt, lowAt, timeAt } from '../candle-window.ts';
import type { FactorFace, FactorOutput } from '../factor.ts';
import type { Pivot } from '../pivot/index.ts';
import { createMeter, measure } from './average-range.ts';
import { addClose, type BandQuery, type CloseTree, countCrossings, createCloseTree } from './close-tree.ts';
import { srFactor } from './index.ts';

describe('levels of golden vector A5', () => {
  it('finds one resistance at the lower top, with its band and score', () => {
    const settings = planWith({ majorWindow: 11 }).settings;
    const state = srFactor.start(settings);
    const window = createWindow(24);
    let last: ChartPayload | null = null;
    for (let index = 0; index < 24; index++) {
      const prices =
        index === 4 ? ['12', '30', '12', '24'] : index === 12 ? ['14', '28', '14', '22'] : ['15', '20', '10', '15'];
      const candle = closedCandle({
        openTime: (1000 + 60 * index) * 1000,
        prices: prices as [string, string, string, string],
      });
      addToWindow(window, candle);
      const tops = index === 15 ? [4] : index === 23 ? [12] : [];
      const majors = tops.map((at): Pivot => {
        const price = highAt(window, at);
        return { kind: 'major', direction: 'resistance', index: at, time: timeAt(window, at), price };
      });
      const output = { events: [], majors, minors: [] };
      const read = <O extends FactorOutput>(_factor: FactorFace<O>): O => output as FactorOutput as O;
      srFactor.fold(state, { candle, index, candleMs: 60_000, window, read });
      expect(lowAt(window, index)).toBe(candle.low);
      last = srFactor.head(state);
    }
    const [level, ...others] = (last?.['levels'] ?? []) as readonly ChartPayload[];
    expect(others).toEqual([]);
    expect(toDecimalText(level?.['price'] as Price)).toBe('28');
    expect(level).toMatchObject({
      type: 'resistance',
      levelType: 'resistance',
      status: 'active',
      firstIdx: 4,
      secondIdx: 12,
      count: 2,
      levelScore: 0.75,
      bandLow: 14,
      bandHigh: 28,
      deathIdx: null,
    });
    expect(level?.['bandWidthAtr']).toBeCloseTo(1.226_415_094_3, 10);
  });

  it('averages true ranges as the vector says', () => {
    const meter = createMeter(4);
    const candles = [
      { high: 10, low: 8, close: 9 },
      { high: 12, low: 9, close: 11 },
      { high: 11, low: 10, close: 10 },
      { high: 15, low: 11, close: 14 },
    ];
    expect(candles.map((candle) => measure(meter, candle, 3))).toEqual([2, 2.5, 2, 3]);
  });
});

/** The rule, looked at candle by candle. */
function countSlowly(closes: readonly number[], { lower, upper, from, to }: BandQuery, limit: number) {
  let side = 0;
  let count = 0;
  let lastIndex = -1;
  for (let index = from; index < to && count < limit; index++) {
    const close = closes[index] as number;
    const at = close > upper ? 1 : close < lower ? -1 : 0;
    if (at !== 0 && side === -at) {
      count++;
      lastIndex = index;
    }
    if (at !== 0) side = at;
  }
  return { count, lastIndex };
}

function treeOf(closes: readonly number[], lookback: number): CloseTree {
  const tree = createCloseTree(lookback);
  for (const close of closes) addClose(tree, close);
  return tree;
}

describe('crossings by blocks', () => {
  it('are those counted candle by candle, also after the ring has wrapped and been restored from text', () => {
    const walk = fc
      .array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 9000, size: 'max' })
      .map((moves) => {
        let close = 100;
        return moves.map((move) => (close += move));
      });
    fc.assert(
      fc.property(walk, fc.array(fc.nat(1_000_000), { minLength: 4, maxLength: 4 }), (closes, [a, b, c, d]) => {
        const tree = parseEncoded<CloseTree>(encode(treeOf(closes, 100)));
        const oldest = Math.max(0, closes.length - tree.capacity);
        const from = oldest + ((a as number) % (closes.length - oldest));
        const to = from + ((b as number) % (closes.length - from + 1));
        const lower = 100 - 40 + ((c as number) % 80);
        const query = { lower, upper: lower + ((d as number) % 20), from, to };
        for (const limit of [1, 3, 4, 1000]) {
          expect(countCrossings(tree, query, { limit, steps: { count: 0 } })).toEqual(
            countSlowly(closes, query, limit),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it('look at few blocks where the price keeps to one side', () => {
    const tree = treeOf(
      Array.from({ length: 20_000 }, (_, index) => 100 + (index % 7)),
      20_000,
    );
    const steps = { count: 0 };
    countCrossings(tree, { lower: 50, upper: 60, from: 3, to: 19_999 }, { limit: 4, steps });
    expect(steps.count).toBeLessThan(70);
  });
});
