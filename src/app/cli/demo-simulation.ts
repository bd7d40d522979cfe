/**
 * `hotwick demo --simulate`: days of the simulated market in minutes, every trade on paper, and everything that must hold
 * checked. Exit status 1 where something did not.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DurationMs } from '../../core/time.ts';
import { type Failure, failure, toFailure, toReason } from '../../model/failure.ts';
import { readHotCoinEnvironment } from '../config.ts';
import { resolveHotCoinConfig } from '../hotcoin/hotcoin-config.ts';
import { runSimulation } from '../modes/simulate.ts';
import { alignTable } from '../scan/scan-tables.ts';
import {
  describeMeasures,
  describeResults,
  invariantsTable,
  refusalsTable,
  tradesTable,
} from '../simulation/run-text.ts';
import type { SimulationReport } from '../simulation/simulation-report.ts';
import { banner, grouped, say, sayFailure } from './output.ts';
import { type Progress, startProgress } from './progress.ts';

/** What the command line says of a simulated run. */
export type SimulationFlags = {
  readonly simulate: DurationMs;
  readonly seed: number;
  readonly frame: DurationMs;
  readonly report?: string;
};

/** Runs, says what came of it, and writes the report. */
export async function runDemoSimulation(flags: SimulationFlags): Promise<void> {
  const progress: { now: Progress | null } = { now: null };
  try {
    const { variables } = readHotCoinEnvironment();
    const resolved = resolveHotCoinConfig({ execution: { enable_order_execution: true } }, withoutSwitches(variables));
    if (!resolved.ok) return sayFailure(resolved.error);
    progress.now = startProgress('Running', 'market seconds');
    const done = await runSimulation({
      lengthMs: flags.simulate,
      seed: flags.seed,
      frameMs: flags.frame,
      resolved: resolved.value,
      onProgress: (stage, passedMs) => {
        if (stage === 'running') return progress.now?.update(passedMs / 1_000);
        progress.now?.stop();
        progress.now = startProgress('Replaying the journal', 'market seconds');
      },
    });
    progress.now?.stop();
    if (!done.ok) return sayFailure(done.error);
    saySimulation(done.value);
    if (flags.report !== undefined) writeReport(flags.report, done.value);
    const verdict = judgeSimulation(done.value);
    if (verdict !== null) sayFailure(verdict);
  } catch (error) {
    sayFailure(toFailure(error));
  } finally {
    progress.now?.stop();
  }
}

/** A simulated run is always on paper and always trades, whatever the environment says for the real one. */
function withoutSwitches(variables: Readonly<Record<string, string | undefined>>): typeof variables {
  const { HOTCOIN_PAPER: _paper, HOTCOIN_EXECUTE: _execute, ...rest } = variables;
  return rest;
}

function saySimulation(report: SimulationReport): void {
  const { market } = report;
  say(`Simulated ${report.from} to ${report.to}, seed ${report.seed}, Hotwick ${report.version}\n`);
  say(
    banner([
      [
        'market',
        `${market.coins} coins, prices every ${market.ticker_frame_ms / 1000} s, ${grouped(market.events.length)} scripted events`,
      ],
      ...describeResults(report),
      ...describeMeasures(report),
      ['decisions', report.decisions_hash],
      ['state', report.state_hash],
    ]),
  );
  for (const table of [tradesTable(report), refusalsTable(report), invariantsTable(report.invariants)]) {
    say(`\n${alignTable(table)}`);
  }
  say('\nThe market is made up and bursts on purpose: these results say that the program works, not that it earns.');
}

function writeReport(file: string, report: SimulationReport): void {
  try {
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
    say(`The whole report is in ${resolve(file)}.`);
  } catch (error) {
    sayFailure(failure('usage_wrong', { reason: `${file} can not be written: ${toReason(error)}` }));
  }
}

/** The failure that ends a run in which something that must hold did not; `null` where everything held. */
export function judgeSimulation({ invariants, seed }: Pick<SimulationReport, 'invariants' | 'seed'>): Failure | null {
  const broken = invariants.filter(({ outcome }) => outcome === 'broken');
  if (broken.length === 0) return null;
  const reason = broken.map(({ name, detail }) => `${name} (${detail})`).join('; ');
  return failure('invariant_broken', { broken: broken.length, checked: invariants.length, reason, seed });
}
