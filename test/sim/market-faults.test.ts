/**
 * The K-line service against the simulated exchange over real sockets, through seeded faults: lost and silent streams,
 * lost, late, doubled, swapped and broken frames, a failing and lagging history service, outages of the exchange itself,
 * and restarts with and without a goodbye. Whatever happened, once it is over the store of all six timeframes is the
 * exchange's own, and no subscriber was ever told anything wrong (test/sim/watchful-client.ts says what is wrong).
 *
 * HOTWICK_SIM_SEEDS is the number of worlds (200), HOTWICK_SIM_SEED runs one. A failing seed prints its story.
 */
import { expect, it } from 'vitest';
import { planFaults } from './fault-plan.ts';
import { runFaultWorld, type WorldReport } from './fault-world.ts';
import { wantedSeeds } from './seeds.ts';

const wanted = wantedSeeds(process.env);

/** Worlds that live at the same time: enough to fill one core while each waits for its own sockets. */
const WORLDS_AT_ONCE = 6;
/** Ten times what a world needs, so that a machine with other work does not fail the test. */
const REAL_MS_PER_SEED = 5_000;

/** Lives through every seed, a few at a time; answers the reports in the order they ended. */
async function runAll(): Promise<readonly WorldReport[]> {
  const reports: WorldReport[] = [];
  const waiting = [...wanted];
  const runNext = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const report = await runFaultWorld(planFaults(seed));
      if (report.wrong.length > 0) printStory(report);
      reports.push(report);
    }
  };
  await Promise.all(Array.from({ length: WORLDS_AT_ONCE }, runNext));
  return reports;
}

function printStory({ seed, wrong, timeline }: WorldReport): void {
  const findings = wrong.map((text) => `  ${text}`).join('\n');
  process.stdout.write(`  seed ${seed} failed (HOTWICK_SIM_SEED=${seed} repeats it):\n${findings}\n`);
  process.stdout.write(`  the last events of seed ${seed}:\n${timeline}\n`);
}

it(
  `keeps the exchange's candles, all of them and nothing else, through every fault (${wanted.length} seeds)`,
  async () => {
    const reports = await runAll();
    const total = (of: 'closed' | 'forming' | 'gaps'): number =>
      reports.reduce((sum, { counts }) => sum + counts[of], 0);
    process.stdout.write(
      `  ${reports.length} worlds, seeds ${wanted[0]}..${wanted.at(-1)}: subscribers checked ${total('closed')} closed ` +
        `and ${total('forming')} forming candles and ${total('gaps')} gap messages\n`,
    );
    expect(reports.filter(({ wrong }) => wrong.length > 0).map(({ seed }) => seed)).toEqual([]);
    // A world in which nobody is sent anything would prove nothing.
    expect(reports.filter(({ counts }) => counts.closed === 0).map(({ seed }) => seed)).toEqual([]);
    expect(reports).toHaveLength(wanted.length);
  },
  60_000 + wanted.length * REAL_MS_PER_SEED,
);
