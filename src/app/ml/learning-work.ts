/**
 * Learning in a process of its own: a state and examples in, the state after them and what each led to out. The process gets
 * nothing of the environment, a bound of memory and one of time, and is gone with its answer.
 *
 * Not a thread: one that crashes in the runtime or runs out of memory takes the whole program with it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Example, OnlineOutcome, OnlineSettings, OnlineState } from '../../ml/index.ts';

/** What is to be learned. */
export type LearningWork = {
  readonly state: OnlineState;
  readonly examples: readonly Example[];
  readonly settings: OnlineSettings;
};

/** What was learned. */
export type Learned = { readonly state: OnlineState; readonly outcomes: readonly OnlineOutcome[] };

/** What the process says at its end: what was learned, or why nothing was. */
export type LearningAnswer = { readonly learned: Learned } | { readonly error: unknown };

/** Work under way; `stop` ends it, and it rejects. */
export type LearningRun = { readonly done: Promise<Learned>; readonly stop: () => void };

const MEMORY_MB_MAX = 512;
/** A round takes a tenth of a second on a free machine. */
const TIME_MS_MAX = 120_000;

/** Begins to learn; rejects when the process fails, takes longer than `timeMsMax` or ends without an answer. */
export function startLearning(work: LearningWork, timeMsMax = TIME_MS_MAX): LearningRun {
  const { promise, resolve, reject } = Promise.withResolvers<Learned>();
  const child = startProcess();
  child.once('message', (answer: LearningAnswer) => {
    if ('learned' in answer) resolve(answer.learned);
    else reject(answer.error);
  });
  // Not once: a failed start may be followed by a failed message, and an error that nobody takes ends the program.
  child.on('error', reject);
  child.once('exit', (code, signal) => reject(new Error(`the process that learns ended with ${signal ?? code}`)));
  const stop = (): void => {
    // Whoever ends it may wait for its end.
    child.ref();
    child.kill('SIGKILL');
  };
  // The option of the runtime for this would keep the program waiting.
  const timer = setTimeout(stop, timeMsMax).unref();
  child.once('exit', () => clearTimeout(timer));
  try {
    child.send(work, (error) => error !== null && reject(error));
  } catch (error) {
    // Of a process that did not start for want of files there is no channel.
    stop();
    reject(error);
  }
  return { done: promise, stop };
}

function startProcess(): ChildProcess {
  // Beside this file in a checkout, beside the bundle in the published package.
  const name = import.meta.url.endsWith('.ts') ? './learning-process.ts' : './learning-process.js';
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), [], {
    env: {},
    execArgv: [`--max-old-space-size=${MEMORY_MB_MAX}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // A program that has nothing else to do does not wait for it.
  child.unref();
  child.channel?.unref();
  return child;
}
