/**
 * The one command that says whether the repository is sound: types, lint, web build and tests, one after another. Every
 * step runs even when an earlier one failed. The last line is the test runner's own count; the exit status is 0 only
 * when every step passed, and with HOTWICK_REQUIRE_ALL=1 only when no test was skipped.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { describeCounts, readTestCounts, type TestCounts } from './test-counts.ts';

const ROOT = resolve(import.meta.dirname, '..');
const NODE_MAJOR_MIN = 24;
/** A step that takes longer hangs; generous, because the cores may be shared. */
const STEP_MS_MAX = 30 * 60_000;
const WEB_CONFIGS = ['web/vite.config.ts', 'web/desk/vite.config.ts'] as const;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type Command = readonly [program: string, ...args: string[]];
type Step = { readonly name: string; readonly purpose: string; readonly commands: readonly Command[] };
type Outcome = { readonly name: string; readonly fault: string | null; readonly seconds: number };

/** The steps in order: the browser tests need the web build, so it comes before them. */
function planSteps(reportPath: string): readonly Step[] {
  const hasWebTypes = existsSync(join(ROOT, 'web/tsconfig.json'));
  const types: Command[] = [['tsc', '--noEmit', '-p', '.']];
  if (hasWebTypes) types.push(['tsc', '--noEmit', '-p', 'web']);
  return [
    { name: 'types', purpose: 'check the types', commands: types },
    {
      name: 'lint',
      purpose: 'check format and lint rules',
      commands: [['biome', 'check', '--error-on-warnings', '.']],
    },
    {
      name: 'web build',
      purpose: 'build the pages into dist/web and dist/desk',
      commands: WEB_CONFIGS.map((config) => ['vite', 'build', '--config', config, '--logLevel', 'warn']),
    },
    {
      name: 'tests',
      purpose: 'run every test, the tidy rules among them',
      commands: [['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`]],
    },
  ];
}

/** Runs one program with its output passed through; `null` when it succeeded, else what happened. */
function run([program, ...args]: Command, stop: AbortSignal): Promise<string | null> {
  const path = [join(ROOT, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter);
  const env = { ...process.env, PATH: path };
  return new Promise((done) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit', env, signal: stop });
    child.once('error', (error) => done(describeError(program, error)));
    child.once('exit', (code, signal) => {
      done(code === 0 ? null : `${program} ${signal === null ? `exited with ${code}` : `was ended by ${signal}`}`);
    });
  });
}

function describeError(program: string, error: Error): string {
  if (error.name !== 'AbortError') return `${program} did not start: ${error.message}`;
  return `${program} was stopped: ${error.cause instanceof Error ? error.cause.message : 'it was aborted'}`;
}

async function runStep(step: Step, stop: AbortSignal): Promise<Outcome> {
  if (stop.aborted) return { name: step.name, fault: 'not run', seconds: 0 };
  console.log(`\n== ${step.name}: ${step.purpose}`);
  const started = performance.now();
  const faults: string[] = [];
  const limit = AbortSignal.timeout(STEP_MS_MAX);
  for (const command of step.commands) {
    const fault = await run(command, AbortSignal.any([stop, limit]));
    if (fault !== null) faults.push(fault);
  }
  const seconds = (performance.now() - started) / 1000;
  return { name: step.name, fault: faults.length === 0 ? null : faults.join('; '), seconds };
}

/** The outcome of the tests with what the runner itself does not object to: no test ran, or one was skipped. */
function judgeTests(outcome: Outcome, counts: TestCounts): Outcome {
  if (outcome.fault !== null) return outcome;
  if (counts.passed === 0) return { ...outcome, fault: 'no test passed' };
  const mayNotSkip = process.env['HOTWICK_REQUIRE_ALL'] === '1' && counts.skipped > 0;
  return mayNotSkip ? { ...outcome, fault: `${counts.skipped} skipped, HOTWICK_REQUIRE_ALL=1 allows none` } : outcome;
}

function printTable(outcomes: readonly Outcome[]): void {
  console.log(`\n${'step'.padEnd(10)}  ${'seconds'.padStart(7)}  result`);
  for (const { name, fault, seconds } of outcomes) {
    console.log(`${name.padEnd(10)}  ${seconds.toFixed(1).padStart(7)}  ${fault === null ? 'ok' : `FAILED: ${fault}`}`);
  }
}

/** Runs every step; a signal ends the running one and leaves out the rest. */
async function verify(stop: AbortSignal): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hotwick-verify-'));
  const reportPath = join(folder, 'tests.json');
  try {
    const outcomes: Outcome[] = [];
    for (const step of planSteps(reportPath)) outcomes.push(await runStep(step, stop));
    const counts = readTestCounts(reportPath);
    const judged = outcomes.map((outcome) => (outcome.name === 'tests' ? judgeTests(outcome, counts) : outcome));
    printTable(judged);
    console.log(describeCounts(counts));
    process.exitCode = judged.every(({ fault }) => fault === null) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const major = Number(process.versions.node.split('.')[0]);
if (major < NODE_MAJOR_MIN) {
  console.error(
    `This is Node ${process.versions.node}; Hotwick is built on Node ${NODE_MAJOR_MIN}. Run \`npm run verify\`, which uses the one that \`npm ci\` installed.`,
  );
  process.exitCode = 1;
} else {
  const stopper = new AbortController();
  for (const signal of SIGNALS) process.once(signal, () => stopper.abort(new Error('a signal came')));
  await verify(stopper.signal);
}
