import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Consensus, TimeframeScore } from '../model/signal.ts';
import { deriveConsensus } from './consensus.ts';
import { type ConsensusParams, findSignalProfile, SIGNAL_PROFILES } from './hot-coin-params.ts';

const LADDER = [
  { timeframe: '1m', minutes: 1, weight: 5 },
  { timeframe: '5m', minutes: 5, weight: 10 },
  { timeframe: '15m', minutes: 15, weight: 15 },
  { timeframe: '1h', minutes: 60, weight: 20 },
];
const SEED = findSignalProfile('seed')?.consensus as ConsensusParams;

type Sides = { readonly sell: number; readonly buy: number };

function consensus(sides: readonly Sides[], params = SEED): Consensus {
  const scores = sides.map((each, index) => ({ ...(LADDER[index] as (typeof LADDER)[number]), ...each }));
  return deriveConsensus(scores, 50, params);
}

/** Long counts up, short down. */

function signed({ direction, strength }: Consensus): number {
  return direction === 'long' ? strength : direction === 'short' ? -strength : 0;
}

function acted(value: Consensus): number {
  return value.isActionable ? signed(value) : 0;
}

const side = fc.record({
  sell: fc.integer({ min: 0, max: 100 }),
  buy: fc.integer({ min: 0, max: 100 }),
});
const ladder = fc.array(side, { minLength: 4, maxLength: 4 });
const LONG = { sell: 5, buy: 80 };
const HOLD = { sell: 5, buy: 5 };
const SHORT = { sell: 80, buy: 5 };

describe('the consensus of the seed profile', () => {
  it('acts long when all timeframes are long, and short when all are short', () => {
    expect(consensus([LONG, LONG, LONG, LONG])).toMatchObject({ direction: 'long', isActionable: true, case: 'A' });
    expect(consensus([SHORT, SHORT, SHORT, SHORT])).toMatchObject({ direction: 'short', isActionable: true });
  });

  it('holds without strength when all timeframes hold', () => {
    expect(consensus([HOLD, HOLD, HOLD, HOLD])).toMatchObject({ direction: 'hold', strength: 0, isActionable: false });
  });

  it('finds a chain of two levels with the 1h among them strong', () => {
    expect(consensus([HOLD, HOLD, LONG, LONG])).toMatchObject({ case: 'A', strength: 88, isActionable: true });
    expect(consensus([LONG, LONG, HOLD, HOLD]).isActionable).toBe(false);
  });

  it('mirrors long and short once the thresholds are the same', () => {
    const params = { ...SEED, shortThreshold: 30, longThreshold: 30 };
    fc.assert(
      fc.property(ladder, (sides) => {
        const mirrored = sides.map(({ sell, buy }) => ({ sell: buy, buy: sell }));
        const one = consensus(sides, params);
        const other = consensus(mirrored, params);
        expect(signed(other)).toBeCloseTo(-signed(one), 12);
        expect(other.isActionable).toBe(one.isActionable);
        expect(other.weightedSell).toBeCloseTo(one.weightedBuy, 9);
        expect(other.net).toBeCloseTo(-one.net, 12);
      }),
      { numRuns: 2000 },
    );
  });

  it('never weakens when one timeframe gains in buy or loses in sell, whether it acts or not', () => {
    fc.assert(
      fc.property(ladder, fc.nat(3), fc.nat(100), (sides, index, step) => {
        const before = consensus(sides);
        const raised = sides.map((each, at) => (at === index ? { ...each, buy: each.buy + step } : each));
        const lowered = sides.map((each, at) =>
          at === index ? { ...each, sell: Math.max(0, each.sell - step) } : each,
        );
        for (const after of [consensus(raised), consensus(lowered)]) {
          expect(signed(after)).toBeGreaterThanOrEqual(signed(before));
          expect(acted(after)).toBeGreaterThanOrEqual(acted(before));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('does not act on a majority that contradiction alone would make act', () => {
    expect(consensus([SHORT, LONG, LONG, HOLD])).toMatchObject({ direction: 'long', isActionable: false, case: 'D' });
    const parity = SIGNAL_PROFILES.find(({ name }) => name === 'parity')?.consensus as ConsensusParams;
    expect(consensus([SHORT, LONG, LONG, HOLD], parity).case).toBe('D');
    expect(consensus([LONG, LONG, LONG, LONG], parity)).toMatchObject({ case: 'E', isActionable: false });
  });
});

describe('a consensus', () => {
  it('holds when too little of the weight is there', () => {
    const one: TimeframeScore[] = [{ timeframe: '1m', minutes: 1, weight: 5, ...LONG }];
    expect(deriveConsensus(one, 50, SEED)).toMatchObject({ case: 'X', direction: 'hold', strength: 0, coverage: 0.1 });
  });

  it('holds when nothing is there', () => {
    expect(deriveConsensus([], 0, SEED)).toMatchObject({ case: '-', direction: 'hold', strength: 0, coverage: 0 });
  });

  it('keeps its strength between 0 and 100', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SIGNAL_PROFILES), ladder, ({ consensus: params }, sides) => {
        const { strength } = consensus(sides, params);
        expect(strength).toBeGreaterThanOrEqual(0);
        expect(strength).toBeLessThanOrEqual(100);
      }),
    );
  });
});
