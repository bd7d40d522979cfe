import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { predictionOf } from '../../../test/contract/prediction-log.contract.ts';
import { serveTrained, trainedModel } from '../../../test/fixtures/served-model.ts';
import { createMemoryPredictionLog } from '../../adapters/memory/memory-prediction-log.ts';
import { createRng } from '../../core/rng.ts';
import { addMs } from '../../core/time.ts';
import { HOT_FEATURES, ONLINE_DEFAULTS, parseModelText, spaceOfSchema } from '../../ml/index.ts';
import type { ResolvedEntry } from '../../model/prediction.ts';
import type { PredictionLog } from '../../ports/prediction-log.ts';
import { modelFolder } from './model-folder.ts';
import { loadServed } from './serve-model.ts';
import { ShadowLearning } from './shadow-learning.ts';
import { saveCandidate } from './shadow-model.ts';

const SETTINGS = { ...ONLINE_DEFAULTS, fullRows: 200, rowsMax: 400 };
const KEY = { task: 'trade', interval: '15m' } as const;
const soon = { timeout: 15_000, interval: 20 };

/** Outcomes that hang on another feature than the model's. */
function resolvedOf(count: number, { label: fixed = null as 0 | 1 | null, from = 0 } = {}): readonly ResolvedEntry[] {
  const rng = createRng(3, 'outcomes');
  const at = HOT_FEATURES.names.indexOf('rsi_6');
  return Array.from({ length: count }, (_, index): ResolvedEntry => {
    const row = HOT_FEATURES.names.map(() => rng.normal());
    const label = fixed ?? (rng.next() < ((row[at] as number) > 0 ? 0.9 : 0.1) ? 1 : 0);
    const prediction = predictionOf(from + index + 1, { row });
    return { place: from + index + 1, prediction, time: addMs(prediction.time, 60_000), label };
  });
}

async function school() {
  const home = mkdtempSync(join(tmpdir(), 'hotwick-learning-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const folder = modelFolder(home);
  const { document } = trainedModel(1);
  const served = await serveTrained(folder, trainedModel(1));
  const log: PredictionLog = createMemoryPredictionLog();
  const errors: unknown[] = [];
  const gate = { wait: async (): Promise<void> => undefined };
  const open = async (settings = SETTINGS): Promise<ShadowLearning> => {
    const { model } = predictionOf(1);
    const parts = {
      ...{ model, document, settings },
      now: () => addMs(predictionOf(1).time, 1),
      saveCandidate: async (learned: typeof document) => {
        await gate.wait();
        const saved = await saveCandidate(folder, KEY, learned);
        return saved.ok ? saved.value : Promise.reject(new Error(saved.error.message));
      },
      saveRounds: async (rounds: Parameters<PredictionLog['save']>[0]['rounds']) =>
        void (await log.save({ predictions: [], resolutions: [], rounds })),
      onError: (error: unknown) => errors.push(error),
    };
    const learning = new ShadowLearning(parts, (await log.summarize(model)).lastRound);
    onTestFinished(() => learning.close());
    return learning;
  };
  return { folder, served, errors, open, gate, log };
}

it('writes what orders the newest outcomes better as a candidate that nothing serves, in a process of its own', async () => {
  const { folder, served, errors, open } = await school();
  const learning = await open();
  learning.take(resolvedOf(200));
  expect(learning.view()).toMatchObject({ isLearning: true, lastRound: null });
  await expect.poll(() => learning.view().isLearning, soon).toBe(false);
  const { lastRound, examples } = learning.view();
  expect([lastRound?.result, lastRound?.through, examples]).toEqual(['replaced', 200, 0]);
  expect(lastRound?.candidateAuc).toBeGreaterThan((lastRound?.incumbentAuc ?? 1) + 0.1);
  const [name = ''] = readdirSync(folder.path).filter((each) => each.startsWith('candidate_'));
  expect(name).toBe(`candidate_trade_15m_${lastRound?.candidate?.slice(0, 16)}.json`);
  const text = readFileSync(join(folder.path, name), 'utf8');
  expect(parseModelText(text, spaceOfSchema(HOT_FEATURES)).ok).toBe(true);
  const still = await loadServed(folder, KEY);
  expect(still.ok && still.value.release).toEqual(served.release);
  expect(errors).toEqual([]);
});

it('learns from no example twice, also after a restart', async () => {
  const { open } = await school();
  const first = await open();
  first.take(resolvedOf(200));
  await expect.poll(() => first.view().lastRound, soon).not.toBe(null);
  await expect.poll(() => first.view().isLearning, soon).toBe(false);
  const again = await open();
  again.take(resolvedOf(200));
  expect(again.view()).toMatchObject({ examples: 0, isLearning: false });
  again.take(resolvedOf(50, { from: 200 }));
  expect(again.view()).toMatchObject({ examples: 50, isLearning: false });
});

it('waits with outcomes of one label until there are others, and keeps no more than it may (R5-4)', async () => {
  const { errors, open } = await school();
  const learning = await open();
  learning.take(resolvedOf(600, { label: 0 }));
  await expect.poll(() => learning.view().isLearning, soon).toBe(false);
  expect(learning.view()).toMatchObject({ examples: 400, lastRound: null });
  learning.take(resolvedOf(400, { from: 600 }));
  await expect.poll(() => learning.view().lastRound?.result, soon).toBeDefined();
  expect(errors).toEqual([]);
});

it('tells of a process that fails, notes the round and begins anew', async () => {
  const { errors, open } = await school();
  const learning = await open({ ...SETTINGS, gbdt: undefined as unknown as typeof SETTINGS.gbdt });
  learning.take(resolvedOf(200));
  await expect.poll(() => learning.view().lastRound?.result, soon).toBe('failed');
  await expect.poll(() => learning.view().isLearning, soon).toBe(false);
  expect(String(errors[0])).toMatch(/TypeError/);
  expect(learning.view()).toMatchObject({ examples: 0, lastRound: { through: 200, candidate: null } });
});

it('is closed when what is being saved is saved, with its round: no example teaches twice', async () => {
  const { folder, errors, open, gate, log } = await school();
  const asked = Promise.withResolvers<void>();
  const { promise, resolve } = Promise.withResolvers<void>();
  gate.wait = () => {
    asked.resolve();
    return promise;
  };
  const learning = await open();
  learning.take(resolvedOf(200));
  await asked.promise;
  let isClosed = false;
  const closing = learning.close().then(() => {
    isClosed = true;
  });
  await new Promise((settle) => setTimeout(settle, 50));
  expect(isClosed).toBe(false);
  resolve();
  await closing;
  const { lastRound } = await log.summarize(predictionOf(1).model);
  expect(lastRound).toMatchObject({ result: 'replaced', through: 200 });
  expect(readdirSync(folder.path).filter((name) => name.startsWith('candidate_'))).toHaveLength(1);
  expect(errors).toEqual([]);
});

it('is closed at once while it learns, and saves nothing', async () => {
  const { folder, errors, open, log } = await school();
  // Thirty rounds of many seconds.
  const endless = { ...SETTINGS, treesMax: 1e9, gbdt: { ...SETTINGS.gbdt, rounds: 5_000 } };
  const learning = await open(endless);
  learning.take(resolvedOf(6_000));
  await learning.close();
  expect(learning.view()).toMatchObject({ isLearning: false, lastRound: null });
  expect((await log.summarize(predictionOf(1).model)).lastRound).toBe(null);
  expect(readdirSync(folder.path).filter((name) => name.startsWith('candidate_'))).toEqual([]);
  expect(errors).toEqual([]);
});

it('keeps the five newest candidates', async () => {
  const { folder } = await school();
  for (let seed = 1; seed <= 7; seed++) await saveCandidate(folder, KEY, trainedModel(seed).document);
  expect(readdirSync(folder.path).filter((name) => name.startsWith('candidate_'))).toHaveLength(5);
});
