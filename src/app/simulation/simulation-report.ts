/**
 * The report of a simulated run: what every virtual run reports, what the market was made of, and whether what must
 * hold has held.
 */

import type { Scenario, ScenarioEvent } from '../../adapters/sim/scenario/scenario.ts';
import { assertNever } from '../../core/assert.ts';
import { addMs, type EpochMs, toIsoText } from '../../core/time.ts';
import type { InvariantState } from './invariants.ts';
import { type Reported, type RunReport, toRunReport } from './run-report.ts';

/** Version of the shape below; it grows with every change that a reader could stumble over. */
export const SIMULATION_REPORT_VERSION = 1;

/** The report. */
export type SimulationReport = RunReport & {
  readonly report: 'hotwick.simulation';
  readonly report_version: typeof SIMULATION_REPORT_VERSION;
  readonly market: {
    readonly coins: number;
    readonly ticker_frame_ms: number;
    readonly minute_frame_ms: number;
    readonly events: readonly { readonly time: string; readonly what: string }[];
  };
  readonly invariants: readonly InvariantState[];
  readonly replay: { readonly inputs: number; readonly state_hash: string | null };
};

/** What is reported beside the run. */
export type SimulationFacts = Reported & {
  readonly scenario: Scenario;
  readonly coins: number;
  readonly pace: { readonly tickersMs: number; readonly minutesMs: number };
  readonly replay: SimulationReport['replay'];
};

/** The report of a run that is over. */
export function toSimulationReport(facts: SimulationFacts): SimulationReport {
  const { scenario, coins, pace, replay, run, from } = facts;
  return {
    report: 'hotwick.simulation',
    report_version: SIMULATION_REPORT_VERSION,
    ...toRunReport(facts),
    market: {
      coins,
      ticker_frame_ms: pace.tickersMs,
      minute_frame_ms: pace.minutesMs,
      events: scenario.events.filter(({ atMs }) => atMs >= 0).map((event) => describeEvent(event, from)),
    },
    invariants: run.auditor.book.states(),
    replay,
  };
}

function describeEvent(event: ScenarioEvent, start: EpochMs): { readonly time: string; readonly what: string } {
  return { time: toIsoText(addMs(start, event.atMs)), what: whatHappens(event) };
}

function whatHappens(event: ScenarioEvent): string {
  switch (event.kind) {
    case 'move': {
      const change = `${event.priceRatio >= 1 ? '+' : ''}${(100 * (event.priceRatio - 1)).toFixed(1)} %`;
      const minutes = Math.round(event.forMs / 60_000);
      return `${namesOf(event.symbols)} ${change} in ${minutes} min at ${event.volumeRatio}x volume`;
    }
    case 'halt':
      return `${namesOf(event.symbols)} halted for ${Math.round(event.forMs / 60_000)} min`;
    case 'delist':
      return `${namesOf(event.symbols)} delisted`;
    case 'list':
      return `${event.coin.base}${event.coin.quote} listed`;
    case 'outage':
      return `the exchange is gone for ${Math.round(event.forMs / 60_000)} min`;
    case 'announce':
      return `announced: ${event.title}`;
    case 'fault':
      return `fault: ${event.order.kind}`;
    default:
      return assertNever(event);
  }
}

function namesOf(symbols: readonly string[] | 'all'): string {
  return symbols === 'all' ? 'every coin' : symbols.join(', ');
}
