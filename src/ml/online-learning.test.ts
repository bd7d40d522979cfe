import { describe, expect, it } from 'vitest';
import { drawRows, spaceOf, type World } from '../../test/fixtures/labelled-rows.ts';
import { epochMs } from '../core/time.ts';
import {
  createOnlineLearning,
  deriveAuc,
  type Example,
  foldExample,
  GBDT_DEFAULTS,
  type GbdtDocument,
  LOGISTIC_DEFAULTS,
  type ModelDocument,
  ONLINE_DEFAULTS,
  type OnlineOutcome,
  type OnlineState,
  openModel,
  rollBackOnline,
  type TrainingSettings,
  toExampleRow,
  toSamples,
  trainModel,
} from './index.ts';

const HOUR = 3_600_000;
const UP: World = { width: 2, logOdds: (row) => 3 * (row[0] as number) };
const DOWN: World = { width: 2, logOdds: (row) => -3 * (row[0] as number) };
/** What UP is about does not matter here, something else does. */
const SIDEWAYS: World = { width: 2, logOdds: (row) => 3 * (row[1] as number) };
const NOISE: World = { width: 2, logOdds: () => 0 };

const KINDS: readonly [string, TrainingSettings][] = [
  ['trees', { kind: 'gbdt', ...GBDT_DEFAULTS, rounds: 20, leaves: 8 }],
  ['a line', { kind: 'logistic', ...LOGISTIC_DEFAULTS, epochs: 3 }],
];

function modelOf(world: World, settings: TrainingSettings): ModelDocument {
  const train = toSamples(drawRows(world, 1_000, 7), world.width);
  const trained = trainModel(spaceOf(world.width), { train, validation: null }, { settings, seed: 1 });
  if (!trained.ok) throw new Error(trained.error.message);
  return trained.value.document;
}

/** Examples an hour apart from `from` on, resolved `lastHours` later; labels as drawn, or all `label`. */
function examples(
  world: World,
  count: number,
  at: { from?: number; lastHours?: number; label?: 0 | 1; seed?: number } = {},
) {
  const { from = 0, lastHours = 0, seed = 3 } = at;
  return drawRows(world, count, seed).map(
    ({ row, label }, index): Example => ({
      time: epochMs((from + index) * HOUR),
      resolvedTime: epochMs((from + index + lastHours) * HOUR),
      row: toExampleRow(row),
      label: at.label ?? label,
    }),
  );
}

function fold(state: OnlineState, all: readonly Example[], settings = ONLINE_DEFAULTS) {
  const outcomes: OnlineOutcome[] = [];
  let now = state;
  let most = 0;
  for (const example of all) {
    const step = foldExample(now, example, settings);
    now = step.state;
    most = Math.max(most, now.buffer.length);
    outcomes.push(step.outcome);
  }
  return { state: now, outcomes, most, kinds: new Set(outcomes.map(({ kind }) => kind)) };
}

describe('learning in use', () => {
  it('R5-4 keeps 1,500 of 2,000 equal labels, trains nothing with them, and trains once they are mixed', () => {
    const begun = createOnlineLearning(modelOf(DOWN, KINDS[0]?.[1] as TrainingSettings));
    const equal = fold(begun, examples(UP, 2_000, { label: 1 }));
    expect(equal.state.buffer.length).toBe(1_500);
    expect(equal.state.buffer[0]?.time).toBe(500 * HOUR);
    expect(equal.state.counts).toEqual({ taken: 2_000, dropped: 500, trainings: 0, replaced: 0 });
    expect(equal.state.model).toBe(begun.model);
    expect(equal.kinds).toEqual(new Set(['kept', 'waiting']));
    const mixed = fold(equal.state, examples(UP, 1_000, { from: 2_000, seed: 4 }));
    expect(mixed.state.counts.trainings).toBeGreaterThanOrEqual(1);
    expect(Math.max(equal.most, mixed.most)).toBe(1_500);
  });

  it.each(KINDS)('with %s follows a world that turned, and keeps the model before', (_, settings) => {
    const begun = createOnlineLearning(modelOf(SIDEWAYS, settings));
    const { state, outcomes } = fold(begun, examples(UP, 500));
    const last = outcomes.at(-1) as OnlineOutcome & { kind: 'replaced' };
    expect(outcomes.slice(0, 499).every(({ kind }) => kind === 'kept')).toBe(true);
    expect(last).toMatchObject({ kind: 'replaced', trainedRows: 400, judgedRows: 100 });
    expect(last.candidateAuc - last.incumbentAuc).toBeGreaterThan(0.005);
    expect(state.rollback).toBe(begun.model);
    expect(state.model).not.toBe(begun.model);
    expect(state.buffer).toEqual([]);
    expect(rollBackOnline(state)).toMatchObject({ ok: true, value: { model: begun.model, rollback: null } });
    expect(rollBackOnline(begun)).toMatchObject({ ok: false, error: { code: 'model_previous_missing' } });
  });

  it('discards what is better by less than is wanted', () => {
    const begun = createOnlineLearning(modelOf(SIDEWAYS, KINDS[0]?.[1] as TrainingSettings));
    const { state, outcomes } = fold(begun, examples(UP, 500), { ...ONLINE_DEFAULTS, aucGainMin: 0.6 });
    const last = outcomes.at(-1) as OnlineOutcome & { kind: 'discarded' };
    expect(last.kind).toBe('discarded');
    expect(last.candidateAuc).toBeGreaterThan(last.incumbentAuc);
    expect(state.model).toBe(begun.model);
  });

  it('lets a line follow that was trained for long', () => {
    const long: TrainingSettings = { kind: 'logistic', ...LOGISTIC_DEFAULTS, epochs: 300 };
    const { outcomes } = fold(createOnlineLearning(modelOf(SIDEWAYS, long)), examples(UP, 4_000));
    const last = outcomes.at(-1) as OnlineOutcome & { kind: 'replaced' };
    expect(last.candidateAuc).toBeGreaterThan(0.8);
  });

  it('measures the incumbent on the rows that judge the candidate: one that is already right stays', () => {
    const begun = createOnlineLearning(modelOf(UP, KINDS[0]?.[1] as TrainingSettings));
    const all = examples(UP, 500);
    const { state, outcomes } = fold(begun, all);
    const last = outcomes.at(-1) as OnlineOutcome & { kind: 'discarded' };
    const judged = all.slice(400);
    const { predict } = openModel(begun.model);
    const scores = judged.map(({ row }) => predict(row.map((value) => value ?? Number.NaN)));
    expect(last.kind).toBe('discarded');
    expect(last.incumbentAuc).toBe(deriveAuc({ scores, labels: judged.map(({ label }) => label) }));
    expect(last.incumbentAuc).toBeGreaterThan(0.85);
    expect(state.model).toBe(begun.model);
    expect(state.rollback).toBeNull();
    expect(state.buffer).toEqual([]);
  });

  it('of noise replaces a model only when chance says so by more than 0.005', () => {
    const begun = createOnlineLearning(modelOf(NOISE, KINDS[0]?.[1] as TrainingSettings));
    const { outcomes } = fold(begun, examples(NOISE, 5_000));
    const decided = outcomes.filter(({ kind }) => kind === 'replaced' || kind === 'discarded');
    expect(decided.length).toBe(10);
    for (const outcome of decided) {
      const { kind, candidateAuc, incumbentAuc } = outcome as OnlineOutcome & { kind: 'replaced' };
      expect(kind).toBe(candidateAuc - incumbentAuc > 0.005 ? 'replaced' : 'discarded');
    }
  });

  it('leaves out what was resolved only after the judging rows began', () => {
    const begun = createOnlineLearning(modelOf(DOWN, KINDS[0]?.[1] as TrainingSettings));
    const { outcomes } = fold(begun, examples(UP, 500, { lastHours: 24 }));
    // Row 400 judges first; rows 377 to 399 were resolved after its hour.
    expect(outcomes.at(-1)).toMatchObject({ trainedRows: 377, judgedRows: 100 });
  });

  it('waits while one part has too few of a label', () => {
    const begun = createOnlineLearning(modelOf(DOWN, KINDS[0]?.[1] as TrainingSettings));
    const all = [...examples(UP, 400), ...examples(UP, 300, { from: 400, label: 0 })];
    const { outcomes, state } = fold(begun, all);
    expect(outcomes[499]).toEqual({ kind: 'waiting', dropped: 0 });
    expect(outcomes.at(-1)).toEqual({ kind: 'waiting', dropped: 0 });
    expect(state.counts.trainings).toBe(0);
  });

  it('grows no further than it may, and says so once a buffer', () => {
    const settings = { ...ONLINE_DEFAULTS, fullRows: 120, rowsMax: 360, treesMax: 150 };
    const begun = createOnlineLearning(modelOf(SIDEWAYS, KINDS[0]?.[1] as TrainingSettings));
    const { outcomes, state } = fold(begun, examples(UP, 360), settings);
    const told = outcomes.filter(({ kind }) => kind !== 'kept');
    expect(told.map(({ kind }) => kind)).toEqual(['replaced', 'failed', 'failed']);
    expect(told[2]).toMatchObject({ failure: { code: 'model_full_grown', context: { trees: 120, treesMax: 150 } } });
    expect(state.buffer).toEqual([]);
    expect((state.model as GbdtDocument).trees.length).toBe(120);
  });

  it('through JSON at every step goes the same way', () => {
    const veiled: World = {
      ...UP,
      veil: (row, rng) => {
        if (rng.next() < 0.2) row[1] = Number.NaN;
      },
    };
    const settings = { ...ONLINE_DEFAULTS, fullRows: 120, rowsMax: 360 };
    const all = examples(veiled, 400);
    const begun = createOnlineLearning(modelOf(DOWN, KINDS[0]?.[1] as TrainingSettings));
    const whole = fold(begun, all, settings);
    let state = begun;
    for (const example of all) {
      state = foldExample(JSON.parse(JSON.stringify(state)) as OnlineState, example, settings).state;
    }
    expect(whole.state.counts.trainings).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(state)).toBe(JSON.stringify(whole.state));
  });

  it('takes the same rows in a different order of arrival for the same span', () => {
    const begun = createOnlineLearning(modelOf(DOWN, KINDS[0]?.[1] as TrainingSettings));
    const all = examples(UP, 500);
    expect(fold(begun, [...all].reverse()).state.model).toEqual(fold(begun, all).state.model);
  });

  it.each([
    ['a row of 1 values for 2 features', { row: [1] }],
    ['a value is no number', { row: [1, Number.NaN] }],
    ['the outcome was known before the values', { resolvedTime: epochMs(0), time: epochMs(1) }],
    ['the label is neither 0 nor 1', { label: 2 as 1 }],
  ])('refuses an example: %s', (reason, change) => {
    const begun = createOnlineLearning(modelOf(UP, KINDS[0]?.[1] as TrainingSettings));
    const step = foldExample(begun, { ...(examples(UP, 1)[0] as Example), ...change }, ONLINE_DEFAULTS);
    expect(step.state).toBe(begun);
    expect(step.outcome).toMatchObject({ kind: 'failed', failure: { code: 'samples_unusable', context: { reason } } });
  });
});
