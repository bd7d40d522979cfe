import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { trainedModel } from '../../../test/fixtures/served-model.ts';
import { addMs, epochMs } from '../../core/time.ts';
import { createOnlineLearning, type Example, HOT_FEATURES, ONLINE_DEFAULTS } from '../../ml/index.ts';
import { type LearningWork, startLearning } from './learning-work.ts';

const START = epochMs(1_767_225_600_000);

/** A round or, with more examples than a full buffer has, as many rounds as there are more. */
function workOf(count: number): LearningWork {
  const examples = Array.from({ length: count }, (_, index): Example => {
    const time = addMs(START, index * 60_000);
    const row = HOT_FEATURES.names.map((_name, feature) => ((index * 31 + feature * 17) % 23) / 23);
    return { time, resolvedTime: addMs(time, 60_000), row, label: index % 3 === 0 ? 1 : 0 };
  });
  const settings = { ...ONLINE_DEFAULTS, fullRows: 200, rowsMax: 400 };
  return { state: createOnlineLearning(trainedModel(1).document), examples, settings };
}

/** The processes that learn below a process. */
function learnersOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return children.filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('learning-process'));
}

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

it('answers with the state after the examples, those of the wire as those of the caller', async () => {
  const { state, outcomes } = await startLearning(workOf(200)).done;
  expect(outcomes).toHaveLength(200);
  expect(outcomes.at(-1)?.kind).toMatch(/replaced|discarded/);
  expect([state.buffer.length, state.model.kind]).toEqual([0, trainedModel(1).document.kind]);
});

it('rejects when its process is killed, and this one goes on', async () => {
  const run = startLearning(workOf(200));
  const [pid = 0] = learnersOf(process.pid);
  process.kill(pid, 'SIGSEGV');
  await expect(run.done).rejects.toThrow('the process that learns ended with SIGSEGV');
});

it('is ended by stop and by nothing that a terminal or a service manager sends to all', async () => {
  const run = startLearning(workOf(20_000));
  const [pid = 0] = learnersOf(process.pid);
  // Of the three the runtime itself catches all but SIGHUP, the lowest bit.
  const isListening = (): boolean => /^SigCgt:.*[13579bdf]$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  await expect.poll(isListening, { timeout: 15_000 }).toBe(true);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(isAlive(pid)).toBe(true);
  run.stop();
  await expect(run.done).rejects.toThrow('the process that learns ended with SIGKILL');
});

it('takes no longer than it may', async () => {
  await expect(startLearning(workOf(20_000), 100).done).rejects.toThrow('the process that learns ended with SIGKILL');
});

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** What a program prints that begins to learn `work` with `run` as the run, under a limit of open files. */
async function runProgram(work: LearningWork, script: string): Promise<string> {
  const program = `
    import { openSync, readFileSync } from 'node:fs';
    import { startLearning } from '${here('./learning-work.ts')}';
    const work = JSON.parse(readFileSync(0, 'utf8'));
    ${script}
  `;
  const command = 'ulimit -n 128; exec "$0" --input-type=module -e "$1"';
  const running = promisify(execFile)('sh', ['-c', command, process.execPath, program], { timeout: 20_000 });
  running.child.stdin?.end(JSON.stringify(work));
  return (await running).stdout.trim();
}

it('keeps no program waiting, and does not outlive one by more than its round', async () => {
  const printed = await runProgram(
    workOf(200),
    `let end = 'it went';
     startLearning(work).done.then(() => { end = 'it waited'; }, () => { end = 'it failed'; });
     const learner = readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim();
     process.on('exit', () => console.log(end + ' ' + learner));`,
  );
  expect(printed).toMatch(/^it went \d+$/);
  const learner = Number(printed.split(' ').at(-1));
  await expect.poll(() => isAlive(learner), { timeout: 30_000, interval: 50 }).toBe(false);
});

it('is waited for by whoever stops it', async () => {
  const printed = await runProgram(
    workOf(200),
    `const run = startLearning(work);
     run.stop();
     await run.done.catch((error) => console.log(error.message));`,
  );
  expect(printed).toBe('the process that learns ended with SIGKILL');
});

it('rejects where no process can be started, and the program goes on', async () => {
  const printed = await runProgram(
    workOf(200),
    `try { for (;;) openSync('/dev/null'); } catch { /* All files there may be. */ }
     const tell = (error) => console.log('rejected: ' + error.message);
     const run = startLearning(work);
     await run.done.catch(tell);
     run.stop();
     setTimeout(() => console.log('went on'), 300);`,
  );
  expect(printed).toMatch(/^rejected: .+\nwent on$/);
});

it('rejects what can not be sent, and leaves no process behind', async () => {
  const work = workOf(200);
  const run = startLearning({ ...work, settings: { ...work.settings, gbdt: (() => 1) as never } });
  await expect(run.done).rejects.toThrow(/could not be cloned/);
  await expect.poll(() => learnersOf(process.pid)).toEqual([]);
});

it('rejects where the runtime is gone', async () => {
  const path = process.execPath;
  onTestFinished(() => {
    process.execPath = path;
  });
  process.execPath = '/nowhere/node';
  await expect(startLearning(workOf(200)).done).rejects.toThrow(/ENOENT/);
});
