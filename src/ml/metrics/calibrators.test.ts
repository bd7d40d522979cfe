import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../core/rng.ts';
import { deriveAuc, deriveCalibration, fitIsotonic, fitPlatt } from '../index.ts';
import { applyCalibrator, sigmoid } from '../models/calibrator.ts';

/** Events of probability sigmoid(z), which a model told as sigmoid(2 z + 1): twice too sure and too high. */
function overconfident(rows: number, seed: number) {
  const rng = createRng(seed);
  const truths = Array.from({ length: rows }, () => rng.normal());
  return {
    scores: truths.map((z) => sigmoid(2 * z + 1)),
    labels: truths.map((z) => (rng.next() < sigmoid(z) ? 1 : 0)),
  };
}

describe('Platt', () => {
  it('finds the line back that made a model too sure', () => {
    const fitted = fitPlatt(overconfident(20_000, 1));
    // logit(p) = 2 z + 1, so z = 0.5 logit(p) - 0.5; standard errors at 20,000 rows are near 0.01 and 0.02.
    expect(fitted?.kind).toBe('platt');
    const line = fitted as { slope: number; intercept: number };
    expect(Math.abs(line.slope - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(line.intercept + 0.5)).toBeLessThan(0.08);
  });

  it('keeps doubt where few rows are in perfect order, worked out by hand', () => {
    // Targets 2/3 and 1/3 for one row each: slope ln 9 = ln 2.
    const fitted = fitPlatt({ scores: [0.1, 0.9], labels: [0, 1] }) as { slope: number; intercept: number };
    expect(fitted.slope).toBeCloseTo(Math.log(2) / Math.log(9), 4);
    expect(fitted.intercept).toBeCloseTo(0, 6);
  });

  it('gives nothing for one label alone or for scores against the outcome', () => {
    expect(fitPlatt({ scores: [0.2, 0.4], labels: [1, 1] })).toBeNull();
    const { scores, labels } = overconfident(2_000, 2);
    expect(fitPlatt({ scores: scores.map((score) => 1 - score), labels })).toBeNull();
  });
});

describe('isotonic', () => {
  it('pools what violates the order: 0 | 1 0 | 1 1 becomes 0, a half, 1', () => {
    const fitted = fitIsotonic({ scores: [0.1, 0.2, 0.4, 0.5, 0.7], labels: [0, 1, 0, 1, 1] });
    expect(fitted).toMatchObject({ kind: 'isotonic', values: [0, 0.5, 1] });
    expect(applyCalibrator(fitted, 0.3)).toBeCloseTo(0.5, 12);
    expect(applyCalibrator(fitted, 0.05)).toBe(0);
    expect(fitIsotonic({ scores: [], labels: [] })).toBeNull();
  });

  it('is the greatest of least means, and rises', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(0, 1));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const fitted = fitIsotonic({ scores: rows.map(([s]) => s / 12), labels: rows.map(([, label]) => label) });
        const { scores, values } = fitted as { scores: readonly number[]; values: readonly number[] };
        expect(scores.every((score, at) => at === 0 || score > (scores[at - 1] as number))).toBe(true);
        const steps = [...new Set(leastSquares(rows).map((value) => value.toFixed(9)))];
        expect(values.map((value) => value.toFixed(9))).toEqual(steps);
      }),
    );
  });
});

/** The isotonic fit at each distinct score by its definition: max over a <= i of min over b >= i of the mean of a..b. */
function leastSquares(rows: readonly (readonly [number, number])[]): number[] {
  const distinct = [...new Set(rows.map(([score]) => score))].sort((a, b) => a - b);
  const meanOf = (from: number, to: number): number => {
    const labels = rows.filter(([s]) => s >= (distinct[from] as number) && s <= (distinct[to] as number));
    return labels.reduce((sum, [, label]) => sum + label, 0) / labels.length;
  };
  return distinct.map((_, i) => {
    const least = distinct.slice(0, i + 1).map((__, a) => distinct.slice(i).map((___, ahead) => meanOf(a, i + ahead)));
    return Math.max(...least.map((means) => Math.min(...means)));
  });
}

describe('a calibrator', () => {
  it.each([
    ['Platt', fitPlatt],
    ['isotonic', fitIsotonic],
  ])('by %s brings said and came together on rows it has not seen, and never turns the order round', (_, calibrate) => {
    const fitted = calibrate(overconfident(20_000, 3));
    const fresh = overconfident(20_000, 4);
    const after = fresh.scores.map((score) => applyCalibrator(fitted, score));
    expect(deriveCalibration(fresh, 10)?.error).toBeGreaterThan(0.1);
    // Ten bins of 2000 rows: each mean of labels errs by sqrt(p (1 - p) / 2000) < 0.0112, and so does the fit.
    expect(deriveCalibration({ scores: after, labels: fresh.labels }, 10)?.error).toBeLessThan(0.025);
    const [before, now] = [deriveAuc(fresh), deriveAuc({ scores: after, labels: fresh.labels })];
    expect(Math.abs((before as number) - (now as number))).toBeLessThan(0.005);
    const grid = Array.from({ length: 101 }, (__, at) => applyCalibrator(fitted, at / 100));
    expect(grid.every((value, at) => at === 0 || value >= (grid[at - 1] as number))).toBe(true);
  });
});
