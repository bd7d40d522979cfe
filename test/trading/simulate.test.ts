/**
 * A stretch of simulated market on paper, as `hotwick demo --simulate` runs a week of it: bursts, a fall of everything, a
 * listing and an outage, on a virtual clock. Everything that must hold is looked at every second.
 */
import { expect, it } from 'vitest';
import { judgeSimulation } from '../../src/app/cli/demo-simulation.ts';
import { resolveHotCoinConfig } from '../../src/app/hotcoin/hotcoin-config.ts';
import { runSimulation } from '../../src/app/modes/simulate.ts';
import type { SimulationReport } from '../../src/app/simulation/simulation-report.ts';

async function simulate(seed: number): Promise<{ readonly report: SimulationReport; readonly decisions: string[] }> {
  const resolved = resolveHotCoinConfig({ execution: { enable_order_execution: true } }, {});
  if (!resolved.ok) throw new Error(resolved.error.message);
  const decisions: string[] = [];
  const done = await runSimulation({
    lengthMs: 90 * 60_000,
    seed,
    frameMs: 5_000,
    resolved: resolved.value,
    onProgress: () => {},
    onDecision: (text) => decisions.push(text),
  });
  if (!done.ok) throw new Error(done.error.message);
  return { report: done.value, decisions };
}

it('simulated market in paper: ledger and wallet agree to the last digit; state hash after replay equal; memory flat; lag p99 printed; the same seed decides the same', async () => {
  const { report, decisions } = await simulate(7);
  const outcomes = report.invariants.map(({ name, outcome, detail }) => [name, outcome, detail] as const);
  expect(outcomes.filter(([, outcome]) => outcome !== 'held')).toEqual([]);
  expect(judgeSimulation(report)).toBeNull();
  expect(report.results.figures.trades, 'there were trades to be checked').toBeGreaterThan(2);
  expect(report.ledger.fills).toBeGreaterThan(5);
  expect(new Set(report.trades.map(({ exit_reason: reason }) => reason)).size).toBeGreaterThan(1);
  expect(report.replay).toEqual({ inputs: report.inputs, state_hash: report.state_hash });
  const again = await simulate(7);
  expect(again.decisions).toEqual(decisions);
  const { measured, invariants, ...rest } = again.report;
  expect({ ...rest, measured: null, invariants: null }).toEqual({ ...report, measured: null, invariants: null });
  const { loop_lag_ms: lag } = measured;
  console.info(
    `event loop lag p50 ${lag.p50} ms, p99 ${lag.p99} ms, max ${lag.max} ms; ${invariants.length} invariants`,
  );
}, 120_000);
