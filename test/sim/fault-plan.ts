/**
 * What will go wrong in one world, drawn from its seed: which coin, when live begins, which minutes the exchange never
 * has, and every fault with its moment. The same seed always gives the same plan; real sockets still interleave freely.
 */
import type { GeneratedHalt, GeneratedSymbol } from '../../src/adapters/sim/generated-symbols.ts';
import { defaultSymbols } from '../../src/adapters/sim/generated-symbols.ts';
import type { FrameFault, RequestFault } from '../../src/adapters/sim/sim-faults.ts';
import { createRng, type Rng } from '../../src/core/rng.ts';
import { type EpochMs, epochMs } from '../../src/core/time.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** One thing that goes wrong. `forMs` is market time. */
export type Fault =
  | { readonly kind: 'disconnect'; readonly forMs: number }
  | { readonly kind: 'silence'; readonly forMs: number; readonly sockets: 'kept' | 'dropped' }
  | { readonly kind: 'frames'; readonly order: FrameFault }
  | { readonly kind: 'requests'; readonly order: RequestFault }
  | { readonly kind: 'farewell' }
  | { readonly kind: 'restart'; readonly way: 'polite' | 'abrupt'; readonly forMs: number }
  | { readonly kind: 'clientLoss'; readonly client: number };

/** A fault and its moment, counted from when the service has its history. */
export type PlannedFault = { readonly afterMs: number; readonly fault: Fault };

/** Everything decided before a world begins; faults ascending by moment. */
export type FaultPlan = {
  readonly seed: number;
  readonly symbol: GeneratedSymbol;
  readonly startTime: EpochMs;
  readonly faults: readonly PlannedFault[];
  /** No fault begins or lasts after this, counted alike. */
  readonly faultsEndAfterMs: number;
  /** Whether clients are there while the first history is fetched, or come when it is stored. */
  readonly clientsCome: 'early' | 'late';
};

/** Subscribers of every world. */
export const CLIENTS = 4;

/** Live begins between 22:00 and 02:00, so that many worlds see a 1d, and most a 4h and several 1h candles close. */
const FIRST_START = Date.parse('2026-03-03T22:00:00Z');
const START_SPREAD_MS = 4 * HOUR_MS;
/** Faults come for two hours of market time. */
const FAULTS_MS = 2 * HOUR_MS;
/** An outage while we watch begins about when the faults do: by then a start has taken some market minutes. */
const LEAD_MS = 10 * MINUTE_MS;

/** The plan of `seed`. */
export function planFaults(seed: number): FaultPlan {
  const rng = createRng(seed, 'fault plan');
  const startTime = epochMs(FIRST_START + rng.integer(START_SPREAD_MS));
  const count = 4 + rng.integer(9);
  const faults = Array.from({ length: count }, (): PlannedFault => {
    return { afterMs: rng.integer(FAULTS_MS), fault: drawFault(rng) };
  }).sort((a, b) => a.afterMs - b.afterMs);
  const last = faults.reduce((end, { afterMs, fault }) => Math.max(end, afterMs + lengthOf(fault)), 0);
  const coins = defaultSymbols();
  const coin = coins[rng.integer(coins.length)] as GeneratedSymbol;
  return {
    seed,
    symbol: { ...coin, listedTime: drawListing(rng, startTime), halts: drawHalts(rng, startTime) },
    startTime,
    faults,
    faultsEndAfterMs: last + MINUTE_MS,
    clientsCome: rng.next() < 0.1 ? 'early' : 'late',
  };
}

function lengthOf(fault: Fault): number {
  return 'forMs' in fault ? fault.forMs : 0;
}

/** Two coins of three were listed in the last hours; the others have all the history that is asked for. */
function drawListing(rng: Rng, startTime: EpochMs): EpochMs {
  const isYoung = rng.next() < 0.67;
  return epochMs(startTime - (isYoung ? 10 * MINUTE_MS + rng.integer(5 * HOUR_MS) : 4 * 24 * HOUR_MS));
}

/** Every other exchange has an outage while we watch, every eighth one before; lengths from a minute to 80. */
function drawHalts(rng: Rng, startTime: EpochMs): readonly GeneratedHalt[] {
  const halts: GeneratedHalt[] = [];
  const add = (earliest: number, spreadMs: number): void => {
    const from = Math.floor((earliest + rng.integer(spreadMs)) / MINUTE_MS) * MINUTE_MS;
    const minutes = rng.next() < 0.5 ? 1 + rng.integer(4) : 5 + rng.integer(76);
    halts.push({ from: epochMs(from), to: epochMs(from + minutes * MINUTE_MS) });
  };
  if (rng.next() < 0.125) add(startTime - 5 * HOUR_MS, 4 * HOUR_MS);
  if (rng.next() < 0.5) add(startTime + LEAD_MS, FAULTS_MS);
  return halts;
}

function pick<T>(rng: Rng, values: readonly T[]): T {
  return values[rng.integer(values.length)] as T;
}

function drawFault(rng: Rng): Fault {
  const dice = rng.next();
  if (dice < 0.15) return { kind: 'disconnect', forMs: drawDisconnect(rng) };
  if (dice < 0.25) {
    return { kind: 'silence', forMs: (2 + rng.integer(30)) * MINUTE_MS, sockets: pick(rng, ['kept', 'dropped']) };
  }
  if (dice < 0.6) return { kind: 'frames', order: drawFrames(rng) };
  if (dice < 0.8) return { kind: 'requests', order: drawRequests(rng) };
  if (dice < 0.83) return { kind: 'farewell' };
  if (dice < 0.91) {
    return { kind: 'restart', way: pick(rng, ['polite', 'abrupt']), forMs: rng.integer(20 * MINUTE_MS) };
  }
  return { kind: 'clientLoss', client: rng.integer(CLIENTS) };
}

/** A blink, a minute and a half, and rarely two hours. */
function drawDisconnect(rng: Rng): number {
  const dice = rng.next();
  if (dice < 0.1) return 2 * HOUR_MS;
  return dice < 0.55 ? SECOND_MS : 90 * SECOND_MS;
}

function drawFrames(rng: Rng): FrameFault {
  return {
    kind: pick(rng, ['skip', 'skip', 'duplicate', 'delay', 'delay', 'reorder', 'reorder', 'corrupt']),
    overtakenBy: pick(rng, ['frame', 'closed']),
    count: 1 + rng.integer(5),
    delayMs: SECOND_MS * (5 + rng.integer(900)),
    ...(rng.next() < 0.7 ? { phase: 'closed' as const } : {}),
  };
}

function drawRequests(rng: Rng): RequestFault {
  return {
    answer: pick(rng, [429, 418, 500, 503, 'hang', 'cut', 'page', 'trailing', 'trailing']),
    count: 1 + rng.integer(5),
    path: '/klines',
    retryAfterS: 1 + rng.integer(120),
    trailMs: MINUTE_MS * (1 + rng.integer(10)),
  };
}
