/** x */
import { expect, it } from 'vitest';
import { planFaults } from './fault-plan.ts';
import { runFaultWorld, type WorldReport } from './fault-world.ts';

const first = Number(process.env['HOTWICK_SIM_SEED'] ?? 1);
const count = Number(process.env['HOTWICK_SIM_SEEDS'] ?? 200);
const conc = Number(process.env['HOTWICK_SIM_CONC'] ?? 8);
it('x', async () => {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const reports: WorldReport[] = [];
  let next = first;
  await Promise.all(
    Array.from({ length: conc }, async () => {
      while (next < first + count) {
        const s = next++;
        const r = await runFaultWorld(planFaults(s));
        reports.push(r);
        if (r.wrong.length)
          process.stdout.write(
            `SEED ${r.seed}\n${r.wrong.slice(0, 6).join('\n')}\n${process.env['V'] ? r.timeline : ''}\n`,
          );
      }
    }),
  );
  const c = process.cpuUsage(cpu);
  process.stdout.write(
    `${reports.length} worlds ${reports.filter((r) => r.wrong.length).length} bad ${(performance.now() - started) / 1000}s cpu ${(c.user + c.system) / 1e6} closed ${reports.reduce((a, r) => a + r.counts.closed, 0)} forming ${reports.reduce((a, r) => a + r.counts.forming, 0)} gaps ${reports.reduce((a, r) => a + r.counts.gaps, 0)}\n`,
  );
  expect(reports.filter((r) => r.wrong.length > 0).map((r) => r.seed)).toEqual([]);
}, 600_000);
