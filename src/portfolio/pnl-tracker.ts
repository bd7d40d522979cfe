/**
 * What trading has earned: closed legs and positions, and their statistics. Statistics count positions, not legs,
 * because a position sold in three parts is one decision; all of them are net of commissions.
 */
import { add, greater, lesser, subtract, toFloat, ZERO } from '../core/decimal.ts';
import type { EpochMs } from '../core/time.ts';
import type { Money } from '../model/money.ts';
import type { ClosedPosition, TradeLeg } from '../model/position.ts';

/** Legs and closed positions kept; plain data. */
export type PnlTracker = {
  readonly legs: TradeLeg[];
  readonly positions: ClosedPosition[];
  /** Over everything that ever closed, also what is no longer kept. */
  totals: { count: number; wins: number; losses: number; gain: Money; loss: Money };
  /** Sum of net results in the order of exit, its highest value, and the deepest fall from it. */
  curve: { sum: Money; peak: Money; maxDrawdown: Money };
  best: Money | null;
  worst: Money | null;
  holdingMs: number;
};

/** Legs, and closed positions, kept at most. Policy beyond it: the oldest are forgotten, statistics stay. */
export const TRADES_MAX = 500;

/** Statistics of all closed positions; money in quote units, `null` where there is nothing to divide by. */
export type PnlSummary = {
  readonly totalTrades: number;
  readonly wins: number;
  readonly losses: number;
  readonly winRate: number | null;
  readonly totalPnl: Money;
  readonly averagePnl: Money | null;
  readonly averageHoldingMs: number | null;
  readonly best: Money | null;
  readonly worst: Money | null;
  /** Gains over losses; `null` without a loss. */
  readonly profitFactor: number | null;
  readonly maxDrawdown: Money;
};

const NONE = ZERO as Money;

/** Nothing closed. */
export function createPnlTracker(): PnlTracker {
  return {
    legs: [],
    positions: [],
    totals: { count: 0, wins: 0, losses: 0, gain: NONE, loss: NONE },
    curve: { sum: NONE, peak: NONE, maxDrawdown: NONE },
    best: null,
    worst: null,
    holdingMs: 0,
  };
}

/** Keeps a closed leg. */
export function noteLeg(tracker: PnlTracker, leg: TradeLeg): void {
  tracker.legs.push(leg);
  if (tracker.legs.length > TRADES_MAX) tracker.legs.shift();
}

/** Keeps a closed position and counts it. */
export function notePosition(tracker: PnlTracker, closed: ClosedPosition): void {
  tracker.positions.push(closed);
  if (tracker.positions.length > TRADES_MAX) tracker.positions.shift();
  const { totals, curve } = tracker;
  const { pnlNet } = closed;
  totals.count++;
  if (pnlNet > 0n) {
    totals.wins++;
    totals.gain = add(totals.gain, pnlNet);
  } else if (pnlNet < 0n) {
    totals.losses++;
    totals.loss = subtract(totals.loss, pnlNet);
  }
  tracker.holdingMs += closed.exitTime - closed.entryTime;
  tracker.best = tracker.best === null ? pnlNet : greater(tracker.best, pnlNet);
  tracker.worst = tracker.worst === null ? pnlNet : lesser(tracker.worst, pnlNet);
  curve.sum = add(curve.sum, pnlNet);
  curve.peak = greater(curve.peak, curve.sum);
  curve.maxDrawdown = greater(curve.maxDrawdown, subtract(curve.peak, curve.sum));
}

/** The statistics so far. */
export function summarizePnl({ totals, curve, best, worst, holdingMs }: PnlTracker): PnlSummary {
  const { count, wins, losses, gain, loss } = totals;
  return {
    totalTrades: count,
    wins,
    losses,
    winRate: count === 0 ? null : wins / count,
    totalPnl: curve.sum,
    averagePnl: count === 0 ? null : (((curve.sum as bigint) / BigInt(count)) as Money),
    averageHoldingMs: count === 0 ? null : holdingMs / count,
    best,
    worst,
    profitFactor: loss === 0n ? null : toFloat(gain) / toFloat(loss),
    maxDrawdown: curve.maxDrawdown,
  };
}

/** Statistics of the positions that closed from `since` on, as far as they are kept. */
export function summarizePnlSince({ positions }: PnlTracker, since: EpochMs): PnlSummary {
  const day = createPnlTracker();
  for (const closed of positions) if (closed.exitTime >= since) notePosition(day, closed);
  return summarizePnl(day);
}
