import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GOOD_METRICS, serveTrained, TRADE_RECIPE, trainedModel } from '../../../test/fixtures/served-model.ts';
import { epochMs } from '../../core/time.ts';
import { HOT_FEATURES, judgeVector } from '../../ml/index.ts';
import { type ModelFolder, modelFolder, readServing, saveTrained, type TaskKey } from './model-folder.ts';
import { loadServed, promote, rollBack, withdraw } from './serve-model.ts';

const dirs: string[] = [];
afterAll(() => Promise.all(dirs.map((dir) => rm(dir, { recursive: true }))));

async function newFolder(): Promise<ModelFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'hotwick-models-'));
  dirs.push(dir);
  return modelFolder(dir);
}

const KEY: TaskKey = { task: 'trade', interval: '15m' };
const NOW = epochMs(1_800_000_000_000);
const CONTRACT = 'runtime_contract_trade_15m.json';
const DECISION = 'promotion_decision_trade_15m.json';

async function codeOf(answer: Promise<{ ok: boolean; error?: { code: string } }>): Promise<string | undefined> {
  return (await answer).error?.code;
}

describe('a folder of models', () => {
  it('serves nothing before anything was promoted, and then the model with its recipe and papers', async () => {
    const folder = await newFolder();
    expect(await codeOf(loadServed(folder, KEY))).toBe('model_none_served');
    const trained = trainedModel(1);
    await saveTrained(folder, trained);
    expect(await codeOf(loadServed(folder, KEY))).toBe('model_none_served');
    await promote(folder, KEY);
    const served = await loadServed(folder, KEY);
    if (!served.ok) throw new Error(served.error.message);
    expect(served.value.recipe).toEqual(TRADE_RECIPE);
    expect(served.value.release.contract.metrics).toEqual(GOOD_METRICS);
    const row = { schemaHash: HOT_FEATURES.hash, values: new Float64Array(HOT_FEATURES.names.length) };
    expect(judgeVector(served.value.model, row).ok).toBe(true);
    expect((await readdir(folder.path)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('does not promote what the gate did not approve', async () => {
    const folder = await newFolder();
    const saved = await saveTrained(folder, trainedModel(1, { metrics: { ...GOOD_METRICS, n_samples: 900 } }));
    expect(saved).toMatchObject({ value: { decision: { approved: false, deployment_tier: 'research_only' } } });
    const answer = await promote(folder, KEY);
    expect(answer).toMatchObject({ ok: false, error: { code: 'model_not_served' } });
    expect(await codeOf(loadServed(folder, KEY))).toBe('model_none_served');
  });

  it('goes on serving while newer ones are trained, and goes back to it after one was promoted', async () => {
    const folder = await newFolder();
    const first = await serveTrained(folder, trainedModel(1));
    await saveTrained(folder, trainedModel(2, { metrics: { ...GOOD_METRICS, n_samples: 900 } }));
    expect((await loadServed(folder, KEY)) as object).toMatchObject({ value: { release: first.release } });
    const third = await serveTrained(folder, trainedModel(3));
    expect(third.release).not.toEqual(first.release);
    expect((await rollBack(folder, KEY)) as object).toMatchObject({ value: { release: first.release } });
    expect((await loadServed(folder, KEY)) as object).toMatchObject({ value: { release: first.release } });
    expect(await codeOf(rollBack(folder, KEY))).toBe('model_previous_missing');
  });

  it('keeps the files of what is served, was served and is newest, and no others', async () => {
    const folder = await newFolder();
    for (const seed of [1, 2]) await serveTrained(folder, trainedModel(seed));
    for (const seed of [3, 4, 5]) await saveTrained(folder, trainedModel(seed));
    const names = await readdir(folder.path);
    // The recipe is the same in all of them, and so is its file.
    expect(names.filter((name) => name.startsWith('model_')).length).toBe(3);
    expect(names.filter((name) => name.startsWith('recipe_')).length).toBe(1);
    expect((await rollBack(folder, KEY)).ok).toBe(true);
  });

  it('promotes a model once, so that the one before it stays within reach', async () => {
    const folder = await newFolder();
    await serveTrained(folder, trainedModel(1));
    await serveTrained(folder, trainedModel(2));
    await promote(folder, KEY);
    const state = await readServing(folder, KEY);
    expect(state).toMatchObject({ ok: true, value: { previous: { length: 1 } } });
  });

  it('serves nothing after withdrawing, not even when it is promoted again, until it goes back or trains anew', async () => {
    const folder = await newFolder();
    const first = await serveTrained(folder, trainedModel(1));
    await serveTrained(folder, trainedModel(2));
    const taken = await withdraw(folder, KEY, { reason: 'AUC fell', now: NOW });
    expect(taken).toMatchObject({ value: { decision: { approved: false, reasons: ['demoted: AUC fell'] } } });
    expect(await codeOf(loadServed(folder, KEY))).toBe('model_none_served');
    expect(await codeOf(promote(folder, KEY))).toBe('model_not_served');
    expect(await codeOf(withdraw(folder, KEY, { reason: 'again', now: NOW }))).toBe('model_none_served');
    expect((await rollBack(folder, KEY)) as object).toMatchObject({ value: { release: first.release } });
  });
});

describe('a damaged folder of models serves nothing and says why', () => {
  const model = async ({ path }: ModelFolder, kind: string): Promise<string> =>
    join(path, (await readdir(path)).find((name) => name.startsWith(`${kind}_`)) as string);

  it.each<[string, string, (folder: ModelFolder) => Promise<unknown>]>([
    [
      'a model file that lost its end',
      'model_not_served',
      async (folder) => truncate(await model(folder, 'model'), 500),
    ],
    ['a model file that is gone', 'model_not_served', async (folder) => rm(await model(folder, 'model'))],
    ['another recipe', 'model_not_served', async (folder) => writeFile(await model(folder, 'recipe'), '{}')],
    [
      'a recipe that is a folder',
      'file_unreadable',
      async (folder) => {
        const path = await model(folder, 'recipe');
        await rm(path);
        await mkdir(path);
      },
    ],
    [
      'a state that is half written',
      'governance_unusable',
      ({ path }) => truncate(join(path, 'serving_trade_15m.json'), 99),
    ],
    [
      'a state of another version',
      'governance_unusable',
      ({ path }) =>
        writeFile(join(path, 'serving_trade_15m.json'), '{"schema_version":2,"current":null,"previous":[]}'),
    ],
    ['a contract that is no JSON', 'governance_unusable', ({ path }) => writeFile(join(path, CONTRACT), '{')],
    ['a contract that is gone', 'model_not_served', ({ path }) => rm(join(path, CONTRACT))],
    ['a decision that is gone', 'model_not_served', ({ path }) => rm(join(path, DECISION))],
    [
      'a decision with a field too many',
      'governance_unusable',
      async ({ path }) => {
        const paper = JSON.parse(await readFile(join(path, DECISION), 'utf8')) as object;
        await writeFile(join(path, DECISION), JSON.stringify({ ...paper, urgent: true }));
      },
    ],
    [
      'a decision that takes its approval back',
      'model_not_served',
      async ({ path }) => {
        const paper = JSON.parse(await readFile(join(path, DECISION), 'utf8')) as object;
        const taken = { ...paper, approved: false, deployment_tier: 'research_only', reasons: ['by hand: no'] };
        await writeFile(join(path, DECISION), JSON.stringify(taken));
      },
    ],
  ])('%s', async (_, code, damage) => {
    const folder = await newFolder();
    await serveTrained(folder, trainedModel(1));
    await damage(folder);
    expect(await codeOf(loadServed(folder, KEY))).toBe(code);
  });

  it('papers of another task under the name of this one', async () => {
    const folder = await newFolder();
    await serveTrained(folder, trainedModel(1));
    const state = await readFile(join(folder.path, 'serving_trade_15m.json'), 'utf8');
    await writeFile(join(folder.path, 'serving_hotness_15m.json'), state);
    const answer = await loadServed(folder, { task: 'hotness', interval: '15m' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'model_not_served' } });
  });
});
