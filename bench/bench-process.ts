/**
 * One benchmark in a process of its own, so that none inherits another's heap or optimised code. In comes which one
 * and how long, out goes its result; the folder it writes to is removed in any case.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchContext, BenchResult, Mode } from './bench-result.ts';
import { sendNote, serveCommands } from './child-process.ts';
import { runDecimalBench } from './decimal-bench.ts';
import { runDeflateBench } from './deflate-bench.ts';
import { runDiscoveryBench } from './discovery-bench.ts';
import { runExitBench } from './exit-bench.ts';
import { runFactorsBench } from './factors-bench.ts';
import { runFoldBench } from './fold-bench.ts';
import { runHubBench } from './hub-bench.ts';
import { runImportBench } from './import-bench.ts';
import { runIndicatorBench } from './indicator-bench.ts';
import { runLatencyBench } from './latency-bench.ts';
import { runLearningBench } from './learning-bench.ts';
import { runMatcherBench } from './matcher-bench.ts';
import { runOrderBench } from './order-bench.ts';
import { runPipelineBench } from './pipeline-bench.ts';
import { runRequestBench } from './request-bench.ts';
import { runSignalsBench } from './signals-bench.ts';

const BENCHES = {
  decimal: runDecimalBench,
  deflate: runDeflateBench,
  discovery: runDiscoveryBench,
  exit: runExitBench,
  factors: runFactorsBench,
  fold: runFoldBench,
  hub: runHubBench,
  import: runImportBench,
  indicator: runIndicatorBench,
  latency: runLatencyBench,
  learning: runLearningBench,
  matcher: runMatcherBench,
  order: runOrderBench,
  pipeline: runPipelineBench,
  request: runRequestBench,
  signals: runSignalsBench,
} as const satisfies Record<string, (context: BenchContext) => Promise<BenchResult>>;

/** A benchmark by name. */
export type BenchName = keyof typeof BENCHES;

/** What this process can be asked. */
export type BenchCommands = {
  readonly run: (order: { readonly name: BenchName; readonly mode: Mode }) => Promise<BenchResult>;
};

const commands: BenchCommands = {
  run: async ({ name, mode }) => {
    const dir = mkdtempSync(join(tmpdir(), `hotwick-bench-${name}-`));
    try {
      return await BENCHES[name]({ mode, dir, note: sendNote });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

serveCommands(commands);
