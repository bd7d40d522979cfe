/**
 * Is the whole pipeline linear? Recorded 1m frames of few days and of ten times as many go through it, each on new
 * files, beside the bare floor. The figure is the time of the longer run divided by that of the shorter one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { epochMs } from '../src/core/time.ts';
import { type BenchContext, type BenchResult, type Figure, figureOf, type Mode, type Pair } from './bench-result.ts';
import { findMinuteFile, openMinutes, readMinutes } from './minute-file.ts';
import { FRAMES_PER_MINUTE, toFrames } from './pipeline-frames.ts';
import { expectedRows, type Pace, type PipelineWork, runBare, runPipeline, type Seconds } from './pipeline-run.ts';

/** `many` days are compared with `few`, `rounds` times after `warmUps` unmeasured ones. */
type Comparison = {
  readonly few: number;
  readonly many: number;
  readonly pace: Pace;
  readonly warmUps: number;
  readonly rounds: number;
};

const COMPARISONS: Readonly<Record<Mode, readonly Comparison[]>> = {
  full: [
    { few: 1, many: 10, pace: 'burst', warmUps: 2, rounds: 5 },
    { few: 1, many: 10, pace: 'single', warmUps: 1, rounds: 3 },
    { few: 6, many: 60, pace: 'burst', warmUps: 0, rounds: 1 },
  ],
  quick: [
    { few: 1, many: 3, pace: 'burst', warmUps: 1, rounds: 2 },
    { few: 1, many: 3, pace: 'single', warmUps: 1, rounds: 1 },
  ],
};
const MINUTES_PER_DAY = 1_440;
const PACES = { burst: 'as fast as it takes them', single: 'one at a time' } as const;
/** Ten times the rows in at most eleven times the time. */
const GROWTH_MAX = 1.1;

/** Everything of a run but its length and pace. */
type Source = Omit<PipelineWork, 'dir' | 'days' | 'pace'>;

/** Measures. */
export async function runPipelineBench(context: BenchContext): Promise<BenchResult> {
  const file = findMinuteFile(context.dir);
  const comparisons = COMPARISONS[context.mode];
  const days = Math.max(...comparisons.map(({ many }) => many));
  const minutes = (await readMinutes(file)).slice(0, days * MINUTES_PER_DAY);
  const from = minutes[0]?.openTime ?? epochMs(0);
  const source: Source = { seriesId: openMinutes(file).seriesId, from, frames: toFrames('BTCUSDT', minutes) };
  const figures: Figure[] = [];
  for (const comparison of comparisons) figures.push(...(await compare(context, source, comparison)));
  return {
    title: 'Pipeline: is ten times the rows at most eleven times the time?',
    notes: [
      `Input: ${file.origin}; each minute is two forming frames and a closing one, as text.`,
      'Ours: parse, schema check, mailbox, journal, step with five derived timeframes, SQLite store and bus, on new files ' +
        `every time. Afterwards all candles (${expectedRows({ days: 10 }).toLocaleString('en')} of ten days) must be ` +
        'stored and announced.',
      'Bare: JSON parsed and base rows upserted into the same table; nothing checked, derived, journaled or announced.',
      '"As fast as it takes them": bursts of up to 512 inputs, which is how history after an outage comes. "One at a ' +
        'time": each frame waits until the one before is stored and announced, a transaction a minute on both sides.',
      'Opening and closing of files is not in the times: as a fixed cost it would flatter the longer run.',
    ],
    figures,
  };
}

async function compare(context: BenchContext, source: Source, order: Comparison): Promise<readonly Figure[]> {
  const { few, many, pace, warmUps, rounds } = order;
  const growth: Record<keyof Seconds, Pair[]> = { wall: [], cpu: [] };
  const rates: Pair[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    const short = await timeBoth(context.dir, source, { days: few, pace });
    const long = await timeBoth(context.dir, source, { days: many, pace });
    if (round < 0) continue;
    for (const by of ['wall', 'cpu'] as const) {
      growth[by].push({ ours: long.ours[by] / short.ours[by], bare: long.bare[by] / short.bare[by] });
    }
    const minutes = many * MINUTES_PER_DAY;
    rates.push({ ours: minutes / long.ours.wall, bare: minutes / long.bare.wall });
    const times = `${short.ours.wall.toFixed(2)} s and ${long.ours.wall.toFixed(2)} s`;
    context.note(`${many} days, ${pace}, round ${round + 1} of ${rounds}: ${times}`);
  }
  const aim = { of: 'ours', direction: 'at most', value: (GROWTH_MAX * many) / few } as const;
  return [
    figureOf(growth.wall, { name: `time of ${many} days by that of ${few}, ${PACES[pace]}`, unit: 'times' }, aim),
    figureOf(growth.cpu, { name: `the same in processor time, ${PACES[pace]}`, unit: 'times' }, aim),
    figureOf(rates, { name: `${many} days, ${PACES[pace]}`, unit: 'minutes/s' }),
  ];
}

/** Seconds of either side, one after the other. */
async function timeBoth(
  dir: string,
  source: Source,
  run: { readonly days: number; readonly pace: Pace },
): Promise<{ readonly ours: Seconds; readonly bare: Seconds }> {
  const frames = source.frames.slice(0, run.days * MINUTES_PER_DAY * FRAMES_PER_MINUTE);
  const work = { ...source, ...run, frames };
  const ours = await inNewFolder(dir, (folder) => runPipeline({ ...work, dir: folder }));
  const bare = await inNewFolder(dir, async (folder) => runBare({ ...work, dir: folder }));
  return { ours, bare };
}

/** Runs `work` in an empty folder, which is removed. */
async function inNewFolder(dir: string, work: (folder: string) => Promise<Seconds>): Promise<Seconds> {
  const folder = mkdtempSync(join(dir, 'pipeline-'));
  // Nobody pays for another run's garbage; present because benchmarks run with --expose-gc.
  globalThis.gc?.();
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
