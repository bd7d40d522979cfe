import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spaceOf } from '../../../test/fixtures/labelled-rows.ts';
import { GBDT_DEFAULTS, type GbdtDocument, type LabelledRow, toSamples, trainModel } from '../index.ts';
import { binOf, binSamples } from './gbdt-bins.ts';

const cell = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -6, max: 6 }).map((value) => value / 2) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const rows = fc
  .array(fc.record({ row: fc.tuple(cell, cell), label: fc.constantFrom<0 | 1>(0, 1) }), { minLength: 6, maxLength: 30 })
  .filter((all) => new Set(all.map(({ label }) => label)).size === 2);

const [L1, L2, MIN_ROWS] = [0.1, 1, 2];
const STUMP = {
  kind: 'gbdt' as const,
  ...GBDT_DEFAULTS,
  rounds: 1,
  leaves: 2,
  learningRate: 1,
  minLeafRows: MIN_ROWS,
  featureFraction: 1,
  baggingFraction: 1,
  l1: L1,
  l2: L2,
};

type Side = readonly LabelledRow[];

/** Twice the loss that a leaf of these rows saves when all were given the base rate `p`. */
function scoreOf(side: Side, p: number): number {
  const gradient = side.reduce((sum, { label }) => sum + p - label, 0);
  const pull = Math.max(0, Math.abs(gradient) - L1);
  return pull ** 2 / (side.length * p * (1 - p) + L2);
}

/** The best gain of all questions that can be asked: every border, unknown values on either side. */
function bestGain(all: Side): number {
  const p = all.filter(({ label }) => label === 1).length / all.length;
  const questions = [0, 1].flatMap((feature) =>
    all.flatMap(({ row }) =>
      (['left', 'right'] as const).map((missing) => ({ feature, at: row[feature] as number, missing })),
    ),
  );
  const gains = questions.map(({ feature, at, missing }) => {
    const isLeft = ({ row }: LabelledRow): boolean => {
      const value = row[feature] as number;
      return Number.isNaN(value) ? missing === 'left' : value <= at;
    };
    const left = all.filter(isLeft);
    const right = all.filter((row) => !isLeft(row));
    if (Math.min(left.length, right.length) < MIN_ROWS) return 0;
    return scoreOf(left, p) + scoreOf(right, p) - scoreOf(all, p);
  });
  return Math.max(0, ...gains);
}

describe('the first question', () => {
  it('gains as much as the best of all questions asked one by one', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const trained = trainModel(
          spaceOf(2),
          { train: toSamples(all, 2), validation: null },
          { settings: STUMP, seed: 1 },
        );
        const tree = (trained as { value: { document: GbdtDocument } }).value.document.trees[0];
        expect(tree?.gain[0]).toBeCloseTo(bestGain(all), 9);
      }),
      { numRuns: 300 },
    );
  });

  it('gives leaves the value of their rows, worked out by hand', () => {
    const of = (value: number, labels: readonly (0 | 1)[]): Side => labels.map((label) => ({ row: [value, 0], label }));
    const all = [...of(1, [0, 0, 0, 1]), ...of(2, [1, 1, 1, 0])];
    const trained = trainModel(
      spaceOf(2),
      { train: toSamples(all, 2), validation: null },
      { settings: STUMP, seed: 1 },
    );
    const tree = (trained as { value: { document: GbdtDocument } }).value.document.trees[0];
    // All begin at 1/2: left G = 4/2 - 1 = 1, H = 4/4 = 1, value -(1 - 0.1) / (1 + 1) = -0.45; right the opposite.
    // Gain 2 (0.9 ** 2) / 2 - 0 = 0.81.
    expect(tree?.threshold[0]).toBe(1.5);
    expect(tree?.value[1]).toBeCloseTo(-0.45, 12);
    expect(tree?.value[2]).toBeCloseTo(0.45, 12);
    expect(tree?.value[0]).toBeCloseTo(0, 12);
    expect(tree?.gain[0]).toBeCloseTo(0.81, 12);
  });
});

it('sends what is not known, where everything was known, with the most rows', () => {
  const of = (value: number, label: 0 | 1, count: number): Side =>
    Array.from({ length: count }, () => ({ row: [value, 0], label }));
  const missingOf = (all: Side): number | undefined => {
    const trained = trainModel(
      spaceOf(2),
      { train: toSamples(all, 2), validation: null },
      { settings: STUMP, seed: 1 },
    );
    return (trained as { value: { document: GbdtDocument } }).value.document.trees[0]?.missing[0];
  };
  expect(missingOf([...of(1, 0, 8), ...of(2, 1, 4)])).toBe(0);
  expect(missingOf([...of(1, 0, 4), ...of(2, 1, 8)])).toBe(1);
});

describe('bins', () => {
  it('hold each value between their cuts, at most as many as allowed, and no two far apart in size', () => {
    const value = fc.oneof(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.constantFrom(0, -0, 1, Number.NaN));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 80 }), fc.integer({ min: 3, max: 20 }), (values, most) => {
        const samples = toSamples(
          values.map((item) => ({ row: [item], label: 0 as const })),
          1,
        );
        const { bins, cuts } = binSamples(samples, most);
        const edges = cuts[0] as Float64Array;
        expect(edges.length).toBeLessThanOrEqual(most - 1);
        expect(edges.every((edge, at) => at === 0 || edge > (edges[at - 1] as number))).toBe(true);
        for (const [row, item] of values.entries()) {
          const bin = bins[row] as number;
          expect(binOf(edges, item)).toBe(bin);
          expect(bin === 0).toBe(Number.isNaN(item));
          if (bin > 0) expect(item).toBeLessThanOrEqual(edges[bin - 1] as number);
          if (bin > 1) expect(item).toBeGreaterThan(edges[bin - 2] as number);
        }
        const known = new Set(values.filter((item) => !Number.isNaN(item)).map((item) => item + 0));
        if (known.size > 0 && known.size <= most - 1) expect(edges.length).toBe(known.size);
      }),
    );
  });

  it('are about equally full', () => {
    const samples = toSamples(
      Array.from({ length: 10_000 }, (_, at) => ({ row: [Math.sqrt((at * 7919) % 10_007)], label: 0 as const })),
      1,
    );
    const counts = new Array<number>(256).fill(0);
    for (const bin of binSamples(samples, 255).bins) counts[bin] = (counts[bin] as number) + 1;
    const full = counts.filter((count) => count > 0);
    expect(full.length).toBe(254);
    expect(Math.min(...full)).toBeGreaterThanOrEqual(30);
    expect(Math.max(...full)).toBeLessThanOrEqual(45);
  });
});
