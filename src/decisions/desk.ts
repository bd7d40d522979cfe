/**
 * What decisions remember between two inputs: guards of open positions, room reserved for entries under way, exits
 * under way, latches, and the state of trading.
 */
import type { EpochMs } from '../core/time.ts';
import type { ExitReason, PositionId } from '../model/intent.ts';
import type { DecisionConfig } from './decision-config.ts';
import type { Guard } from './entry-exit-rules.ts';
import type { Halt, Reservation } from './portfolio-risk.ts';
import { type TradingHealth, UNKNOWN_HEALTH } from './trading-health.ts';

/** An exit that was approved and is not over. */
export type PendingExit = {
  readonly intentId: string;
  readonly reason: ExitReason;
  readonly tiers: readonly number[];
};

/** A guard with the exit under way, and until when the next one waits after one that sold nothing. */
export type GuardedPosition = Guard & {
  exit: PendingExit | null;
  retryTime: EpochMs;
  failures: number;
  /** An operator wants it closed: it stays to be sold, whatever becomes of one sale. */
  isClosing?: true;
};

/** Everything is to be sold, and nothing bought until an operator says so. */
export type Emergency = { readonly requestId: string; readonly reason: string; readonly since: EpochMs };

/** The state of the stage; plain data that mutates in place. */
export type Desk = {
  readonly config: DecisionConfig;
  readonly guards: Record<string, GuardedPosition>;
  /** Entries under way by intent. */
  readonly reservations: Record<string, Reservation>;
  /** Stop distances of positions that are not guarded yet. */
  readonly distances: Record<string, number>;
  halt: Halt | null;
  emergency: Emergency | null;
  /** Why everything is sold before the program ends; the next run begins without. */
  closing: string | null;
  /** Why an operator paused entries; `null` while they are not. */
  pause: string | null;
  health: TradingHealth;
  /** What the pool holds and does not cool; `null` before the first cycle. */
  pool: Record<string, true> | null;
  /** Numbers made so far, for ids. */
  made: number;
};

/** Nothing decided. */
export function createDesk(config: DecisionConfig): Desk {
  return {
    config,
    guards: {},
    reservations: {},
    distances: {},
    halt: null,
    emergency: null,
    closing: null,
    pause: null,
    health: UNKNOWN_HEALTH,
    pool: null,
    made: 0,
  };
}

/** An id that sorts by time and never comes twice in one history: milliseconds and a counter in base 36. */
export function makeId(desk: Desk, time: EpochMs): string {
  desk.made++;
  return `${time.toString(36).padStart(9, '0')}${desk.made.toString(36).padStart(4, '0')}`;
}

/** A new position's id. */
export function makePositionId(desk: Desk, time: EpochMs): PositionId {
  return makeId(desk, time) as PositionId;
}
