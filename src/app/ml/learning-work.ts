/**
 * Learning in a thread of its own: a state and examples in, the state after them and what each led to out. The thread gets
 * nothing of the environment and a bound of memory, and is gone with its answer.
 */
import { Worker } from 'node:worker_threads';
import type { Example, OnlineOutcome, OnlineSettings, OnlineState } from '../../ml/index.ts';

/** What is to be learned. */
export type LearningWork = {
  readonly state: OnlineState;
  readonly examples: readonly Example[];
  readonly settings: OnlineSettings;
};

/** What was learned. */
export type Learned = { readonly state: OnlineState; readonly outcomes: readonly OnlineOutcome[] };

/** Work under way; `stop` ends it, and it rejects. */
export type LearningRun = { readonly done: Promise<Learned>; readonly stop: () => void };

const MEMORY_MB_MAX = 512;

/** Begins to learn; rejects when the thread fails or ends without an answer. */
export function startLearning(work: LearningWork): LearningRun {
  // Beside this file in a checkout, beside the bundle in the published package.
  const name = import.meta.url.endsWith('.ts') ? './learning-thread.ts' : './learning-thread.js';
  const { promise, resolve, reject } = Promise.withResolvers<Learned>();
  const worker = new Worker(new URL(name, import.meta.url), {
    workerData: work,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX },
  });
  worker.unref();
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', (code) => reject(new Error(`the thread that learns ended with ${code}`)));
  return { done: promise, stop: () => void worker.terminate() };
}
