/**
 * The simulated exchange alone, for any Binance client that lets its base URLs be changed, on a market of its own, a
 * recording, or a scenario.
 */
import { createWallClock } from '../../adapters/clock/wall-clock.ts';
import { playScenario } from '../../adapters/sim/scenario/play-scenario.ts';
import type { Scenario } from '../../adapters/sim/scenario/scenario.ts';
import { createScenarioMarket } from '../../adapters/sim/scenario/scenario-market.ts';
import { type SimExchange, startSimExchange } from '../../adapters/sim/sim-exchange.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { EpochMs } from '../../core/time.ts';
import { type Failure, failure, toFailure } from '../../model/failure.ts';
import type { Clock } from '../../ports/clock.ts';
import { findMisfit, openScenario } from '../scenarios/open-scenario.ts';
import { createMarketClock, currentMinute } from './market-clock.ts';
import { openSimSource, type SimSource, type SimSourceOptions } from './sim-source.ts';

/** What an operator may choose. */
export type SimOptions = Omit<SimSourceOptions, 'resumeFrom'> & {
  readonly host: string;
  readonly port: number;
  readonly speed: number;
  /** Name of a built-in scenario or path of a file; it plays on the recording where there is one. */
  readonly scenario?: string;
  /** Told of what a scenario ordered and the exchange could not do. */
  readonly onWarning: (reason: string) => void;
};

/** A running exchange with its clock. */
export type Sim = {
  readonly exchange: SimExchange;
  readonly source: SimSource;
  /** What it plays, `null` without a scenario. */
  readonly scenario: Scenario | null;
  readonly clock: Clock;
  readonly close: () => Promise<void>;
};

/** Starts the exchange. */
export async function startSim(options: SimOptions): Promise<Result<Sim, Failure>> {
  const opened = await openStage(options);
  if (!opened.ok) return opened;
  const { source, scenario } = opened.value;
  const { host, port, seed, speed, onWarning: onRefusal } = options;
  const { market, startTime } = source;
  // Clients may sign by the time of their own machine.
  const wall = createWallClock();
  const clock = createMarketClock(presentOf(startTime, wall), speed);
  try {
    const exchange = await startSimExchange({ host, port, clock, wall, market, seed, speed });
    const stop = scenario === null ? () => {} : playScenario(scenario, { exchange, clock, startTime, onRefusal });
    const close = async (): Promise<void> => {
      stop();
      await exchange.close();
      clock.close();
      wall.close();
    };
    return ok({ exchange, source, scenario, clock, close });
  } catch (error) {
    clock.close();
    wall.close();
    return err(toFailure(error));
  }
}

/** Longest time that making a market up may take. */
const MAKING_MS = 120_000;

/** A market that begins in this minute goes by the time of this machine: whoever trades on it compares the two. */
function presentOf(startTime: EpochMs, wall: Clock): EpochMs {
  const present = wall.now();
  return present >= startTime && present - startTime < MAKING_MS ? present : startTime;
}

type Stage = { readonly source: SimSource; readonly scenario: Scenario | null };

async function openStage(options: SimOptions): Promise<Result<Stage, Failure>> {
  const scenario = options.scenario === undefined ? null : await openScenario(options.scenario);
  if (scenario?.ok === false) return scenario;
  if (scenario === null || options.replay !== undefined) {
    const source = await openSimSource({ ...options, resumeFrom: null });
    if (!source.ok || scenario === null) return source.ok ? ok({ source: source.value, scenario: null }) : source;
    return playOn(scenario.value, { seed: options.seed, source: source.value });
  }
  return playOn(scenario.value, { seed: options.seed, source: null });
}

/** The scenario on its own market, or on that of `source`. */
function playOn(
  scenario: Scenario,
  { seed, source }: { readonly seed: number; readonly source: SimSource | null },
): Result<Stage, Failure> {
  const misfit = findMisfit(scenario, source?.market ?? null);
  if (misfit !== null) return err(misfit);
  const startTime = source?.startTime ?? scenario.startTime ?? currentMinute();
  const base = source === null ? {} : { base: source.market };
  const market = createScenarioMarket(scenario, { seed, startTime, ...base });
  const [first] = market.instruments;
  if (first === undefined) return err(failure('scenario_wrong', { reason: `${scenario.name}: there is no coin` }));
  const { historyMs } = scenario;
  const own: SimSource = { market, startTime, instrumentId: first.instrumentId, endTime: null, historyMs };
  return ok({ scenario, source: source === null ? own : { ...source, market } });
}
