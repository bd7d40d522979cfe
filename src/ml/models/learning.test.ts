import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chanceOfAuc,
  drawRows,
  drawSamples,
  judgeRows,
  spaceOf,
  type World,
} from '../../../test/fixtures/labelled-rows.ts';
import {
  continueModel,
  deriveAuc,
  GBDT_DEFAULTS,
  type GbdtDocument,
  LOGISTIC_DEFAULTS,
  type LogisticDocument,
  type Model,
  modelText,
  openModel,
  parseModelText,
  type Samples,
  type TrainingSettings,
  type TrainingSpans,
  toSamples,
  trainModel,
} from '../index.ts';

const GBDT: TrainingSettings = { kind: 'gbdt', ...GBDT_DEFAULTS, rounds: 60, leaves: 8, learningRate: 0.1 };
const LOGISTIC: TrainingSettings = { kind: 'logistic', ...LOGISTIC_DEFAULTS };

/** Two features matter, and only together: which side of zero both are on. */
const CROSSED: World = { width: 4, logOdds: (row) => ((row[0] as number) * (row[1] as number) > 0 ? 2 : -2) };
const LINEAR: World = { width: 3, logOdds: (row) => (row[0] as number) - 2 * (row[1] as number) - 0.5 };
const NOISE: World = { width: 6, logOdds: () => 0 };

function train(spans: TrainingSpans, settings: TrainingSettings, seed = 1) {
  const trained = trainModel(spaceOf(spans.train.width), spans, { settings, seed });
  if (!trained.ok) throw new Error(trained.error.message);
  return trained.value;
}

function spansOf(world: World, count: number, seed: number): TrainingSpans {
  return { train: drawSamples(world, count, seed), validation: drawSamples(world, count / 2, seed + 1) };
}

function aucOf(model: Model, samples: Samples): number {
  return deriveAuc(judgeRows(model, samples)) as number;
}

describe('learning', () => {
  it('finds with trees what a line can not: two features that matter only together', () => {
    const spans = spansOf(CROSSED, 3_000, 10);
    const test = drawSamples(CROSSED, 2_000, 12);
    const trees = openModel(train(spans, GBDT).document);
    const line = openModel(train(spans, LOGISTIC).document);
    // The best order there is has two scores, sigmoid(2) = 0.8808 and 0.1192: its AUC is 0.8808 as well.
    expect(aucOf(trees, test)).toBeGreaterThan(0.85);
    expect(aucOf(trees, test)).toBeLessThan(0.8808 + 4 * 0.009);
    expect(Math.abs(aucOf(line, test) - 0.5)).toBeLessThan(4 * chanceOfAuc(judgeRows(line, test)));
    const importance = trees.importance();
    expect((importance[0] as number) + (importance[1] as number)).toBeGreaterThan(0.9);
  });

  it.each([
    ['trees', GBDT],
    ['a line', LOGISTIC],
  ])('finds nothing with %s where there is nothing: AUC within four standard errors of a half', (_, settings) => {
    const spans = spansOf(NOISE, 2_000, 20);
    const test = drawSamples(NOISE, 4_000, 22);
    const trained = train(spans, settings);
    const judged = judgeRows(openModel(trained.document), test);
    expect(Math.abs((deriveAuc(judged) as number) - 0.5)).toBeLessThan(4 * chanceOfAuc(judged));
    expect(trained.validationLoss).toBeGreaterThan(0.68);
  });

  it('finds the weights of a linear world', () => {
    const { document } = train({ train: drawSamples(LINEAR, 20_000, 30), validation: null }, LOGISTIC);
    const { weights, bias, scales } = document as LogisticDocument;
    const slopes = weights.map((weight, at) => weight / (scales[at] as number));
    // Standard errors at 20,000 rows are near 0.02; mini-batches wander about as much again.
    for (const [at, truth] of [1, -2, 0].entries()) expect(Math.abs((slopes[at] as number) - truth)).toBeLessThan(0.15);
    expect(Math.abs(bias + 0.5)).toBeLessThan(0.15);
  });

  it('steps as Adagrad does, worked out by hand', () => {
    const samples = toSamples(
      [
        { row: [-1], label: 0 },
        { row: [1], label: 1 },
      ],
      1,
    );
    const [rate, pull] = [0.05, 0.2];
    const settings = { ...LOGISTIC, epochs: 2, learningRate: rate, l2: pull, batchRows: 2 } as TrainingSettings;
    const { weights, bias, squares } = train({ train: samples, validation: null }, settings)
      .document as LogisticDocument;
    // Both rows begin at 1/2: the slope is -1/2, its own root of squares 1/2, so the first step is the rate.
    const first = rate;
    const slope = -(1 - 1 / (1 + Math.exp(-first))) + pull * first;
    const second = first - (rate * slope) / Math.sqrt(0.25 + slope ** 2);
    expect(weights[0]).toBeCloseTo(second, 7);
    expect(squares[0]).toBeCloseTo(0.25 + slope ** 2, 7);
    expect(bias).toBeCloseTo(0, 6);
  });

  it('learns that not knowing a value says something, and sends it there', () => {
    const veiled: World = {
      width: 2,
      logOdds: (row) => 3 * (row[0] as number),
      veil: (row) => {
        if ((row[0] as number) > 0.5) row[0] = Number.NaN;
      },
    };
    const model = openModel(train(spansOf(veiled, 3_000, 40), GBDT).document);
    expect(model.predict([Number.NaN, 0])).toBeGreaterThan(0.85);
    expect(model.predict([-2, 0])).toBeLessThan(0.1);
    expect(model.predict([-2, Number.NaN])).toBeLessThan(0.15);
  });

  it('stops when the validation span gets no better, and keeps only what helped it', () => {
    const spans = spansOf(NOISE, 1_000, 50);
    const impatient = { ...GBDT, earlyStopRounds: 5 };
    const { trained, kept, document } = train(spans, impatient);
    expect((document as GbdtDocument).trees.length).toBe(kept);
    expect(trained).toBe(kept + 5);
  });

  it.each([
    ['trees', GBDT],
    ['a line', LOGISTIC],
  ])('takes a feature that is never known or always the same with %s, and lets it matter not at all', (_, settings) => {
    const idle: World = {
      width: 3,
      logOdds: (row) => 2 * (row[0] as number),
      veil: (row) => {
        row[1] = Number.NaN;
        row[2] = 7;
      },
    };
    const model = openModel(train(spansOf(idle, 1_000, 65), settings).document);
    expect(model.importance()).toEqual([1, 0, 0]);
    expect(aucOf(model, drawSamples(idle, 1_000, 67))).toBeGreaterThan(0.8);
  });

  it('of what does not depend on the row says the base rate', () => {
    const always: World = { width: 2, logOdds: () => -2 };
    const samples = drawSamples(always, 5_000, 60);
    const rate = samples.labels.reduce((sum, label) => sum + label, 0) / samples.labels.length;
    const model = openModel(train({ train: samples, validation: drawSamples(always, 3_000, 61) }, GBDT).document);
    expect(model.predict([0, 0])).toBeGreaterThan(rate - 0.03);
    expect(model.predict([0, 0])).toBeLessThan(rate + 0.03);
  });
});

describe('training again', () => {
  it.each([
    ['trees', GBDT],
    ['a line', LOGISTIC],
  ])('%s from the same rows, settings and seed gives the same bytes, from another seed others', (_, settings) => {
    const text = (seed: number): string => modelText(train(spansOf(CROSSED, 600, 70), settings, seed).document);
    expect(text(1)).toBe(text(1));
    expect(text(2)).not.toBe(text(1));
  });

  it.each<[string, TrainingSettings, TrainingSettings, TrainingSettings]>([
    [
      'trees',
      { ...GBDT, rounds: 25 } as TrainingSettings,
      { ...GBDT, rounds: 12 } as TrainingSettings,
      { ...GBDT, rounds: 13 } as TrainingSettings,
    ],
    [
      'a line',
      { ...LOGISTIC, epochs: 6 } as TrainingSettings,
      { ...LOGISTIC, epochs: 2 } as TrainingSettings,
      { ...LOGISTIC, epochs: 4 } as TrainingSettings,
    ],
  ])('%s in two parts is the same as at once', (_, whole, first, second) => {
    const spans = { train: drawSamples(CROSSED, 800, 80), validation: null };
    const begun = train(spans, first).document;
    const continued = continueModel(begun, spans, { settings: second, seed: 1 });
    expect(continued.ok && modelText(continued.value.document)).toBe(modelText(train(spans, whole).document));
  });

  it('with rows in another order is another draw of bags; without draws it is the same but for rounding', () => {
    const rows = drawRows(CROSSED, 800, 90);
    const text = (settings: TrainingSettings, order: typeof rows): GbdtDocument =>
      train({ train: toSamples(order, 4), validation: null }, settings).document as GbdtDocument;
    const reversed = [...rows].reverse();
    expect(text(GBDT, reversed).trees[0]?.rows[0]).toBe(640);
    expect(modelText(text(GBDT, reversed))).not.toBe(modelText(text(GBDT, rows)));
    const whole = { ...GBDT, rounds: 10, baggingFraction: 1, featureFraction: 1 } as TrainingSettings;
    const [one, other] = [openModel(text(whole, rows)), openModel(text(whole, reversed))];
    for (const { row } of rows.slice(0, 100)) expect(other.predict(row)).toBeCloseTo(one.predict(row), 9);
  });

  it('on features stretched by a rising map asks the same questions', () => {
    const rows = drawRows(CROSSED, 200, 95);
    const settings = { ...GBDT, rounds: 10, minLeafRows: 5 } as TrainingSettings;
    const trees = (of: typeof rows) =>
      train({ train: toSamples(of, 4), validation: null }, settings).document as GbdtDocument;
    const bent = rows.map(({ row, label }) => ({ row: Array.from(row, (value) => Math.exp(value) * 100), label }));
    const shape = ({ trees: all }: GbdtDocument) =>
      all.map(({ feature, left, value, rows: count }) => ({ feature, left, value, count }));
    expect(shape(trees(bent))).toEqual(shape(trees(rows)));
  });
});

describe('a trained model', () => {
  const world: World = {
    width: 3,
    logOdds: (row) => 2 * (row[0] as number) * (row[1] as number) + (row[2] as number),
    veil: (row, rng) => {
      if (rng.next() < 0.2) row[1] = Number.NaN;
    },
  };
  const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(Number.NaN));

  it.each([
    ['trees', GBDT],
    ['a line', LOGISTIC],
  ])('of %s tells reasons that sum to its score, and comes back from its file', (_, settings) => {
    const { document } = train(spansOf(world, 1_000, 100), settings);
    const model = openModel(document);
    const read = parseModelText(modelText(document), spaceOf(3));
    expect(read).toEqual({ ok: true, value: document });
    const again = openModel((read as { value: typeof document }).value);
    fc.assert(
      fc.property(fc.tuple(value, value, value), (row) => {
        const { score, base, contributions, probability } = model.explain(row);
        const sum = contributions.reduce((total, contribution) => total + contribution, base);
        expect(sum).toBeCloseTo(score, 8);
        expect(probability).toBe(model.predict(row));
        expect(again.predict(row)).toBe(probability);
        expect(probability >= 0 && probability <= 1).toBe(true);
      }),
    );
  });

  it('keeps every tree within its limits and counts its rows', () => {
    const { document } = train(spansOf(world, 1_000, 110), { ...GBDT, minLeafRows: 30 } as TrainingSettings);
    for (const tree of (document as GbdtDocument).trees) {
      const leaves = tree.feature.flatMap((feature, node) => (feature < 0 ? [tree.rows[node] as number] : []));
      expect(leaves.length).toBeLessThanOrEqual(8);
      expect(leaves.reduce((sum, rows) => sum + rows, 0)).toBe(800);
      if (leaves.length > 1) expect(Math.min(...leaves)).toBeGreaterThanOrEqual(30);
    }
  });
});

describe('rows that teach nothing', () => {
  const good = drawSamples(LINEAR, 100, 120);
  const plan = { settings: LOGISTIC, seed: 1 };
  const only = (label: 0 | 1): Samples => ({ ...good, labels: good.labels.map(() => label) });

  it.each([
    ['there are none', { train: toSamples([], 3), validation: null }],
    ['all 100 labels are 1', { train: only(1), validation: null }],
    ['all 100 labels are 0', { train: { ...good, values: good.values.slice() }, validation: only(0) }],
    [
      'value 2 of row 1 is Infinity',
      { train: { ...good, values: good.values.with(5, Number.POSITIVE_INFINITY) }, validation: null },
    ],
    ['they are not 3 values wide', { train: drawSamples(CROSSED, 100, 1), validation: null }],
    ['a label is neither 0 nor 1', { train: { ...good, labels: good.labels.with(0, 2) }, validation: null }],
    ['the validation span is the training span', { train: good, validation: good }],
  ])('are refused: %s', (reason, spans) => {
    const trained = trainModel(spaceOf(3), spans, plan);
    expect(trained).toMatchObject({ ok: false, error: { code: 'samples_unusable', context: { reason } } });
  });

  it.each([
    ['bins is 256, and 3 to 255 is allowed', { ...GBDT, bins: 256 }],
    ['leaves is 2.5, and 2 to 2048 is allowed', { ...GBDT, leaves: 2.5 }],
    ['learningRate is NaN, and 0.000001 to 10 is allowed', { ...LOGISTIC, learningRate: Number.NaN }],
  ])('and settings are refused: %s', (reason, settings) => {
    const trained = trainModel(
      spaceOf(3),
      { train: good, validation: null },
      { settings: settings as TrainingSettings, seed: 1 },
    );
    expect(trained).toMatchObject({ ok: false, error: { code: 'model_settings_wrong', context: { reason } } });
  });

  it('a model of one kind does not go on with settings of another', () => {
    const { document } = train({ train: good, validation: null }, LOGISTIC);
    const continued = continueModel(document, { train: good, validation: null }, { settings: GBDT, seed: 1 });
    expect(continued).toMatchObject({
      ok: false,
      error: { context: { reason: 'settings of gbdt for a model of logistic' } },
    });
  });
});
