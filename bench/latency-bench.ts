import type { BenchContext, BenchResult } from './bench-result.ts';
/** Stub for trial. */
export async function runLatencyBench(_context: BenchContext): Promise<BenchResult> {
  return { title: 'x', notes: [], figures: [] };
}
