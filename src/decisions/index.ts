/**
 * The decisions stage: opinions, prices and what became of earlier intents in; approved intents and the record of every
 * decision out. All money questions are asked against the portfolio as it stands plus what is reserved, one entry after
 * the other, so ten signals at once can not exceed a limit together. Exits never ask whether entries are allowed.
 */
import { assertNever } from '../core/assert.ts';
import type { EpochMs } from '../core/time.ts';
import type { EntryOpinion, PriceFact } from '../model/decision.ts';
import type { InstrumentId } from '../model/instrument.ts';
import type { PositionId } from '../model/intent.ts';
import type { PortfolioView } from '../model/position.ts';
import { decideEntries } from './deciding-entries.ts';
import { closeEverything, decideExits, foldIntentEnd } from './deciding-exits.ts';
import type { DecisionConfig } from './decision-config.ts';
import type { DecisionEffect } from './decision-effect.ts';
import { createDesk, type Desk } from './desk.ts';
import { acknowledgeHalt, foldRisk, isEntryLatched, latchEmergency, latchesOf, releaseEmergency } from './latches.ts';
import { foldHealth, type HealthFacts, stopHealth, UNKNOWN_HEALTH } from './trading-health.ts';

export { DEFAULT_DECISION_CONFIG, type DecisionConfig } from './decision-config.ts';
export type { DecisionEffect } from './decision-effect.ts';
export type { Desk } from './desk.ts';
export { capitalOf, dayLossOf, drawdownOf, exposureOf } from './portfolio-risk.ts';
export type { HealthFacts, TradingHealth } from './trading-health.ts';

/** What an operator can ask for. */
export type OperatorCommand =
  | { readonly kind: 'emergencyClose'; readonly requestId: string; readonly reason: string }
  | { readonly kind: 'resetEmergency' }
  | { readonly kind: 'acknowledgeHalt' }
  | { readonly kind: 'pauseEntries'; readonly reason: string }
  | { readonly kind: 'resumeEntries' }
  /** Before the program ends: everything is sold and nothing bought until the next run. */
  | { readonly kind: 'closeAll'; readonly reason: string }
  | { readonly kind: 'closePosition'; readonly positionId: PositionId };

/** What can enter. */
export type DecisionInput =
  /** A cycle's opinions, and everything the pool holds that does not cool. */
  | {
      readonly kind: 'opinionsFormed';
      readonly time: EpochMs;
      readonly traceId: string;
      readonly opinions: readonly EntryOpinion[];
      readonly pool: readonly InstrumentId[];
    }
  | { readonly kind: 'pricesMoved'; readonly time: EpochMs; readonly prices: readonly PriceFact[] }
  /** An intent is over: its reservation ends, and a failed exit is asked for again. */
  | {
      readonly kind: 'intentEnded';
      readonly time: EpochMs;
      readonly intentId: string;
      readonly outcome: 'filled' | 'partial' | 'nothing';
    }
  | { readonly kind: 'positionGone'; readonly time: EpochMs; readonly positionId: PositionId }
  | {
      readonly kind: 'healthMeasured';
      readonly time: EpochMs;
      readonly facts: Omit<HealthFacts, 'latches'>;
    }
  | { readonly kind: 'commanded'; readonly time: EpochMs; readonly command: OperatorCommand }
  /** Time alone: stops by time, ends of halts, exits that failed. */
  | { readonly kind: 'guardDue'; readonly time: EpochMs }
  | { readonly kind: 'tradingStopped'; readonly time: EpochMs; readonly reason: string };

/** Everything decisions remember; plain data that mutates in place. */
export type DecisionsState = Desk;

/** Nothing decided. */
export function createDecisions(config: DecisionConfig): DecisionsState {
  return createDesk(config);
}

/** What is known, under new settings; what was stopped begins as unknown again. */
export function reopenDecisions(desk: DecisionsState, config: DecisionConfig): DecisionsState {
  const health = desk.health.state === 'stopped' ? UNKNOWN_HEALTH : desk.health;
  return { ...desk, config, health, closing: null };
}

/** Folds one input against the portfolio as it stands, marked with the newest prices. */
export function foldDecisions(
  desk: DecisionsState,
  input: DecisionInput,
  portfolio: PortfolioView,
): readonly DecisionEffect[] {
  switch (input.kind) {
    case 'opinionsFormed':
      desk.pool = Object.fromEntries(input.pool.map((instrumentId) => [instrumentId, true]));
      return [
        ...decideExits(desk, portfolio, { now: input.time, opinions: input.opinions }),
        ...decideEntries(desk, portfolio, input),
      ];
    case 'pricesMoved':
      return [
        ...foldRisk(desk, portfolio, input.time),
        ...decideExits(desk, portfolio, { now: input.time, prices: input.prices }),
      ];
    case 'guardDue':
      return [...foldRisk(desk, portfolio, input.time), ...decideExits(desk, portfolio, { now: input.time })];
    case 'intentEnded':
      return foldIntentEnd(desk, portfolio, input);
    case 'positionGone':
      delete desk.guards[input.positionId];
      return [];
    case 'healthMeasured':
      return measure(desk, { ...input.facts, latches: latchesOf(desk) }, input.time);
    case 'commanded':
      return foldCommand(desk, portfolio, input);
    case 'tradingStopped':
      desk.health = stopHealth(input.reason);
      return [{ kind: 'healthChanged', health: desk.health, time: input.time }];
    default:
      return assertNever(input);
  }
}

function measure(desk: Desk, facts: HealthFacts, time: EpochMs): readonly DecisionEffect[] {
  const before = desk.health;
  desk.health = foldHealth(before, facts, desk.config.health);
  const isSame = before.state === desk.health.state && before.reasons.join() === desk.health.reasons.join();
  return isSame ? [] : [{ kind: 'healthChanged', health: desk.health, time }];
}

function foldCommand(
  desk: Desk,
  portfolio: PortfolioView,
  { command, time }: Extract<DecisionInput, { kind: 'commanded' }>,
): readonly DecisionEffect[] {
  switch (command.kind) {
    case 'emergencyClose': {
      const acted = latchEmergency(desk, command, time);
      return [...acted, ...closeEverything(desk, portfolio, { reason: 'emergency', now: time })];
    }
    case 'resetEmergency':
      releaseEmergency(desk);
      return [];
    case 'acknowledgeHalt':
      acknowledgeHalt(desk);
      return [];
    case 'pauseEntries':
      desk.pause = command.reason;
      return [];
    case 'resumeEntries':
      desk.pause = null;
      return [];
    case 'closeAll':
      desk.closing = command.reason;
      return closeEverything(desk, portfolio, { reason: 'shutdown', now: time });
    case 'closePosition':
      return closeEverything(desk, portfolio, { reason: 'operator', now: time, only: command.positionId });
    default:
      return assertNever(command);
  }
}

/** Whether an entry could be approved now; for whoever shows it. */
export function areEntriesOpen(desk: Desk): boolean {
  return desk.health.state === 'tradeable' && !isEntryLatched(desk);
}
