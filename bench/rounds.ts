/**
 * Alternating rounds of two pieces of work in one process: ours, bare, ours, bare. In comes work that answers how many
 * units it did, out go units per second of wall time and of processor time (all threads, garbage collection included).
 */
import type { Pair } from './bench-result.ts';

/** Does some work and answers how many units it was. */
export type Work = () => Promise<number> | number;

/** Rates of ours and of the baseline, round by round. */
export type Rates = { readonly wall: readonly Pair[]; readonly cpu: readonly Pair[] };

type Rate = { readonly wall: number; readonly cpu: number };

/** Runs `warmUps` pairs unmeasured and `rounds` pairs measured, ours first. */
export async function alternate(
  work: { readonly ours: Work; readonly bare: Work },
  rounds: { readonly warmUps: number; readonly measured: number },
): Promise<Rates> {
  const wall: Pair[] = [];
  const cpu: Pair[] = [];
  for (let round = -rounds.warmUps; round < rounds.measured; round++) {
    const ours = await measure(work.ours);
    const bare = await measure(work.bare);
    if (round < 0) continue;
    wall.push({ ours: ours.wall, bare: bare.wall });
    cpu.push({ ours: ours.cpu, bare: bare.cpu });
  }
  return { wall, cpu };
}

async function measure(work: Work): Promise<Rate> {
  // Nobody pays for the other's garbage; present because benchmarks run with --expose-gc.
  globalThis.gc?.();
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  const units = await work();
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: units / seconds, cpu: units / ((user + system) / 1e6) };
}
