/**
 * What was measured and on what: processor, memory, load, Node and the commit of the checkout.
 */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

/** Facts of a run; `changes` counts files that differ from the commit, `load` is the one-minute average before it. */
export type Machine = {
  readonly date: string;
  readonly commit: string;
  readonly changes: number;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly load: number;
};

/** The facts as of now. */
export function describeMachine(): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: git('rev-parse', '--short=10', 'HEAD') ?? 'no-commit',
    changes: (git('status', '--porcelain') ?? '').split('\n').filter((line) => line !== '').length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    load: currentLoad(),
  };
}

/** The one-minute load average. */
export function currentLoad(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

function git(...words: readonly string[]): string | null {
  try {
    const root = join(import.meta.dirname, '..');
    return execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trimEnd();
  } catch {
    return null; // a published package is no checkout
  }
}
