/**
 * The execution stage through seeded faults over the simulated venue: whatever is lost, doubled, swapped or late, and
 * wherever the process ends, one intent is one order, every fill is told once, and account, records and protection agree
 * to the last digit.
 *
 * HOTWICK_SIM_SEEDS is the number of worlds (1,000), HOTWICK_SIM_SEED runs one. A failing seed prints its story.
 */
import { expect, it } from 'vitest';
import { type DriveReport, drive } from './execution-drive.ts';
import { wantedSeeds } from './seeds.ts';

const wanted = wantedSeeds({ HOTWICK_SIM_SEEDS: '1000', ...process.env });

it(`P0-1 R2-2 B-11 one intent is one order and no order is forgotten, whatever fails (${wanted.length} seeds)`, async () => {
  const failed: DriveReport[] = [];
  const sum = { orders: 0, entries: 0, fills: 0, crashes: 0, faults: 0 };
  for (const seed of wanted) {
    const report = await drive(seed);
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += report.counts[key];
    if (report.wrong.length > 0) failed.push(report);
  }
  for (const { seed, wrong, story } of failed.slice(0, 3)) {
    process.stdout.write(`  seed ${seed} failed (HOTWICK_SIM_SEED=${seed} repeats it):\n  ${wrong.join('\n  ')}\n`);
    process.stdout.write(`${story.slice(-200).join('\n')}\n`);
  }
  process.stdout.write(`  ${wanted.length} worlds: ${JSON.stringify(sum)}\n`);
  expect(failed.map(({ seed }) => seed)).toEqual([]);
  expect(sum.crashes).toBeGreaterThan(wanted.length / 2);
}, 120_000);

it('lives the same life from the same seed', async () => {
  for (const seed of [3, 14, 15]) expect(await drive(seed)).toEqual(await drive(seed));
});
