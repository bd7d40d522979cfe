import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../core/rng.ts';
import {
  deriveAccuracy,
  deriveAuc,
  deriveBrier,
  deriveCalibration,
  deriveDrift,
  deriveFixedCalibration,
  deriveLift,
  deriveLogLoss,
  describeRows,
  type Scored,
  stabilityIndex,
  toSamples,
} from '../index.ts';

/** Few distinct scores, so that ties are common. */
const scored = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.constantFrom(0, 1)), { minLength: 1, maxLength: 40 })
  .map((rows): Scored => ({ scores: rows.map(([score]) => score / 8), labels: rows.map(([, label]) => label) }));

function reversed({ scores, labels }: Scored): Scored {
  return { scores: Array.from(scores).reverse(), labels: Array.from(labels).reverse() };
}

describe('AUC', () => {
  it('of four rows worked out by hand is 3 of 4 pairs, of ties half a pair each', () => {
    // Pairs (1 over 0): .35 > .1, .35 < .4, .8 > .1, .8 > .4.
    expect(deriveAuc({ scores: [0.1, 0.4, 0.35, 0.8], labels: [0, 0, 1, 1] })).toBe(0.75);
    // .5 against .5 is half, .5 against .2 is one: 1.5 of 2.
    expect(deriveAuc({ scores: [0.5, 0.5, 0.2], labels: [1, 0, 0] })).toBe(0.75);
    expect(deriveAuc({ scores: [1, 1, 1, 1], labels: [1, 0, 1, 0] })).toBe(0.5);
  });

  it('of one kind of label alone is none, never a half', () => {
    expect(deriveAuc({ scores: [0.1, 0.9], labels: [1, 1] })).toBeNull();
    expect(deriveAuc({ scores: [0.1, 0.9], labels: [0, 0] })).toBeNull();
    expect(deriveAuc({ scores: [], labels: [] })).toBeNull();
  });

  it('is the share of pairs in the right order', () => {
    fc.assert(
      fc.property(scored, ({ scores, labels }) => {
        const of = (label: number): number[] => Array.from(scores).filter((_, at) => labels[at] === label);
        const pairs = of(1).flatMap((high) => of(0).map((low) => (high > low ? 1 : high === low ? 0.5 : 0)));
        const share = pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length;
        const auc = deriveAuc({ scores, labels });
        if (pairs.length === 0) expect(auc).toBeNull();
        else expect(auc).toBeCloseTo(share, 12);
      }),
    );
  });

  it('stays under rising maps of the scores, and turns round with them', () => {
    fc.assert(
      fc.property(scored, ({ scores, labels }) => {
        const auc = deriveAuc({ scores, labels });
        const bent = Array.from(scores, (score) => Math.exp(3 * score) - 7);
        const negative = Array.from(scores, (score) => -score);
        expect(deriveAuc({ scores: bent, labels })).toBe(auc);
        expect(deriveAuc({ scores: negative, labels }) ?? 0).toBeCloseTo(auc === null ? 0 : 1 - auc, 12);
        expect(deriveAuc(reversed({ scores, labels }))).toBe(auc);
      }),
    );
  });

  it('refuses scores that are no numbers', () => {
    expect(() => deriveAuc({ scores: [Number.NaN, 1], labels: [0, 1] })).toThrow('score 0 is no number');
    expect(() => deriveAuc({ scores: [1], labels: [0, 1] })).toThrow('1 scores for 2 labels');
  });
});

describe('lift and accuracy', () => {
  it('compare the top tenth with all rows', () => {
    const scores = Array.from({ length: 20 }, (_, at) => at / 20);
    const labels = scores.map((_, at) => (at === 19 || at < 3 ? 1 : 0));
    // One of the two highest, against 4 of 20.
    expect(deriveLift({ scores, labels })).toBeCloseTo(0.5 / 0.2, 12);
    // The top tenth is 2 rows of 4 equal ones with 1 positive: half a positive of 2 rows.
    expect(deriveLift({ scores: scores.map((score) => Math.min(score, 0.8)), labels })).toBeCloseTo(0.25 / 0.2, 12);
    expect(deriveLift({ scores, labels: labels.map(() => 0) })).toBeNull();
  });

  it('of equal scores is one, whatever the order of rows', () => {
    fc.assert(
      fc.property(scored, ({ scores, labels }) => {
        const flat = deriveLift({ scores: Array.from(scores, () => 0.5), labels });
        if (flat !== null) expect(flat).toBeCloseTo(1, 12);
        expect(deriveLift(reversed({ scores, labels })) ?? -1).toBeCloseTo(deriveLift({ scores, labels }) ?? -1, 12);
      }),
    );
  });

  it('count the right side of the threshold', () => {
    expect(deriveAccuracy({ scores: [0.5, 0.4, 0.9, 0.1], labels: [1, 1, 0, 0] })).toBe(0.5);
    expect(deriveAccuracy({ scores: [], labels: [] })).toBeNull();
  });
});

describe('Brier score and log loss', () => {
  it('are what the hand makes of four rows', () => {
    // (.01 + .01 + .04 + .09) / 4
    expect(deriveBrier({ scores: [0.1, 0.9, 0.8, 0.3], labels: [0, 1, 1, 0] })).toBeCloseTo(0.0375, 15);
    // -(ln .9 + ln .9 + ln .8 + ln .65) / 4 = (.1053605 + .1053605 + .2231436 + .4307829) / 4
    expect(deriveLogLoss({ scores: [0.1, 0.9, 0.8, 0.35], labels: [0, 1, 1, 0] })).toBeCloseTo(0.2161619, 7);
    expect(deriveLogLoss({ scores: [0], labels: [1] })).toBeCloseTo(34.538776, 6);
    expect(deriveBrier({ scores: [], labels: [] })).toBeNull();
    expect(() => deriveBrier({ scores: [1.1], labels: [1] })).toThrow('no probability');
  });

  it('keep to their bounds and are least where every row gets the base rate', () => {
    fc.assert(
      fc.property(scored, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ({ scores, labels }, other) => {
        const rate = Array.from(labels).reduce((sum, label) => sum + label, 0) / labels.length;
        const flat = (score: number): Scored => ({ scores: Array.from(scores, () => score), labels });
        expect(deriveBrier({ scores, labels })).toBeGreaterThanOrEqual(0);
        expect(deriveBrier({ scores, labels })).toBeLessThanOrEqual(1);
        expect(deriveBrier(flat(rate))).toBeLessThanOrEqual((deriveBrier(flat(other)) as number) + 1e-12);
        expect(deriveLogLoss(flat(rate))).toBeLessThanOrEqual((deriveLogLoss(flat(other)) as number) + 1e-9);
      }),
    );
  });
});

describe('calibration', () => {
  it('compares what was said with what came, bin by bin', () => {
    const rows: Scored = { scores: [0.1, 0.2, 0.7, 0.9], labels: [0, 1, 1, 1] };
    const table = deriveCalibration(rows, 2);
    expect(table?.bins[0]?.said).toBeCloseTo(0.15, 15);
    expect(table?.bins.map(({ rows: count, came }) => [count, came])).toEqual([
      [2, 0.5],
      [2, 1],
    ]);
    // Half of |.15 - .5| and half of |.8 - 1|.
    expect(table?.error).toBeCloseTo(0.275, 12);
    expect(deriveFixedCalibration(rows, 5)?.bins.map(({ rows: count }) => count)).toEqual([1, 1, 1, 1]);
    expect(deriveCalibration({ scores: [], labels: [] }, 5)).toBeNull();
  });

  it('never parts equal probabilities, counts every row once and does not mind the order', () => {
    fc.assert(
      fc.property(scored, fc.integer({ min: 1, max: 12 }), (rows, count) => {
        const table = deriveCalibration(rows, count);
        const fixed = deriveFixedCalibration(rows, count);
        const size = (of: typeof table): number => of?.bins.reduce((sum, bin) => sum + bin.rows, 0) ?? 0;
        expect([size(table), size(fixed)]).toEqual([rows.labels.length, rows.labels.length]);
        expect(table?.bins.length).toBeLessThanOrEqual(count);
        const counts = (of: typeof table): unknown => of?.bins.map((bin) => [bin.rows, bin.came]);
        expect(counts(deriveCalibration(reversed(rows), count))).toEqual(counts(table));
        const said = table?.bins.map((bin) => bin.said) ?? [];
        expect(said.every((value, at) => at === 0 || value > (said[at - 1] as number))).toBe(true);
      }),
    );
  });
});

describe('drift', () => {
  it('is the population stability index', () => {
    // (.25 - .5) ln(.25 / .5) + (.75 - .5) ln(.75 / .5) = .1732868 + .1013663
    expect(stabilityIndex([0.5, 0.5], [0.25, 0.75])).toBeCloseTo(0.2746531, 7);
    expect(stabilityIndex([0.25, 0.75], [0.5, 0.5])).toBeCloseTo(0.2746531, 7);
    expect(stabilityIndex([0.3, 0.7], [0.3, 0.7])).toBe(0);
  });

  it('finds the feature that moved and the one that went missing', () => {
    const rng = createRng(11);
    const rows = (shift: number, unknown: number) =>
      toSamples(
        Array.from({ length: 3_000 }, () => ({
          row: [rng.normal(), rng.normal() + shift, rng.next() < unknown ? Number.NaN : rng.normal()],
          label: 0 as const,
        })),
        3,
      );
    const described = describeRows(rows(0, 0));
    // Of 10 bins and 3000 rows, chance alone gives about (10 - 1)(1/3000 + 1/3000) = 0.006.
    for (const { stability } of deriveDrift(described, rows(0, 0))) expect(stability).toBeLessThan(0.02);
    const moved = deriveDrift(described, rows(1, 0.2));
    expect(moved.map(({ feature }) => feature)).toEqual([2, 1, 0]);
    expect(moved[1]?.stability).toBeGreaterThan(0.25);
    expect(moved[0]?.stability).toBeGreaterThan(0.25);
    expect(deriveDrift(described, toSamples([], 3))).toEqual([]);
  });
});
