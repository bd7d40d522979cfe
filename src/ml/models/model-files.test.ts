import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type FeatureSpace,
  type GbdtDocument,
  type LogisticDocument,
  type ModelDocument,
  modelText,
  openModel,
  parseModel,
  parseModelText,
} from '../index.ts';

const SPACE: FeatureSpace = { schemaHash: 'abc123', names: ['surge', 'change'] };

const LOGISTIC: LogisticDocument = {
  format: 1,
  kind: 'logistic',
  schemaHash: 'abc123',
  featureNames: ['surge', 'change'],
  calibrator: null,
  means: [10, 0],
  scales: [2, 0.5],
  weights: [1, -2],
  bias: 0.25,
  squares: [1, 1, 1],
  epochs: 3,
};

/** surge <= 3: change <= 0 ? -1 : 0.5, else 2; an unknown surge goes right, an unknown change left. */
const GBDT: GbdtDocument = {
  format: 1,
  kind: 'gbdt',
  schemaHash: 'abc123',
  featureNames: ['surge', 'change'],
  calibrator: null,
  baseScore: -1,
  trees: [
    {
      feature: [0, 1, -1, -1, -1],
      threshold: [3, 0, 0, 0, 0],
      left: [1, 2, -1, -1, -1],
      right: [4, 3, -1, -1, -1],
      missing: [1, 0, 0, 0, 0],
      value: [0.75, -0.5, -1, 0.5, 2],
      gain: [6, 2, 0, 0, 0],
      rows: [10, 5, 3, 2, 5],
    },
  ],
};

const sigmoid = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** A copy of `document` with the value at `path` set; `undefined` removes it. */
function broken(document: ModelDocument, path: readonly (string | number)[], value: unknown): unknown {
  const copy = JSON.parse(modelText(document)) as Record<string | number, unknown>;
  const parent = path.slice(0, -1).reduce((at, key) => at[key] as Record<string | number, unknown>, copy);
  const key = path.at(-1) as string | number;
  if (value === undefined) delete parent[key];
  else parent[key] = value;
  return copy;
}

describe('an open model', () => {
  it('weighs standardised values, takes an unknown one for the mean and cuts what is far out', () => {
    const { predict } = openModel(LOGISTIC);
    expect(predict([12, 0.25])).toBeCloseTo(sigmoid(0.25 + 1 - 1), 15);
    expect(predict([Number.NaN, Number.NaN])).toBeCloseTo(sigmoid(0.25), 15);
    expect(predict([1e9, 0])).toBeCloseTo(sigmoid(0.25 + 8), 15);
  });

  it('walks a tree from the root to a leaf, unknown values to the side they learned', () => {
    const { score } = openModel(GBDT);
    expect(score([3, 0])).toBe(-2);
    expect(score([3, 0.1])).toBe(-0.5);
    expect(score([3.1, 0])).toBe(1);
    expect(score([Number.NaN, 0])).toBe(1);
    expect(score([0, Number.NaN])).toBe(-2);
  });

  it('tells what each feature did, and it sums to the score', () => {
    expect(openModel(GBDT).explain([1, 1])).toEqual({
      probability: sigmoid(-0.5),
      score: -0.5,
      base: -0.25,
      contributions: [-1.25, 1],
    });
    expect(openModel(LOGISTIC).explain([12, 0.25]).contributions).toEqual([1, -1]);
  });

  it('tells which features matter, as shares of the whole', () => {
    expect(openModel(GBDT).importance()).toEqual([0.75, 0.25]);
    expect(openModel({ ...GBDT, trees: [] }).importance()).toEqual([0, 0]);
  });

  it('calibrates at the end', () => {
    const platt = openModel({ ...GBDT, calibrator: { kind: 'platt', slope: 2, intercept: 1 } });
    expect(platt.predict([3.1, 0])).toBeCloseTo(sigmoid(2 * 1 + 1), 12);
    const steps = openModel({ ...GBDT, calibrator: { kind: 'isotonic', scores: [0.2, 0.6], values: [0.1, 0.3] } });
    expect(steps.predict([0, 0])).toBe(0.1);
    expect(steps.predict([3.1, 0])).toBe(0.3);
    expect(steps.predict([0, 1])).toBeCloseTo(0.1 + (0.2 * (sigmoid(-0.5) - 0.2)) / 0.4, 12);
  });

  it('stops at a row of another length', () => {
    expect(() => openModel(GBDT).predict([1])).toThrow('a row of 1 values for 2 features');
  });
});

describe('a model file', () => {
  it.each([LOGISTIC, GBDT, { ...GBDT, calibrator: { kind: 'platt', slope: 1, intercept: 0 } as const }])(
    'is read back as it was written',
    (document) => {
      const read = parseModelText(modelText(document), SPACE);
      expect(read).toEqual({ ok: true, value: document });
      expect(read.ok && modelText(read.value)).toBe(modelText(document));
    },
  );

  it.each([
    [{ ...SPACE, schemaHash: 'abc124' }],
    [{ ...SPACE, names: ['change', 'surge'] }],
    [{ ...SPACE, names: ['surge', 'change', 'more'] }],
  ])('made for other features is refused', (space) => {
    const read = parseModelText(modelText(LOGISTIC), space);
    expect(read).toMatchObject({ ok: false, error: { code: 'model_schema_differs' } });
  });

  it.each<[string, ModelDocument, readonly (string | number)[], unknown]>([
    ['the kind "forest" is not known', GBDT, ['kind'], 'forest'],
    ['the format 2 is not known', GBDT, ['format'], 2],
    ['model has no trees', GBDT, ['trees'], undefined],
    ['model has the unknown extra', GBDT, ['extra'], 1],
    ['featureNames names a feature twice', GBDT, ['featureNames', 1], 'surge'],
    ['baseScore is no finite number', GBDT, ['baseScore'], null],
    ['trees[0].left[0] is no whole number -1 to 4', GBDT, ['trees', 0, 'left', 0], 9],
    ['trees[0].feature[1] is no whole number -1 to 1', GBDT, ['trees', 0, 'feature', 1], 2],
    ['trees[0]: a child of node 1 does not come after it', GBDT, ['trees', 0, 'left', 1], 0],
    ['trees[0]: the leaf 4 has a child', GBDT, ['trees', 0, 'right', 4], 1],
    ['trees[0]: node 2 is not the child of exactly one node', GBDT, ['trees', 0, 'left', 1], 3],
    ['trees[0].value has 4 numbers instead of 5', GBDT, ['trees', 0, 'value'], [1, 2, 3, 4]],
    ['trees[0].rows is not as long as the feature column', GBDT, ['trees', 0, 'rows'], [1]],
    ['trees[0].threshold[0] is no finite number', GBDT, ['trees', 0, 'threshold', 0], 'NaN'],
    ['weights[1] is no finite number', LOGISTIC, ['weights', 1], null],
    ['weights has 1 numbers instead of 2', LOGISTIC, ['weights'], [1]],
    ['scales has one that is not above zero', LOGISTIC, ['scales', 0], 0],
    ['calibrator.slope turns the order round', GBDT, ['calibrator'], { kind: 'platt', slope: -1, intercept: 0 }],
    ['calibrator.scores do not rise', GBDT, ['calibrator'], { kind: 'isotonic', scores: [1, 1], values: [0, 1] }],
  ])('is refused when %s', (reason, document, path, value) => {
    const read = parseModel(broken(document, path, value), SPACE);
    expect(read).toMatchObject({ ok: false, error: { code: 'model_unusable', context: { reason } } });
  });

  it('with a number that JSON has no word for is refused', () => {
    const read = parseModelText(modelText({ ...LOGISTIC, weights: [Number.NaN, 1] }), SPACE);
    expect(read).toMatchObject({ ok: false, error: { context: { reason: 'weights[0] is no finite number' } } });
    expect(parseModelText('{', SPACE)).toMatchObject({ ok: false, error: { code: 'model_unusable' } });
  });

  it('of any content ends in a model or a failure, and a model answers', () => {
    const path = fc.constantFrom('feature', 'threshold', 'left', 'right', 'missing', 'value', 'gain', 'rows');
    fc.assert(
      fc.property(path, fc.nat(4), fc.oneof(fc.integer({ min: -2, max: 6 }), fc.jsonValue()), (key, node, value) => {
        const read = parseModel(broken(GBDT, ['trees', 0, key, node], value), SPACE);
        if (read.ok) expect(openModel(read.value).predict([1, Number.NaN])).toBeGreaterThanOrEqual(0);
        else expect(read.error.code).toBe('model_unusable');
      }),
    );
  });
});
