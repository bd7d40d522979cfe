/**
 * A simulated run: the hot-coin system over the simulated market, both in this process, on a clock that jumps from one
 * thing to the next. The venue is the one paper uses; stores are real files in a folder of their own. Only sockets and
 * JSON between exchange and program are left out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock, type ManualClock } from '../../adapters/clock/manual-clock.ts';
import { createSeededRandom } from '../../adapters/memory/seeded-random.ts';
import { createLocalMarket, type LocalMarket } from '../../adapters/sim/local/local-market.ts';
import type { Scenario } from '../../adapters/sim/scenario/scenario.ts';
import { createScenarioMarket, pick } from '../../adapters/sim/scenario/scenario-market.ts';
import type { SimMarket } from '../../adapters/sim/sim-market.ts';
import { ok, type Result } from '../../core/result.ts';
import { addMs, type EpochMs, epochMs } from '../../core/time.ts';
import type { Failure } from '../../model/failure.ts';
import type { ResolvedConfig } from '../hotcoin/hotcoin-config.ts';
import { checkReplay } from '../simulation/check-replay.ts';
import { judgeMemory } from '../simulation/process-samples.ts';
import { type SimulationReport, toSimulationReport } from '../simulation/simulation-report.ts';
import { runVirtually, type VirtualRun } from '../simulation/virtual-run.ts';
import { weekScenario } from '../simulation/week-scenario.ts';
import { paperCosts } from '../trading/paper-costs.ts';
import { createPaperVenue } from '../trading/paper-venue.ts';
import { packageVersion } from '../version.ts';

/** What an operator may choose. */
export type SimulateOptions = {
  readonly lengthMs: number;
  readonly seed: number;
  /** Time between two frames of prices; a whole part of ten seconds. */
  readonly frameMs: number;
  readonly resolved: ResolvedConfig;
  readonly onProgress: (stage: 'running' | 'replaying', passedMs: number) => void;
  readonly onDecision?: (text: string) => void;
};

/** Every run begins here, so that the seed alone makes the market; a Monday. */
const START = epochMs(Date.UTC(2026, 5, 15));
/** Running minutes are told less often than prices: they carry volumes, which a burst takes minutes to build. */
const MINUTES_MS = 10_000;
const LOOK_MS = 1_000;
/** A week of some dozens of coins is more than a gigabyte, and a replay from the first record needs all of it. */
const JOURNAL_BYTES_MAX = 16 * 1024 ** 3;
const QUOTE_ASSET = 'USDT';

/** Runs, checks everything that must hold, and answers the report; what does not hold is in it. */
export async function runSimulation(options: SimulateOptions): Promise<Result<SimulationReport, Failure>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hotwick-simulate-'));
  const clock = createManualClock(START);
  try {
    const stage = openStage(options, clock);
    const run = await play(options, { dataDir, clock, local: stage.local });
    if (!run.ok) return run;
    options.onProgress('replaying', 0);
    return ok(await report(options, stage, { run: run.value, dataDir }));
  } finally {
    clock.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

type Stage = { readonly scenario: Scenario; readonly market: SimMarket; readonly local: LocalMarket };

function openStage({ seed, lengthMs, frameMs }: SimulateOptions, clock: ManualClock): Stage {
  const scenario = weekScenario({ seed, lengthMs });
  const market = createScenarioMarket(scenario, { seed, startTime: START });
  const at = (atMs: number): EpochMs => addMs(START, atMs);
  const local = createLocalMarket({
    market,
    clock,
    quoteAsset: QUOTE_ASSET,
    pace: { tickersMs: frameMs, minutesMs: Math.max(frameMs, MINUTES_MS) },
    outages: pick(scenario.events, 'outage').map(({ atMs, forMs }) => ({ from: at(atMs), to: at(atMs + forMs) })),
    announcements: pick(scenario.events, 'announce').map(({ atMs, title }) => ({ time: at(atMs), title })),
  });
  return { scenario, market, local };
}

function play(
  { resolved, seed, lengthMs, onDecision = () => {}, onProgress }: SimulateOptions,
  parts: { readonly dataDir: string; readonly clock: ManualClock; readonly local: LocalMarket },
): Promise<Result<VirtualRun, Failure>> {
  const { dataDir, clock, local } = parts;
  return runVirtually({
    resolved,
    seed,
    version: packageVersion(),
    dataDir,
    clock,
    advanceTo: async (time) => {
      await clock.advanceTo(time);
      return 'more';
    },
    end: addMs(START, lengthMs),
    market: local,
    socials: [],
    venue: createPaperVenue({
      clock,
      random: createSeededRandom(seed, 'paper'),
      costs: paperCosts(resolved.config),
      fetchRules: () => local.fetchTradingRules(),
    }),
    journalBytesMax: JOURNAL_BYTES_MAX,
    lookMs: LOOK_MS,
    onDecision,
    onProgress: (passedMs) => onProgress('running', passedMs),
  });
}

async function report(
  { seed, lengthMs, frameMs, resolved }: SimulateOptions,
  { scenario, market }: Stage,
  { run, dataDir }: { readonly run: VirtualRun; readonly dataDir: string },
): Promise<SimulationReport> {
  const to = addMs(START, lengthMs);
  const { book } = run.auditor;
  const replay = await checkReplay(dataDir, run.stateHash);
  book.note('replayAgrees', to, replay.breach);
  book.describe('replayAgrees', `${replay.inputs} inputs`);
  const memory = judgeMemory(run.memory);
  if (memory !== null) book.note('memoryIsFlat', to, memory.isFlat ? null : memory.text);
  book.describe('memoryIsFlat', memory?.text ?? 'too short to tell');
  return toSimulationReport({
    run,
    resolved,
    version: packageVersion(),
    seed,
    from: START,
    to,
    scenario,
    coins: market.instruments.length,
    pace: { tickersMs: frameMs, minutesMs: Math.max(frameMs, MINUTES_MS) },
    replay: { inputs: replay.inputs, state_hash: replay.stateHash },
  });
}
