import { describe, expect, it } from 'vitest';
import { drawSamples, spaceOf, type World } from '../../test/fixtures/labelled-rows.ts';
import { createRng } from '../core/rng.ts';
import { epochMs } from '../core/time.ts';
import {
  decidePromotion,
  deriveReasons,
  GBDT_DEFAULTS,
  LOGISTIC_DEFAULTS,
  makeContract,
  modelText,
  openModel,
  PROMOTION_THRESHOLDS,
  reasonText,
  type TaskPlan,
  type TaskSpans,
  type TradeSpan,
  type TrainedTask,
  type TrainingSettings,
  trainHotcoin,
} from './index.ts';

const MINUTES_15 = 900_000;
const DAY = 86_400_000;
const SPACE = spaceOf(4);
const CROSSED: World = { width: 4, logOdds: (row) => ((row[0] as number) * (row[1] as number) > 0 ? 1 : -2) };
const NOISE: World = { width: 4, logOdds: () => -1 };

/** Rows a quarter of an hour apart; a trade that came true earns 3 %, one that did not loses 1.5 %. */
function span(
  world: World,
  count: number,
  { from, seed }: { readonly from: number; readonly seed: number },
): TradeSpan {
  const samples = drawSamples(world, count, seed);
  return {
    samples,
    times: Array.from({ length: count }, (_, at) => epochMs((from + at) * MINUTES_15)),
    nets: Array.from(samples.labels, (label) => (label === 1 ? 0.03 : -0.015)),
  };
}

function spansOf(world: World, seed: number): TaskSpans {
  return {
    train: span(world, 4_000, { from: 0, seed }),
    validation: span(world, 2_000, { from: 4_000, seed: seed + 1 }),
    test: span(world, 3_000, { from: 6_000, seed: seed + 2 }),
  };
}

const PLAN: TaskPlan = {
  kinds: [
    { kind: 'logistic', ...LOGISTIC_DEFAULTS },
    { kind: 'gbdt', ...GBDT_DEFAULTS, rounds: 80, leaves: 8, learningRate: 0.1 },
  ],
  seed: 9,
  tradeShare: 0.1,
  bootstrap: { blockMs: DAY, resamples: 500, level: 0.95, seed: 1 },
};

function train(spans: TaskSpans, plan = PLAN): TrainedTask {
  const trained = trainHotcoin(SPACE, spans, plan);
  if (!trained.ok) throw new Error(trained.error.message);
  return trained.value;
}

function gate({ metrics }: TrainedTask) {
  const sha256 = { 'model.json': 'a'.repeat(64) };
  const contract = makeContract({
    task: 'trade',
    interval: '15m',
    generatedAt: epochMs(0),
    sha256,
    metrics,
    space: SPACE,
  });
  return decidePromotion(contract, {
    thresholds: { ...PROMOTION_THRESHOLDS, min_samples: 9_000 },
    decidedAt: epochMs(0),
  });
}

describe('training a task', () => {
  it('chooses the trees where a line is blind, and the gate approves what earns money on the test span', () => {
    const trained = train(spansOf(CROSSED, 100));
    expect(trained.document.kind).toBe('gbdt');
    expect(trained.contenders.map(({ kind }) => kind)).toEqual(['logistic', 'gbdt']);
    expect(trained.metrics.n_samples).toBe(9_000);
    expect(trained.metrics.test_auc).toBeGreaterThan(0.75);
    // The base rate is (sigmoid(1) + sigmoid(-2)) / 2 = 0.425, and no row is more likely than 0.731.
    expect(trained.metrics.lift_top_decile).toBeGreaterThan(1.4);
    expect(trained.metrics.lift_top_decile).toBeLessThan(0.731 / 0.425 + 0.15);
    // A trade of such a row earns 0.731 x 3 % - 0.269 x 1.5 % = 1.79 %.
    expect(Math.abs((trained.metrics.net_expectancy as number) - 0.0179)).toBeLessThan(0.005);
    expect(gate(trained)).toMatchObject({ approved: true, reasons: [] });
  });

  it('of noise ends at the gate: no order, and no proof of earning', () => {
    const codes = gate(train(spansOf(NOISE, 200))).reasons.map((reason) => reason.split(':')[0]);
    expect(codes).toContain('auc_low');
    expect(codes).toContain('expectancy_unproven');
  });

  it('stops each kind by the validation span', () => {
    const [line, trees] = PLAN.kinds as [TrainingSettings & { kind: 'logistic' }, TrainingSettings & { kind: 'gbdt' }];
    const kinds = [
      { ...line, earlyStopEpochs: 2 },
      { ...trees, earlyStopRounds: 5 },
    ];
    const { contenders } = train(spansOf(NOISE, 250), { ...PLAN, kinds });
    expect(contenders.map(({ trained, kept }) => trained - kept)).toEqual([2, 5]);
  });

  it('never sees the test span before it judges: other rows there leave the model and its threshold as they are', () => {
    const spans = spansOf(CROSSED, 300);
    const one = train(spans);
    const other = train({ ...spans, test: span(NOISE, 3_000, { from: 6_000, seed: 999 }) });
    expect(modelText(other.document)).toBe(modelText(one.document));
    expect(other.threshold).toBe(one.threshold);
    expect(other.contenders).toEqual(one.contenders);
    expect(other.metrics.test_auc).not.toBe(one.metrics.test_auc);
  });

  it('leaves out trades that have no result', () => {
    const spans = spansOf(CROSSED, 400);
    const rng = createRng(5);
    const nets = Array.from(spans.test.nets, (net) => (rng.next() < 0.5 ? Number.NaN : net));
    const all = train(spans).metrics;
    const some = train({ ...spans, test: { ...spans.test, nets } }).metrics;
    expect(some.n_trades).toBeLessThan(all.n_trades);
    expect(some.n_trades).toBeGreaterThan(0);
    expect(some.test_auc).toBe(all.test_auc);
  });

  it('is refused for spans that touch, are out of order or do not fit, and for no kind', () => {
    const spans = spansOf(NOISE, 500);
    const { test, validation, train: first } = spans;
    const reasonOf = (changed: TaskSpans, plan = PLAN): unknown => {
      const trained = trainHotcoin(SPACE, changed, plan);
      return trained.ok ? null : trained.error.context['reason'];
    };
    expect(
      reasonOf({
        ...spans,
        test: { ...test, times: validation.times.slice(0, 3_000).concat(test.times).slice(0, 3_000) },
      }),
    ).toBe('a span begins before the one before it has ended');
    expect(reasonOf({ ...spans, train: { ...first, times: [...first.times].reverse() } })).toBe(
      'the train span is out of order',
    );
    expect(reasonOf({ ...spans, test: { ...test, nets: [] } })).toBe(
      'the test span has not one time and result for each row',
    );
    expect(reasonOf(spans, { ...PLAN, kinds: [] })).toBe('no kind of model is asked for');
  });
});

describe('reasons in words', () => {
  it('name what moved the prediction furthest, with its value and direction', () => {
    const model = openModel(train(spansOf(CROSSED, 600)).document);
    const reasons = deriveReasons(model, [1.5, 1.5, Number.NaN, 0], 2);
    expect(new Set(reasons.map(({ name }) => name))).toEqual(new Set(['f0', 'f1']));
    expect(reasonText({ name: 'vol_surge_3_20', value: 4.1999, contribution: 0.831 })).toBe(
      'vol_surge_3_20 = 4.2 raises it (+0.83)',
    );
    expect(reasonText({ name: 'kol_count', value: null, contribution: -0.2 })).toBe(
      'kol_count, which is not known, lowers it (-0.20)',
    );
  });
});
