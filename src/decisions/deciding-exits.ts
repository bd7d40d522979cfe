/**
 * From prices to exits. Each position has at most one exit under way; when that ends and something is left to be sold,
 * the rules are asked again. An exit that sold nothing is tried again after a pause that doubles, and a stop or an
 * emergency never waits longer than a second.
 */
import { greater, lesser } from '../core/decimal.ts';
import { addMs, type EpochMs } from '../core/time.ts';
import type { DecisionRecord, EntryOpinion, PriceFact } from '../model/decision.ts';
import type { ExitIntent, ExitReason, PositionId } from '../model/intent.ts';
import type { Price } from '../model/money.ts';
import type { PortfolioView, PositionView } from '../model/position.ts';
import type { DecisionEffect } from './decision-effect.ts';
import { type Desk, type GuardedPosition, makeId } from './desk.ts';
import { deriveExit, type Exit, followPrice, stopAfterTiers, stopPriceOf } from './entry-exit-rules.ts';

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 1_000;

/** What exits are judged by: new prices, or a cycle's opinions, or time alone. */
export type ExitOccasion = {
  readonly now: EpochMs;
  readonly prices?: readonly PriceFact[];
  readonly opinions?: readonly EntryOpinion[];
};

/** Judges every position that the occasion concerns. */
export function decideExits(desk: Desk, portfolio: PortfolioView, occasion: ExitOccasion): readonly DecisionEffect[] {
  return portfolio.positions.flatMap((position) => {
    const moved = occasion.prices?.find((fact) => fact.instrumentId === position.instrumentId);
    if (occasion.prices !== undefined && moved === undefined) return [];
    const price = moved?.price ?? position.mark;
    return price === null ? [] : decideExit(desk, position, { ...occasion, price, moved: moved ?? null });
  });
}

type Occasion = ExitOccasion & { readonly price: Price; readonly moved: PriceFact | null };

function decideExit(desk: Desk, position: PositionView, occasion: Occasion): readonly DecisionEffect[] {
  const guard = guardOf(desk, position);
  const { now, price, moved } = occasion;
  followPrice(guard, price);
  if (guard.exit !== null || isPaused(guard, now)) return [];
  const isInPool = desk.pool === null ? null : Object.hasOwn(desk.pool, position.instrumentId);
  const exit =
    deriveLatched(desk, guard) ??
    deriveExit({ position, guard, price, now, moved, isInPool }, desk.config.rules) ??
    deriveSellSignal(position, occasion.opinions);
  return exit === null ? [] : approveExit(desk, { position, guard, exit, price, now });
}

/** Whether an exit failed just now. A clock that was put back does not make the pause longer than it can be. */
function isPaused({ retryTime }: GuardedPosition, now: EpochMs): boolean {
  return now < retryTime && retryTime - now <= RETRY_MAX_MS;
}

/** What an emergency, an end, an operator or a halt could not sell at once stays to be sold. */
function deriveLatched({ emergency, closing, halt }: Desk, { isClosing }: GuardedPosition): Exit | null {
  const all = { quantity: 'all', urgency: 'emergency', tiers: [] } as const;
  if (emergency !== null) return { ...all, reason: 'emergency', value: emergency.reason, limit: 'latched' };
  if (closing !== null) return { ...all, reason: 'shutdown', value: closing, limit: 'latched' };
  if (isClosing === true) return { ...all, reason: 'operator', value: 'operator', limit: 'latched' };
  // An entry that was on its way when the halt began is sold with the rest.
  return halt === null ? null : { ...all, reason: 'drawdown', value: 'halted', limit: 'latched' };
}

function deriveSellSignal(position: PositionView, opinions: readonly EntryOpinion[] | undefined): Exit | null {
  const opinion = opinions?.find(({ instrumentId }) => instrumentId === position.instrumentId);
  if (opinion === undefined || opinion.action !== 'SELL') return null;
  return {
    reason: 'sellSignal',
    quantity: 'all',
    urgency: 'normal',
    tiers: [],
    value: opinion.strength,
    limit: 'SELL',
  };
}

/** The guard of a position, begun with its first price. It follows the entry price while fills arrive, upwards only. */
function guardOf(desk: Desk, position: PositionView): GuardedPosition {
  const known = desk.guards[position.positionId];
  if (known !== undefined) {
    known.stopPrice = greater(known.stopPrice, stopPriceOf(position.entryPrice, known.stopDistance));
    return known;
  }
  const stopDistance = desk.distances[position.positionId] ?? desk.config.rules.stopDistance;
  const guard: GuardedPosition = {
    stopPrice: stopPriceOf(position.entryPrice, stopDistance),
    stopDistance,
    peakPrice: position.entryPrice,
    tiersDone: [],
    exit: null,
    retryTime: 0 as EpochMs,
    failures: 0,
  };
  delete desk.distances[position.positionId];
  desk.guards[position.positionId] = guard;
  return guard;
}

type Approval = {
  readonly position: PositionView;
  readonly guard: GuardedPosition;
  readonly exit: Exit;
  readonly price: Price | null;
  readonly now: EpochMs;
};

function approveExit(desk: Desk, approval: Approval): readonly DecisionEffect[] {
  const { position, guard, exit, price, now } = approval;
  const { positionId, instrumentId, traceId } = position;
  const intentId = `${exit.reason}-${positionId}-${makeId(desk, now)}`;
  guard.exit = { intentId, reason: exit.reason, tiers: exit.tiers };
  const intent: ExitIntent = {
    kind: 'exit',
    intentId,
    positionId,
    instrumentId,
    quantity: exit.quantity === 'all' ? 'all' : lesser(exit.quantity, position.quantity),
    referencePrice: price,
    reason: exit.reason,
    urgency: exit.urgency,
    traceId,
    time: now,
  };
  return [
    { kind: 'decided', record: exitRecord(desk, approval, intentId) },
    { kind: 'intentApproved', intent },
  ];
}

function exitRecord(desk: Desk, { position, exit, price, now }: Approval, intentId: string): DecisionRecord {
  const { reason, value, limit, tiers } = exit;
  const text = tiers.length === 0 ? '' : `tiers ${tiers.map((tier) => tier + 1).join(' and ')}`;
  return {
    decisionId: makeId(desk, now),
    kind: 'exit',
    time: now,
    traceId: position.traceId,
    instrumentId: position.instrumentId,
    positionId: position.positionId,
    outcome: 'approved',
    gate: reason,
    reason,
    price,
    strength: null,
    heat: null,
    verdicts: [{ rule: reason, outcome: 'passed', value, limit, text }],
    size: [],
    intentId,
  };
}

/** Ends an intent: room is free again, tiers that sold are done, and what failed may be tried again after a pause. */
export function foldIntentEnd(
  desk: Desk,
  portfolio: PortfolioView,
  ended: { readonly intentId: string; readonly outcome: 'filled' | 'partial' | 'nothing'; readonly time: EpochMs },
): readonly DecisionEffect[] {
  const reservation = desk.reservations[ended.intentId];
  if (reservation !== undefined) {
    delete desk.reservations[ended.intentId];
    if (ended.outcome === 'nothing') delete desk.distances[reservation.positionId];
    return [];
  }
  const found = Object.entries(desk.guards).find(([, guard]) => guard.exit?.intentId === ended.intentId);
  if (found === undefined) return [];
  const [positionId, guard] = found;
  const { tiers = [], reason } = guard.exit ?? {};
  guard.exit = null;
  if (ended.outcome === 'nothing') return pauseExit(guard, ended.time);
  guard.failures = 0;
  guard.retryTime = 0 as EpochMs;
  if (reason === 'takeProfit') guard.tiersDone = [...guard.tiersDone, ...tiers];
  const position = portfolio.positions.find((each) => each.positionId === positionId);
  return position === undefined ? [] : raiseStop(desk, position, { guard, time: ended.time });
}

function pauseExit(guard: GuardedPosition, now: EpochMs): readonly DecisionEffect[] {
  guard.failures++;
  guard.retryTime = addMs(now, Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (guard.failures - 1)));
  return [];
}

function raiseStop(
  desk: Desk,
  position: PositionView,
  { guard, time }: { readonly guard: GuardedPosition; readonly time: EpochMs },
): readonly DecisionEffect[] {
  const stopPrice = stopAfterTiers(guard, position, desk.config.rules);
  if (stopPrice === guard.stopPrice) return [];
  guard.stopPrice = stopPrice;
  return [{ kind: 'intentApproved', intent: { kind: 'protect', positionId: position.positionId, stopPrice, time } }];
}

/** Sells whole positions whatever the rules say; those already on their way out as a whole are left to it. */
export function closeEverything(
  desk: Desk,
  portfolio: PortfolioView,
  order: { readonly reason: ExitReason; readonly now: EpochMs; readonly only?: PositionId },
): readonly DecisionEffect[] {
  const { reason, now, only } = order;
  return portfolio.positions
    .filter(({ positionId }) => only === undefined || positionId === only)
    .flatMap((position) => {
      const guard = guardOf(desk, position);
      if (reason === 'operator') guard.isClosing = true;
      if (guard.exit !== null || (isPaused(guard, now) && reason !== 'emergency')) return [];
      const exit: Exit = { reason, quantity: 'all', urgency: 'emergency', tiers: [], value: reason, limit: reason };
      return approveExit(desk, { position, guard, exit, price: position.mark, now });
    });
}
