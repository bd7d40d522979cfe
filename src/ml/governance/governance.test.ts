import { describe, expect, it } from 'vitest';
import { epochMs } from '../../core/time.ts';
import {
  contractFileName,
  decidePromotion,
  decisionFileName,
  demote,
  findShortcomings,
  type ModelMetrics,
  makeContract,
  mayServe,
  NOTHING_SERVED,
  PROMOTION_THRESHOLDS,
  type PromotionDecision,
  parseContract,
  parseDecision,
  type Release,
  type RuntimeContract,
  rollBackRelease,
  type ServingFacts,
  serveRelease,
  withdrawRelease,
} from '../index.ts';

const GOOD: ModelMetrics = {
  n_samples: 25_000,
  n_features: 2,
  test_samples: 5_000,
  test_auc: 0.61,
  test_brier: 0.08,
  test_log_loss: 0.29,
  calibration_error: 0.02,
  lift_top_decile: 1.9,
  n_trades: 480,
  net_expectancy: 0.004,
  net_expectancy_low: 0.001,
  net_expectancy_high: 0.007,
};
const HASH = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const SPACE = { schemaHash: 'abc123', names: ['surge', 'change'] };
const FILE = 'hotness_15m.json';
const at = epochMs(Date.UTC(2026, 10, 26));

function contractOf(metrics: ModelMetrics = GOOD, hash = HASH): RuntimeContract {
  return makeContract({
    task: 'hotness',
    interval: '15m',
    generatedAt: at,
    sha256: { [FILE]: hash },
    metrics,
    space: SPACE,
  });
}

function decide(contract: RuntimeContract): PromotionDecision {
  return decidePromotion(contract, { thresholds: PROMOTION_THRESHOLDS, decidedAt: at });
}

const CONTRACT = contractOf();
const FACTS: ServingFacts = {
  contract: CONTRACT,
  decision: decide(CONTRACT),
  fileHashes: { [FILE]: HASH },
  space: SPACE,
};

describe('the gate', () => {
  it('approves a model that meets every condition', () => {
    expect(decide(CONTRACT)).toMatchObject({ approved: true, deployment_tier: 'production', reasons: [] });
  });

  it.each<[string, Partial<ModelMetrics>]>([
    ['few_samples: 19999 rows, at least 20000 are needed', { n_samples: 19_999 }],
    ['auc_low: AUC 0.5499 on the test span, at least 0.55 is needed', { test_auc: 0.5499 }],
    ['auc_low: AUC NaN on the test span, at least 0.55 is needed', { test_auc: Number.NaN }],
    ['auc_unknown: the test span has labels of one kind alone', { test_auc: null }],
    [
      'expectancy_unproven: the interval of the net expectancy begins at 0, above 0 is needed',
      { net_expectancy_low: 0 },
    ],
    [
      'expectancy_unknown: too few stretches of time with trades for an interval of the net expectancy',
      { net_expectancy_low: null },
    ],
    [
      'calibration_poor: probabilities are off by 0.051 on average, at most 0.05 is allowed',
      { calibration_error: 0.051 },
    ],
    ['calibration_unknown: the test span is empty', { calibration_error: null }],
  ])('refuses with %s', (reason, change) => {
    const decision = decide(contractOf({ ...GOOD, ...change }));
    expect(decision).toMatchObject({ approved: false, deployment_tier: 'research_only', reasons: [reason] });
  });

  it('tells every shortcoming at once', () => {
    const poor = { ...GOOD, n_samples: 10, test_auc: 0.5, net_expectancy_low: -1, calibration_error: 0.2 };
    expect(findShortcomings(poor, PROMOTION_THRESHOLDS).map((reason) => reason.split(':')[0])).toEqual([
      'few_samples',
      'auc_low',
      'expectancy_unproven',
      'calibration_poor',
    ]);
  });
});

describe('papers', () => {
  it('have the names of the specification and come back from their files', () => {
    expect(contractFileName('hotness', '15m')).toBe('runtime_contract_hotness_15m.json');
    expect(decisionFileName('hotness', '15m')).toBe('promotion_decision_hotness_15m.json');
    expect(Object.keys(CONTRACT)).toEqual(
      expect.arrayContaining([
        'schema_version',
        'task',
        'interval',
        'generated_at',
        'model_files',
        'metrics',
        'feature_names',
      ]),
    );
    const decision = decide(contractOf({ ...GOOD, test_auc: null }));
    for (const paper of [CONTRACT, decision]) {
      const parsed = paper === CONTRACT ? parseContract(copy(paper)) : parseDecision(copy(paper));
      expect(parsed).toEqual({ ok: true, value: paper });
    }
  });

  it.each<[string, object, unknown]>([
    ['contract has no metrics', CONTRACT, { metrics: undefined }],
    ['contract has the unknown note', CONTRACT, { note: 1 }],
    ['schema_version 2 is not known', CONTRACT, { schema_version: 2 }],
    ['model_files[0] is no plain name', CONTRACT, { model_files: ['../../secret'] }],
    ['model_files is empty', CONTRACT, { model_files: [] }],
    ['sha256 is not of the model_files', CONTRACT, { sha256: {} }],
    [`sha256.${FILE} is no hash`, CONTRACT, { sha256: { [FILE]: 'abc' } }],
    ['task is no plain name', CONTRACT, { task: 'a/b' }],
    ['generated_at is no time', CONTRACT, { generated_at: 'yesterday' }],
    ['metrics has no n_trades', CONTRACT, { metrics: { ...GOOD, n_trades: undefined } }],
    ['metrics.test_auc is no finite number', CONTRACT, { metrics: { ...GOOD, test_auc: '0.9' } }],
  ])('are refused when %s', (reason, paper, change) => {
    const parsed = parseContract(copy({ ...paper, ...(change as object) }));
    expect(parsed).toMatchObject({ ok: false, error: { code: 'governance_unusable', context: { reason } } });
  });

  it.each<[string, unknown]>([
    ['approved is neither true nor false', { approved: 'yes' }],
    ['deployment_tier is neither production nor research_only', { deployment_tier: 'live' }],
    ['approved, deployment_tier and reasons contradict each other', { approved: false }],
    ['approved, deployment_tier and reasons contradict each other', { reasons: ['a'] }],
    ['thresholds has no min_samples', { thresholds: { ...PROMOTION_THRESHOLDS, min_samples: undefined } }],
  ])('that decide are refused when %s', (reason, change) => {
    const parsed = parseDecision(copy({ ...decide(CONTRACT), ...(change as object) }));
    expect(parsed).toMatchObject({ ok: false, error: { code: 'governance_unusable', context: { reason } } });
  });
});

function copy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('a model may be heard', () => {
  it('with papers that agree, its approved files and its features', () => {
    expect(mayServe(FACTS)).toEqual({ ok: true, value: { contract: CONTRACT, decision: FACTS.decision } });
  });

  it('with papers whose fields stand in another order', () => {
    const turned = Object.fromEntries(Object.entries(GOOD).reverse()) as ModelMetrics;
    expect(mayServe({ ...FACTS, contract: contractOf(turned) }).ok).toBe(true);
  });

  const refused = decide(contractOf({ ...GOOD, test_auc: 0.5 }));
  const forged = { ...refused, approved: true, deployment_tier: 'production' as const, reasons: [] };
  const laxly = (change: Partial<typeof PROMOTION_THRESHOLDS>): PromotionDecision =>
    decidePromotion(CONTRACT, { thresholds: { ...PROMOTION_THRESHOLDS, ...change }, decidedAt: at });

  it.each<[string, Partial<ServingFacts>]>([
    ['contract_missing', { contract: null }],
    ['decision_missing', { decision: null }],
    ['not_approved', { decision: refused, contract: contractOf({ ...GOOD, test_auc: 0.5 }) }],
    ['not_approved', { decision: demote(decide(CONTRACT), 'AUC fell', at) }],
    ['auc_low', { decision: forged, contract: contractOf({ ...GOOD, test_auc: 0.5 }) }],
    ['thresholds_lax', { decision: laxly({ min_test_auc: 0.5 }) }],
    ['thresholds_lax', { decision: laxly({ min_samples: 19_999 }) }],
    ['thresholds_lax', { decision: laxly({ min_net_expectancy_low: -0.1 }) }],
    ['thresholds_lax', { decision: laxly({ max_calibration_error: 0.06 }) }],
    [
      'papers_differ: the decision is about other files',
      { contract: contractOf(GOOD, OTHER), fileHashes: { [FILE]: OTHER } },
    ],
    ['papers_differ: the decision is about other metrics', { contract: contractOf({ ...GOOD, n_samples: 30_000 }) }],
    ['papers_differ: the decision is about other task', { contract: { ...CONTRACT, task: 'trade' } }],
    ['files_missing', { fileHashes: {} }],
    ['files_changed', { fileHashes: { [FILE]: OTHER } }],
    ['files_missing: the contract names no file', { contract: { ...CONTRACT, model_files: [] } }],
    ['features_differ', { space: { ...SPACE, schemaHash: 'abc124' } }],
    ['features_differ', { space: { ...SPACE, names: ['change', 'surge'] } }],
  ])('never with %s', (reason, change) => {
    const answer = mayServe({ ...FACTS, ...change });
    expect(answer).toMatchObject({ ok: false, error: { code: 'model_not_served' } });
    expect((answer as { error: { message: string } }).error.message).toContain(reason);
  });

  it('is told every reason against it', () => {
    const answer = mayServe({ ...FACTS, fileHashes: {}, space: { ...SPACE, schemaHash: 'new' } });
    const { message } = (answer as { error: { message: string } }).error;
    expect(message).toContain('files_missing');
    expect(message).toContain('features_differ');
  });
});

describe('releases', () => {
  const release = (hash: string): Release => {
    const contract = contractOf(GOOD, hash);
    return { contract, decision: decide(contract) };
  };
  const [first, second] = [release(HASH), release(OTHER)];

  it('follow each other and can be gone back to, once each', () => {
    const state = serveRelease(serveRelease(NOTHING_SERVED, first), second);
    expect(state).toEqual({ current: second, previous: [first] });
    const back = rollBackRelease(state);
    expect(back).toEqual({ ok: true, value: { current: first, previous: [] } });
    expect(rollBackRelease({ current: first, previous: [] })).toMatchObject({
      ok: false,
      error: { code: 'model_previous_missing' },
    });
  });

  it('are withdrawn without another taking their place by itself', () => {
    expect(withdrawRelease({ current: second, previous: [first] })).toEqual({ current: null, previous: [first] });
  });

  it('of the past are kept up to five', () => {
    const state = Array.from({ length: 9 }).reduce<typeof NOTHING_SERVED>(
      (now) => serveRelease(now, first),
      NOTHING_SERVED,
    );
    expect(state.previous.length).toBe(5);
  });
});
